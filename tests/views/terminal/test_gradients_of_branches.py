"""Gradients on branches in the terminal: who hands what back, whose number a merge's input is."""

import json

import numpy as np

from cnncalc.layers import Add, Dense, GlobalAveragePooling2D, Multiply
from cnncalc.network import assemble
from cnncalc.training.losses import LOSSES
from cnncalc.training.optimizers import SGD
from cnncalc.training_step import record_steps
from cnncalc.training_step.explaining import explain_gradient
from cnncalc.views.figure.gradient_figure import draw_gradient
from cnncalc.views.figure.step_figure import draw_step
from cnncalc.views.step_records import write_gradient_json
from cnncalc.views.terminal.gradient_explanations import render_gradient
from cnncalc.views.terminal.screen import Display
from cnncalc.views.terminal.training_step import StepContext, render_step
from tests.views.terminal.rendering import printed


def a_record():
    """A skip over one unit: the output is 4 × (2 × 3 + 2) = 32, its target 1."""
    layers = [
        Dense(1, use_bias=False, name="first"),
        Dense(1, use_bias=False, name="second"),
        Add(name="add", inputs=("second", "first")),
        Dense(1, use_bias=False, name="last"),
    ]
    kernels = (2.0, 3.0, None, 4.0)
    weights = [{} if value is None else {"kernel": np.full((1, 1), value)} for value in kernels]
    network = assemble(layers, (1,), weights)
    batch = (np.ones((1, 1)), np.array([1]))
    return next(record_steps(network, LOSSES["mean_squared_error"], SGD(), [batch]))


def test_each_share_stands_before_their_sum():
    record = a_record()
    explanation = explain_gradient(record, "first", "output", (0,))
    assert printed(render_gradient(record, explanation, Display()), 100) == (
        "Gradient of the loss by first output (0) = 992\n"
        "what second and add hand back, added up\n"
        "\n"
        "  second hands back each unit's error × the weight that the input has there:\n"
        "  744 = 248×3  second input (0)\n"
        "  add hands back the gradient by the layer's output:\n"
        "  248 = 248×1  add input (1), which is first (0)\n"
        "  992 = 744 + 248  first output (0)\n"
        "\n"
        "961 = ((32 − 1)²) / 1  loss\n"
    )


def test_a_step_draws_what_comes_back_to_each_result():
    shown = printed(render_step(a_record(), Display(), StepContext()), 100)
    backward = shown[shown.index("← Backward") :]
    assert "by second\n" in backward
    assert "by first\n" in backward
    # Drawn with the layer that several take, else with the one that takes it.
    assert backward.count("Gradient by its output") == 2
    assert "Gradient by its output · 1\n  what second and add hand back, added up\n" in backward


def squeezed():
    layers = [
        GlobalAveragePooling2D(name="means"),
        Dense(1, use_bias=False, name="share"),
        Multiply(name="multiply", inputs=("input", "share")),
        GlobalAveragePooling2D(name="all"),
        Dense(1, use_bias=False, name="last"),
    ]
    ones = {"kernel": np.ones((1, 1))}
    network = assemble(layers, (1, 2, 1), [{}, ones, {}, {}, ones])
    batch = (np.array([1.0, 3.0]).reshape(1, 1, 2, 1), np.array([0]))
    return next(record_steps(network, LOSSES["mean_squared_error"], SGD(), [batch]))


def test_what_is_repeated_is_explained_by_all_its_places():
    record = squeezed()
    explanation = explain_gradient(record, "share", "output", (0,))
    assert "16 = 4×1 + 4×3  share output (0)" in printed(
        render_gradient(record, explanation, Display()), 100
    )


def test_json_has_the_shares_and_whose_number_it_is():
    explanation = explain_gradient(a_record(), "first", "output", (0,))
    found = json.loads("".join(write_gradient_json(explanation)))
    assert [(share["layer"], share["value"]) for share in found["shares"]] == [
        ("second", 744),
        ("add", 248),
    ]
    assert "taken" not in found
    assert found["shares"][1]["taken"] == {"layer": "first", "at": [0], "part": 1}
    alone = json.loads("".join(write_gradient_json(found_alone())))
    assert "shares" not in alone


def found_alone():
    return explain_gradient(a_record(), "second", "output", (0,))


def test_the_figure_has_each_share_and_their_sum():
    record = a_record()
    drawn = draw_gradient(record, explain_gradient(record, "first", "output", (0,)), 4, "light")
    assert "add hands back the gradient by the layer's output:" in drawn.texts
    assert "handed back" in drawn.texts
    assert {"744", "248", "992"} <= set(drawn.texts)


def test_the_figure_of_a_step_says_whose_results_a_stage_is_made_of():
    texts = draw_step(a_record(), 4, "light").texts
    assert "1 of second and first" in texts
    assert "1 of second and add" in texts
    assert not [text for text in texts if text in ("1 of first", "1 of add", "1 of last")]
