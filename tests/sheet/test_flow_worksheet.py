"""Worksheets that flow are those of workbooks, cell by cell."""

from __future__ import annotations

import numpy as np
import pytest

from cnncalc.calculator import Calculation
from cnncalc.layers import MaxPooling2D
from cnncalc.sheet.flow import make_flow
from cnncalc.sheet.flow_worksheet import as_flow_worksheet
from cnncalc.sheet.planning import make_plan, specify
from cnncalc.sheet.values import trace_as_written
from cnncalc.sheet.vector_cells import trace_values
from cnncalc.sheet.worksheet import MARK, WorksheetOptions, as_worksheet

IMAGE = np.random.default_rng(2).integers(0, 256, (6, 6, 1))
NETWORK = Calculation(
    [[1.0, 0.5], [0.25, 2.0]], padding="same", activation="relu", pooling=MaxPooling2D(2)
).network(IMAGE.shape)
VALUES = trace_values(trace_as_written(NETWORK, IMAGE))
FLOW = make_flow(specify(NETWORK))


@pytest.mark.parametrize("options", [WorksheetOptions(), WorksheetOptions(0.4, 7, number=3)])
def test_it_asks_for_the_same_cells_as_the_workbook(options):
    sheet = as_flow_worksheet(FLOW, VALUES, options)
    workbook = as_worksheet(make_plan([FLOW.specification]), [VALUES], options)
    blank = {key: np.isnan(array) for key, array in workbook.values[0].items()}
    for part in sheet.flow.slices:
        for block in part.blocks:
            if block.role == "answer":
                asked = np.isnan(block.slice(sheet.values))
                np.testing.assert_array_equal(asked, block.slice(blank))
    assert sheet.header in workbook.plan.sheets[0].header


def test_answers_have_no_formula_and_what_only_copies_keeps_its_own():
    sheet = as_flow_worksheet(FLOW, VALUES, WorksheetOptions(solution=False))
    for before, after in zip(FLOW.stages, sheet.flow.stages, strict=True):
        blocks = [block for part in after.slices for block in part.blocks]
        if before.volume.is_result:
            assert {(block.role, block.formula) for block in blocks} == {("answer", None)}
        else:
            assert blocks == [block for part in before.slices for block in part.blocks]


def test_each_answer_is_marked_against_its_solution_in_the_same_cell():
    sheet = as_flow_worksheet(FLOW, VALUES, WorksheetOptions())
    for answers, marks in sheet.marks.items():
        for asked, marked in zip(
            sheet.flow.stages[answers].slices, sheet.flow.stages[marks].slices, strict=True
        ):
            [block], [mark] = asked.blocks, marked.blocks
            answer, solution = mark.formula.references
            assert mark.formula.template == MARK
            assert (mark.row, mark.column) == (block.row, block.column)
            assert (answer.sheet, answer.row) == (str(asked.number), block.row)
            [right] = sheet.flow.slices[int(solution.sheet)].blocks
            np.testing.assert_array_equal(right.slice(sheet.values), block.slice(VALUES))
    assert len(sheet.marks) == 3


def test_without_a_solution_there_is_nothing_to_read_it_from():
    sheet = as_flow_worksheet(FLOW, VALUES, WorksheetOptions(solution=False))
    assert len(sheet.flow.stages) == len(FLOW.stages)
    assert sheet.marks == {}
    assert all(
        block.formula is None or block.role != "answer"
        for part in sheet.flow.slices
        for block in part.blocks
    )


def test_the_numbers_of_slices_go_on():
    sheet = as_flow_worksheet(FLOW, VALUES, WorksheetOptions())
    assert [part.number for part in sheet.flow.slices] == list(range(len(sheet.flow.slices)))
