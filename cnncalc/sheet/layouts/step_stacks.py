"""The groups of a layer in a step, in stacks that fit a page.

Where a group has more tiles than a page has room for, the others follow in further stacks.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import accumulate, zip_longest
from math import ceil
from operator import add
from textwrap import wrap

from cnncalc.sheet.annotations import Style, Text
from cnncalc.sheet.blocks import Place
from cnncalc.sheet.layouts.drawing import Group, Placed, place
from cnncalc.sheet.layouts.step_pages import CELL, ROWS
from cnncalc.sheet.training.sections import Direction

__all__ = ["ROOM", "Stack", "packed", "stacks", "text_columns"]

# A character of a heading, in pixels.
CHARACTER = 7.2
# A title and a rule need some columns, however narrow their numbers are.
NARROWEST, NARROWEST_RULE = 2, 4
# On the way forward, a vector that takes more rows stands by itself.
MOST_ROWS = 3
# The rows of a page below a section's bar and the names of layers.
ROOM = ROWS - 2


def text_columns(text: str, character: float = CHARACTER) -> int:
    """Return how many columns a text takes whose characters are so many pixels wide."""
    return ceil(len(text) * character / CELL)


@lru_cache
def _wrapped(text: str, room: int) -> tuple[str, ...]:
    # Samples and steps say the same.
    return tuple(wrap(text, room))


@dataclass(frozen=True)
class _Piece:
    """Some tiles of a group, below each other: all of them, or as many as a page has room for."""

    group: Group
    direction: Direction
    tiles: range

    @property
    def is_flat(self) -> bool:
        """Whether nothing stands above its cells but its heading: it is a vector."""
        return all(item.index == () for volume in self.group.volumes for item in volume.items)

    @property
    def is_short(self) -> bool:
        return self.is_flat and self.group.volumes[0].height <= MOST_ROWS

    @cached_property
    def rule(self) -> str:
        """How a gradient or an update comes about, in few words."""
        volumes = self.group.volumes
        if self.direction == "forward" or volumes[0].is_told_by_title or self.tiles.start:
            return ""
        return " ".join(dict.fromkeys(volume.rule for volume in volumes if volume.rule))

    @property
    def title(self) -> str:
        return f"{self.group.title}, continued" if self.tiles.start else self.group.title

    @property
    def width(self) -> int:
        # A short title may run over the column behind it.
        least = min(NARROWEST, max(1, text_columns(self.title) - 1))
        return max(NARROWEST_RULE if self.rule else least, self.group.tile_width)

    @property
    def height(self) -> int:
        """Its rows without its heading, but with those of captions."""
        return len(self.tiles) * self.group.tile_height - self.is_flat

    def placed(self, first: Place) -> Iterator[Placed]:
        """Place its slices, from the row of the first captions on."""
        for each in place(self.group, lambda tile: self._tile(first, tile)):
            if each.item.slot.tile in self.tiles:
                yield each

    def _tile(self, first: Place, tile: int) -> Place:
        down = (tile - self.tiles.start) * self.group.tile_height - self.is_flat
        return first._replace(row=first.row + down)


@dataclass(frozen=True)
class Stack:
    """Pieces that stand below each other."""

    pieces: tuple[_Piece, ...]

    @cached_property
    def width(self) -> int:
        """Its columns; titles and rules are wrapped to them."""
        return max(piece.width for piece in self.pieces)

    @cached_property
    def headings(self) -> tuple[tuple[Text, ...], ...]:
        """Of each piece, the lines of its title and its rule, from row 0 on."""
        return tuple(
            tuple(Text(row, 0, line, style) for row, (line, style) in enumerate(self._lines(piece)))
            for piece in self.pieces
        )

    def _lines(self, piece: _Piece) -> Iterator[tuple[str, Style]]:
        # The column between two stacks is free, too.
        room = int((self.width + 1) * CELL / CHARACTER) - 1
        for line in _wrapped(piece.title, room):
            yield line, piece.direction
        for line in _wrapped(piece.rule, room):
            yield line, "rule"

    @property
    def free(self) -> int:
        """The rows between its first cells and those below its heading: of captions, if none is."""
        first = self.pieces[0]
        return int(not first.is_flat and not any(i.caption for i in first.group.volumes[0].items))

    @property
    def tops(self) -> list[int]:
        """The first row of each piece's cells, those of captions included, from row 0 on."""
        heights = [piece.height for piece in self.pieces]
        above = [len(lines) for lines in self.headings[1:]]
        return list(accumulate(map(add, heights, above), initial=0))

    @property
    def above(self) -> int:
        """The rows of its first heading."""
        return len(self.headings[0]) - self.free

    @property
    def height(self) -> int:
        """Its rows, from its first piece's cells on."""
        return self.tops[-1] + self.pieces[-1].height

    @cached_property
    def rows(self) -> int:
        """All its rows."""
        return self.above + self.height

    def placed(self, first: Place) -> Iterator[Placed]:
        """Place its slices, those of its first piece from the row `first` on."""
        for top, piece in zip(self.tops, self.pieces, strict=True):
            yield from piece.placed(first._replace(row=first.row + top))

    def texts(self, first: Place) -> Iterator[Text]:
        """Yield the titles and rules of its pieces, each directly above its cells."""
        for top, lines in zip(self.tops, self.headings, strict=True):
            for text in lines:
                row = first.row + top - len(lines) + self.free + text.row
                yield Text(row, first.column, text.text, text.style)

    @property
    def columns(self) -> int:
        """The columns that it takes with its texts, which may need the one behind it."""
        lines = [text.text for texts in self.headings for text in texts]
        return min(max(self.width, *map(text_columns, lines)), self.width + 1)

    def joined(self, other: Stack) -> Stack:
        """Return it with another one below it."""
        return Stack(self.pieces + other.pieces)


def stacks(groups: Sequence[Group], direction: Direction) -> list[Stack]:
    """Return the stacks of a layer in a section: the first tiles of all groups, then the next."""
    pieces = [list(_pieces(group, direction)) for group in groups]
    turns = zip_longest(*pieces)
    return [stack for turn in turns for stack in _stacked([each for each in turn if each])]


def _pieces(group: Group, direction: Direction) -> Iterator[_Piece]:
    """Yield a group in pieces that fit a page with their headings, if a tile does."""
    whole = _Piece(group, direction, range(group.tiles))
    room = ROOM - Stack((whole,)).above
    most = max(1, room // group.tile_height)
    if Stack((whole,)).rows <= ROOM:
        most = group.tiles
    for first in range(0, group.tiles, most):
        yield _Piece(group, direction, range(first, min(first + most, group.tiles)))


def _stacked(pieces: Sequence[_Piece]) -> list[Stack]:
    """Return the pieces as stacks: vectors below each other, on the way forward short ones."""
    found: list[Stack] = []
    for piece in pieces:
        both = Stack((*found[-1].pieces, piece)) if found else None
        if both and both.rows <= ROOM and _stand_together(*both.pieces[-2:]):
            found[-1] = both
        else:
            found.append(Stack((piece,)))
    return found


def _stand_together(first: _Piece, second: _Piece) -> bool:
    is_short = first.is_short and second.is_short
    return first.is_flat and second.is_flat and (is_short or first.direction != "forward")


def packed(found: Sequence[Stack], most: int) -> list[Stack]:
    """Return stacks below each other as far as they are no higher than others of their section."""
    joined: list[Stack] = []
    for stack in found:
        if joined and joined[-1].joined(stack).rows <= most:
            joined[-1] = joined[-1].joined(stack)
        else:
            joined.append(stack)
    return joined
