"""Architectures, tables, gradients and steps as figures."""

from dataclasses import replace

import numpy as np
import pytest

from cnncalc.cases import check_cases
from cnncalc.network import initialize
from cnncalc.notation import parse
from cnncalc.summary import summarize
from cnncalc.training.losses import LOSSES
from cnncalc.training.metrics import ClassReport
from cnncalc.training.optimizers import SGD
from cnncalc.training_step import record_steps
from cnncalc.training_step.explaining import explain_gradient
from cnncalc.views.figure.architecture import draw_architecture
from cnncalc.views.figure.gradient_figure import draw_gradient
from cnncalc.views.figure.report_figures import cases_table, classes_table, predictions_table
from cnncalc.views.figure.step_figure import draw_step
from cnncalc.views.figure.table_figure import Table, draw_table
from cnncalc.views.predictions import Prediction
from tests.layer_examples import EVERY_EXAMPLE
from tests.views.figure.drawn import (
    HOSTILE,
    find_text,
    pictures,
    rectangles,
    require_inside,
    texts,
)


def summary(text, shape):
    network = initialize(parse(text).layers, shape)
    return summarize(network.layers, shape)


def test_an_architecture_names_every_layer_its_shape_and_its_parameters():
    found = summary(
        "Conv2D(10, 5, activation='relu'); MaxPooling2D(2); Flatten(); Dense(2)", (28, 28, 1)
    )
    drawing = draw_architecture(found, "light", "a network")
    require_inside(drawing)
    shown = texts(drawing)
    assert {
        "a network",
        "input",
        "conv2d",
        "24×24×10",
        "260 parameters",
        "12×12×10",
        "1,440",
    } <= set(shown)
    assert "3,142 parameters · 146,880 multiply-adds an image" in shown
    assert drawing.description.startswith("input 28×28×1; conv2d 24×24×10; ")


def test_a_larger_volume_is_a_larger_block():
    found = summary("MaxPooling2D(2); MaxPooling2D(2)", (32, 32, 3))
    drawing = draw_architecture(found)
    heights = [
        max(y for _, y in shape.points) - min(y for _, y in shape.points)
        for shape in drawing.shapes
        if type(shape).__name__ == "Polygon" and len(shape.points) == 4
    ]
    fronts = heights[2::3]
    assert fronts == sorted(fronts, reverse=True)
    assert fronts[0] > fronts[1] > fronts[2]


def test_a_long_network_goes_on_in_the_next_row():
    found = summary(
        "; ".join(["Conv2D(4, 3, padding='same', activation='relu')"] * 12), (16, 16, 1)
    )
    drawing = draw_architecture(found, "dark", HOSTILE)
    require_inside(drawing)
    assert drawing.width < 1300
    rows = {round(find_text(drawing, f"conv2d_{number}").y) for number in range(1, 12)}
    assert len(rows) > 1


@pytest.mark.parametrize("example", EVERY_EXAMPLE, ids=str)
def test_every_layer_has_a_block(example):
    drawing = draw_architecture(summarize(example.network.layers, example.shape))
    require_inside(drawing)
    assert example.network.layers[0].name in texts(drawing)


def test_a_table_has_its_columns_below_each_other():
    rows = (("cat", "12", "3"), (HOSTILE, "1", "1,000"))
    drawing = draw_table(Table("A table", ("name", "one", "two"), rows, ("A note.",)))
    require_inside(drawing)
    twelve, one = find_text(drawing, "12"), find_text(drawing, "1")
    assert (twelve.x, twelve.anchor) == (one.x, "end")
    assert find_text(drawing, "cat").anchor == "start"
    assert find_text(drawing, "name").y < find_text(drawing, "cat").y < one.y
    assert find_text(drawing, "A note.").y > one.y


def test_a_confusion_matrix_is_coloured_by_the_share_of_its_row():
    report = ClassReport(("cat", "dog"), np.array([[3, 1], [0, 4]]))
    drawing = draw_table(classes_table(report, "pets", "loss 0.5"))
    assert "pets: 7 of 8 right (87.50%)" in texts(drawing)
    fills = [box.fill for box in rectangles(drawing)]
    assert len(fills) == 4
    assert fills[3] == "#00441b"
    assert fills[2] == "#f7fcf5"
    assert {"75%", "100%", "80%", "loss 0.5"} <= set(texts(drawing))


def test_many_classes_have_a_row_each():
    names = tuple(f"class {number}" for number in range(30))
    table = classes_table(ClassReport(names, np.eye(30, dtype=int)), "many", "loss 0")
    assert (len(table.rows), len(table.headings)) == (30, 4)


def test_what_images_are_taken_for_is_a_table_of_the_likeliest_classes():
    names = ("cat", HOSTILE, "dog")
    probable = Prediction("a.png", names, np.array([0.2, 0.5, 0.3]), "probability")
    table = predictions_table([probable, replace(probable, name="b.png")], 2)
    assert [row[0] for row in table.rows] == ["a.png", "", "b.png", ""]
    assert table.rows[1][1:] == ("dog", "0.3")
    assert table.shares[0] == (None, None, 0.5)
    require_inside(draw_table(table))
    scored = replace(probable, kind="score", outputs=np.array([-3.0, 2.0, 1.0]))
    assert predictions_table([scored], 1).shares == ((None, None, None),)


def test_the_cases_of_the_article_are_a_table():
    table = cases_table(check_cases("1", "average"))
    assert table.rows[0] == ("1", "One weight", "68", "68", "the article", "none")
    assert table.rows[1][4] == "a calculation by hand"


@pytest.fixture(scope="module")
def step():
    text = "Conv2D(2, 3, activation='relu'); MaxPooling2D(2); Flatten(); Dense(3, 'softmax')"
    network = initialize(parse(text).layers, (6, 6, 1))
    images = np.random.default_rng(0).random((2, 6, 6, 1))
    loss = LOSSES["categorical_crossentropy"]
    return next(record_steps(network, loss, SGD(learning_rate=0.1), [(images, np.array([0, 2]))]))


def test_a_step_shows_samples_gradients_and_updates(step):
    drawing = draw_step(step, 4, "light", ["cat", HOSTILE, "cow"], "epoch 1")
    require_inside(drawing)
    shown = texts(drawing)
    assert any(text.startswith("Step 1 · epoch 1 · 2 samples · loss ") for text in shown)
    assert any(text.startswith("→ Sample 1 · class cow · loss ") for text in shown)
    for update in step.updates:
        assert f"{update.layer} {update.weight}" in shown
    assert shown.count("After the step") == len(step.updates) == 4
    assert len(pictures(drawing)) > 6


def test_a_gradient_shows_errors_times_inputs(step):
    explanation = explain_gradient(step, "conv2d", "kernel", (0, 1, 0, 1))
    drawing = draw_gradient(step, explanation, 4, "light", "Title")
    require_inside(drawing)
    shown = texts(drawing)
    assert any(
        text.startswith("Gradient of the loss by conv2d kernel (0, 1, 0, 1) = ") for text in shown
    )
    assert [shown.count(name) for name in ("errors", "input under the weight", "products")] == [
        2
    ] * 3
    assert any(text.startswith("mean loss of 2 samples: ") for text in shown)


def test_every_gradient_of_a_step_is_drawn(step):
    for update in step.updates:
        at = (0,) * update.before.ndim
        explanation = explain_gradient(step, update.layer, update.weight, at)
        require_inside(draw_gradient(step, explanation, 4, "dark"))
