"""Each number of a gradient has the cell of a training's workbook that holds it."""

import numpy as np
import pytest

from cnncalc.sheet.training.inputs import training_records
from cnncalc.tasks.places import gradient_place
from cnncalc.training_step.explaining import STAGES, explain_gradient
from tests.sheet.training.branching import BRANCHING
from tests.sheet.training.test_branching import workbook

# Of each gradient, so many numbers.
FEW = 3


@pytest.mark.parametrize("name", BRANCHING)
def test_the_cell_of_a_gradients_number_holds_it(name):
    made = workbook(name)
    blocks = [block for sheet in made.plan.sheets for block in sheet.blocks]
    drawn = {block.quantity for block in blocks}
    specification = made.specification
    record = next(training_records(specification, specification.training, made.values))
    generator, count = np.random.default_rng(0), 0
    for step in record.layers:
        for stage in STAGES:
            values = step.gradient_by(stage)
            if values is None:
                continue
            for flat in generator.choice(values.size, min(FEW, values.size), replace=False):
                sample, *at = map(int, np.unravel_index(flat, values.shape))
                explanation = explain_gradient(record, step.layer.name, stage, tuple(at), sample)
                quantity, place = gradient_place(record, explanation, blocks)
                if quantity in drawn:
                    count += 1
                    assert made.values[quantity][place] == pytest.approx(explanation.value)
    assert count > 10
