"""The moments of a play: its scenes, those of large matrices row by row."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from cnncalc.sheet.flow import Flow
from cnncalc.sheet.scenes import Region, Scene, cell_formula, scenes

__all__ = ["Appearance", "Moment", "appearances", "make_moments"]

Appearance = NDArray[np.int64]

# A matrix that appears at once fills up in so many steps: of one calculation, or of a network.
_STEPS, _STEPS_OF_MANY = 24, 6
_LEAST_ROWS = 8


@dataclass(frozen=True)
class Moment:
    """What is shown: a `scene`, as far as it is drawn, and the cell that is explained.

    Of its `slices` the rows from `begin` to `row` appear, or a single cell.
    """

    scene: Scene
    slices: tuple[int, ...]
    begin: int
    row: int
    column: int

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
        return np.s_[self.begin : self.row + 1, 0 : shape[1]]


def make_moments(flow: Flow, drawn: Collection[int]) -> tuple[Moment, ...]:
    """Return the moments of a flow.

    Arguments: the `flow`; the numbers of the slices that are `drawn`: others play unseen.
    """
    return tuple(moment for scene in scenes(flow) for moment in _moments(flow, scene, drawn))


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


def _moments(flow: Flow, scene: Scene, drawn: Collection[int]) -> Iterator[Moment]:
    slices = tuple(number for number in scene.slices if number in drawn)
    if not slices:
        return
    if scene.is_cell:
        yield Moment(scene, slices, scene.row, scene.row, scene.column)
        return
    height = scene.row + 1
    is_single = flow.specification.layout in ("steps", "article")
    most = _STEPS if is_single else _STEPS_OF_MANY
    count = min(most, height) if height >= _LEAST_ROWS and not _copies(flow, scene) else 1
    ends = [round(step * height / count) for step in range(count + 1)]
    for begin, end in pairwise(ends):
        # In the middle of a row more is going on than at its end.
        yield Moment(scene, slices, begin, end - 1, (scene.column + 1) // 2)


def _copies(flow: Flow, scene: Scene) -> bool:
    """Tell whether a scene's numbers only stand elsewhere."""
    formula = cell_formula(flow.slices[scene.slices[-1]], scene.row, scene.column)
    return formula is None or formula.template == "{0}"
