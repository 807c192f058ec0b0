"""Tiles: all that belongs to one channel or filter in one group, drawn close together.

In a tile the group's volumes stand one below the other, each slice under its caption.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from cnncalc.sheet.volumes import Item, Place, Volume
from cnncalc.trace.stage_names import StageName

__all__ = ["Group", "Placed", "groups", "place"]


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
        return f"{text} with padding" if first.quantity.name == StageName.PADDED_INPUT else text

    @property
    def notes(self) -> list[str]:
        """What there is to say of its volumes, sentence by sentence."""
        return [note for volume in self.volumes for note in volume.notes]


@dataclass(frozen=True)
class Placed:
    """One slice and the place of its first cell; its caption stands above."""

    volume: Volume
    item: Item
    place: Place


def groups(volumes: Sequence[Volume]) -> list[Group]:
    """Return the volumes by group, in order."""
    return [
        Group(title, layer, tuple(members))
        for (layer, title), members in groupby(volumes, lambda each: (each.layer, each.group))
    ]


def place(group: Group, corner: Callable[[int], Place]) -> Iterator[Placed]:
    """Place every slice of a group, given the place of each tile's first caption."""
    above = 0
    for volume in group.volumes:
        for item in volume.items:
            sheet, row, column = corner(item.slot.tile)
            column += item.slot.place * (volume.width + 1)
            yield Placed(volume, item, Place(sheet, row + above + 1, column))
        above += 1 + volume.height
