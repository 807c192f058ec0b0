"""What a workbook will hold, before any number is known: sheets, and blocks of cells on them.

A plan is made from `Specification`s alone (layers and shapes, no values), always the same one.
The writer fills it with the values of a trace; whoever checks a workbook reads the
specifications back from its About sheet, makes the plan again, and knows where every input,
weight and formula stands. Rows and columns count from 0.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, NamedTuple

from cnncalc.layers import Layer, Shape
from cnncalc.network import Array
from cnncalc.part.structure import Part
from cnncalc.sheet import references
from cnncalc.sheet.annotations import Area, Chart, Entry, Match, Name, Style, Text
from cnncalc.sheet.references import STAY, Reference, Step
from cnncalc.sheet.training.specification import TrainingSpecification
from cnncalc.wording import Word

__all__ = [
    "STAY",
    "Block",
    "Formula",
    "Kind",
    "Layout",
    "Name",
    "Plan",
    "Quantity",
    "Reference",
    "Role",
    "Sheet",
    "Specification",
    "StageScale",
    "Step",
    "Style",
    "Text",
    "Tiled",
    "Values",
    "slices",
]

Layout = Literal["steps", "article", "output size", "network", "training"]
Kind = Literal[
    "input",
    "weight",
    "stage",
    "helper",
    "prediction",
    "solution",
    "marks",
    "gradient",
    "training",
    "update",
]
Role = Literal["pixels", "weights", "padding", "formula", "answer", "label", "name", "choice"]


@dataclass(frozen=True)
class Specification:
    """One calculation of a workbook, without its numbers: all that decides its cells.

    Arguments: `title`, of which the part before a colon names its sheets where a workbook holds
    several calculations; the named `layers`; the `input_shape` (height, width, channels);
    the `layout`: "steps" for any calculation, "article" for the article's own addresses,
    "output size" for the formula of the size alone, "network" for a sheet a layer, "training" for
    a sheet a step; a `note` for the reader. Of a network: whether its classes have names, and
    whether one of them is the target that the cross-entropy is taken of; and the seed that its
    weights were `drawn_from`, if they were: untrained, they name no class. Of a training: its
    loss, its optimizer and which samples its steps take. Of a part of a larger network: the `part`,
    which tells what each layer shows of it.
    """

    title: str
    layers: tuple[Layer, ...]
    input_shape: Shape
    layout: Layout = "steps"
    note: str = ""
    has_class_names: bool = False
    has_target: bool = False
    training: TrainingSpecification | None = None
    drawn_from: int | None = None
    part: Part | None = None


class Quantity(NamedTuple):
    """What a block of cells shows, by name.

    `kind` is "input" (the image; `layer` and `name` empty; or the "class names" and the "target" of
    a prediction), "weight" ("kernel", "bias"), "stage" (a stage of the layer's trace, by its name),
    "helper" (a smaller step inside a stage: "partial sums", "dilated kernel", …) or "prediction"
    (what the output says). On a worksheet, what students fill in has a "solution" and "marks".
    Of a training there are, besides, the "gradient" of the loss by a layer's "output",
    "pre-activation", "input" or weight, the "training" as a whole ("loss", …), and each weight's
    "update" (its new value, by the weight's name; the optimizer's "kernel momentum", …); and of
    everything there are as many as there are `step`s and, but for weights, `sample`s in a batch.
    """

    kind: Kind
    layer: str = ""
    name: str = ""
    step: int | None = None
    sample: int | None = None


# The values of a calculation: each array is (height, width, *index), such as (height, width,
# channels); a bias is (1, 1, filters). Names are texts, in an array of objects.
Values = Mapping[Quantity, Array]


class StageScale(Word):
    """What the numbers of a quantity are, and so what they look like.

    Pixels are as they look, from 0 to 255, or to 1 where none can be larger; those of the article's
    grids as in the article.
    """

    PIXELS = "pixels"
    ARTICLE = "article"
    SEQUENTIAL = "sequential"
    SIGNED = "signed"
    SHARE = "share"
    NONE = "none"


@dataclass(frozen=True)
class Formula:
    """A block's formula: a template with `{}` for each reference, without its equals sign."""

    template: str
    references: tuple[Reference, ...]

    def text(self, row: int, column: int) -> str:
        """Return the formula of one cell of the block, counted from the block's first cell.

        >>> Formula("SUM({})", (Reference("", 1, 1, 2, 2),)).text(0, 0)
        'SUM($B$2:$C$3)'
        """
        return self.template.format(*(reference.text(row, column) for reference in self.references))


@dataclass(frozen=True)
class Tiled:
    """A block's formulas where they repeat every few cells, as those of what windows lie on do.

    `formulas` are those of one tile, row by row, all rows alike in length; the references of each
    move by their steps from tile to tile.
    """

    formulas: tuple[tuple[Formula, ...], ...]

    def text(self, row: int, column: int) -> str:
        """Return the formula of one cell of the block, counted from the block's first cell.

        >>> cell = Reference("", 1, 1, across=Step(0, 1))
        >>> tiled = Tiled(((Formula("{0}", (cell,)), Formula("2*{0}", (cell,))),))
        >>> [tiled.text(0, column) for column in range(4)]
        ['B2', '2*B2', 'C2', '2*C2']
        """
        tile_row, row = divmod(row, len(self.formulas))
        tile_column, column = divmod(column, len(self.formulas[0]))
        return self.formulas[row][column].text(tile_row, tile_column)


@dataclass(frozen=True)
class Block:
    """A rectangle of cells that shows one slice of one quantity.

    Its values are `values[quantity][first_row:, first_column:, *index]`, as far as the block
    reaches. `role` says whether they are the user's ("pixels", "weights", the "name" of a class, a
    "choice" such as the target), the zeros or empty cells around an input ("padding"; NaN is an
    empty cell), numbers that formulas look up ("label"), a "formula", or to be filled in by a
    student ("answer"; NaN is a blank, a number is given). `scale` says what its numbers look like,
    None that this follows from the quantity.
    """

    row: int
    column: int
    height: int
    width: int
    role: Role
    quantity: Quantity
    index: tuple[int, ...] = ()
    first_row: int = 0
    first_column: int = 0
    formula: Formula | Tiled | None = None
    number_format: str = "General"
    scale: StageScale | None = None

    @property
    def is_input(self) -> bool:
        """Whether a user may change its cells."""
        return self.role in ("pixels", "weights", "name", "choice")

    @property
    def range(self) -> str:
        """Its address, such as 'B2:E18'."""
        return references.range_address(self.row, self.column, self.height, self.width)

    def address(self, row: int, column: int) -> str:
        """Return the address of one of its cells, counted from its first."""
        return references.address(self.row + row, self.column + column)

    def moved(self, rows: int, columns: int) -> Block:
        """Return the block, that many rows further down and columns further to the right."""
        return replace(self, row=self.row + rows, column=self.column + columns)

    def slice(self, values: Values) -> Array:
        """Return its (height, width) part of its quantity, a view that can be filled as well."""
        key: tuple[Any, ...] = (
            slice(self.first_row, self.first_row + self.height),
            slice(self.first_column, self.first_column + self.width),
            *self.index,
        )
        part: Array = values[self.quantity][key]
        return part


def slices(blocks: Iterable[Block]) -> list[Block]:
    """Return each slice that formulas or the user fill as one block, however many it is made of.

    >>> cells = [Block(row, 1, 1, 2, "formula", Quantity("stage")) for row in (3, 4)]
    >>> [block.range for block in slices(cells)]
    ['B4:C5']
    """
    found: dict[tuple[Quantity, tuple[int, ...]], list[Block]] = {}
    for block in blocks:
        if block.role != "padding":
            found.setdefault((block.quantity, block.index), []).append(block)
    return [_joined(parts) for parts in found.values()]


def _joined(parts: Sequence[Block]) -> Block:
    """Return the rectangle around several blocks."""
    row, column = min(part.row for part in parts), min(part.column for part in parts)
    bottom = max(part.row + part.height for part in parts)
    right = max(part.column + part.width for part in parts)
    return replace(parts[0], row=row, column=column, height=bottom - row, width=right - column)


@dataclass(frozen=True)
class Sheet:
    """One sheet: its blocks and texts; `specification` is the place of its calculation.

    Blocks never overlap. Its cells are squares of `cell` pixels (0: as a spreadsheet has them), but
    for the columns in `widths` (column, pixels); `frozen` is how many rows and columns stay in
    sight; `summary` is what the contents say of it; `header` is a line that is printed on the right
    above. A `locked` sheet is protected but for its answers. Where there are `marks`, each answer's
    stands that many columns further to the right, and these columns are hidden. `row` is how many
    pixels high its rows are, 0 for as high as its cells are wide; `zoom` is in percent. Where there
    are `areas`, these are printed, each on a page of its own with the last `repeated` of the frozen
    rows above it, all at one scale; else all that the sheet shows, on as few pages as can be read.
    """

    name: str
    title: str
    summary: str
    specification: int
    blocks: tuple[Block, ...] = ()
    texts: tuple[Text, ...] = ()
    names: tuple[Name, ...] = ()
    cell: int = 42
    widths: tuple[tuple[int, int], ...] = ()
    frozen: tuple[int, int] = (0, 0)
    header: str = ""
    locked: bool = False
    hidden: bool = False
    marks: int = 0
    charts: tuple[Chart, ...] = ()
    matches: tuple[Match, ...] = ()
    entries: tuple[Entry, ...] = ()
    row: int = 0
    zoom: int = 100
    areas: tuple[Area, ...] = ()
    repeated: int = 1


@dataclass(frozen=True)
class Plan:
    """All sheets of a workbook that hold calculations, in order."""

    specifications: tuple[Specification, ...]
    sheets: tuple[Sheet, ...]
