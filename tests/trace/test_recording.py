import tracemalloc
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnncalc.calculator import Calculation, pooling_layer, pooling_network
from cnncalc.errors import OptionError, ShapeError
from cnncalc.files.pixels import pixel_values
from cnncalc.layers import (
    ELU,
    Activation,
    AveragePooling2D,
    BatchNormalization,
    Combine,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    InputLayer,
    L2Pooling2D,
    LeakyReLU,
    MaxPooling2D,
    ReLU,
    Rescaling,
    Softmax,
    ZeroPadding2D,
)
from cnncalc.network import assemble, forward, forward_layers, initialize
from cnncalc.trace import layer_stages, record, record_passing, trace_bytes, windows
from tests.drawn_examples import of_examples
from tests.drawn_graphs import graphs
from tests.trace.drawn import networks_and_images, vary

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


@settings(max_examples=of_examples(150), deadline=None)
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


@settings(max_examples=of_examples(200), deadline=None)
@given(networks_and_images())
def test_the_trace_of_a_whole_network_agrees_with_its_forward_pass(drawn):
    network, image = drawn
    trace = record(network, image)
    expected = forward(network, image[np.newaxis])[0]
    np.testing.assert_allclose(trace.output, expected, rtol=1e-9, atol=1e-9)
    assert tuple(layer.output.shape for layer in trace.layers) == network.shapes[1:]
    assert not any(stage.values.flags.writeable for stage in trace.stages)


@settings(max_examples=40, deadline=None)
@given(graphs(), st.integers(0, 2**16))
def test_the_trace_of_branches_agrees_with_their_forward_pass(graph, seed):
    network = vary(*graph, seed)
    image = np.random.default_rng(seed).normal(size=network.input_shape)
    trace = record(network, image)
    outputs = forward_layers(network, image[np.newaxis])
    for layer, output in zip(trace.layers, outputs, strict=True):
        np.testing.assert_allclose(layer.output, output[0], rtol=1e-9, atol=1e-9)


def test_stages_are_named_in_order_and_read_only():
    calculation = Calculation(
        np.ones((2, 2, 1, 2)),
        [1, 2],
        padding=1,
        activation="relu",
        combine="sum",
        pooling=pooling_layer("max"),
    )
    trace = record(calculation.network((4, 4, 1)), np.arange(16).reshape(4, 4))
    assert [stage.name for stage in trace.stages] == [
        "input", "padded input", "convolution", "bias", "activation", "combined", "pooling",
    ]  # fmt: skip
    assert not any(stage.values.flags.writeable for stage in trace.stages)
    assert [layer.name for layer in trace.layers] == ["conv2d", "combine", "max_pooling2d"]


def test_the_callers_array_stays_writable():
    image = np.ones((4, 4, 1))
    record(pooling_network((4, 4, 1), pooling_layer("max")), image)
    image[0, 0, 0] = 5


@pytest.mark.parametrize("given_as_view", [False, True])
def test_what_the_caller_writes_later_leaves_the_trace_as_it_is(given_as_view):
    image = np.ones((4, 4, 1))
    view = image[:]
    view.flags.writeable = False
    network = pooling_network((4, 4, 1), pooling_layer("max"))
    trace = record(network, view if given_as_view else image)
    image[0, 0, 0] = 5
    assert trace.input.values.max() == 1


@pytest.mark.parametrize("pixels", [np.uint8, np.float32])
def test_a_photo_is_not_copied_after_it_was_read(pixels):
    read = pixel_values(np.ones((4, 4), pixels))
    trace = record(pooling_network((4, 4, 1), pooling_layer("max")), read)
    assert np.shares_memory(trace.input.values, read)


@pytest.mark.parametrize("shape", [(2, 8), (16,), (1, 4, 4), (4, 4, 2), ()])
def test_an_image_of_another_shape_is_refused(shape):
    network = pooling_network((4, 4, 1), pooling_layer("max"))
    with pytest.raises(ShapeError) as caught:
        record(network, np.ones(shape))
    assert str(caught.value) == (
        f"an image must have the network's input shape, (4, 4, 1). Received: image of shape {shape}"
    )


def test_an_image_of_one_channel_may_be_a_plane_but_a_vector_may_not_be_a_number():
    assert record(pooling_network((2, 2), pooling_layer("max")), [[1, 5], [3, 2]]).output == 5
    with pytest.raises(ShapeError, match=r"shape, \(1,\)\. Received: image of shape \(\)"):
        record(assemble([Softmax()], (1,), [{}]), 5)


def test_an_image_that_holds_no_number_somewhere_says_where():
    network = pooling_network((2, 2), pooling_layer("max"))
    with pytest.raises(OptionError, match=r"finite numbers\. Received: image\[1, 0\]=nan"):
        record(network, [[1, 2], [np.nan, 4]])


@pytest.mark.parametrize(
    ("layers", "stage"),
    [
        ([L2Pooling2D(2)], "pooling of layer l2_pooling2d"),
        ([AveragePooling2D(2, padding="same")], "pooling of layer average_pooling2d"),
        ([Conv2D(1, 1, use_bias=False)], "convolution of layer conv2d"),
        ([Conv2D(1, 1)], "convolution of layer conv2d"),
        ([Activation("relu"), Combine()], "combined of layer combine"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
@pytest.mark.parametrize("limit", [0, 20_000_000])
def test_numbers_beyond_float64_name_their_layer_and_nothing_is_warned(
    layers, stage, limit, monkeypatch
):
    monkeypatch.setattr(windows, "OWN_PRODUCTS_LIMIT", limit)
    network = initialize(layers, (3, 3, 2), dtype=np.float64)
    weights = [{name: np.full_like(w, 1e300) for name, w in own.items()} for own in network.weights]
    with pytest.raises(OptionError) as caught:
        record(assemble(layers, (3, 3, 2), weights), np.full((3, 3, 2), 1.5e308))
    assert str(caught.value) == (
        f"the {stage} must stay within what float64 holds, about ±1.8e308. Received: [0, 0, 0]=inf"
    )


def test_a_small_trace_multiplies_for_itself(monkeypatch):
    def refuse(*_):
        pytest.fail("the trace asked the operations")

    layers = [Conv2D(2, 3), DepthwiseConv2D(2), L2Pooling2D(2, 1), MaxPooling2D(2, 1, "same")]
    layers += [AveragePooling2D(2, 1), Flatten(), Dense(3, "relu")]
    network = vary(layers, (8, 8, 2))
    monkeypatch.setattr(windows, "forward_layer", refuse)
    monkeypatch.setattr(layer_stages, "forward_layer", refuse)
    assert record(network, np.ones((8, 8, 2))).output.shape == (3,)


def test_a_trace_and_its_parts_compare_and_hash_as_themselves():
    network = pooling_network((2, 2), pooling_layer("max"))
    trace, other = (record(network, np.ones((2, 2))) for _ in range(2))
    for one, another in [
        (trace, other),
        (trace.input, other.input),
        (trace.layers[0], other.layers[0]),
        (network, pooling_network((2, 2), pooling_layer("max"))),
    ]:
        assert one == one  # noqa: PLR0124 (comparing is the test)
        assert one != another
        assert len({one, another}) == 2


def test_past_the_limit_the_trace_takes_the_operations_result(monkeypatch):
    image = np.random.default_rng(0).normal(size=(12, 12, 3))
    calculation = Calculation(
        np.random.default_rng(1).normal(size=(3, 3, 3, 2)),
        [1, 2],
        activation="relu",
        pooling=pooling_layer("average", 2, None, "same"),
    )
    head = [Flatten(), Dense(3, "relu")]
    network = vary([*calculation.network(image.shape).layers, *head], image.shape)
    slow = record(network, image)
    monkeypatch.setattr(windows, "OWN_PRODUCTS_LIMIT", 0)
    quick = record(network, image)
    assert [stage.name for stage in quick.stages] == [stage.name for stage in slow.stages]
    for one, other in zip(slow.stages, quick.stages, strict=True):
        np.testing.assert_allclose(one.values, other.values, rtol=1e-12, atol=1e-12)


def test_notes_tell_how_each_size_came_about():
    calculation = Calculation(np.ones((1, 2, 1, 1)), padding=(0, 1), strides=(2, 1))
    trace = record(calculation.network((16, 4, 1)), np.ones((16, 4)))
    notes = {stage.name: stage.note for stage in trace.stages}
    assert notes["padded input"] == "zeros added: 1 left, 1 right"
    assert notes["convolution"] == (
        "height ⌊(16 − 1 + 2×0) / 2⌋ + 1 = 8; width (4 − 2 + 2×1) / 1 + 1 = 5; "
        "no window reaches the last row"
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


def stages_of(*layers, shape=(4, 4, 1)):
    """The stages of a network by name, after the input."""
    trace = record(vary(layers, shape), np.random.default_rng(0).normal(size=shape))
    return {stage.name: stage for stage in trace.stages[1:]}


@pytest.mark.parametrize(
    ("layer", "name", "note"),
    [
        (InputLayer((4, 4, 2)), "input", "4×4×2, as it is"),
        (Rescaling(0.5, (1, 2)), "rescaling", "each number × 0.5 + one number a channel"),
        (
            ZeroPadding2D((0, 1, 2, 0)),
            "zero padding",
            "zeros added: 1 bottom, 2 left; 4×4×2 → 5×6×2",
        ),
        (Flatten(), "flatten", "4×4×2 → 32: row after row, channels innermost"),
        (
            Dense(3),
            "weighted sum",
            "3 units: each sums 2 inputs × its weights, at each of the 4×4 positions",
        ),
        (Dense(3, "softmax"), "activation", "softmax over each position's channels"),
        (
            Dropout(0.25),
            "dropout",
            "does nothing here; in training, a share of 0.25 of the numbers becomes 0",
        ),
        (GlobalAveragePooling2D(), "global pooling", "the mean of each 4×4 slice: 2"),
        (
            BatchNormalization(scale=False),
            "normalization",
            "(x − mean) / √(variance + 0.001) + β, as each channel was in training",
        ),
        (ReLU(6, threshold=1), "activation", "relu (max_value=6, threshold=1) of each number"),
        (LeakyReLU(), "activation", "leaky_relu (below 0, x becomes 0.3 × x) of each number"),
        (ELU(), "activation", "elu (below 0, x becomes 1 × (e^x − 1)) of each number"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_note_tells_what_a_layer_did(layer, name, note):
    assert stages_of(layer, shape=(4, 4, 2))[name].note == note


def test_softmax_of_a_vector_is_a_stage_after_the_logits():
    stages = stages_of(Conv2D(2, 3), Flatten(), Dense(3, "softmax"))
    assert list(stages) == [
        "convolution", "bias", "flatten", "weighted sum", "logits", "softmax",
    ]  # fmt: skip
    assert (
        stages["logits"].note
        == "one number added to each unit's sum; softmax makes shares of these"
    )
    assert stages["softmax"].values.sum() == pytest.approx(1)


@pytest.mark.parametrize("last", [Softmax(), Activation("softmax")])
def test_a_softmax_layer_begins_with_the_logits(last):
    stages = stages_of(Flatten(), Dense(3, use_bias=False), last)
    assert list(stages) == ["flatten", "weighted sum", "logits", "softmax"]
    assert (stages["logits"].values == stages["weighted sum"].values).all()


def test_without_a_bias_the_weighted_sums_are_the_logits():
    assert list(stages_of(Flatten(), Dense(3, "softmax", use_bias=False))) == [
        "flatten", "logits", "softmax",
    ]  # fmt: skip


def test_the_trace_finds_a_layer_by_name():
    trace = record(vary([Flatten(), Dense(2)], (2, 2, 1)), np.ones((2, 2, 1)))
    assert trace.place("dense") == 1
    with pytest.raises(
        OptionError, match=r"the network has the layers flatten, dense\. Received: dens"
    ):
        trace.place("dens")


def test_a_threshold_drops_what_only_rounding_sets_above_it():
    """3 × 1.1 is more than 3.3 in floating point; `forward` compares exactly, as Keras does."""
    network = assemble([Rescaling(1.1), ReLU(threshold=3.3)], (1, 2, 1), [{}, {}])
    image = np.array([[[3.0], [6.0]]])
    assert record(network, image).output.ravel().tolist() == [0, 6 * 1.1]
    assert forward(network, image[np.newaxis]).ravel().tolist() == [3 * 1.1, 6 * 1.1]


def memory(values):
    """The array whose memory another one shows."""
    return values if values.base is None else memory(values.base)


def held(trace):
    """The arrays whose memory a trace holds: each stage's, and what merges take side by side."""
    values = [stage.values for stage in trace.stages]
    return [memory(array) for array in (*values, *(layer.input for layer in trace.layers))]


@settings(max_examples=of_examples(200), deadline=None)
@given(networks_and_images())
def test_the_size_of_a_trace_is_known_from_its_shapes(drawn):
    network, image = drawn
    kept = {id(array): array.nbytes for array in held(record(network, image))}
    assert trace_bytes(network.layers, network.input_shape) == sum(kept.values())


@given(graphs(), st.data())
def test_layers_that_are_kept_are_as_in_the_whole_record(drawn, data):
    network, image = _on_noise(*drawn)
    names = [layer.name for layer in network.layers]
    keep = data.draw(st.sets(st.sampled_from(names), min_size=1))
    whole, some = record(network, image), record(network, image, keep=keep)
    assert [layer.name for layer in some.layers] == [name for name in names if name in keep]
    for layer in some.layers:
        before = whole.layer(layer.name)
        pairs = zip(layer.stages, before.stages, strict=True)
        assert all(np.array_equal(one.values, two.values, equal_nan=True) for one, two in pairs)
        assert np.array_equal(layer.input, before.input)


def _on_noise(layers, shape):
    return initialize(layers, shape), np.random.default_rng(0).normal(size=shape)


def test_what_nobody_takes_any_more_is_let_go():
    layers = [Conv2D(8, 3, padding="same", name=f"c{place}") for place in range(12)]
    network, image = _on_noise(layers, (64, 64, 8))
    expected = trace_bytes(network.layers, network.input_shape, ["c11"])
    assert expected < trace_bytes(network.layers, network.input_shape) / 5
    tracemalloc.start()
    record(network, image, keep=["c11"])
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    # The copy of the image, and what one convolution works with.
    assert peak < expected + 64 * 64 * 8 * 8 * 3


@given(graphs())
def test_layers_that_pass_are_as_in_the_whole_record(drawn):
    network, image = _on_noise(*drawn)
    whole = record(network, image)
    passing = list(record_passing(network, image).layers)
    assert [layer.name for layer in passing] == [layer.name for layer in whole.layers]
    for layer, before in zip(passing, whole.layers, strict=True):
        assert layer.taken == before.taken
        pairs = zip(layer.stages, before.stages, strict=True)
        assert all(np.array_equal(one.values, two.values, equal_nan=True) for one, two in pairs)


def peak_of_passing(depth):
    """The most memory that the layers of a network of so many convolutions take as they pass."""
    layers = [Conv2D(8, 3, padding="same", name=f"c{place}") for place in range(depth)]
    network, image = _on_noise(layers, (64, 64, 8))
    tracemalloc.start()
    for layer in record_passing(network, image).layers:
        del layer
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak, trace_bytes(network.layers, network.input_shape, [layers[-1].name])


def test_what_passing_layers_take_does_not_grow_with_their_number():
    few, many = peak_of_passing(4), peak_of_passing(40)
    assert many[1] == few[1]
    # A hundredth: what Python holds of the layers themselves.
    assert many[0] < 1.01 * few[0]
    assert many[0] < many[1] + 64 * 64 * 8 * 8 * 3


def test_a_passing_layer_whose_results_overflow_is_named_in_its_turn():
    layers = [replace(Dense(1, name=name), use_bias=False) for name in ("first", "second")]
    network = assemble(layers, (1,), [{"kernel": [[1.0]]}, {"kernel": [[1e300]]}])
    passing = record_passing(network, np.array([1e300])).layers
    assert next(passing).name == "first"
    with pytest.raises(OptionError, match="layer second"):
        next(passing)


def test_nothing_is_calculated_after_the_last_layer_that_is_kept():
    layers = [Dense(1, name="first"), Dense(1, name="second")]
    huge = [{"kernel": [[1.0]]}, {"kernel": [[1e300]]}]
    network = assemble([replace(layer, use_bias=False) for layer in layers], (1,), huge)
    image = np.array([1e300])
    assert record(network, image, keep=["first"]).output.tolist() == [1e300]
    with pytest.raises(OptionError, match="layer second"):
        record(network, image)


def test_a_layer_that_is_not_there_or_was_not_kept():
    network, image = _on_noise([Flatten(name="flat"), Dense(1, name="dense")], (2, 2, 1))
    with pytest.raises(OptionError, match=r"has the layers flat, dense. Received: dense_1"):
        record(network, image, keep=["dense_1"])
    some = record(network, image, keep=["dense"])
    assert some.layer("dense") is some.layers[0]
    assert some.is_output(some.output)
    with pytest.raises(OptionError, match=r"holds the layers dense alone. Received: flat"):
        some.layer("flat")
    flat = record(network, image, keep=["flat"])
    assert not flat.is_output(flat.output)


@given(graphs(), st.data())
def test_what_is_held_is_least_where_one_layer_is_kept(drawn, data):
    layers, shape = drawn
    name = data.draw(st.sampled_from([layer.name for layer in layers]))
    assert trace_bytes(layers, shape, [name]) <= trace_bytes(layers, shape)
