from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnncalc.errors import OptionError, ShapeError
from cnncalc.layers import (
    ELU,
    Add,
    Average,
    AveragePooling2D,
    BatchNormalization,
    Combine,
    Conv2D,
    Dense,
    Flatten,
    GlobalAveragePooling2D,
    GlobalMaxPooling2D,
    LeakyReLU,
    Maximum,
    Minimum,
    Multiply,
    ReLU,
    Rescaling,
    Softmax,
    Subtract,
    ZeroPadding2D,
)
from cnncalc.network import (
    forward,
    forward_layer,
    forward_layers,
    forward_pass,
    forward_pieces,
    initialize,
)
from tests.drawn_layers import EVERY_LAYER, layer_and_shape

IMAGE = np.array([[[1.0, -2.0], [3.0, -4.0]]])  # 1 high, 2 wide, 2 deep
ROW = np.array([[-2.0, -1.0, 0.0, 1.0, 8.0]])


@pytest.mark.parametrize("kind", EVERY_LAYER, ids=lambda kind: kind.__name__)
@settings(deadline=None, max_examples=30)
@given(data=st.data())
def test_the_result_has_the_shape_that_the_layer_promises(kind, data):
    layer, shape = data.draw(layer_and_shape(kind))
    network = initialize([layer], shape)
    result = forward(network, np.ones((3, *shape), np.float32))
    assert result.shape == (3, *layer.output_shape(shape))
    assert result.dtype == np.float32


@pytest.mark.parametrize("shape", [(4, 4, 1), (1, 2, 8, 1), (1, 4, 4, 2), (1, 16)])
def test_images_of_another_shape_than_the_networks_are_refused(shape):
    with pytest.raises(ShapeError) as caught:
        forward(initialize([Flatten()], (4, 4, 1)), np.ones(shape))
    assert str(caught.value) == (
        "images must be a batch of the network's input shape, (4, 4, 1). "
        f"Received: images.shape={shape}"
    )


def test_images_that_are_not_floating_point_are_refused():
    network = initialize([Rescaling(1 / 255), Flatten()], (2, 2, 1))
    with pytest.raises(OptionError, match=r"floating point\. Received: images\.dtype=uint8"):
        forward(network, np.full((1, 2, 2, 1), 255, np.uint8))
    with pytest.raises(OptionError, match="images must be real numbers"):
        forward(network, "image")


@pytest.mark.parametrize(
    ("layer", "expected"),
    [
        (Rescaling(0.5, 1.0), [[[1.5, 0], [2.5, -1]]]),
        (Rescaling((1, 10), (0, 1)), [[[1, -19], [3, -39]]]),
        (ZeroPadding2D((0, 0, 1, 0)), [[[0, 0], [1, -2], [3, -4]]]),
        (Flatten(), [1, -2, 3, -4]),
        (GlobalAveragePooling2D(), [2, -3]),
        (GlobalMaxPooling2D(), [3, -2]),
        (GlobalMaxPooling2D(keepdims=True), [[[3, -2]]]),
        (Combine("sum"), [[[-1], [-1]]]),
        (Combine("max"), [[[1], [3]]]),
        (AveragePooling2D((1, 2), padding="same", strides=1), [[[2, -3], [3, -4]]]),
        (AveragePooling2D((1, 2), padding=(0, 0, 0, 1), strides=1), [[[2, -3], [1.5, -2]]]),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_layer_of_an_image_gives_these_numbers(layer, expected):
    assert forward_layer(layer, {}, IMAGE[np.newaxis])[0].tolist() == expected


@pytest.mark.parametrize(
    ("layer", "expected"),
    [
        (ReLU(), [0, 0, 0, 1, 8]),
        (ReLU(max_value=6), [0, 0, 0, 1, 6]),
        (ReLU(negative_slope=0.5, threshold=1), [-1.5, -1, -0.5, 0, 8]),
        (LeakyReLU(), [-0.6, -0.3, 0, 1, 8]),
        (ELU(2.0), [2 * np.expm1(-2), 2 * np.expm1(-1), 0, 1, 8]),
        (Softmax(), np.exp(ROW[0]) / np.exp(ROW[0]).sum()),
    ],
    ids=lambda value: type(value).__name__,
)
def test_an_activation_layer_gives_these_numbers(layer, expected):
    np.testing.assert_allclose(forward_layer(layer, {}, ROW)[0], expected, rtol=1e-15)


def test_no_minus_zero_comes_out_of_relu():
    assert not np.signbit(forward_layer(ReLU(), {}, ROW)[0, :3]).any()


def test_a_dense_layer_weighs_its_inputs_adds_its_bias_and_activates():
    weights = {"kernel": np.array([[1.0, 1.0], [10.0, -10.0]]), "bias": np.array([0.5, 0.0])}
    result = forward_layer(Dense(2, activation="relu"), weights, np.array([[1.0, 2.0]]))
    assert result.tolist() == [[21.5, 0]]


def test_a_convolution_adds_its_bias_before_it_activates():
    weights = {"kernel": np.full((1, 1, 1, 1), 2.0), "bias": np.array([-3.0])}
    images = np.array([1.0, 2.0]).reshape(1, 1, 2, 1)
    result = forward_layer(Conv2D(1, 1, activation="relu"), weights, images)
    assert result.ravel().tolist() == [0, 1]
    assert images.ravel().tolist() == [1, 2]


def test_pieces_are_equal_and_even_in_number():
    network = initialize([Rescaling(2)], (2, 2, 1))
    assert forward_pieces(network, 1) == [slice(0, 1)]
    assert forward_pieces(network, 2) == [slice(0, 1), slice(1, 2)]
    assert forward_pieces(network, 9) == [slice(0, 5), slice(5, 9)]


def test_the_larger_a_result_the_fewer_images_in_a_piece(monkeypatch):
    monkeypatch.setattr(forward_pass, "PIECE_NUMBERS", 16 * 3)
    # The largest result is in between.
    network = initialize([Conv2D(4, 1), GlobalMaxPooling2D()], (2, 2, 1))
    assert forward_pieces(network, 10) == [
        slice(start, min(start + 3, 10)) for start in (0, 3, 6, 9)
    ]
    monkeypatch.setattr(forward_pass, "PIECE_NUMBERS", 1)
    assert len(forward_pieces(network, 10)) == 10


@pytest.mark.parametrize(
    "merge", [Add, Average, Maximum, Minimum, Multiply, Subtract], ids=lambda kind: kind.__name__
)
def test_a_merge_gives_the_same_of_results_apart_and_side_by_side(merge):
    layers = [
        Conv2D(3, 1, name="a"),
        Conv2D(3, 1, name="b", inputs=("input",)),
        merge(name="both", inputs=("a", "b")),
    ]
    network = initialize(layers, (4, 4, 2), seed=1)
    image = np.random.default_rng(0).normal(size=(2, 4, 4, 2)).astype(np.float32)
    a, b, both = forward_layers(network, image)
    beside = forward_layer(network.layers[-1], {}, np.concatenate([a, b], axis=-1))
    assert both.tobytes() == beside.tobytes()
    assert forward(network, image).tobytes() == both.tobytes()


def test_what_a_merge_joins_stays_as_it_was():
    layers = [Rescaling(2, name="a"), Add(name="sum", inputs=("a", "input"))]
    image = np.ones((1, 1, 1, 2), np.float32)
    first, total = forward_layers(initialize(layers, (1, 1, 2)), image)
    assert (image.tolist(), first.tolist()) == ([[[[1, 1]]]], [[[[2, 2]]]])
    assert total.tolist() == [[[[3, 3]]]]


def test_a_normalization_in_prediction_is_its_formula():
    """In one factor and one summand a channel; a mean far from 0 takes digits of both ways."""
    random = np.random.default_rng(0)
    image = random.normal(3, 2, (2, 5, 5, 4))
    network = initialize([BatchNormalization(epsilon=0.01)], (5, 5, 4), seed=0, dtype=np.float64)
    names = ("gamma", "beta", "moving_mean", "moving_variance")
    weights = dict(zip(names, np.abs(random.normal(1, 0.2, (4, 4))), strict=True))
    network = replace(network, weights=(weights,))
    gamma, beta, mean, variance = weights.values()
    expected = gamma * (image - mean) / np.sqrt(variance + 0.01) + beta
    assert forward(network, image) == pytest.approx(expected, rel=1e-13)
