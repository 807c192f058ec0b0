"""Where rounding would decide: calculated by NumPy and by spreadsheets, workbooks are the same.

Spreadsheets compare some 15 digits, NumPy all of them; and they round sums in ways of their own.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnncalc.files.engines import recalculate
from cnncalc.nearness import kink_bounds
from cnncalc.network import assemble, initialize
from cnncalc.notation import parse
from cnncalc.sheet.values import trace_as_written
from cnncalc.tasks.verification import compare_exported
from cnncalc.tasks.workbook_reading import read_exported
from tests.sheet.training.examples import example, pieces
from tests.test_recalculation_of_exports import ENGINES, edited
from tests.views.workbook.networks import written_network

DRAWN = 68
KINKED = (
    *("ReLU()", "ReLU(None, 0.3)", "ReLU({more})", "ReLU({more}, 0.3)", "ReLU(None, 0, {kink})"),
    *("ReLU({more}, 0, {kink})", "ReLU(None, 0.3, {kink})", "ReLU({more}, 0.3, {kink})"),
    *("ReLU(6)", "ReLU(6, 0.3)", "ReLU({kink})", "LeakyReLU(0.3)", "ELU()", "ELU(0.5)"),
    *("Activation('relu')", "Activation('relu6')", "Activation('leaky_relu')", "Activation('elu')"),
    *("Activation('sigmoid')", "Activation('softplus')"),
)
ENDS = ("Dense(3, 'softmax')", "Dense(3); Softmax()", "Dense(1, 'sigmoid')", "Dense(2)")


class Drawn:
    """A network whose numbers meet a kink but for rounding, and images that bring them there."""

    def __init__(self, seed: int) -> None:
        random = np.random.default_rng(seed)
        scale, pixel = (round(number, 2) for number in random.uniform(0.05, 3, 2))
        # The decimal product, from which the calculated one may differ in its last digit.
        kink, more = round(scale * pixel, 4), round(scale * 2 * pixel, 4)
        kinked, end = KINKED[seed % len(KINKED)], ENDS[seed // len(KINKED) % len(ENDS)]
        # The bias brings what falls on the decimal product to the layer's kink.
        is_at_6 = kinked.startswith("ReLU(6") or (kinked.endswith("6')") and seed % 2 == 0)
        self.kink = 6.0 if is_at_6 else kink if "{" in kinked else 0.0
        offset = round(self.kink - kink, 4)
        kinked = kinked.format(kink=kink, more=more)
        self.text = f"Conv2D(1, 1); {kinked}; Flatten(); {end}"
        layers = parse(self.text).layers
        own = {"kernel": np.full((1, 1, 1, 1), scale), "bias": np.array([offset])}
        first = initialize(layers, (2, 3, 1), seed)
        self.network = replace(first, weights=(own, *first.weights[1:]))
        near = [pixel, pixel * (1 + 4e-15), pixel * (1 - 4e-15), 2 * pixel, 0.0, 3 * pixel]
        self.images = [random.permutation(near).reshape(2, 3, 1) for _ in range(2)]

    def forward(self) -> bytes:
        return written_network(trace_as_written(self.network, self.images[0]))

    def training(self) -> bytes:
        units = self.network.shapes[-1][-1]
        is_softmax = "oftmax" in self.text
        loss = "binary_crossentropy" if units == 1 else "mean_squared_error"
        made = pieces(self.network, "categorical_crossentropy" if is_softmax else loss)
        samples = tuple((image, number) for number, image in enumerate(self.images))
        training = replace(made.training, batches=((0, 1), (1,)))
        return example(replace(made, samples=samples, training=training)).content


def require_agreement(contents, engine):
    for number, (content, evaluation) in enumerate(
        zip(contents, recalculate(contents, engine), strict=True)
    ):
        report = compare_exported(read_exported(content), evaluation)
        assert report.evaluated.cells > 0
        assert report.agrees, (number, report.evaluated.first, report.stored.first)


@pytest.mark.recalculation
def test_libreoffice_takes_numbers_near_a_kink_as_cnncalc_does():
    contents = [Drawn(seed).training() for seed in range(DRAWN)]
    require_agreement(contents + [Drawn(seed).forward() for seed in range(DRAWN)], "libreoffice")


def test_a_fast_engine_takes_numbers_near_a_kink_as_cnncalc_does():
    require_agreement([Drawn(seed).training() for seed in range(0, DRAWN, 11)], "formualizer")
    require_agreement([Drawn(seed).forward() for seed in range(0, DRAWN, 4)], "formualizer")


def test_numbers_do_come_near_kinks():
    """Not on them: else nothing would be tried."""
    seen = 0
    for seed in range(DRAWN):
        drawn = Drawn(seed)
        numbers = trace_as_written(drawn.network, drawn.images[0]).layers[1].input
        low, high = kink_bounds(drawn.kink)
        seen += bool(((numbers >= low) & (numbers <= high) & (numbers != drawn.kink)).any())
    assert seen > DRAWN * 0.9


THRESHOLD = "Rescaling(1.1); ReLU(threshold=3.3)"


@pytest.mark.parametrize("engine", ENGINES)
def test_a_threshold_is_met_but_for_rounding(engine):
    layers = parse(THRESHOLD).layers
    image = np.array([[3.0, 6.0], [1.0, 2.0]])[..., np.newaxis]
    trace = trace_as_written(assemble(layers, image.shape, [{}, {}]), image)
    assert trace.layers[0].output[0, 0, 0] > 3.3
    assert trace.output[..., 0].tolist() == [[0, 6.6000000000000005], [0, 0]]
    require_agreement([written_network(trace)], engine)


def typed_over(content):
    """Type 0.1 and 0.2 over the first two weights of a convolution, −0.3 over its bias."""
    edits = {}
    for sheet in read_exported(content).plan.sheets:
        for block in sheet.blocks:
            if block.is_input and block.quantity[:2] == ("weight", "conv2d"):
                cells = [(0, 0), (0, 1)] if block.quantity.name == "kernel" else [(0, 0)]
                numbers = [0.1, 0.2] if block.quantity.name == "kernel" else [-0.3]
                for cell, number in zip(cells, numbers, strict=True):
                    edits[sheet.name, block.address(*cell)] = number
    assert len(edits) == 3
    return edited(content, edits)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("activation", ["relu", "leaky_relu", "elu", "softplus"])
def test_weights_that_are_typed_over_may_cancel(activation, engine):
    text = f"Conv2D(1, (1, 2), activation='{activation}'); Flatten(); Dense(2, 'softmax')"
    network, ones = initialize(parse(text).layers, (3, 3, 1), 1), np.ones((3, 3, 1))
    made = pieces(network, optimizer="SGD(0.5)", batches=((0,), (0,)))
    contents = [
        written_network(trace_as_written(network, ones)),
        example(replace(made, samples=((ones, 0),))).content,
    ]
    changed = [typed_over(content) for content in contents]
    for content, evaluation in zip(changed, recalculate(changed, engine), strict=True):
        report = compare_exported(read_exported(content), evaluation)
        assert report.evaluated.differing == 0, report.evaluated.first
        assert report.changes == ()


@pytest.mark.parametrize("engine", ENGINES)
def test_a_weight_that_l1_takes_to_0_has_no_sign(engine):
    """0.3 less three times 0.1 is 5.6e-17 in NumPy."""
    layers = parse("Flatten(); Dense(2, 'softmax', False, kernel_regularizer=L1(0.1))").layers
    kernel = np.array([[0.3, -0.3], [0.25, 0.1]])
    network = assemble(layers, (1, 2, 1), [{}, {"kernel": kernel}])
    made = pieces(network, optimizer="SGD(1.0)", batches=((0,),) * 5)
    made = example(replace(made, samples=((np.zeros((1, 2, 1)), 0),)))
    after = [own for name, own in made.values.items() if name[:3] == ("update", "dense", "kernel")]
    assert (abs(after[2][0]) < 1e-16).all()
    assert (after[2][0] != 0).all()
    assert after[3][0].tolist() == after[2][0].tolist()
    require_agreement([made.content], engine)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("loss", ["categorical_crossentropy", "mean_squared_error"])
def test_of_outputs_that_rounding_sets_apart_the_first_is_the_class(loss, engine):
    end = "'softmax'" if loss == "categorical_crossentropy" else "'linear'"
    layers = parse(f"Flatten(); Dense(3, {end})").layers
    kernel = np.array([[0.05, 0.3, 0.1], [0.1, 0.2, 0.2], [0.1, 0.1, 0.3]])
    weights = [{}, {"kernel": kernel, "bias": np.array([0, 0, 2e-15])}]
    network, ones = assemble(layers, (1, 3, 1), weights), np.ones((1, 3, 1))
    trace = trace_as_written(network, ones)
    assert trace.output.argmax() == 2
    made = pieces(network, loss, batches=((0,),))
    training = example(replace(made, samples=((ones, 1),)))
    shown = {name.name: own.item() for name, own in training.values.items() if own.size == 1}
    assert (shown["class"], shown["right"]) == (1, 1)
    require_agreement([written_network(trace), training.content], engine)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_probability_that_only_rounding_sets_above_one_half_is_a_no(engine):
    layers = parse("Flatten(); Dense(1, 'sigmoid')").layers
    weights = [{}, {"kernel": np.array([[0.1], [0.2]]), "bias": np.array([-0.3 + 1e-15])}]
    network, ones = assemble(layers, (1, 2, 1), weights), np.ones((1, 2, 1))
    trace = trace_as_written(network, ones)
    assert trace.output.item() > 0.5
    made = pieces(network, "binary_crossentropy", batches=((0,),))
    training = example(replace(made, samples=((ones, 0),)))
    shown = {name.name: own.item() for name, own in training.values.items() if own.size == 1}
    assert (shown["class"], shown["right"]) == (0, 1)
    require_agreement([written_network(trace, ["no", "yes"]), training.content], engine)


@settings(deadline=None, max_examples=10)
@given(st.floats(1e-3, 0.999).map(lambda scale: round(scale, 3)), st.integers(2, 1000))
def test_a_rescaling_is_the_same_to_the_last_digit(scale, divisor):
    image = np.arange(1.0, 13.0).reshape(3, 4, 1)
    layers = parse(f"Rescaling({scale!r}); Rescaling(1/{divisor})").layers
    content = written_network(trace_as_written(assemble(layers, image.shape, [{}, {}]), image))
    report = compare_exported(read_exported(content), recalculate([content], "formualizer")[0])
    assert report.evaluated.largest.absolute == 0
