"""A drawing: every slice of a calculation in its place, and what that puts on each sheet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from cnncalc.sheet.layouts.tiles import Placed
from cnncalc.sheet.plan import Block, Name, Quantity, Text
from cnncalc.sheet.volumes import Finder, Index, Place, Volume

__all__ = ["Drawing"]

# Names are for people and for reading small kernels back; thousands of them help nobody.
MOST_NAMES = 1_024


@dataclass(frozen=True)
class Drawing:
    """All slices of a calculation with their places, in order; the last volume is its output."""

    placed: tuple[Placed, ...]

    @cached_property
    def places(self) -> dict[tuple[Quantity, Index], Place]:
        """Where the first cell of each slice stands."""
        return {(each.volume.quantity, each.item.index): each.place for each in self.placed}

    def blocks(self, sheet: str) -> tuple[Block, ...]:
        """Return the blocks of one sheet."""
        find = Finder(self.places, sheet)
        return tuple(block for each in self._on(sheet) for block in _blocks(each, find))

    def captions(self, sheet: str) -> tuple[Text, ...]:
        """Return the texts above the slices of one sheet."""
        return tuple(
            Text(each.place.row - 1, each.place.column, each.item.caption, "caption")
            for each in self._on(sheet)
            if each.item.caption
        )

    def names(self, sheet: str) -> tuple[Name, ...]:
        """Return the defined names of one sheet: image, weight, bias and output.

        Slices are numbered where there are several: image_1, weight_1_0 (filter 1, channel 0).
        Where several layers have weights, the layer's name stands before.
        """
        find = Finder(self.places, sheet)
        return tuple(
            Name(self._name(each, base), block.row, block.column, block.height, block.width)
            for each in self._on(sheet)[:MOST_NAMES]
            for base in [self._base_name(each.volume)]
            if base
            for block in _blocks(each, find)[:1]
        )

    def _on(self, sheet: str) -> Sequence[Placed]:
        return [each for each in self.placed if each.place.sheet == sheet]

    def _base_name(self, volume: Volume) -> str:
        quantity = volume.quantity
        if volume.group == "Image":
            return "image"
        if quantity.kind == "weight":
            return "weight" if quantity.name == "kernel" else quantity.name
        return "output" if quantity == self.placed[-1].volume.quantity else ""

    def _name(self, placed: Placed, base: str) -> str:
        volume = placed.volume
        slots = [item.slot for item in volume.items]
        layers = {
            each.volume.layer for each in self.placed if each.volume.quantity.kind == "weight"
        }
        prefix = f"{volume.layer}_" if len(layers) > 1 and volume.quantity.kind == "weight" else ""
        tile = f"_{placed.item.slot.tile}" if any(slot.tile for slot in slots) else ""
        place = f"_{placed.item.slot.place}" if any(slot.place for slot in slots) else ""
        return f"{prefix}{base}{tile}{place}"


def _blocks(placed: Placed, find: Finder) -> list[Block]:
    """Return the blocks of a slice; the first holds its numbers, padding follows."""
    return [
        block.moved(placed.place.row, placed.place.column)
        for block in placed.volume.blocks(placed.item.index, find)
    ]
