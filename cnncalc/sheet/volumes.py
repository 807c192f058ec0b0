"""Volumes: a calculation's quantities in slices, before anything has a place on a sheet.

A slice (a channel, a filter) is drawn as a block of cells, or as a few where it has padding. A
volume carries all that is written of it and how it looks; a layout gives its slices their places.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from cnncalc.layers import Shape
from cnncalc.sheet import formulas
from cnncalc.sheet.blocks import EACH, Draw, Finder, Index, entered, whole
from cnncalc.sheet.plan import STAY, Block, Formula, Quantity, Role, StageScale, Step
from cnncalc.trace.stage_names import StageName

__all__ = [
    "ONE_SLICE",
    "Item",
    "Slot",
    "Source",
    "Volume",
    "bias_items",
    "each_channel",
    "each_number",
    "entered_cell",
    "formed_like",
    "labels",
    "numbered",
    "one_cell",
    "unrolled",
]


class Slot(NamedTuple):
    """Which tile of its group a slice belongs to, and which place from the left it has in it."""

    tile: int
    place: int = 0


@dataclass(frozen=True)
class Item:
    """One slice of a volume: its index, its slot, and what is written above it."""

    index: Index
    slot: Slot
    caption: str = ""


# A vector has a single slice.
ONE_SLICE = (Item((), Slot(0)),)


@dataclass(frozen=True)
class Volume:
    """One quantity to draw, `height` × `width` cells a slice.

    The `title` heads all volumes of a `layer` that have it and follow each other; `draw` returns
    the blocks of a slice as if its first cell were A1. The `rule` tells in few words how the
    numbers come about, empty where the title says it; `notes` are sentences on what else there is
    to say. `rows` and `columns` are what stands before each row and above each column, if anything;
    the `noun` is what a slice is called where no title stands above, empty for the title. Its
    numbers look as the `scale` says, None where that follows from the quantity, and are written as
    the `number_format` of spreadsheets says. `is_image` tells of what the network takes in.
    """

    title: str
    layer: str
    quantity: Quantity
    height: int
    width: int
    items: tuple[Item, ...]
    draw: Draw
    rule: str
    notes: tuple[str, ...] = ()
    rows: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    noun: str = ""
    scale: StageScale | None = None
    number_format: str = "General"
    is_image: bool = False

    @property
    def sentences(self) -> tuple[str, ...]:
        """All that there is to say of it, the rule first."""
        return (self.rule, *self.notes) if self.rule else self.notes

    @property
    def is_weight(self) -> bool:
        """Whether it is a layer's weights, which the user enters."""
        return self.quantity.kind == "weight"

    @property
    def is_padded_input(self) -> bool:
        """Whether it is what a window slides over, with the padding around it."""
        return self.quantity.name == StageName.PADDED_INPUT

    @property
    def is_result(self) -> bool:
        """Whether a layer calculates it, and not on the way to something else."""
        return self.quantity.kind == "stage" and not self.is_padded_input

    @property
    def is_told_by_title(self) -> bool:
        """Whether its title says enough where there is little room: of weights, and of totals."""
        return self.quantity.kind in ("weight", "training")

    @property
    def name(self) -> str:
        """What formulas may call its slices; empty where they have no name."""
        if self.is_image:
            return "image"
        if self.is_weight:
            return "weight" if self.quantity.name == "kernel" else self.quantity.name
        return ""

    @property
    def full_title(self) -> str:
        """Its title, and of weights and their updates which of a layer's it shows."""
        if self.quantity.kind == "helper" and self.title == "Weights":
            # On a sheet it stands beside weights, under their title.
            return self.quantity.name.capitalize()
        weight = self.quantity.name.partition(" ")[0]
        is_said = weight.replace("_", " ") in self.title.lower()
        is_of_weight = self.quantity.kind in ("weight", "update")
        return f"{self.title} · {weight}" if is_of_weight and not is_said else self.title

    def full_caption(self, item: Item) -> str:
        """Return what is written above a slice where no title stands: what it is, its caption."""
        return ", ".join(filter(None, (self.noun or self.title.lower(), item.caption)))

    def blocks(self, index: Index, find: Finder) -> tuple[Block, ...]:
        """Return the blocks of a slice with the volume's scale and number form."""
        return tuple(
            replace(block, scale=self.scale, number_format=self.number_format)
            for block in self.draw(index, find)
        )


@dataclass(frozen=True)
class Source:
    """What a layer takes in: where it reads, its (height, width, channels), the channels' names.

    `height` and `width` are without the padding that may surround the cells. A vector's shape is
    (units,); it is a single slice, read row by row, of a column for each of the `captions` and a
    row for each of the `rows`. `logits` is what a softmax or sigmoid was taken of, if this is one;
    `is_drawn` tells of an image that stands on a sheet of its own. What a merge takes in has no
    cells of its own, but those of its `parts`, the results that stand side by side. `numbers` are
    those that the outputs of the layer that takes it have in a larger network, if it is a part.
    """

    quantity: Quantity
    shape: Shape
    captions: tuple[str, ...]
    rows: tuple[str, ...] = ("",)
    logits: Quantity | None = None
    is_drawn: bool = False
    parts: tuple[Source, ...] = ()
    numbers: tuple[int, ...] = ()

    @property
    def is_vector(self) -> bool:
        """Whether it is a vector, and not a volume."""
        return len(self.shape) == 1

    @property
    def size(self) -> tuple[int, int]:
        """The (height, width) of a slice."""
        if self.is_vector:
            return len(self.rows), len(self.captions)
        return self.shape[0], self.shape[1]

    @property
    def labels(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """What stands before the rows and above the columns of a vector; a volume has neither."""
        return (self.rows, self.captions) if self.is_vector else ((), ())

    @property
    def items(self) -> tuple[Item, ...]:
        """Its slices: one a channel, or the vector alone."""
        return ONE_SLICE if self.is_vector else each_channel(self.captions)

    def feed(self, volume: Volume) -> Source:
        """Return the same channels or units, as another volume shows them."""
        shape = self.shape if self.is_vector else (volume.height, volume.width, self.shape[2])
        return replace(self, quantity=volume.quantity, shape=shape, logits=None)


def each_channel(captions: Sequence[str]) -> tuple[Item, ...]:
    """Return one item a channel, each in a tile of its own."""
    return tuple(
        Item((channel,), Slot(channel), caption) for channel, caption in enumerate(captions)
    )


def bias_items(count: int) -> tuple[Item, ...]:
    """Return an item for the bias of each of so many outputs."""
    return tuple(Item((output,), Slot(output), "bias") for output in range(count))


def each_number(
    title: str,
    quantity: Quantity,
    source: Source,
    formula: Callable[[Index, Finder], Formula],
    rule: str,
    *notes: str,
) -> Volume:
    """Return the volume of what a formula makes of each number of a source by itself."""
    draw = whole(quantity, *source.size, formula)
    what = (title, quantity.layer, quantity, *source.size, source.items, draw, rule, notes)
    return Volume(*what, *source.labels)


def one_cell(
    title: str, quantity: Quantity, formula: Callable[[Index, Finder], Formula], rule: str
) -> Volume:
    """Return the volume of a single number that a formula makes."""
    draw = whole(quantity, 1, 1, formula)
    return Volume(title, quantity.layer, quantity, 1, 1, ONE_SLICE, draw, rule)


def entered_cell(title: str, quantity: Quantity, role: Role, rule: str) -> Volume:
    """Return the volume of a single number that the user enters."""
    draw = entered(quantity, 1, 1, role)
    return Volume(title, quantity.layer, quantity, 1, 1, ONE_SLICE, draw, rule)


def formed_like(
    volume: Volume, quantity: Quantity, formula: Callable[[Index, Finder], Formula]
) -> Volume:
    """Return a volume that has the form of another, each of its slices of one formula."""

    def draw(index: Index, find: Finder) -> tuple[Block, ...]:
        written = formula(index, find)
        return tuple(
            replace(block, role="formula", quantity=quantity, formula=written)
            for block in volume.draw(index, find)
        )

    return replace(volume, quantity=quantity, draw=draw)


def numbered(noun: str, count: int, numbers: Sequence[int] = ()) -> tuple[str, ...]:
    """Return a name for each unit; `numbers` are those that they go by, if not from 0 on.

    >>> numbered("unit", 2), numbered("unit", 2, (3, 5))
    (('unit 0', 'unit 1'), ('unit 3', 'unit 5'))
    """
    return tuple(f"{noun} {number}" for number in numbers or range(count))


def labels(source: Source) -> tuple[str, ...]:
    """Return the name of each number of a vector, such as "unit 3", or "0,2 filter 1"."""
    return tuple(
        " ".join(filter(None, (row, caption))) for row in source.rows for caption in source.captions
    )


def unrolled(result: Quantity, source: Source) -> Callable[[Index, Finder], tuple[Block, ...]]:
    """Return the rule for a column that copies a vector, whatever its rows and columns."""
    height, width = source.size
    if width == 1:
        pieces, size, step = [(0, 0)], height, EACH[0]
    else:
        pieces, size, step = [(row, row * width) for row in range(height)], width, Step(0, 1)

    def draw(index: Index, find: Finder) -> tuple[Block, ...]:
        first = find(source.quantity, (), steps=(step, STAY))
        return tuple(
            Block(
                *(top, 0, size, 1, "formula", result, (), top),
                formula=formulas.apply(formulas.COPY, first.moved(row, 0)),
            )
            for row, top in pieces
        )

    return draw
