import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnncalc.errors import OptionError, ShapeError
from cnncalc.layers import (
    ELU,
    AveragePooling2D,
    Combine,
    Conv2D,
    Dense,
    Flatten,
    GlobalAveragePooling2D,
    GlobalMaxPooling2D,
    LeakyReLU,
    ReLU,
    Rescaling,
    Softmax,
    ZeroPadding2D,
)
from cnncalc.network import forward, forward_layer, initialize
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
