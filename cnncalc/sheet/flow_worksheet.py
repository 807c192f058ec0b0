"""A worksheet that flows: stages to be filled in, and unseen ones that mark what is filled in.

It leaves the same cells blank as the workbook of the same options, and marks them by the same rule.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from cnncalc.sheet.blocks import EACH
from cnncalc.sheet.flow import Flow, Slice, Stage
from cnncalc.sheet.plan import Block, Formula, Quantity, Reference, StageScale, Values
from cnncalc.sheet.planning import make_plan
from cnncalc.sheet.worksheet import (
    MARK,
    WorksheetOptions,
    as_worksheet,
    is_answer,
    marks_of,
    solution_of,
    worksheet_identity,
)

__all__ = ["FlowWorksheet", "as_flow_worksheet"]


@dataclass(frozen=True)
class FlowWorksheet:
    """A flow whose results are to be filled in, and its values: NaN for a blank.

    It is called by its `header`. Where it holds the solution, `marks` leads from each stage of
    answers to that of its marks, which are not to be seen, as the solutions before them.
    """

    flow: Flow
    values: Values
    header: str
    blanks: int
    marks: Mapping[int, int]
    seen: int

    def is_hidden(self, stage: Stage) -> bool:
        """Tell whether a stage is not to be seen."""
        return stage.number >= self.seen


def as_flow_worksheet(flow: Flow, values: Values, options: WorksheetOptions) -> FlowWorksheet:
    """Return a calculation's flow with its results, or a share of them, left blank.

    Arguments: the `flow`; its `values`; the options.

    >>> from cnncalc.calculator import pooling_network
    >>> from cnncalc.layers import MaxPooling2D
    >>> from cnncalc.sheet.flow import make_flow
    >>> from cnncalc.sheet.planning import specify
    >>> from cnncalc.sheet.vector_cells import trace_values
    >>> from cnncalc.trace import record
    >>> network = pooling_network((4, 4, 1), MaxPooling2D(2))
    >>> values = trace_values(record(network, np.ones((4, 4))))
    >>> sheet = as_flow_worksheet(make_flow(specify(network)), values, WorksheetOptions())
    >>> sheet.blanks, [stage.volume.quantity.kind for stage in sheet.flow.stages], sheet.marks
    (4, ['input', 'stage', 'solution', 'marks'], {1: 3})
    """
    plan = make_plan([flow.specification])
    filled = as_worksheet(plan, [values], options).values[0]
    stages = [_asked(stage) for stage in flow.stages]
    answers = [stage for stage in flow.stages if _has_answers(stage)]
    marks = {}
    if options.solution:
        for stage in answers:
            solution = _hidden(stages, stage, solution_of, lambda _, block: _entered(block))
            rule = _marked(stage, solution)
            marks[stage.number] = _hidden(stages, stage, marks_of, rule).number
    blanks = sum(
        int(np.isnan(block.slice(filled)).sum()) for stage in answers for block in _answers(stage)
    )
    header = options.header(worksheet_identity(plan, [values], options))
    asked = replace(flow, stages=tuple(stages), curves=())
    return FlowWorksheet(asked, filled, header, blanks, marks, len(flow.stages))


def _answers(stage: Stage) -> list[Block]:
    return [block for part in stage.slices for block in part.blocks if is_answer(block)]


def _has_answers(stage: Stage) -> bool:
    return bool(_answers(stage))


def _asked(stage: Stage) -> Stage:
    """Return a stage with its results to be filled in, whose colours are those of marks alone."""
    if not _has_answers(stage):
        return stage
    slices = (
        replace(
            part,
            blocks=tuple(_entered(block) if is_answer(block) else block for block in part.blocks),
        )
        for part in stage.slices
    )
    volume = replace(stage.volume, scale=StageScale.NONE)
    return replace(stage, volume=volume, slices=tuple(slices))


def _entered(block: Block) -> Block:
    return replace(block, role="answer", formula=None)


def _hidden(
    stages: list[Stage],
    stage: Stage,
    named: Callable[[Quantity], Quantity],
    drawn: Callable[[int, Block], Block],
) -> Stage:
    """Add a stage of the same form behind all others, and return it.

    Arguments: all `stages` by now; the `stage` that it belongs to; how its quantities are `named`;
    how a block, of the slice of a number in its stage, is `drawn`.
    """
    first = stages[-1].slices[-1].number + 1
    slices = tuple(
        Slice(
            first + place,
            part.item,
            tuple(
                replace(drawn(place, block), quantity=named(block.quantity))
                for block in part.blocks
                if is_answer(block)
            ),
        )
        for place, part in enumerate(stage.slices)
    )
    volume = replace(stage.volume, quantity=named(stage.volume.quantity))
    stages.append(replace(stage, number=len(stages), volume=volume, slices=slices))
    return stages[-1]


def _marked(stage: Stage, solution: Stage) -> Callable[[int, Block], Block]:
    """Return how a mark is drawn: it reads an answer, and its solution in the same cell."""

    def drawn(place: int, block: Block) -> Block:
        cells = [
            Reference(str(part.number), block.row, block.column, 1, 1, *EACH)
            for part in (stage.slices[place], solution.slices[place])
        ]
        return replace(block, role="formula", formula=Formula(MARK, tuple(cells)))

    return drawn
