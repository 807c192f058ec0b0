"""What a number is made of, side by side: a window, weights, products, or what else it reads."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import cycle, repeat

import numpy as np

from cnncalc.layers.graph import IMAGE
from cnncalc.network import Array
from cnncalc.sheet.scenes import Region
from cnncalc.trace.stage_names import StageName
from cnncalc.views.colors import ColorScale, Look
from cnncalc.views.figure.flow_layout import FlowLayout
from cnncalc.views.figure.measures import NumberForm, number_form
from cnncalc.views.film.cells import FlowCells
from cnncalc.views.film.sentences import Product, cell_product, number_text

__all__ = ["Inset", "InsetGrid", "inset_form", "make_inset"]

# What has more rows or columns is told by its sentence alone, and so is what is made of more.
_MOST_SIDE, _MOST_GRIDS = 5, 6
_DECIMALS = 4
_PRODUCTS = "products"
_SUM_OF_PRODUCTS = re.compile(r"(\+?SUMPRODUCT\(\{\d+\},\{\d+\}\))+")


@dataclass(frozen=True, eq=False)
class InsetGrid:
    """A matrix to draw: its `caption`, its `numbers`, its outline's colour, and how it looks.

    The `sign` stands behind it, empty for none.
    """

    caption: str
    numbers: Array
    outline: str
    scale: ColorScale | None
    is_dashed: bool = False
    sign: str = ""


@dataclass(frozen=True, eq=False)
class Inset:
    """The matrices that a number is made of, and the number: its `caption`, its `result`."""

    grids: tuple[InsetGrid, ...]
    caption: str
    result: str

    @property
    def rows(self) -> int:
        """How many rows the highest of its matrices has."""
        return max(len(grid.numbers) for grid in self.grids)

    @property
    def shorter(self) -> Inset:
        """The same without the products between a window, its weights and their sum."""
        read = [grid for grid in self.grids if grid.caption != _PRODUCTS]
        return replace(self, grids=(*read[:-1], replace(read[-1], sign="→")))

    @property
    def cell(self) -> float:
        """How wide its cells must be for the numbers in them."""
        return max(inset_form(grid.numbers).room(grid.numbers) for grid in self.grids)


def inset_form(numbers: Array) -> NumberForm:
    """Return how the numbers of a matrix are written.

    >>> inset_form(np.array([[0.5, 12]]))
    NumberForm(decimals=1, is_significant=False)
    """
    return number_form(numbers, _DECIMALS)


def make_inset(cells: FlowCells, layout: FlowLayout, look: Look, cell: Region) -> Inset | None:
    """Return what a cell is made of, None where that is too much to stand side by side.

    Arguments: all `cells`; their `layout`; the `look` of outlines; the `cell`.
    """
    product = cell_product(cells, cell)
    if product is not None:
        grids = _product_grids(cells, layout, look, product)
        caption, result = "sum", number_text(product.total)
    else:
        grids = tuple(_read_grids(cells, layout, look, cell))
        caption = cells.stages[cell.slice].volume.full_title
        result = number_text(cells.read(cell).item())
    is_small = 0 < len(grids) <= _MOST_GRIDS and all(_is_small(grid.numbers) for grid in grids)
    return Inset(grids, caption, result) if is_small else None


def _product_grids(
    cells: FlowCells, layout: FlowLayout, look: Look, product: Product
) -> tuple[InsetGrid, ...]:
    """Return window × weights = products."""
    window, weights = product.values
    first, second = (_scale(cells, layout, region) for region in product.regions)
    return (
        InsetGrid("window", window, look.window, first, sign="×"),
        InsetGrid("weights", weights, look.weights, second, is_dashed=True, sign="="),
        InsetGrid(_PRODUCTS, window * weights, look.products, None, sign="→"),
    )


def _read_grids(
    cells: FlowCells, layout: FlowLayout, look: Look, cell: Region
) -> Iterator[InsetGrid]:
    """Yield what a cell reads, once each."""
    regions = list(dict.fromkeys(cells.seen_regions(cell)))
    stages = [cells.stages[region.slice] for region in regions]
    formula = cells.formula(cell)
    is_merge = cells.stages[cell.slice].volume.quantity.name == StageName.MERGED
    signs = cycle("×+") if formula and _SUM_OF_PRODUCTS.fullmatch(formula.template) else repeat("")
    for region, stage, sign in zip(regions, stages, signs, strict=False):
        is_weight = region.slice in layout.weight_slices
        # Of several slices of a stage each says which one it is.
        which = cells.slices[region.slice].item.caption if stages.count(stage) > 1 else ""
        if is_merge:
            which = stage.volume.layer or IMAGE
        yield InsetGrid(
            which or stage.volume.full_title,
            cells.read(region),
            look.weights if is_weight else look.window,
            _scale(cells, layout, region),
            is_dashed=is_weight,
            sign="→" if region is regions[-1] else sign,
        )


def _scale(cells: FlowCells, layout: FlowLayout, region: Region) -> ColorScale | None:
    """Return the scale of the stage that a region is of, None where it isn't drawn."""
    stage = cells.stages[region.slice].number
    return next((box.scale for box in layout.stages if box.number == stage), None)


def _is_small(numbers: Array) -> bool:
    is_number = np.issubdtype(numbers.dtype, np.number) and bool(np.isfinite(numbers).all())
    return is_number and max(numbers.shape) <= _MOST_SIDE
