"""What a page shows, as data: flows of stages, their formulas, and the numbers that are entered.

A page calculates everything else. Its data are JSON, which `sources/decode.js` reads again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cnncalc.provenance import Provenance
from cnncalc.sheet.flow import Flow, Slice, Stage
from cnncalc.sheet.plan import STAY, Block, Formula, Quantity, Reference, Tiled, Values
from cnncalc.sheet.scenes import runs
from cnncalc.views.page.numbers import NumberWriter, as_text
from cnncalc.views.provenance import provenance_lines

__all__ = ["Cell", "Page", "PageFlow", "Settings", "document"]

_VERSION = 1

Record = dict[str, Any]


@dataclass(frozen=True)
class Settings:
    """How a window slides: its padding as it is written, its strides, its dilation."""

    padding: str
    strides: tuple[int, int]
    dilation: tuple[int, int]


@dataclass(frozen=True)
class PageFlow:
    """A calculation of a page: its `flow`, and the `values` of its quantities.

    Of several with `settings`, a page shows the first, and a slider leads to the others.
    """

    flow: Flow
    values: Values
    settings: Settings | None = None


@dataclass(frozen=True)
class Cell:
    """A cell of a page's first flow: of a quantity's slice, by its index, a row and a column."""

    quantity: Quantity
    index: tuple[int, ...]
    row: int
    column: int


@dataclass(frozen=True)
class Page:
    """All that a page shows: its `title`, its `flows`, where their numbers came from.

    It opens at a `cell`, if at one. A `worksheet` is to be filled in: what it is called, and what
    counts as right. Its `kernels` are those that can be chosen by name.
    """

    title: str
    flows: tuple[PageFlow, ...]
    provenance: Provenance = field(default_factory=Provenance)
    cell: Cell | None = None
    worksheet: Mapping[str, str] | None = None
    kernels: tuple[tuple[str, Sequence[Sequence[float]]], ...] = ()


def document(page: Page) -> str:
    r"""Return a page's document as JSON that can stand in HTML: of `<` it has but `\u003c`."""
    writer = _Writer()
    flows = [writer.flow(flow) for flow in page.flows]
    first = page.flows[0].flow
    data = {
        "flows": flows,
        "templates": list(writer.templates),
        "texts": writer.texts,
        "parts": writer.numbers.parts,
        "exact": writer.numbers.exact,
        "worksheet": page.worksheet,
        "kernels": page.kernels,
        "selection": None if page.cell is None else _selection(first, page.cell),
    }
    written = {
        "version": _VERSION,
        "title": page.title,
        "command": page.provenance.command,
        "facts": provenance_lines(page.provenance),
        "data": as_text(_compact(data).encode()),
        "numbers": writer.numbers.text(),
    }
    return _compact(written).replace("<", "\\u003c")


def _compact(data: object) -> str:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _selection(flow: Flow, cell: Cell) -> tuple[int, int, int]:
    """Return a cell as a page names it: its slice's number, its row and column."""
    [number] = [
        part.number
        for stage in flow.stages
        if stage.volume.quantity == cell.quantity
        for part in stage.slices
        if part.item.index == cell.index
    ]
    return number, cell.row, cell.column


class _Writer:
    """Writes flows as records, and collects what several of them have in common."""

    def __init__(self) -> None:
        self.templates: dict[str, int] = {}
        self.texts: list[str] = []
        self.numbers = NumberWriter()
        self._entered: dict[tuple[Quantity, tuple[int, ...], int, int], list[object]] = {}

    def flow(self, given: PageFlow) -> Record:
        """Return a flow as a record, the first of those that share their inputs or a later one."""
        flow, settings = given.flow, given.settings
        if settings is None:
            self._entered.clear()
        return {
            "title": flow.specification.title,
            "note": flow.specification.note,
            "settings": settings and vars(settings),
            "columns": [[column.name, column.call, column.size] for column in flow.columns],
            "lanes": flow.lanes,
            "stages": [self._stage(stage, given.values) for stage in flow.stages],
            "curves": [[curve.title, curve.stage, curve.most] for curve in flow.curves],
            "runs": runs(flow),
        }

    def _stage(self, stage: Stage, values: Values) -> Record:
        volume, quantity = stage.volume, stage.volume.quantity
        return {
            "column": stage.column,
            "lane": stage.lane,
            **quantity._asdict(),
            "title": volume.full_title,
            "rule": volume.rule,
            "notes": volume.notes,
            "scale": "none",
            "format": volume.number_format,
            "height": volume.height,
            "width": volume.width,
            "rows": volume.rows,
            "columns": volume.columns,
            "isWeight": volume.is_weight,
            "isImage": volume.is_image,
            "slices": [self._slice(part, values) for part in stage.slices],
        }

    def _slice(self, part: Slice, values: Values) -> list[object]:
        item = part.item
        blocks = [self._block(part.number, block, values) for block in part.blocks]
        return [item.index, item.slot.tile, item.slot.place, item.caption, blocks]

    def _block(self, number: int, block: Block, values: Values) -> list[object]:
        place = [block.row, block.column, block.height, block.width, block.role]
        if block.formula is not None:
            return [*place, self._formula(block.formula)]
        if block.role != "padding":
            # The calculations of all settings have the same inputs, wherever these stand.
            key = (block.quantity, block.index, block.first_row, block.first_column)
            if key in self._entered:
                return [*place, self._entered[key]]
            self._entered[key] = ["same", number, block.row, block.column]
        if block.role == "name":
            self.texts += block.slice(values).ravel().tolist()
        else:
            self.numbers.add(block.slice(values))
        return [*place, 0]

    def _formula(self, formula: Formula | Tiled) -> list[object]:
        if isinstance(formula, Tiled):
            tile = formula.formulas
            written = [self._formula(part) for row in tile for part in row]
            return ["tiled", len(tile), len(tile[0]), written]
        template = self.templates.setdefault(formula.template, len(self.templates))
        return [template, *map(_reference, formula.references)]


def _reference(reference: Reference) -> list[int]:
    place = [int(reference.sheet), reference.row, reference.column]
    size = [reference.height, reference.width]
    if reference.down == reference.across == STAY:
        return [*place, *size]
    return [*place, *size, *reference.down, *reference.across]
