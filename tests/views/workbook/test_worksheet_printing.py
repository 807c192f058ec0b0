"""Answer cells have room for a handwritten number on any paper."""

import numpy as np
import pytest

from cnncalc.calculator import Calculation
from cnncalc.layers import MaxPooling2D
from cnncalc.sheet.paper import Paper
from cnncalc.sheet.planning import make_plan, specify
from cnncalc.sheet.vector_cells import trace_values
from cnncalc.sheet.worksheet import WorksheetOptions, as_worksheet
from cnncalc.trace import record
from cnncalc.views.workbook.measures import Measures
from cnncalc.views.workbook.paging import paged
from tests.views.workbook.drawn import draw

MILLIMETRES = 25.4 / 96


def large():
    kernel = np.ones((3, 3, 1, 3))
    network = Calculation(kernel, activation="relu", pooling=MaxPooling2D(2)).network((28, 28, 1))
    return network, np.ones((28, 28, 1))


CALCULATIONS = {
    "large": large,
    **{f"drawn {seed}": lambda seed=seed: draw(seed) for seed in range(8)},
}


@pytest.mark.parametrize("paper", [Paper.A4, Paper.LETTER])
@pytest.mark.parametrize("name", CALCULATIONS)
def test_an_answer_is_printed_at_least_12_by_8_millimetres(name, paper):
    network, image = CALCULATIONS[name]()
    plan, values = make_plan([specify(network)]), [trace_values(record(network, image))]
    for sheet in as_worksheet(plan, values, WorksheetOptions(0.3)).plan.sheets:
        answers = [block for block in sheet.blocks if block.role == "answer"]
        if answers:
            measures = Measures(sheet)
            scale = int(100 * paged(measures, paper).scale) / 100 * MILLIMETRES
            assert measures.column(answers[0].column) * scale >= 12
            assert measures.row(answers[0].row) * scale >= 8
