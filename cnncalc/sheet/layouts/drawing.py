"""A drawing: every slice of a calculation in its place, and what that puts on each sheet."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

from cnncalc.sheet.blocks import Finder, Index, Place
from cnncalc.sheet.plan import Block, Name, Quantity, Text
from cnncalc.sheet.volumes import Item, Volume

__all__ = ["Drawing", "Group", "Placed", "captions", "groups", "place"]


@dataclass(frozen=True)
class Group:
    """Volumes that stand together under one heading."""

    title: str
    layer: str
    volumes: tuple[Volume, ...]

    @property
    def tiles(self) -> int:
        """How many tiles it has."""
        return 1 + max(item.slot.tile for volume in self.volumes for item in volume.items)

    @property
    def tile_height(self) -> int:
        """The rows of its tiles, captions included."""
        return sum(1 + volume.height for volume in self.volumes)

    @property
    def tile_width(self) -> int:
        """The columns of its widest tile."""
        return max(
            item.slot.place * (volume.width + 1) + volume.width
            for volume in self.volumes
            for item in volume.items
        )

    @property
    def size(self) -> str:
        """The size of what it shows first, such as 28×28×10 or 8×8 with padding."""
        first = self.volumes[0]
        places = 1 + max(item.slot.place for item in first.items)
        sizes = (first.height, first.width, places, self.tiles)
        text = "×".join(str(size) for size in sizes[:2] + tuple(n for n in sizes[2:] if n > 1))
        return f"{text} with padding" if first.is_padded_input else text

    @property
    def sentences(self) -> list[str]:
        """What there is to say of its volumes."""
        return [sentence for volume in self.volumes for sentence in volume.sentences]


@dataclass(frozen=True)
class Placed:
    """One slice and the place of its first cell; its caption stands above."""

    volume: Volume
    item: Item
    place: Place

    @property
    def caption(self) -> Text:
        """The text above it."""
        return Text(self.place.row - 1, self.place.column, self.item.caption, "caption")


def groups(volumes: Sequence[Volume]) -> list[Group]:
    """Return the volumes by group, in order."""
    by_title = groupby(volumes, lambda volume: (volume.layer, volume.title))
    return [Group(title, layer, tuple(members)) for (layer, title), members in by_title]


def place(group: Group, corner: Callable[[int], Place]) -> Iterator[Placed]:
    """Place every slice of a group, given the place of each tile's first caption."""
    above = 0
    for volume in group.volumes:
        for item in volume.items:
            sheet, row, column = corner(item.slot.tile)
            column += item.slot.place * (volume.width + 1)
            yield Placed(volume, item, Place(sheet, row + above + 1, column))
        above += 1 + volume.height


def captions(slices: Iterable[Placed]) -> Iterator[Text]:
    """Return the texts above slices, of those that have any."""
    return (placed.caption for placed in slices if placed.item.caption)


# Names are for people and for reading small kernels back; thousands of them help nobody.
MOST_NAMES = 1_024


@dataclass(frozen=True)
class Drawing:
    """All slices of a calculation with their places, in order; the last volume is its output."""

    placed: tuple[Placed, ...]

    @cached_property
    def places(self) -> dict[tuple[Quantity, Index], Place]:
        """Where the first cell of each slice stands."""
        return {(placed.volume.quantity, placed.item.index): placed.place for placed in self.placed}

    def blocks(self, sheet: str) -> tuple[Block, ...]:
        """Return the blocks of one sheet."""
        find = Finder(self.places, sheet)
        return tuple(block for placed in self._on(sheet) for block in _blocks(placed, find))

    def captions(self, sheet: str) -> tuple[Text, ...]:
        """Return the texts above the slices of one sheet."""
        return tuple(captions(self._on(sheet)))

    def names(self, sheet: str) -> tuple[Name, ...]:
        """Return the defined names of one sheet: image, weight, bias and output.

        Slices are numbered where there are several: image_1, weight_1_0 (filter 1, channel 0).
        Where several layers have weights, the layer's name stands before.
        """
        find = Finder(self.places, sheet)
        return tuple(
            Name(self._name(placed, name), block.row, block.column, block.height, block.width)
            for placed in self._on(sheet)[:MOST_NAMES]
            for name in [placed.volume.name or self._output_name(placed.volume)]
            if name
            for block in _blocks(placed, find)[:1]
        )

    def _on(self, sheet: str) -> Sequence[Placed]:
        return [placed for placed in self.placed if placed.place.sheet == sheet]

    def _output_name(self, volume: Volume) -> str:
        return "output" if volume.quantity == self.placed[-1].volume.quantity else ""

    def _name(self, placed: Placed, name: str) -> str:
        volume = placed.volume
        slots = [item.slot for item in volume.items]
        layers = {other.volume.layer for other in self.placed if other.volume.is_weight}
        prefix = f"{volume.layer}_" if len(layers) > 1 and volume.is_weight else ""
        tile = f"_{placed.item.slot.tile}" if any(slot.tile for slot in slots) else ""
        place = f"_{placed.item.slot.place}" if any(slot.place for slot in slots) else ""
        return f"{prefix}{name}{tile}{place}"


def _blocks(placed: Placed, find: Finder) -> list[Block]:
    """Return the blocks of a slice; the first holds its numbers, padding follows."""
    return [
        block.moved(placed.place.row, placed.place.column)
        for block in placed.volume.blocks(placed.item.index, find)
    ]
