import numpy as np
import pytest

from cnncalc.errors import ShapeError
from cnncalc.layers import (
    ELU,
    Activation,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    InputLayer,
    LeakyReLU,
    ReLU,
    Rescaling,
    Softmax,
)
from cnncalc.network import forward, image_shape, initialize, layers_on_images, on_images

ALONE = (
    InputLayer((4, 3)),
    Rescaling(0.5, -0.1),
    Dropout(0.3),
    Activation("tanh"),
    ReLU(max_value=2),
    LeakyReLU(),
    ELU(),
)


def test_a_network_does_the_same_to_images_with_their_channel():
    network = initialize([*ALONE, Flatten(), Dense(3, activation="softmax")], (4, 3))
    shown = on_images(network)
    assert shown.shapes[:2] == ((4, 3, 1), (4, 3, 1))
    images = np.random.default_rng(0).normal(size=(2, 4, 3))
    expected = forward(network, images)
    np.testing.assert_array_equal(forward(shown, images[..., np.newaxis]), expected)


def test_any_other_network_stays_as_it_is():
    for shape in ((12,), (4, 3, 1), (4, 3, 3)):
        network = initialize([Flatten(), Dense(2)], shape)
        assert on_images(network).shapes == network.shapes
        assert image_shape(shape) == shape


@pytest.mark.parametrize(
    "layer",
    [
        Dense(2),
        BatchNormalization(),
        Softmax(),
        Activation("softmax"),
        Rescaling((1.0, 2.0, 3.0)),
    ],
)
def test_a_layer_that_works_along_the_rows_is_named(layer):
    kind = type(layer).__name__
    with pytest.raises(ShapeError, match=rf"^layer .*Received: {kind}, which works along its rows"):
        layers_on_images([layer, Flatten()], (4, 3))
    assert len(layers_on_images([Flatten(), Dense(2), Softmax()], (4, 3))) == 3


def test_a_convolution_says_what_a_grey_image_is():
    with pytest.raises(ShapeError, match=r"Received: input shape \(4, 3\); \(4, 3, 1\) is a grey"):
        layers_on_images([Conv2D(1, 2)], (4, 3))
