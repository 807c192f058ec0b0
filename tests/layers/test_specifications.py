"""What holds of every layer, whatever its module."""

import math
import re
from dataclasses import FrozenInstanceError

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnncalc.errors import OptionError, ShapeError
from cnncalc.layers import (
    ELU,
    INFERENCE_ONLY_LAYERS,
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
from cnncalc.layers.vocabulary import LAYERS
from cnncalc.network import initialize
from tests.drawn_graphs import MERGES
from tests.drawn_layers import EVERY_LAYER, chains, layer_and_shape
from tests.keras_peer import keras_model
from tests.peers import requires


def test_every_layer_can_be_drawn_and_named():
    # Merges are drawn in graphs; what works in training alone is refused where chains are trained.
    assert {*EVERY_LAYER, *MERGES, *INFERENCE_ONLY_LAYERS} == set(LAYERS.values())


@pytest.mark.parametrize(
    ("layer", "shape", "output", "formula", "trainable", "multiply_adds"),
    [
        (Conv2D(10, 5), (300, 300, 3), (296, 296, 10), "(5×5×3 + 1) × 10 = 760", 760, 65_712_000),
        (Conv2D(10, 5, use_bias=False), (9, 9, 3), (5, 5, 10), "5×5×3 × 10 = 750", 750, 18_750),
        (Conv2D(6, 3, 2, groups=3), (9, 7, 6), (4, 3, 6), "(3×3×2 + 1) × 6 = 114", 114, 1296),
        (DepthwiseConv2D(3, 1, "valid", 2), (5, 5, 3), (3, 3, 6), "(3×3 + 1) × 6 = 60", 60, 486),
        (Dense(2), (219_040,), (2,), "(219,040 + 1) × 2 = 438,082", 438_082, 438_080),
        (Dense(1), (219_040,), (1,), "(219,040 + 1) × 1 = 219,041", 219_041, 219_040),
        (Dense(4, use_bias=False), (6, 5, 3), (6, 5, 4), "3 × 4 = 12", 12, 6 * 5 * 3 * 4),
        (BatchNormalization(), (6, 5, 3), (6, 5, 3), "4 × 3 = 12", 6, 90),
        (BatchNormalization(scale=False), (3,), (3,), "3 × 3 = 9", 3, 3),
        (BatchNormalization(scale=False, center=False), (3,), (3,), "2 × 3 = 6", 0, 3),
        (Rescaling(2), (6, 5, 3), (6, 5, 3), "", 0, 90),
        (L2Pooling2D(2), (6, 5, 3), (3, 2, 3), "", 0, 3 * 2 * 3 * 4),
        (MaxPooling2D(2), (6, 5, 3), (3, 2, 3), "", 0, 0),
        (AveragePooling2D(2, padding="same"), (6, 5, 3), (3, 3, 3), "", 0, 0),
        (GlobalAveragePooling2D(), (6, 5, 3), (3,), "", 0, 0),
        (GlobalAveragePooling2D(keepdims=True), (6, 5, 3), (1, 1, 3), "", 0, 0),
        (ZeroPadding2D(((1, 0), (2, 3))), (6, 5, 3), (7, 10, 3), "", 0, 0),
        (Flatten(), (6, 5, 3), (90,), "", 0, 0),
        (Combine(), (6, 5, 3), (6, 5, 1), "", 0, 0),
        (InputLayer((6, 5, 3)), (6, 5, 3), (6, 5, 3), "", 0, 0),
        (Dropout(0.5), (6,), (6,), "", 0, 0),
        (Softmax(), (6,), (6,), "", 0, 0),
        (Activation("tanh"), (6,), (6,), "", 0, 0),
    ],
    ids=lambda value: type(value).__name__,
)
def test_shapes_and_counts_are_these(layer, shape, output, formula, trainable, multiply_adds):
    assert layer.output_shape(shape) == output
    assert layer.parameter_formula(shape) == formula
    assert layer.trainable_count(shape) == trainable
    assert layer.multiply_adds(shape) == multiply_adds


@pytest.mark.parametrize("kind", EVERY_LAYER, ids=lambda kind: kind.__name__)
@settings(deadline=None, max_examples=30)
@given(data=st.data())
def test_the_formula_comes_out_at_the_parameter_count(kind, data):
    layer, shape = data.draw(layer_and_shape(kind))
    formula = layer.parameter_formula(shape).replace(",", "")
    count = sum(map(math.prod, layer.weight_shapes(shape).values()))
    assert layer.parameter_count(shape) == count
    if count:
        parts = re.fullmatch(r"\(?([\d×]+)( \+ 1\))? × (\d+) = (\d+)", formula)
        cells = math.prod(map(int, parts[1].split("×")))
        assert (cells + bool(parts[2])) * int(parts[3]) == int(parts[4]) == count
    else:
        assert formula == ""


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: Conv2D(0, 3), "filters must be a whole number, at least 1. Received: filters=0"),
        (lambda: Conv2D(2.0, 3), "filters must be a whole number, at least 1. Received: filters="),
        (lambda: Conv2D(2, 3, groups=0), "groups must be a whole number, at least 1."),
        (lambda: Conv2D(2, 3, use_bias="no"), "use_bias must be True or False. Received: use_bias"),
        (lambda: Conv2D(2, 3, activation="swish"), "activation must be one of linear, relu,"),
        (lambda: Conv2D(2, (3, 3, 3)), "kernel_size must be one or two whole numbers, at least 1."),
        (lambda: Conv2D(2, 3, strides=0), "strides must be one or two whole numbers, at least 1."),
        (
            lambda: Conv2D(2, 3, strides=[]),
            "strides must be one or two whole numbers, at least 1. Received: strides=[]",
        ),
        (
            lambda: Conv2D(2, 3, strides=None),
            "strides must be one or two whole numbers, at least 1. Received: strides=None",
        ),
        (lambda: Conv2D(2, 3, padding="full"), 'padding must be "valid", "same", or'),
        (lambda: Dense(True), "units must be a whole number, at least 1. Received: units=True"),
        (lambda: MaxPooling2D(0), "pool_size must be one or two whole numbers, at least 1."),
        (lambda: ZeroPadding2D("same"), "padding must be 1, 2 or 4 whole numbers of at least 0."),
        (lambda: Dropout(1.5), "rate must be a number, at least 0 and at most 1. Received: rate="),
        (lambda: Dropout("0.5"), "rate must be a number, at least 0 and at most 1."),
        (lambda: Rescaling("a"), "scale must be a number. Received: scale='a'"),
        (lambda: Rescaling(math.inf), "scale must be a number. Received: scale=inf"),
        (lambda: Rescaling(10**400), "scale must be a number. Received: scale=1000"),
        (lambda: Rescaling(1, (0, None)), "offset must be a number. Received: offset=None"),
        (lambda: LeakyReLU(-1), "negative_slope must be a number, at least 0. Received:"),
        (lambda: ReLU(max_value=-1), "max_value must be a number, at least 0. Received:"),
        (lambda: ELU(None), "alpha must be a number. Received: alpha=None"),
        (lambda: BatchNormalization(epsilon=-1), "epsilon must be a number, at least 0."),
        (lambda: GlobalAveragePooling2D(keepdims=1), "keepdims must be True or False. Received:"),
        (lambda: InputLayer((0, 3)), "shape must be whole numbers, at least 1 each, such as"),
        (lambda: InputLayer("33"), "shape must be whole numbers, at least 1 each, such as"),
        (lambda: Combine("product"), 'combine must be "sum" or "max". Received: mode='),
    ],
)
def test_unusable_arguments_are_named_with_what_was_expected(build, message):
    with pytest.raises(OptionError) as caught:
        build()
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize(
    ("layer", "shape", "message"),
    [
        (Conv2D(2, 3), (9,), r"Conv2D must be given \(height, width, channels\). Received: .*9,"),
        (Rescaling((1, 2)), (4, 4, 3), r"one number a channel \(3\). Received: 2 numbers"),
        (InputLayer((3,)), (4,), r"its own shape, \(3,\). Received: input shape \(4,\)"),
        (GlobalAveragePooling2D(), (4, 4), "GlobalAveragePooling2D must be given"),
    ],
)
def test_an_input_that_does_not_fit_is_an_error_with_its_shape(layer, shape, message):
    with pytest.raises(ShapeError, match=message):
        layer.output_shape(shape)


def test_numpys_arrays_are_pairs_and_padding_too():
    layer = Conv2D(2, np.array([3, 3]), np.array([2, 1]), np.array([[1, 2], [0, 0]]))
    assert layer == Conv2D(2, 3, (2, 1), (1, 2, 0, 0))
    assert MaxPooling2D(2, np.array([2, 1])) == MaxPooling2D(2, (2, 1))


def test_a_layer_is_a_value():
    assert Conv2D(2, [3, 3], strides=(1, 1), activation=None) == Conv2D(2, 3)
    assert len({Conv2D(2, 3), Conv2D(2, (3, 3)), Conv2D(3, 3)}) == 2
    with pytest.raises(FrozenInstanceError):
        Dense(2).units = 3


@pytest.mark.peer
@requires("keras")
@pytest.mark.filterwarnings("ignore")  # what Keras warns about is Keras's to mend
@settings(deadline=None, max_examples=60, derandomize=True)
@given(chains(keras=True))
def test_shapes_and_counts_equal_keras(chain):
    layers, shape = chain
    ours = initialize(layers, shape)
    theirs = keras_model(layers, shape)
    assert ours.shapes[1:] == tuple(tuple(layer.output.shape[1:]) for layer in theirs.layers)
    trained = [
        layer.trainable_count(size)
        for layer, size in zip(ours.layers, ours.shapes[:-1], strict=True)
    ]
    assert sum(trained) == sum(np.prod(weight.shape) for weight in theirs.trainable_weights)
    counts = [sum(map(np.size, weights.values())) for weights in ours.weights]
    assert counts == [layer.count_params() for layer in theirs.layers]
