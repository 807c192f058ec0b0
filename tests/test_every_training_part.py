"""Every loss, optimizer and regularizer in everything that can be done with one.

They are those of the tables that commands and files read, so that a new one is in here of itself,
and one that misses a facet fails.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import get_args

import numpy as np
import pytest

from cnncalc.errors import CnncalcError, OptionError
from cnncalc.files.keras_archive import KerasModel, Variables, read_keras
from cnncalc.files.keras_compile_reading import read_loss, read_optimizer
from cnncalc.files.keras_training import compile_config, optimizer_variables, read_training
from cnncalc.layers import L1, L1L2, L2, LINEAR, Conv2D, Dense, Flatten
from cnncalc.layers.regularizers import REGULARIZERS
from cnncalc.network import assemble
from cnncalc.notation import parse, write
from cnncalc.rules.optimizers import rate_correction, update_rules
from cnncalc.sheet.planning import specify_training
from cnncalc.sheet.training.inputs import training_inputs, training_records
from cnncalc.sheet.training_values import recorded_values
from cnncalc.tasks import training_options as offered
from cnncalc.training.losses import LOSSES, Loss
from cnncalc.training.optimizer_notation import parse_optimizer, write_optimizer
from cnncalc.training.optimizer_step import apply, initial_state
from cnncalc.training.optimizers import (
    OPTIMIZERS,
    SGD,
    Adam,
    AdamW,
    Optimizer,
    RMSprop,
)
from cnncalc.training.regularization import add_penalty_gradients, penalty
from cnncalc.training_step import record_steps
from cnncalc.training_step.explaining import explain_gradient
from cnncalc.training_step.structure import Rule
from cnncalc.training_step.vanishing import find_vanished
from cnncalc.views.terminal.screen import Display
from cnncalc.views.terminal.training_step import StepContext, render_step
from tests.files.keras_files import saved
from tests.references import numerical_gradient
from tests.sheet.training.examples import example, pieces
from tests.test_recalculation_of_exports import reports
from tests.trace.drawn import vary
from tests.training_step.test_explaining import recalculated, some_positions
from tests.views.terminal.rendering import printed
from tests.views.terminal.written import require_true

GRADIENTS = [0.5, -1.0, 2.0, 0.25, -0.125]
CASES = {
    "sgd": [
        SGD(learning_rate=0.3),
        SGD(learning_rate=0.2, momentum=0.8),
        SGD(learning_rate=0.2, momentum=0.7, nesterov=True, weight_decay=0.1),
    ],
    "rmsprop": [
        RMSprop(learning_rate=0.05),
        RMSprop(learning_rate=0.03, momentum=0.5, centered=True, rho=0.8),
    ],
    "adam": [Adam(learning_rate=0.05), Adam(learning_rate=0.02, amsgrad=True, epsilon=0.01)],
    "adamw": [AdamW(learning_rate=0.05), AdamW(learning_rate=0.05, weight_decay=0.2)],
}
EVERY_OPTIMIZER = [optimizer for own in CASES.values() for optimizer in own]
ENDS = {LINEAR: Dense(2), "softmax": Dense(2, "softmax"), "sigmoid": Dense(2, "sigmoid")}

every_loss = pytest.mark.parametrize("name", LOSSES)
every_optimizer = pytest.mark.parametrize("optimizer", EVERY_OPTIMIZER, ids=write_optimizer)


def refused():
    return pytest.raises((TypeError, LookupError, CnncalcError))


def network(loss="mean_squared_error", **options):
    end = ENDS[LOSSES[loss].activation or LINEAR]
    return vary([Conv2D(2, 2, activation="tanh", **options), Flatten(), end], (3, 3, 1))


def step_of(loss="mean_squared_error", optimizer=None, **options):
    images = np.random.default_rng(3).normal(size=(3, 3, 3, 1))
    batch = (images, np.array([0, 1, 1]))
    given = (LOSSES[loss], optimizer or SGD(learning_rate=0.1), [batch])
    return next(record_steps(network(loss, **options), *given))


def of_categorical(targets, outputs):
    return -sum(t * math.log(p) for t, p in zip(targets, outputs, strict=True))


def of_binary(targets, outputs):
    pairs = list(zip(targets, outputs, strict=True))
    return -sum(t * math.log(p) + (1 - t) * math.log(1 - p) for t, p in pairs) / len(pairs)


def of_squares(targets, outputs):
    pairs = list(zip(targets, outputs, strict=True))
    return sum((p - t) ** 2 for t, p in pairs) / len(pairs)


REFERENCE_LOSSES = {
    "categorical_crossentropy": of_categorical,
    "binary_crossentropy": of_binary,
    "mean_squared_error": of_squares,
}


def test_every_part_has_its_cases():
    assert set(REFERENCE_LOSSES) == set(LOSSES)
    assert set(offered.LOSSES) == set(LOSSES)  # which a command lists without importing NumPy
    assert set(CASES) == set(OPTIMIZERS)
    assert all(type(own) is OPTIMIZERS[name] for name, some in CASES.items() for own in some)
    assert set(REFERENCE_STEPS) == set(OPTIMIZERS.values())
    assert {type(regularizer) for regularizer in EVERY_REGULARIZER} == set(REGULARIZERS.values())


@every_loss
def test_a_steps_losses_are_those_of_a_slow_reference(name):
    record = step_of(name)
    rows = zip(record.targets.tolist(), record.outputs.tolist(), strict=True)
    expected = [REFERENCE_LOSSES[name](*row) for row in rows]
    np.testing.assert_allclose(record.losses, expected, rtol=1e-12)
    assert record.loss == pytest.approx(sum(expected) / len(expected), rel=1e-12)
    text = printed(render_step(record, Display(decimals=12), StepContext()), 3000)
    said = text[text.index("\nLoss") : text.index("← Backward")]
    assert require_true(said) == 2  # the first sample's, and the mean


@every_loss
def test_a_losss_gradient_is_numerical_and_explained(name):
    record = step_of(name)
    step, loss = record.layers[-1], LOSSES[name]
    numbers = step.layer_input @ record.network.weights[-1]["kernel"]
    numbers = numbers + record.network.weights[-1]["bias"]
    from_logits = record.joined != LINEAR

    def mean(outputs):
        return float(loss.compute(record.targets, outputs, from_logits).losses.mean())

    by = "pre-activation" if from_logits else "output"
    numerical = numerical_gradient(mean, numbers)
    for sample, unit in some_positions(numerical.shape):
        explanation = explain_gradient(record, step.layer.name, by, (unit,), sample)
        assert recalculated(explanation) == pytest.approx(explanation.value, rel=1e-9)
        assert explanation.value == pytest.approx(numerical[sample, unit], rel=1e-6, abs=1e-9)


# Ends that a loss isn't worked out together with, and whose outputs it takes.
OTHER_ENDS = {
    "categorical_crossentropy": Dense(2, "sigmoid"),
    "binary_crossentropy": Dense(2, "softmax"),
    "mean_squared_error": Dense(2, "sigmoid"),
}


@every_loss
def test_a_losss_gradient_by_outputs_is_numerical_and_explained(name):
    given = vary([Flatten(), OTHER_ENDS[name]], (3, 3, 1))
    images = np.random.default_rng(3).normal(size=(3, 3, 3, 1))
    batch = (images, np.array([0, 1, 1]))
    record = next(record_steps(given, LOSSES[name], SGD(), [batch]))

    def mean(outputs):
        return float(LOSSES[name].compute(record.targets, outputs, False).losses.mean())

    numerical = numerical_gradient(mean, record.outputs)
    for sample, unit in some_positions(numerical.shape):
        explanation = explain_gradient(record, "dense", "output", (unit,), sample)
        assert explanation.rule in get_args(Rule)
        assert recalculated(explanation) == pytest.approx(explanation.value, rel=1e-9)
        assert explanation.value == pytest.approx(numerical[sample, unit], rel=1e-6, abs=1e-9)


@every_loss
def test_a_losss_training_is_recalculated(name):
    (report,) = reports([example(pieces(network(name), name)).content], "formualizer")
    assert report.agrees


@every_loss
def test_a_loss_comes_back_from_keras(name):
    logits = [False, True] if LOSSES[name].activation else [False]
    for from_logits in logits:
        loss = replace(LOSSES[name], from_logits=from_logits)
        assert read_loss(compile_config(loss, SGD())) == (loss, [])


def zero_step(loss):
    """A step whose gradients are 0 throughout: nothing comes in, and nothing weighs."""
    given = assemble([Dense(2, use_bias=False)], (2,), [{"kernel": np.zeros((2, 2))}])
    return next(record_steps(given, loss, SGD(), [(np.zeros((1, 2)), np.array([0]))]))


def test_an_unknown_loss_is_refused():
    unknown = Loss("hinge", None, LOSSES["mean_squared_error"].compute)
    batch = (np.ones((1, 3, 3, 1)), np.array([0]))
    record = next(record_steps(network(), unknown, SGD(), [batch]))
    with refused():
        explain_gradient(record, "dense", "output", (0,))
    with refused():
        find_vanished(zero_step(unknown))
    with refused():
        example(pieces(network(), "hinge"))
    made = pieces(network())
    specification = specify_training(made.network, made.training)
    inputs = training_inputs(specification, made.training, made.network, made.samples)
    records = list(training_records(specification, made.training, inputs))
    with refused():
        recorded_values(specification, replace(made.training, loss="hinge"), inputs, records)
    with refused():
        printed(render_step(record, Display(), StepContext()))
    with pytest.raises(TypeError):
        compile_config(unknown, SGD())


def sgd(o, g, s, t):
    if not o.momentum:
        return -o.learning_rate * g
    s["m"] = o.momentum * s["m"] - o.learning_rate * g
    return o.momentum * s["m"] - o.learning_rate * g if o.nesterov else s["m"]


def rmsprop(o, g, s, t):
    s["v"] = o.rho * s["v"] + (1 - o.rho) * g * g
    s["a"] = o.rho * s["a"] + (1 - o.rho) * g
    spread = s["v"] - (s["a"] ** 2 if o.centered else 0)
    s["m"] = o.momentum * s["m"] + o.learning_rate * g / math.sqrt(spread + o.epsilon)
    return -s["m"]


def adam(o, g, s, t):
    s["m"] = o.beta_1 * s["m"] + (1 - o.beta_1) * g
    s["v"] = o.beta_2 * s["v"] + (1 - o.beta_2) * g * g
    s["h"] = max(s["h"], s["v"]) if o.amsgrad else s["v"]
    rate = o.learning_rate * math.sqrt(1 - o.beta_2**t) / (1 - o.beta_1**t)
    return -rate * s["m"] / (math.sqrt(s["h"]) + o.epsilon)


REFERENCE_STEPS = {SGD: sgd, RMSprop: rmsprop, Adam: adam, AdamW: adam}


@every_optimizer
def test_an_optimizers_steps_are_those_of_a_slow_reference(optimizer):
    weight, state = 1.0, {"m": 0.0, "v": 0.0, "a": 0.0, "h": 0.0}
    for number, gradient in enumerate(GRADIENTS, 1):
        weight -= weight * (optimizer.weight_decay or 0) * optimizer.learning_rate
        weight += REFERENCE_STEPS[type(optimizer)](optimizer, gradient, state, number)
    weights = [np.array([1.0])]
    own = initial_state(optimizer, weights)
    for gradient in GRADIENTS:
        apply(optimizer, own, weights, [np.array([gradient])])
    assert weights[0].item() == pytest.approx(weight, rel=1e-9)


def second_step(optimizer):
    """A step that the optimizer remembers another one before."""
    images = np.random.default_rng(3).normal(size=(2, 3, 3, 3, 1))
    batches = [(batch, np.array([0, 1, 1])) for batch in images]
    _, second = record_steps(network(), LOSSES["mean_squared_error"], optimizer, batches)
    return second


@every_optimizer
def test_an_optimizers_step_is_written_out(optimizer):
    record = second_step(optimizer)
    text = printed(render_step(record, Display(decimals=12), StepContext()), 3000)
    said = text[text.index("\nUpdate") :]
    rules = len(update_rules(optimizer)) * len(record.updates)
    assert require_true(said) == rules + (rate_correction(optimizer) is not None)


def test_every_optimizers_training_is_recalculated():
    contents = [
        example(pieces(network(), "mean_squared_error", write_optimizer(optimizer))).content
        for optimizer in EVERY_OPTIMIZER
    ]
    found = zip(EVERY_OPTIMIZER, reports(contents, "formualizer"), strict=True)
    assert [write_optimizer(optimizer) for optimizer, report in found if not report.agrees] == []


@pytest.mark.parametrize("bound", ["clipvalue", "clipnorm", "global_clipnorm"])
def test_clipping_is_refused_in_a_workbook_by_name(bound):
    given = write_optimizer(SGD(**{bound: 0.5}))
    with pytest.raises(OptionError) as caught:
        example(pieces(network(), "mean_squared_error", given))
    assert str(caught.value) == (
        "a training's workbook knows optimizers of a constant rate, without clipping. "
        f"Received: {bound}"
    )


@every_optimizer
def test_an_optimizer_is_read_as_it_is_written(optimizer):
    assert parse_optimizer(write_optimizer(optimizer)) == optimizer
    config = compile_config(LOSSES["mean_squared_error"], optimizer)
    assert read_optimizer(config) == (optimizer, [])


@every_optimizer
def test_an_optimizers_state_comes_back_from_keras(optimizer, tmp_path):
    given, random = network(), np.random.default_rng(1)
    own = [weight for each in given.weights for weight in each.values()]
    state = initial_state(optimizer, own)
    state.iterations = 7
    for slots in state.slots:
        for slot in slots.values():
            slot[...] = random.normal(size=slot.shape).round(3)
    config = compile_config(LOSSES["mean_squared_error"], optimizer)
    extra: dict[str, Variables] = {"optimizer": optimizer_variables(given, optimizer, state)}
    path = tmp_path / "model.keras"
    path.write_bytes(saved(KerasModel(given, "m", config, extra)))
    again = read_training(read_keras(path))
    assert (again.optimizer, again.state.iterations) == (optimizer, 7)
    for slots, theirs in zip(state.slots, again.state.slots, strict=True):
        assert list(slots) == list(theirs)
        for name, slot in slots.items():
            np.testing.assert_allclose(theirs[name], slot, rtol=1e-6)


def test_an_unknown_optimizer_is_refused():
    class Lion(Optimizer):
        pass

    unknown = Lion(learning_rate=0.1)
    with refused():
        step_of(optimizer=unknown)
    with refused():
        compile_config(LOSSES["mean_squared_error"], unknown)
    with refused():
        printed(render_step(replace(step_of(), optimizer=unknown), Display(), StepContext()))
    made = pieces(network(), "mean_squared_error")
    with refused():
        example(replace(made, training=replace(made.training, optimizer=unknown)))


EVERY_REGULARIZER = [L1(0.03), L2(0.2), L1L2(0.02, 0.1)]
every_regularizer = pytest.mark.parametrize("regularizer", EVERY_REGULARIZER, ids=str)


def of_weight(regularizer, weight):
    numbers = weight.ravel().tolist()
    return regularizer.l1 * sum(map(abs, numbers)) + regularizer.l2 * sum(w * w for w in numbers)


@every_regularizer
def test_a_penalty_and_its_gradient_are_those_of_a_slow_reference(regularizer):
    given = network(kernel_regularizer=regularizer)
    kernel = given.weights[0]["kernel"]
    assert penalty(given) == pytest.approx(of_weight(regularizer, kernel), rel=1e-12)
    gradients = [{name: np.zeros_like(w) for name, w in own.items()} for own in given.weights]
    add_penalty_gradients(given, gradients)
    numerical = numerical_gradient(lambda w: of_weight(regularizer, w), kernel)
    np.testing.assert_allclose(gradients[0]["kernel"], numerical, rtol=1e-6)


@every_regularizer
def test_a_regularizers_share_of_a_gradient_is_told(regularizer):
    record = step_of(kernel_regularizer=regularizer)
    weight = record.network.weights[0]["kernel"][1, 0, 0, 1]
    share = regularizer.l1 * np.sign(weight) + 2 * regularizer.l2 * weight
    explanation = explain_gradient(record, "conv2d", "kernel", (1, 0, 0, 1))
    assert explanation.penalty == pytest.approx(share, rel=1e-9)
    assert record.penalty == pytest.approx(penalty(record.network), rel=1e-12)


@every_regularizer
def test_a_regularizer_is_read_as_it_is_written(regularizer, tmp_path):
    layers = [Conv2D(2, 2, kernel_regularizer=regularizer, bias_regularizer=regularizer)]
    assert list(parse(write(layers)).layers) == layers
    path = tmp_path / "model.keras"
    path.write_bytes(saved(KerasModel(vary(layers, (3, 3, 1)))))
    assert read_keras(path).network.layers[0].regularizers == layers[0].regularizers


def test_every_regularized_training_is_recalculated():
    contents = [
        example(pieces(network(kernel_regularizer=own), "mean_squared_error")).content
        for own in EVERY_REGULARIZER
    ]
    assert all(report.agrees for report in reports(contents, "formualizer"))
