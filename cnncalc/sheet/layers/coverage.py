"""Which of a pooling's windows lie on each cell of its input, direction by direction.

Cells of one row of windows follow a rule that comes back a stride further on, one window later;
near the edges there are fewer windows. Runs of cells that keep to one rule become one block.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from cnncalc.geometry import Axis, Geometry
from cnncalc.rules.directions import Window
from cnncalc.sheet.blocks import Draw, Finder, Index
from cnncalc.sheet.plan import Block, Formula, Quantity, Tiled

__all__ = ["Cell", "Cover", "Run", "cover", "covered", "runs"]


class Cover(NamedTuple):
    """The windows on one cell, in one direction: `windows` of them, from the `first` on.

    `offset` is the cell's place in the first window, counted from 0; in each window after that it
    is a stride less.
    """

    first: int
    windows: int
    offset: int


class Run(NamedTuple):
    """`length` cells from the input's `start` on, of which the first have the `covers`.

    There are as many covers as the stride is long, or as there are cells; after that they come
    back, one window further on each time.
    """

    start: int
    length: int
    covers: tuple[Cover, ...]


def cover(axis: Axis, cell: int) -> Cover:
    """Return the windows on a cell, counted without padding.

    >>> cover(Axis(size=5, kernel=3, stride=2, dilation=1, before=0, after=0), 2)
    Cover(first=0, windows=2, offset=2)
    """
    windows = Window(axis).seen_by(cell)
    if not windows:
        return Cover(0, 0, 0)
    first, (offset,) = windows[0]
    return Cover(first, len(windows), offset)


def runs(axis: Axis) -> list[Run]:
    """Return all cells of an input in one direction as runs that keep to one rule.

    >>> [run.length for run in runs(Axis(5, 2, 2, 1, 0, 0))]
    [4, 1]
    """
    found: list[list[Cover]] = []
    for cell in range(axis.size):
        windows = cover(axis, cell)
        if found and _continues(found[-1], windows, axis.stride):
            found[-1].append(windows)
        else:
            found.append([windows])
    lengths = [len(covers) for covers in found]
    starts = [sum(lengths[:place]) for place in range(len(lengths))]
    return [
        Run(start, len(covers), tuple(covers[: axis.stride]))
        for start, covers in zip(starts, found, strict=True)
    ]


def _continues(covers: list[Cover], windows: Cover, stride: int) -> bool:
    """Tell whether a cell's windows are those of the cell a stride before, one further on."""
    if len(covers) < stride:
        return True
    before = covers[-stride]
    shifted = before._replace(first=before.first + 1) if before.windows else before
    return windows == shifted


class Cell(NamedTuple):
    """A cell of the input, and the windows that lie on it in both directions."""

    row: int
    column: int
    down: Cover
    across: Cover


def covered(
    quantity: Quantity, geometry: Geometry, formula: Callable[[Cell, Index, Finder], Formula]
) -> Draw:
    """Return the rule for slices of the input's size, each cell a formula of its windows.

    Arguments: what the slices show; the windows' `geometry`; the `formula` of a cell, whose
    references move by EACH from window to window, and by the strides from cell to cell.
    """
    rows, columns = runs(geometry.vertical), runs(geometry.horizontal)

    def draw(index: Index, find: Finder) -> tuple[Block, ...]:
        def tile(down: Run, across: Run) -> tuple[tuple[Formula, ...], ...]:
            return tuple(
                tuple(
                    formula(
                        Cell(down.start + i, across.start + j, vertical, horizontal), index, find
                    )
                    for j, horizontal in enumerate(across.covers)
                )
                for i, vertical in enumerate(down.covers)
            )

        return tuple(
            Block(
                *(down.start, across.start, down.length, across.length, "formula", quantity, index),
                *(down.start, across.start, Tiled(tile(down, across))),
            )
            for down in rows
            for across in columns
        )

    return draw
