from typing import get_args

import pytest

from cnncalc.layers import (
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Dropout,
    Flatten,
    L2Pooling2D,
    MaxPooling2D,
)
from cnncalc.network.against_algorithms import FEW_FILTERS
from cnncalc.network.algorithms import (
    MEANINGS,
    Algorithm,
    choose,
    meanings,
    whole_batch_layers,
)


def algorithms(layers, shape=(12, 12, 3)):
    return [(choice.first, choice.layers, choice.algorithm) for choice in choose(layers, shape)]


def test_the_articles_network_takes_its_pooling_and_its_flatten_along():
    layers = [Conv2D(10, 5, activation="relu"), MaxPooling2D(2), Flatten(), Dense(2)]
    expected = [(0, 2, "blocked product"), (2, 2, "plain product")]
    assert algorithms(layers, (300, 300, 3)) == expected


@pytest.mark.parametrize(
    ("convolution", "pooling"),
    [
        (Conv2D(FEW_FILTERS, 3), MaxPooling2D(2)),
        (Conv2D(2, 3, activation="sigmoid"), MaxPooling2D(2)),
        (Conv2D(2, 3, dilation_rate=2), MaxPooling2D(2)),
        (Conv2D(2, 3), MaxPooling2D(3, 2)),
        (Conv2D(2, 3), MaxPooling2D(3, padding="same", strides=2)),
        (Conv2D(2, 3), AveragePooling2D(2)),
        # A pooling cell's window is more than three times as large as the kernel.
        (Conv2D(2, 3), MaxPooling2D(4)),
        (Conv2D(2, 3, strides=2), MaxPooling2D(3)),
        (Conv2D(2, (3, 2)), MaxPooling2D(3)),
    ],
)
def test_a_pooling_that_the_product_cannot_or_need_not_hold_stays_alone(convolution, pooling):
    first, count, algorithm = algorithms([convolution, pooling])[0]
    assert (first, count) == (0, 1)
    assert algorithm in {"patches", "turned patches"}


def test_a_1x1_convolution_stays_a_plain_product_before_a_pooling():
    assert algorithms([Conv2D(2, 1), MaxPooling2D(2)])[0] == (0, 1, "plain product")


@pytest.mark.parametrize(
    ("convolution", "pooling", "arithmetic"),
    [
        (Conv2D(2, 5), MaxPooling2D(4), "2.56"),
        (Conv2D(2, 3, strides=2), MaxPooling2D(2), "2.78"),
        (Conv2D(2, (3, 2)), MaxPooling2D(2), "2.00"),
        (Conv2D(2, 1), MaxPooling2D((3, 1)), "3.00"),
    ],
)
def test_a_pooling_of_little_extra_arithmetic_joins_its_product(convolution, pooling, arithmetic):
    choice = choose([convolution, pooling], (12, 12, 3))[0]
    assert choice[:3] == (0, 2, "blocked product")
    assert choice.reason.endswith(f"at once, for {arithmetic} times the arithmetic")


@pytest.mark.parametrize(
    ("layer", "algorithm"),
    [
        (Conv2D(4, 3), "turned patches"),
        (Conv2D(4, 1), "plain product"),
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
    ("convolution", "behind", "against_blocks"),
    [
        (Conv2D(16, 3), MaxPooling2D(2), "16 filters need none (16 or more)"),
        (Conv2D(2, 3), None, "no max pooling takes its result alone"),
        (Conv2D(2, 3), AveragePooling2D(2), "no max pooling takes its result alone"),
        (
            Conv2D(2, 3, activation="tanh"),
            MaxPooling2D(2),
            "tanh comes before the pooling, and only relu can wait",
        ),
        (Conv2D(2, 3, dilation_rate=2), MaxPooling2D(2), "its kernel is dilated"),
        (Conv2D(2, 3), MaxPooling2D(3, 2), "the pooling's windows overlap"),
        (Conv2D(2, 3), MaxPooling2D(2, 3), "the pooling's windows leave gaps"),
        (
            Conv2D(2, 3),
            MaxPooling2D(3, padding="same"),
            "the pooling's windows reach into padding",
        ),
        (
            Conv2D(2, 3),
            MaxPooling2D(4),
            "it would take 4.00 times the arithmetic, more than 3",
        ),
    ],
)
def test_patches_tell_what_is_against_a_blocked_product(convolution, behind, against_blocks):
    told = reasons(convolution, *([behind] if behind else []))[0]
    assert told.split("; ")[0] == f"no blocked product, since {against_blocks}"


@pytest.mark.parametrize(
    ("convolution", "channels", "against"),
    [
        (
            Conv2D(10, 3, padding="same"),
            3,
            "no turned patches, since 3.33 times as much would be copied, more than 3",
        ),
        (Conv2D(4, 3, strides=(1, 2)), 32, "no turned patches, since its strides are 1×2, not 1"),
        (
            Conv2D(4, 3, padding=(3, 0, 0, 0)),
            32,
            "no turned patches, since its padding is as wide as its window, or wider",
        ),
        (Conv2D(4, 1, strides=2), 3, "no plain product, since its strides are 2×2, not 1"),
        (
            Conv2D(4, 1, padding=1),
            3,
            "no plain product, since its padding is as wide as its window, or wider",
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
        (Conv2D(4, 1), "its window is one pixel, so that each pixel is a patch already"),
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


def test_one_filter_is_one_filter():
    told = reasons(Conv2D(1, 3), MaxPooling2D(2))[0]
    assert told.startswith("with 1 filter (fewer than 16) a product is slow; a larger one gives")


def test_batch_normalization_keeps_a_network_layer_by_layer():
    layers = [Conv2D(4, 3), MaxPooling2D(2), BatchNormalization(), Flatten(), Dense(2)]
    assert algorithms(layers) == [(i, 1, "layer by layer") for i in range(5)]
    assert whole_batch_layers(layers) == (2,)
    assert whole_batch_layers([Conv2D(4, 3)]) == ()


def test_frozen_batch_normalization_leaves_a_network_its_algorithms():
    frozen = BatchNormalization(trainable=False)
    layers = [Conv2D(4, 3), MaxPooling2D(2), frozen, Flatten(), Dense(2)]
    assert [algorithm for *_, algorithm in algorithms(layers)] == [
        "blocked product", "layer by layer", "plain product",
    ]  # fmt: skip
    assert whole_batch_layers(layers) == ()
    assert reasons(*layers)[1].startswith("it is frozen: its moving mean and variance")


def test_beside_batch_normalization_each_layer_keeps_the_reason_of_its_own_shape():
    layers = [Conv2D(4, 3), MaxPooling2D(2), BatchNormalization(), Dropout(0.5), Dense(2)]
    alone = reasons(*layers[:2])
    assert reasons(*layers) == [
        f"the whole batch at once; else blocked product: {alone[0]}",
        "the whole batch at once; else part of the blocked product above",
        "its mean and variance are those of the whole batch",
        "no product in it that could be faster",
        "its input is a volume, not a row of numbers",
    ]


def test_every_algorithm_has_a_meaning_that_is_told_where_it_is_named():
    assert set(MEANINGS) == set(get_args(Algorithm))
    choices = choose([Conv2D(4, 3), BatchNormalization()], (12, 12, 3))
    named = ["blocked product", "patches", "turned patches", "layer by layer"]
    assert list(meanings(choices)) == named
