from __future__ import annotations

import re
from functools import partial

import numpy as np
import pytest

from cnncalc.errors import OptionError, ShapeError
from cnncalc.layers import (
    ELU,
    Activation,
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Dropout,
    Flatten,
    InputLayer,
    LeakyReLU,
    MaxPooling2D,
    ReLU,
    Rescaling,
    Softmax,
)
from cnncalc.network import (
    assemble,
    forward,
    image_shape,
    initialize,
    layers_on_images,
    on_images,
    without_last_activation,
)

IMAGES = np.linspace(-1, 1, 2 * 6 * 6 * 1).reshape(2, 6, 6, 1)


def message_of(error, function, *arguments):
    with pytest.raises(error) as caught:
        function(*arguments)
    message = str(caught.value)
    assert "\n" not in message
    return message


def test_shapes_are_the_inputs_and_then_each_layers():
    layers = [Conv2D(10, 5), MaxPooling2D(2), Flatten(), Dense(2, activation="softmax")]
    network = initialize(layers, (32, 32, 3))
    assert network.shapes == ((32, 32, 3), (28, 28, 10), (14, 14, 10), (1960,), (2,))


@pytest.mark.parametrize(
    ("layers", "shape", "message"),
    [
        (
            [Conv2D(2, 3), Conv2D(2, 9, name="wide")],
            (10, 10, 1),
            "layer wide: the window must fit into the input. "
            "Received: a window of 9×9 on an input of 8×8",
        ),
        (
            [Flatten(), Conv2D(2, 3)],
            (10, 10, 1),
            "layer conv2d: Conv2D must be given (height, width, channels). "
            "Received: input shape (100,)",
        ),
        (
            [Conv2D(2, 3), Flatten(), MaxPooling2D(2)],
            (10, 10, 1),
            "layer max_pooling2d: MaxPooling2D must be given (height, width, channels). "
            "Received: input shape (128,)",
        ),
        (
            [Conv2D(4, 3, groups=2)],
            (10, 10, 3),
            "layer conv2d: groups must divide both channels and filters. "
            "Received: groups=2, channels=3, filters=4",
        ),
        (
            [AveragePooling2D(2, padding=2)],
            (4, 4, 1),
            "layer average_pooling2d: padding of a pooling layer must be smaller than its "
            "pool_size. Received: padding=(2, 2, 2, 2), pool_size=(2, 2)",
        ),
    ],
)
def test_a_layer_that_does_not_fit_is_named_with_both_shapes(layers, shape, message):
    assert message_of(ShapeError, initialize, layers, shape) == message


@pytest.mark.parametrize("shape", [(), (0, 3, 1), (2.0, 2, 1), (2, -1)])
def test_an_unusable_input_shape_is_an_error(shape):
    message = message_of(OptionError, initialize, [Flatten()], shape)
    assert message.startswith("an input shape must be whole numbers, at least 1 each. Received: ")


@pytest.mark.parametrize(
    ("given", "received"),
    [({}, "none"), ({"kernel": np.zeros((3, 2)), "bias": np.zeros(2)}, "(3, 2)")],
)
def test_weights_that_do_not_fit_are_named_with_both_shapes(given, received):
    message = message_of(ShapeError, assemble, [Dense(2)], (4,), [given])
    expected = "layer dense: the weight 'kernel' must have the shape (4, 2). Received: "
    assert message == expected + received


def test_weights_of_another_count_than_layers_are_an_error():
    message = message_of(ShapeError, assemble, [MaxPooling2D(2)], (4, 4, 1), [])
    assert message == "weights must be one mapping a layer (1). Received: 0"


@pytest.mark.parametrize(
    ("layer", "given", "message"),
    [
        (
            Dense(2, use_bias=False),
            {"kernel": np.zeros((4, 2)), "bias": np.zeros(2)},
            "layer dense: weights must be a mapping by name ('kernel'). "
            "Received: ['kernel', 'bias']",
        ),
        (
            ReLU(),
            {"kernel": 1},
            "layer re_lu: weights must be a mapping by name (none). Received: ['kernel']",
        ),
        (
            ReLU(),
            [1, 2],
            "layer re_lu: weights must be a mapping by name (none). Received: [1, 2]",
        ),
    ],
)
def test_weights_of_unknown_names_are_an_error(layer, given, message):
    assert message_of(ShapeError, assemble, [layer], (4,), [given]) == message


@pytest.mark.parametrize("given", ["ab", [["a", "b"]] * 4, [[1, 2], [3]], [[1j, 2]] * 4])
def test_weights_that_are_no_numbers_are_an_error(given):
    message = message_of(OptionError, assemble, [Dense(2)], (4,), [{"kernel": given}])
    assert message.startswith(
        "layer dense: kernel must be real numbers, in rows of one length. Received: kernel="
    )


def test_two_layers_of_one_name_are_an_error():
    message = message_of(OptionError, initialize, [Flatten(name="a"), ReLU(name="a")], (2, 2, 1))
    assert message == "each layer must have a name of its own. Received: 2 named 'a'"


def test_a_networks_weights_are_copies_that_cannot_change():
    kernel = np.ones((1, 1))
    network = assemble([Dense(1, use_bias=False)], (1,), [{"kernel": kernel}])
    kernel[:] = 7
    assert network.weights[0]["kernel"] == 1
    with pytest.raises(ValueError, match="read-only"):
        network.weights[0]["kernel"][:] = 7


def test_a_dense_layer_before_flatten_works_on_channels_and_says_so():
    network = initialize([Dense(5), Flatten(), Dense(1, activation="softmax")], (6, 4, 3))
    assert network.shapes == ((6, 4, 3), (6, 4, 5), (120,), (1,))
    assert network.notes == (
        "layer dense: its input, 6×4×3, is not flat: as in Keras, it works on the 3 channels of "
        "each of the 6×4 positions by itself; Flatten() before it would join them",
        "layer dense_1: softmax of a single unit is always 1; two classes need two units, "
        "or sigmoid",
    )


@pytest.mark.parametrize("kind", [partial(Conv2D, 1), DepthwiseConv2D])
def test_strides_together_with_dilation_are_noted(kind):
    layer = kind(2, strides=(1, 2), dilation_rate=(2, 1), name="both")
    assert initialize([layer], (9, 9, 1)).notes == (
        "layer both: Keras has no convolution with both strides and dilation; cnncalc calculates "
        "it",
    )


def test_a_dense_layer_on_a_single_channel_says_so_in_the_singular():
    (note,) = initialize([Dense(5)], (6, 4, 1)).notes
    assert "it works on the channel of each of the 6×4 positions" in note


def test_nothing_is_noted_of_a_plain_network():
    layers = [
        Conv2D(2, 3, strides=2),
        Conv2D(2, 2, dilation_rate=2),
        Flatten(),
        Dense(1, "sigmoid"),
        Dense(2, "softmax"),
    ]
    assert initialize(layers, (9, 9, 1)).notes == ()


@pytest.mark.parametrize(
    ("ending", "activation"),
    [
        ([Dense(3, activation="softmax")], "softmax"),
        ([Dense(3, activation="sigmoid")], "sigmoid"),
        ([Dense(3), Softmax()], "softmax"),
        ([Dense(3), Activation("softmax")], "softmax"),
        ([Dense(3)], "linear"),
        ([Dense(3), Flatten()], "linear"),
    ],
)
def test_the_logits_are_what_the_last_activation_was_given(ending, activation):
    layers = [Conv2D(2, 3, activation="relu"), Flatten(), *ending]
    network = initialize(layers, (6, 6, 1), dtype=np.float64)
    bare, name = without_last_activation(network)
    assert name == activation
    assert [layer.name for layer in bare.layers] == [layer.name for layer in network.layers]
    assert bare.weights == network.weights
    linear = [Conv2D(2, 3, activation="relu"), Flatten(), Dense(3)]
    logits = forward(initialize(linear, (6, 6, 1), dtype=np.float64), IMAGES)
    np.testing.assert_array_equal(forward(bare, IMAGES), logits)
    restored = initialize([Activation(name)], (3,))
    np.testing.assert_array_equal(forward(restored, logits), forward(network, IMAGES))


def test_the_message_about_a_name_says_what_is_wrong_with_it():
    for name in ("a/b", "line\nbreak"):
        with pytest.raises(OptionError, match=re.escape(f"Received: name={name!r}")):
            initialize([Flatten(name=name)], (2, 2, 1))


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
