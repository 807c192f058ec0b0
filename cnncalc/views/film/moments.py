"""The moments of a play: its scenes, those of large matrices row by row."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from cnncalc.sheet.flow import Flow
from cnncalc.sheet.scenes import Scene, cell_formula, scenes

__all__ = ["Moment", "make_moments"]

# A matrix that appears at once fills up in so many steps: of one calculation, or of a network.
_STEPS, _STEPS_OF_MANY = 24, 6
_LEAST_ROWS = 8


@dataclass(frozen=True)
class Moment:
    """What is shown: a `scene`, as far as its rows `begin` to `row`, and the cell that ends it."""

    scene: Scene
    begin: int
    row: int
    column: int

    def cells(self, shape: tuple[int, int]) -> tuple[slice, slice]:
        """Return which cells of a slice of a `shape` appear."""
        if self.scene.is_cell:
            return np.s_[self.row : self.row + 1, self.column : self.column + 1]
        return np.s_[self.begin : self.row + 1, 0 : shape[1]]


def make_moments(flow: Flow, drawn: frozenset[int]) -> tuple[Moment, ...]:
    """Return the moments of a flow, of those stages that are `drawn`, by their numbers."""
    return tuple(
        moment
        for scene in scenes(flow)
        if scene.stage in drawn
        for moment in _moments(flow, scene)
    )


def _moments(flow: Flow, scene: Scene) -> Iterator[Moment]:
    if scene.is_cell:
        yield Moment(scene, scene.row, scene.row, scene.column)
        return
    height = scene.row + 1
    is_single = flow.specification.layout in ("steps", "article")
    most = _STEPS if is_single else _STEPS_OF_MANY
    count = min(most, height) if height >= _LEAST_ROWS and not _copies(flow, scene) else 1
    ends = [round(step * height / count) for step in range(count + 1)]
    for begin, end in zip(ends, ends[1:], strict=False):
        yield Moment(scene, begin, end - 1, scene.column)


def _copies(flow: Flow, scene: Scene) -> bool:
    """Tell whether a scene's numbers only stand elsewhere."""
    formula = cell_formula(flow.slices[scene.slices[-1]], scene.row, scene.column)
    return formula is None or formula.template == "{0}"
