"""What is shown in turn when a calculation plays: cell by cell, slice by slice, or stage by stage.

Made once, as data: a page plays it, a film draws it, a terminal prints it. What a scene's cells are
made of follows from their formulas.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from graphlib import TopologicalSorter
from heapq import heappop, heappush
from itertools import chain
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
# They only copy what stands elsewhere.
_COPIES = (StageName.PADDED_INPUT, HelperName.DILATED_KERNEL)


class Pace(StrEnum):
    """How much of a stage appears at once."""

    CELLS = "cells"
    SLICES = "slices"
    WHOLE = "whole"


class Run(NamedTuple):
    """A stage by its number, and how it appears."""

    stage: int
    pace: Pace


class Scene(NamedTuple):
    """The slices that appear at once, by their numbers, or of a single one some cells.

    `row` and `column` are those of the cell that is explained: the last one that appears.
    """

    stage: int
    slices: tuple[int, ...]
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
    (Run(stage=1, pace=<Pace.CELLS: 'cells'>),)
    >>> [(scene.row, scene.column) for scene in scenes(flow)]
    [(0, 0), (0, 1), (1, 0), (1, 1)]
    """
    is_single = flow.specification.layout in ("steps", "article", "output size")
    most = MOST_CELLS if is_single else MOST_CELLS_OF_MANY
    return tuple(Run(stage.number, _pace(stage, most)) for stage in _in_order(flow))


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


def scenes(flow: Flow) -> Iterator[Scene]:
    """Yield the scenes of a calculation in order."""
    for number, pace in runs(flow):
        stage = flow.stages[number]
        numbers = tuple(part.number for part in stage.slices)
        last = (stage.volume.height - 1, stage.volume.width - 1)
        match pace:
            case Pace.WHOLE:
                yield Scene(number, numbers, *last, is_cell=False)
            case Pace.SLICES:
                yield from (Scene(number, (part,), *last, is_cell=False) for part in numbers)
            case Pace.CELLS:
                for part in stage.slices:
                    for row, column in _calculated_cells(part):
                        yield Scene(number, (part.number,), row, column, is_cell=True)


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
