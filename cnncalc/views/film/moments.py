"""The moments of a play: its scenes, as far as they are drawn."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnncalc.sheet.flow import Flow
from cnncalc.sheet.scenes import Region, Scene, scenes

__all__ = ["Appearance", "Moment", "appearances", "make_moments"]

Appearance = NDArray[np.int64]


@dataclass(frozen=True)
class Moment:
    """What is shown: a `scene`, of the `slices` of it that are drawn."""

    scene: Scene
    slices: tuple[int, ...]

    @property
    def row(self) -> int:
        """The row of the cell that is explained."""
        return self.scene.row

    @property
    def column(self) -> int:
        """Its column."""
        return self.scene.column

    @property
    def slice_number(self) -> int:
        """The number of the slice whose cell is explained."""
        return self.slices[-1]

    @property
    def cell(self) -> Region:
        """The cell that is explained."""
        return Region(self.slice_number, self.row, self.column, 1, 1)

    def cells(self, shape: tuple[int, int]) -> tuple[slice, slice]:
        """Return which cells of a slice of a `shape` appear."""
        if self.scene.is_cell:
            return np.s_[self.row : self.row + 1, self.column : self.column + 1]
        return np.s_[self.scene.first : self.row + 1, 0 : shape[1]]


def make_moments(flow: Flow, drawn: Collection[int]) -> tuple[Moment, ...]:
    """Return the moments of a flow.

    Arguments: the `flow`; the numbers of the slices that are `drawn`: others play unseen.

    >>> from cnncalc import calculate
    >>> from cnncalc.tasks.flows import trace_flow
    >>> trace = calculate("article:6x6", "edge")
    >>> made = trace_flow(trace)
    >>> moments = make_moments(made.flow, range(3))
    >>> len(moments), moments[1].scene.is_cell, moments[1].row, moments[1].column
    (16, True, 0, 1)
    """
    parts = ((scene, [part for part in scene.slices if part in drawn]) for scene in scenes(flow))
    return tuple(Moment(scene, tuple(slices)) for scene, slices in parts if slices)


def appearances(
    moments: Sequence[Moment], size_of: Callable[[int], tuple[int, int]]
) -> Mapping[int, Appearance]:
    """Return at which moment each cell of each slice appears: -1 for what is there at once.

    Arguments: the `moments`; what tells the (height, width) of a slice by its number.
    """
    found: dict[int, Appearance] = {}
    for place, moment in enumerate(moments):
        for number in moment.slices:
            size = size_of(number)
            appears = found.setdefault(number, np.full(size, -1, dtype=np.int64))
            cells = moment.cells(size)
            appears[cells] = np.where(appears[cells] < 0, place, appears[cells])
    return found
