"""What a number of a gradient is made of, cell by cell."""

import numpy as np
import pytest

from cnncalc.network import initialize
from cnncalc.notation import parse
from cnncalc.training.losses import LOSSES
from cnncalc.training.optimizers import SGD
from cnncalc.training_step import record_steps
from cnncalc.training_step.explaining import explain_gradient
from cnncalc.views.figure.gradient_figure import draw_gradient
from cnncalc.views.figure.gradient_grids import gradient_rows
from tests.views.figure.drawn import require_inside, texts

NETWORK = (
    "Conv2D(2, 3, activation='relu'); BatchNormalization(); MaxPooling2D(2); "
    "Conv2D(4, 2, padding='same', strides=2); Flatten(); Dense(3, 'softmax')"
)


def recorded(text, shape, labels):
    network = initialize(parse(text).layers, shape)
    images = np.random.default_rng(0).random((len(labels), *shape))
    batch = (images, np.array(labels))
    loss = LOSSES["categorical_crossentropy"]
    return next(record_steps(network, loss, SGD(learning_rate=0.5), [batch]))


@pytest.fixture(scope="module")
def record():
    return recorded(NETWORK, (8, 8, 1), [0, 2])


def captions(row):
    return [grid.caption for grid in row.grids]


def results(rows):
    return [row.grids[-1].numbers.item() for row in rows if row.grids]


ADDED_UP = [
    ("conv2d", "kernel", (0, 1, 0, 1)),
    ("conv2d", "bias", (1,)),
    ("batch_normalization", "gamma", (0,)),
    ("batch_normalization", "beta", (1,)),
    ("dense", "kernel", (5, 1)),
    ("dense", "bias", (2,)),
    ("dense", "input", (3,)),
    ("conv2d_1", "bias", (3,)),
    ("max_pooling2d", "input", (1, 2, 1)),
    ("conv2d", "pre-activation", (1, 1, 0)),
]


@pytest.mark.parametrize(("layer", "name", "at"), ADDED_UP)
def test_what_is_drawn_adds_up_to_the_gradient(record, layer, name, at):
    explanation = explain_gradient(record, layer, name, at)
    assert sum(results(gradient_rows(record, explanation))) == pytest.approx(explanation.value)


def test_a_bias_is_the_sum_of_each_samples_errors(record):
    rows = gradient_rows(record, explain_gradient(record, "conv2d", "bias", (1,)))
    assert [captions(row) for row in rows] == [
        ["errors of sample 0", "sum"],
        ["errors of sample 1", "sum"],
    ]
    errors = record.layer("conv2d").error
    assert np.array_equal(rows[1].grids[0].numbers, errors[1, :, :, 1])


def test_a_gradient_handed_back_by_filters_shows_their_errors_and_weights(record):
    explanation = explain_gradient(record, "conv2d_1", "input", (1, 1, 0))
    *rows, more = gradient_rows(record, explanation)
    assert captions(rows[0]) == ["all errors, channel 0", "error", "weight", "product"]
    kernel = record.network.weights[3]["kernel"]
    assert [row.grids[2].numbers.item() for row in rows] == kernel[1, 1, 0, :3].tolist()
    assert more.note == "… and 1 more"


def test_what_the_loss_hands_back_stands_beside_all_outputs_and_targets(record):
    explanation = explain_gradient(record, "dense", "pre-activation", (1,), sample=1)
    beside, formula = gradient_rows(record, explanation)
    assert np.array_equal(beside.grids[0].numbers[:, 0], record.outputs[1])
    assert beside.grids[1].numbers[:, 0].tolist() == [0, 0, 1]
    assert beside.grids[0].marked == (1, 0, 1, 1)
    assert captions(formula) == ["output", "target", "samples", "gradient"]


def test_a_formula_has_a_cell_for_each_of_its_numbers(record):
    explanation = explain_gradient(record, "batch_normalization", "input", (1, 1, 0))
    [row] = gradient_rows(record, explanation)
    assert captions(row) == [*(name for name, _ in explanation.parameters), "gradient"]
    assert results([row]) == [explanation.value]


def test_of_many_terms_the_largest_are_drawn():
    record = recorded("Conv2D(1, 3); Flatten(); Dense(2, 'softmax')", (20, 20, 1), [1])
    explanation = explain_gradient(record, "conv2d", "bias", (0,))
    [row] = gradient_rows(record, explanation)
    assert row.note == "The 12 largest of 324 terms:"
    sizes = np.abs(row.grids[0].numbers[:, 0]).tolist()
    assert sizes == sorted(sizes, reverse=True)


def test_a_figure_says_what_the_step_makes_of_a_weight(record):
    explanation = explain_gradient(record, "conv2d", "bias", (1,))
    drawing = draw_gradient(record, explanation, 4, "light")
    require_inside(drawing)
    shown = texts(drawing)
    assert "What SGD with a learning rate of 0.5 makes of the weight:" in shown
    assert {"weight", "gradient", "new weight"} <= set(shown)
    after = record.update("conv2d", "bias").after[1]
    assert f"{after:.4f}".rstrip("0").replace("-", "−") in shown


def test_a_gradient_by_a_stage_updates_nothing(record):
    explanation = explain_gradient(record, "dense", "input", (0,))
    assert "new weight" not in texts(draw_gradient(record, explanation, 4, "light"))
