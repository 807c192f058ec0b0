"""Each explanation is held against the gradient that the training's own code computed."""

import numpy as np
import pytest

from cnncalc.errors import OptionError
from cnncalc.layers import (
    ELU,
    Activation,
    AveragePooling2D,
    Conv2D,
    Dense,
    Flatten,
    GlobalMaxPooling2D,
    MaxPooling2D,
    ReLU,
    Softmax,
)
from cnncalc.network import initialize
from cnncalc.training.losses import LOSSES
from cnncalc.training.optimizers import SGD
from cnncalc.training_step import record_steps
from cnncalc.training_step.explaining import STAGES, explain_gradient, gradient_of
from tests.training_step.examples import NETWORKS, batches, record_at_a_kink

MORE = {
    "padded average, dense on maps": [
        Conv2D(2, 3, padding=1, activation="elu"),
        AveragePooling2D(2, padding="same"),
        Dense(3, activation="softplus"),
        Softmax(),
        AveragePooling2D(2, padding=(0, 1)),
        GlobalMaxPooling2D(keepdims=True),
        Flatten(),
        ReLU(max_value=5, negative_slope=0.1),
        Dense(2, activation="softmax"),
    ],
    "overlapping maxima": [
        Conv2D(2, 2, dilation_rate=2, strides=1, activation="softmax"),
        ELU(),
        MaxPooling2D(3, strides=1, padding="same"),
        Flatten(),
        Dense(2, activation="sigmoid"),
        Activation("linear"),
    ],
}
ALL = {**NETWORKS, **MORE}


def built(name):
    return initialize(ALL[name], (6, 7, 2), 3, np.float64)


def a_record(name, loss="categorical_crossentropy", **options):
    batch = [(images / 255, labels) for images, labels in batches(1, size=3)]
    return next(record_steps(built(name), LOSSES[loss], SGD(), batch, **options))


FORMULAS = {
    "flat": lambda n: 0,
    "share": lambda n: (n["output"] - n["target"]) / n["samples"] / n.get("units", 1),
    "squared error": lambda n: 2 * (n["output"] - n["target"]) / n["samples"] / n["units"],
    "binary": lambda n: (
        ((1 - n["target"]) / (1 - n["output"]) - n["target"] / n["output"])
        / (n["units"] * n["samples"])
    ),
    "categorical": lambda n: (1 / n["sum"] - n["target"] / n["output"]) / n["samples"],
    "softmax": lambda n: n["share"] * (n["gradient"] - n["mean gradient"]),
    "normalization": lambda n: (
        (n["gradient"] - n["mean gradient"] - n["normalized"] * n["mean product"])
        * (n["gamma"] / np.sqrt(n["variance"] + n["epsilon"]))
    ),
}


def recalculated(explanation):
    """Work a gradient out from the numbers that the explanation gives."""
    if explanation.rule in ("products", "sum"):
        return explanation.total
    return FORMULAS[explanation.rule](dict(explanation.parameters))


def some_positions(shape, most=12):
    """Positions spread over an array, its corners among them."""
    flat = np.unique(np.linspace(0, np.prod(shape) - 1, most).astype(int))
    return [tuple(map(int, np.unravel_index(index, shape))) for index in flat]


def names_of(record):
    for step in record.layers:
        for name in (*step.weights, *STAGES):
            try:
                values = gradient_of(record, step.layer.name, name)
            except OptionError:
                continue
            yield step, name, values


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("name", ALL)
def test_every_gradient_follows_from_the_numbers_of_its_explanation(name, loss):
    record = a_record(name, loss)
    for step, what, values in names_of(record):
        for at in some_positions(values.shape):
            sample, index = (at[0], at[1:]) if what in STAGES else (0, at)
            explanation = explain_gradient(record, step.layer.name, what, index, sample)
            assert explanation.value == values[at]
            expected = recalculated(explanation)
            assert explanation.value == pytest.approx(expected, rel=1e-9, abs=1e-14), (
                step.layer.name, what, at,
            )  # fmt: skip


@pytest.mark.parametrize(
    ("layers", "bias"),
    [
        ([Conv2D(1, (1, 2), activation="relu")], -0.3),
        ([Conv2D(1, (1, 2)), ReLU(negative_slope=0.4)], -0.3),
        ([Conv2D(1, (1, 2)), ReLU(threshold=0.3)], 0.0),
        ([Conv2D(1, (1, 2)), ELU(0.5)], -0.3),
    ],
)
def test_a_slope_at_a_kink_is_explained_as_it_was_taken(layers, bias):
    record = record_at_a_kink(layers, bias)
    kinked = record.layers[len(layers) - 1]
    what = "pre-activation" if len(layers) == 1 else "input"
    explanation = explain_gradient(record, kinked.layer.name, what, (0, 0, 0))
    assert explanation.value == explanation.total


@pytest.mark.parametrize("name", ALL)
def test_terms_tell_where_their_numbers_stand(name):
    record = a_record(name)
    for step, what, values in names_of(record):
        at = some_positions(values.shape)[-1]
        if what in STAGES:
            continue
        explanation = explain_gradient(record, step.layer.name, what, at)
        for term in explanation.terms.largest(20):
            sample, error_at, factor_at, _ = term.place
            assert term.error == step.error[(sample, *error_at)]
            if what == "kernel":
                assert term.factor == step.layer_input[(sample, *factor_at)]


def test_a_weight_meets_padding_as_a_zero():
    record = a_record("same, strides, average")
    explanation = explain_gradient(record, "conv2d", "kernel", (2, 0, 0, 0))
    padding = [term for term in explanation.terms if term.place.padding]
    assert padding
    assert all(term.factor == 0 for term in padding)


def test_terms_that_contribute_most_come_first():
    record = a_record("article")
    terms = explain_gradient(record, "conv2d", "kernel", (0, 1, 0, 0)).terms
    largest = [abs(term.product) for term in terms.largest(5)]
    assert largest == sorted(np.abs(terms.products), reverse=True)[:5]
    assert len(terms.largest(10_000)) == np.count_nonzero(terms.products)


def test_samples_that_are_not_recorded_are_the_rest():
    whole, some = a_record("article"), a_record("article", samples=1)
    for record, expected in ((whole, 60), (some, 20)):
        explanation = explain_gradient(record, "conv2d", "kernel", (1, 1, 1, 0))
        assert len(explanation.terms) == expected
        assert explanation.total == pytest.approx(explanation.value, rel=1e-12)
    assert explanation.rest != 0
    assert explain_gradient(whole, "conv2d", "kernel", (1, 1, 1, 0)).rest == 0


def test_where_an_output_is_cut_off_the_loss_is_flat():
    layers = [Flatten(), Dense(2, activation="relu")]
    network = initialize(layers, (6, 7, 2), 3, np.float64)
    kernel = np.zeros_like(network.weights[1]["kernel"])
    kernel[0, 0] = 1.0
    network.weights[1]["kernel"].flags.writeable = True
    network.weights[1]["kernel"][...] = kernel
    batch = (np.ones((2, 6, 7, 2)), np.array([0, 1]))
    for loss in ("categorical_crossentropy", "binary_crossentropy"):
        record = next(record_steps(network, LOSSES[loss], SGD(), [batch]))
        explanation = explain_gradient(record, "dense", "output", (1,), 1)
        assert (explanation.rule, explanation.value) == ("flat", 0)


@pytest.mark.parametrize(
    ("layer", "name", "at", "message"),
    [
        ("dense", "output", (0,), "gradient by the output of dense: its softmax is computed toge"),
        ("conv2d", "input", (0, 0, 0), "input of conv2d: no trainable weight comes before"),
        ("rescaling", "output", (0, 0, 0), "output of rescaling: no trainable weight comes b"),
        ("flatten", "pre-activation", (0,), "of flatten: it has no activation of its own"),
        ("flatten", "kernel", (0,), "flatten has no trainable weights. Received: kernel"),
        (
            "conv2d",
            "kernel",
            (3, 0, 0, 0),
            "position in the kernel of conv2d must be row 0 to 2, column 0 to 2, channel 0 to 1, "
            "filter 0 to 2. Received: 3,0,0,0",
        ),
        ("conv2d", "output", (0, 0), "row 0 to 3, column 0 to 4, channel 0 to 2. Received: 0,0"),
        ("dense", "kernel", (0,), "must be input 0 to 11, unit 0 to 1. Received: 0"),
    ],
)
def test_what_there_is_no_gradient_of_is_said(layer, name, at, message):
    with pytest.raises(OptionError) as caught:
        explain_gradient(a_record("article"), layer, name, at)
    assert message in str(caught.value)


def test_a_regularizer_has_its_share_of_a_weight():
    record = a_record("regularized")
    explanation = explain_gradient(record, "conv2d", "kernel", (1, 1, 1, 0))
    assert explanation.penalty == pytest.approx(
        0.2 * record.network.weights[0]["kernel"][1, 1, 1, 0]
    )


def test_a_sample_that_is_not_there_is_named():
    with pytest.raises(OptionError, match=r"the sample must be 0 to 2\. Received: 3"):
        explain_gradient(a_record("article"), "flatten", "output", (0,), sample=3)
