import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cnncalc.trace
from cnncalc.calculator import Calculation, pooling_layer, pooling_network
from cnncalc.errors import ShapeError
from cnncalc.explanation import explain
from cnncalc.layers import Activation
from cnncalc.network import assemble, forward
from cnncalc.trace import record

few = st.integers(1, 3)


@st.composite
def calculations(draw):
    """An image and a calculation that fits it, over the whole option space."""
    random = np.random.default_rng(draw(st.integers(0, 2**16)))
    height, width, channels = draw(st.integers(1, 9)), draw(st.integers(1, 9)), draw(few)
    kernel_size = draw(st.tuples(st.integers(1, 4), st.integers(1, 4)))
    depthwise = draw(st.booleans())
    filters = draw(few)
    kernel = random.normal(size=(*kernel_size, 1 if depthwise else channels, filters))
    padding = draw(st.sampled_from(["valid", "same"]) | st.tuples(*[st.integers(0, 2)] * 4))
    calculation = Calculation(
        kernel,
        draw(st.sampled_from([None, 0.5, list(range(filters))])),
        padding,
        draw(st.tuples(few, few)),
        draw(st.tuples(few, few)),
        draw(st.sampled_from([None, "relu", "sigmoid", "softmax", "elu"])),
        depthwise,
        draw(st.sampled_from([None, "sum", "max"])),
        draw(
            st.none()
            | st.builds(
                pooling_layer,
                st.sampled_from(["max", "average", "l2"]),
                st.just(2),
                st.integers(1, 2),
                st.sampled_from(["valid", "same", 1]),
            )
        ),
    )
    return random.normal(scale=50, size=(height, width, channels)), calculation


@settings(max_examples=150, deadline=None)
@given(calculations())
def test_the_trace_agrees_with_the_operations(drawn):
    image, calculation = drawn
    try:
        network = calculation.network(image.shape)
    except ShapeError:
        return
    trace = record(network, image)
    expected = forward(network, image[np.newaxis])[0]
    np.testing.assert_allclose(trace.output, expected, rtol=1e-12, atol=1e-10)
    assert trace.output.shape == network.shapes[-1]


@settings(max_examples=100, deadline=None)
@given(calculations(), st.data())
def test_every_number_is_explained_by_its_terms(drawn, data):
    image, calculation = drawn
    try:
        network = calculation.network(image.shape)
    except ShapeError:
        return
    for layer in record(network, image).layers:
        at = tuple(data.draw(st.integers(0, n - 1)) for n in layer.output.shape)
        explanation = explain(layer, at)
        assert explanation.total == pytest.approx(explanation.results[0][1], rel=1e-12, abs=1e-10)
        for term in explanation.terms:
            if not term.padding:
                assert layer.input[term.index] == term.value


def test_stages_are_named_in_order_and_read_only():
    calculation = Calculation(
        np.ones((2, 2, 1, 2)),
        [1, 2],
        padding=1,
        activation="relu",
        combine="sum",
        pooling=pooling_layer("max"),
    )
    trace = record(calculation.network((4, 4, 1)), np.arange(16))
    assert [stage.name for stage in trace.stages] == [
        "input", "padded input", "convolution", "bias", "activation", "combined", "pooling",
    ]  # fmt: skip
    assert not any(stage.values.flags.writeable for stage in trace.stages)
    assert [layer.name for layer in trace.layers] == ["conv2d", "combine", "max_pooling2d"]


def test_the_callers_array_stays_writable():
    image = np.ones((4, 4, 1))
    record(pooling_network((4, 4, 1), pooling_layer("max")), image)
    image[0, 0, 0] = 5


def test_past_the_limit_the_trace_takes_the_operations_result(monkeypatch):
    image = np.random.default_rng(0).normal(size=(12, 12, 3))
    calculation = Calculation(
        np.random.default_rng(1).normal(size=(3, 3, 3, 2)),
        [1, 2],
        activation="relu",
        pooling=pooling_layer("average", 2, None, "same"),
    )
    network = calculation.network(image.shape)
    slow = record(network, image)
    monkeypatch.setattr(cnncalc.trace, "OWN_WINDOWS_LIMIT", 0)
    quick = record(network, image)
    assert [stage.name for stage in quick.stages] == [stage.name for stage in slow.stages]
    for one, other in zip(slow.stages, quick.stages, strict=True):
        np.testing.assert_allclose(one.values, other.values, rtol=1e-12)


def test_notes_tell_how_each_size_came_about():
    calculation = Calculation(np.ones((1, 2, 1, 1)), padding=(0, 1), strides=(2, 1))
    trace = record(calculation.network((16, 4, 1)), np.ones((16, 4)))
    notes = {stage.name: stage.note for stage in trace.stages}
    assert notes["padded input"] == "zeros added: 1 left, 1 right"
    assert notes["convolution"] == (
        "height ⌊(16 − 1 + 2×0) / 2⌋ + 1 = 8; width (4 − 2 + 2×1) / 1 + 1 = 5; "
        "no window reaches the last 1 row(s)"
    )


def test_padding_that_must_not_count_is_empty():
    trace = record(pooling_network((3, 3, 1), pooling_layer("max", 2, 2, "same")), -np.ones((3, 3)))
    padded = trace.layers[0].stages[0]
    assert padded.name == "padded input"
    assert np.isnan(padded.values[-1]).all()
    assert trace.output.max() == -1


def test_an_activation_layer_has_its_own_stage():
    trace = record(assemble([Activation("relu")], (1, 2, 1), [{}]), [[-1, 2]])
    assert trace.output[:, :, 0].tolist() == [[0, 2]]
