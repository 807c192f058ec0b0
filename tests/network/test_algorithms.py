from typing import get_args

import pytest

from cnncalc.layers import (
    Activation,
    Add,
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Dropout,
    Flatten,
    L2Pooling2D,
    MaxPooling2D,
    ReLU,
    Rescaling,
)
from cnncalc.network.algorithms import (
    MEANINGS,
    Algorithm,
    choose,
    meanings,
    whole_batch_layers,
)


def algorithms(layers, shape=(12, 12, 3)):
    return [(choice.first, choice.layers, choice.algorithm) for choice in choose(layers, shape)]


def test_the_articles_network_takes_rescaling_pooling_and_flatten_along():
    layers = [
        *(Rescaling(1 / 255), Conv2D(10, 5, activation="relu"), MaxPooling2D(2)),
        *(Flatten(), Dense(2)),
    ]
    expected = [(0, 3, "patches"), (3, 2, "plain product")]
    assert algorithms(layers, (300, 300, 3)) == expected


@pytest.mark.parametrize(
    ("convolution", "pooling"),
    [
        (Conv2D(2, 3, activation="sigmoid"), MaxPooling2D(2)),
        (Conv2D(2, 3), MaxPooling2D(3, 2)),
        (Conv2D(2, 3), MaxPooling2D(3, padding="same", strides=2)),
        (Conv2D(2, 3), AveragePooling2D(2)),
    ],
)
def test_a_pooling_that_a_convolution_cannot_hold_stays_alone(convolution, pooling):
    assert algorithms([convolution, pooling])[0] == (0, 1, "turned patches")


@pytest.mark.parametrize(
    "convolution", [Conv2D(2, 1), Conv2D(40, 3), Conv2D(2, 3, dilation_rate=2)]
)
@pytest.mark.parametrize("pooling", [MaxPooling2D(2), MaxPooling2D((3, 1)), MaxPooling2D(4)])
def test_a_pooling_whose_windows_lie_side_by_side_joins_its_convolution(convolution, pooling):
    choice = choose([convolution, pooling], (12, 12, 16))[0]
    assert choice[:2] == (0, 2)
    assert choice.reason.startswith("what its pooling compares are whole lines of sums")


@pytest.mark.parametrize(
    ("layer", "joined"),
    [(Activation("relu"), 2), (ReLU(), 2), (ReLU(max_value=6), 1), (Activation("tanh"), 1)],
)
def test_a_plain_relu_joins_a_normalization_and_a_sum(layer, joined):
    assert algorithms([BatchNormalization(), layer])[0] == (0, joined, "by moments")
    layers = [
        Conv2D(3, 3, padding="same", name="a"),
        Conv2D(3, 3, padding="same", name="b"),
        *(Add(inputs=("a", "b")), layer),
    ]
    assert algorithms(layers)[2] == (2, joined, "row by row")


@pytest.mark.parametrize(
    ("layer", "algorithm"),
    [
        (Conv2D(4, 3), "turned patches"),
        (Conv2D(4, 1), "turned patches"),
        (Conv2D(4, 1, strides=2), "patches"),
        (Conv2D(4, 1, padding=(1, 1, 1, 1)), "patches"),
        (Conv2D(3, 3, groups=3), "layer by layer"),
        (DepthwiseConv2D(3), "layer by layer"),
        (MaxPooling2D(2), "cell by cell"),
        (AveragePooling2D(2), "cell by cell"),
        (MaxPooling2D(3, 1), "layer by layer"),
        (MaxPooling2D(5, padding="same"), "layer by layer"),
        (Flatten(), "layer by layer"),
        (Dense(2), "layer by layer"),
    ],
)
def test_a_layer_alone_has_the_algorithm_of_its_shape(layer, algorithm):
    assert algorithms([layer]) == [(0, 1, algorithm)]


@pytest.mark.parametrize(
    ("layer", "algorithm"),
    [
        (Conv2D(20, 3, padding="same"), "turned patches"),
        (Conv2D(20, 3, padding="same", dilation_rate=2), "turned patches"),
        (Conv2D(24, 3, padding="same"), "turned patches"),
        (Conv2D(25, 3, padding="same"), "patches"),
        # Its gradient is laid out for 12×12 outputs, not for 6×6.
        (Conv2D(6, 7), "turned patches"),
        (Conv2D(7, 7), "patches"),
        (Conv2D(4, 3, strides=(1, 2)), "patches"),
        (Conv2D(4, 3, padding=(3, 0, 0, 0)), "patches"),
    ],
)
def test_the_gradient_is_a_convolution_where_that_copies_little(layer, algorithm):
    assert algorithms([layer], (12, 12, 8)) == [(0, 1, algorithm)]


def test_a_dense_layer_of_a_row_is_a_plain_product():
    assert algorithms([Dense(2), Dense(2)], (5,)) == [(i, 1, "plain product") for i in (0, 1)]


def reasons(*layers, shape=(12, 12, 3)):
    return [choice.reason for choice in choose(layers, shape)]


@pytest.mark.parametrize(
    ("convolution", "behind", "against_pooling"),
    [
        (Conv2D(2, 3), None, "no max pooling takes its result alone"),
        (Conv2D(2, 3), AveragePooling2D(2), "no max pooling takes its result alone"),
        (
            Conv2D(2, 3, activation="tanh"),
            MaxPooling2D(2),
            "tanh comes before the pooling, and only relu can wait",
        ),
        (Conv2D(2, 3), MaxPooling2D(3, 2), "the pooling's windows overlap"),
        (Conv2D(2, 3), MaxPooling2D(2, 3), "the pooling's windows leave gaps"),
        (
            Conv2D(2, 3),
            MaxPooling2D(3, padding="same"),
            "the pooling's windows reach into padding",
        ),
    ],
)
def test_patches_tell_what_is_against_a_pooling(convolution, behind, against_pooling):
    told = reasons(convolution, *([behind] if behind else []))[0]
    assert told.split("; ")[0] == f"alone, since {against_pooling}"


@pytest.mark.parametrize(
    ("convolution", "channels", "against"),
    [
        (
            Conv2D(10, 3, padding="same"),
            3,
            "not turned, since 3.33 times as much would be copied, more than 3",
        ),
        (Conv2D(4, 3, strides=(1, 2)), 32, "not turned, since its strides are 1×2, not 1"),
        (
            Conv2D(4, 3, padding=(3, 0, 0, 0)),
            32,
            "not turned, since its padding is as wide as its window, or wider",
        ),
        (Conv2D(4, 1, strides=2), 3, "not turned, since its strides are 2×2, not 1"),
        (
            Conv2D(4, 1, padding=1),
            3,
            "not turned, since its padding is as wide as its window, or wider",
        ),
    ],
)
def test_patches_tell_what_is_against_other_algorithms(convolution, channels, against):
    (choice,) = choose([convolution], (12, 12, channels))
    assert choice.algorithm == "patches"
    assert f"; {against}" in choice.reason


@pytest.mark.parametrize(
    ("layer", "reason"),
    [
        (DepthwiseConv2D(3), "each group of channels has a product of its own"),
        (Conv2D(3, 3, groups=3), "each group of channels has a product of its own"),
        (MaxPooling2D(2), "its windows lie side by side, without padding"),
        (AveragePooling2D(3, 2), "its windows overlap"),
        (AveragePooling2D((2, 3), 3), "its windows leave gaps"),
        (MaxPooling2D(5, padding="same"), "its windows reach into padding"),
        (L2Pooling2D(2), "only max and average pooling go cell by cell"),
        (Flatten(), "nothing to calculate"),
        (Dense(2), "its input is a volume, not a row of numbers"),
        (Dropout(0.5), "no product in it that could be faster"),
    ],
)
def test_a_layer_alone_tells_why(layer, reason):
    assert reasons(layer) == [reason]


def test_batch_normalization_is_told_to_need_the_whole_batch():
    layers = [Conv2D(4, 3), MaxPooling2D(2), BatchNormalization(), Flatten(), Dense(2)]
    assert algorithms(layers) == [
        (0, 2, "turned patches"),
        (2, 1, "by moments"),
        (3, 2, "plain product"),
    ]
    assert reasons(*layers)[1] == "its mean and variance are those of the whole batch"
    assert whole_batch_layers(layers) == (2,)
    assert whole_batch_layers([Conv2D(4, 3)]) == ()


def test_frozen_batch_normalization_goes_layer_by_layer():
    frozen = BatchNormalization(trainable=False)
    layers = [Conv2D(4, 3), MaxPooling2D(2), frozen, Flatten(), Dense(2)]
    assert [algorithm for *_, algorithm in algorithms(layers)] == [
        "turned patches", "layer by layer", "plain product",
    ]  # fmt: skip
    assert whole_batch_layers(layers) == ()
    assert reasons(*layers)[1].startswith("it is frozen: its moving mean and variance")


def test_every_algorithm_has_a_meaning_that_is_told_where_it_is_named():
    assert set(MEANINGS) == set(get_args(Algorithm))
    choices = choose([Conv2D(4, 3), BatchNormalization()], (12, 12, 3))
    named = ["patches", "turned patches", "by moments"]
    assert list(meanings(choices)) == named
