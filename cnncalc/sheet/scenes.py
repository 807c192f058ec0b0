"""What is shown in turn when a calculation plays: cell by cell, slice by slice, or stage by stage.

A large matrix fills up by rows.

Made once, as data: a page plays it, a film draws it, a terminal prints it. What a scene's cells are
made of follows from their formulas.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from graphlib import TopologicalSorter
from heapq import heappop, heappush
from itertools import chain, pairwise
from math import inf
from typing import NamedTuple

from cnncalc.sheet.flow import Flow, Slice, Stage
from cnncalc.sheet.plan import Block, Formula, Reference, Tiled
from cnncalc.trace.stage_names import HelperName, StageName

__all__ = [
    "CellFormula",
    "Pace",
    "Region",
    "Run",
    "Scene",
    "cell_formula",
    "read",
    "runs",
    "scenes",
]

# A calculation of one window plays cell by cell up to so many cells, a network's stage up to so
# many; up to so many slices, it plays slice by slice.
MOST_CELLS, MOST_CELLS_OF_MANY, MOST_SLICES = 512, 64, 32
# A slice of many rows that appears at once fills up in so many groups of them: of one calculation,
# or of a network.
MOST_GROUPS, MOST_GROUPS_OF_MANY = 24, 6
_LEAST_ROWS = 8
# They only copy what stands elsewhere.
_COPIES = (StageName.PADDED_INPUT, HelperName.DILATED_KERNEL)


class Pace(StrEnum):
    """How much of a stage appears at once."""

    CELLS = "cells"
    SLICES = "slices"
    WHOLE = "whole"


class Run(NamedTuple):
    """A stage by its number, and how it appears: a slice that isn't there cell by cell in `groups`.

    Of these each has as many rows as the others, or one more.
    """

    stage: int
    pace: Pace
    groups: int = 1


class Scene(NamedTuple):
    """What appears at once: of `slices`, by their numbers, the rows `first` to `row`; or a cell.

    `row` and `column` are those of the cell that is explained. Of rows it is in the middle of the
    last one: there more is going on than at its end.
    """

    stage: int
    slices: tuple[int, ...]
    first: int
    row: int
    column: int
    is_cell: bool


class Region(NamedTuple):
    """A rectangle of cells of a slice that a formula reads."""

    slice: int
    row: int
    column: int
    height: int
    width: int


@dataclass(frozen=True)
class CellFormula:
    """The formula of one cell: its template, and what its places stand for there."""

    template: str
    regions: tuple[Region, ...]


def runs(flow: Flow) -> tuple[Run, ...]:
    """Return the stages that are calculated, in the order in which they play.

    Each comes after all that it is made of; on the way back the last column comes first. Inputs and
    weights are there from the beginning.

    >>> from cnncalc.layers import MaxPooling2D
    >>> from cnncalc.sheet.flow import make_flow
    >>> from cnncalc.sheet.plan import Specification
    >>> flow = make_flow(Specification("", (MaxPooling2D(2, name="pool"),), (4, 4, 1)))
    >>> runs(flow)
    (Run(stage=1, pace=<Pace.CELLS: 'cells'>, groups=1),)
    >>> [(scene.row, scene.column) for scene in scenes(flow)]
    [(0, 0), (0, 1), (1, 0), (1, 1)]
    """
    is_single = flow.specification.layout in ("steps", "article", "output size")
    most = MOST_CELLS if is_single else MOST_CELLS_OF_MANY
    groups = MOST_GROUPS if is_single else MOST_GROUPS_OF_MANY
    paces = ((stage, _pace(stage, most)) for stage in _in_order(flow))
    return tuple(Run(stage.number, pace, _groups(stage, pace, groups)) for stage, pace in paces)


def _in_order(flow: Flow) -> Iterator[Stage]:
    """Yield the stages that have formulas: of those that can be calculated, whose turn it is."""
    order: TopologicalSorter[int] = TopologicalSorter(_read_stages(flow))
    order.prepare()
    ready: list[tuple[tuple[float, bool, int, int], int]] = []
    while order.is_active():
        for number in order.get_ready():
            heappush(ready, (_turn(flow, flow.stages[number]), number))
        _, number = heappop(ready)
        order.done(number)
        if any(block.formula for part in flow.stages[number].slices for block in part.blocks):
            yield flow.stages[number]


def _read_stages(flow: Flow) -> dict[int, set[int]]:
    """Return which other stages a stage is made of."""
    standing = {part.number: stage.number for stage in flow.stages for part in stage.slices}
    return {
        stage.number: {
            standing[int(reference.sheet)]
            for part in stage.slices
            for block in part.blocks
            for formula in _formulas(block)
            for reference in formula.references
        }
        - {stage.number}
        for stage in flow.stages
    }


def _formulas(block: Block) -> Iterable[Formula]:
    match block.formula:
        case Tiled(formulas):
            return chain.from_iterable(formulas)
        case Formula() as formula:
            return (formula,)
    return ()


def _turn(flow: Flow, stage: Stage) -> tuple[float, bool, int, int]:
    """Return when a stage's turn comes: what sums a step or a training up, after all of it."""
    lane, sums_up = flow.lanes[stage.lane], stage.volume.quantity.kind == "training"
    step = inf if lane.step is None else lane.step
    column = -stage.column if lane.direction == "backward" else stage.column
    return step, sums_up, stage.lane, column


def _pace(stage: Stage, most: int) -> Pace:
    volume = stage.volume
    if volume.quantity.name in _COPIES:
        return Pace.WHOLE
    if len(stage.slices) * volume.height * volume.width <= most:
        return Pace.CELLS
    return Pace.SLICES if 1 < len(stage.slices) <= MOST_SLICES else Pace.WHOLE


def _groups(stage: Stage, pace: Pace, most: int) -> int:
    """Return in how many groups of rows a stage's slices fill up; copies are there at once."""
    height, width = stage.volume.height, stage.volume.width
    if pace == Pace.CELLS or height < _LEAST_ROWS:
        return 1
    formula = cell_formula(stage.slices[-1], height - 1, width - 1)
    return 1 if formula is None or formula.template == "{0}" else min(most, height)


def scenes(flow: Flow) -> Iterator[Scene]:
    """Yield the scenes of a calculation in order."""
    for run in runs(flow):
        stage = flow.stages[run.stage]
        numbers = tuple(part.number for part in stage.slices)
        match run.pace:
            case Pace.WHOLE:
                yield from _filling(run, stage, numbers)
            case Pace.SLICES:
                for number in numbers:
                    yield from _filling(run, stage, (number,))
            case Pace.CELLS:
                for part in stage.slices:
                    for row, column in _calculated_cells(part):
                        yield Scene(run.stage, (part.number,), row, row, column, is_cell=True)


def _filling(run: Run, stage: Stage, slices: tuple[int, ...]) -> Iterator[Scene]:
    """Yield the scenes in which slices fill up together, by groups of rows."""
    height, middle = stage.volume.height, stage.volume.width // 2
    starts = [group * height // run.groups for group in range(run.groups + 1)]
    for first, after in pairwise(starts):
        yield Scene(run.stage, slices, first, after - 1, middle, is_cell=False)


def _calculated_cells(part: Slice) -> list[tuple[int, int]]:
    """Return the cells of a slice that have formulas, row by row."""
    return sorted(
        (block.row + row, block.column + column)
        for block in part.blocks
        if block.formula
        for row in range(block.height)
        for column in range(block.width)
    )


def cell_formula(part: Slice, row: int, column: int) -> CellFormula | None:
    """Return the formula of one cell of a slice, None where it has none.

    >>> from cnncalc.layers import MaxPooling2D
    >>> from cnncalc.sheet.flow import make_flow
    >>> from cnncalc.sheet.plan import Specification
    >>> flow = make_flow(Specification("", (MaxPooling2D(2, name="pool"),), (4, 4, 1)))
    >>> cell_formula(flow.slices[1], 0, 1)
    CellFormula(template='MAX({0})', regions=(Region(slice=0, row=0, column=2, height=2, width=2),))
    """
    for block in part.blocks:
        i, j = row - block.row, column - block.column
        if 0 <= i < block.height and 0 <= j < block.width:
            return None if block.formula is None else _formula_at(block, i, j)
    return None


def _formula_at(block: Block, row: int, column: int) -> CellFormula:
    formula = block.formula
    if isinstance(formula, Tiled):
        row, inner_row = divmod(row, len(formula.formulas))
        column, inner_column = divmod(column, len(formula.formulas[0]))
        formula = formula.formulas[inner_row][inner_column]
    assert isinstance(formula, Formula)  # noqa: S101 (for the type checker: None has no cells here)
    regions = (_region(reference, row, column) for reference in formula.references)
    return CellFormula(formula.template, tuple(regions))


def _region(reference: Reference, row: int, column: int) -> Region:
    down, across = reference.down, reference.across
    return Region(
        int(reference.sheet),
        reference.row + row * down.rows + column * across.rows,
        reference.column + row * down.columns + column * across.columns,
        reference.height,
        reference.width,
    )


def read(flow: Flow, scene: Scene) -> tuple[Region, ...]:
    """Return what the explained cell of a scene is made of."""
    found = cell_formula(flow.slices[scene.slices[-1]], scene.row, scene.column)
    return () if found is None else found.regions
