import pytest

from cnncalc.layers import (
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Flatten,
    MaxPooling2D,
)
from cnncalc.network.algorithms import FEW_FILTERS, MANY_NUMBERS, choose


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
    assert algorithms([convolution, pooling])[0] == (0, 1, "patches")


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
    assert choice.reason.endswith(f"at once, by {arithmetic} times the arithmetic")


@pytest.mark.parametrize(
    ("layer", "algorithm"),
    [
        (Conv2D(4, 3), "patches"),
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
        (Conv2D(4, 3), "row products"),
        (Conv2D(20, 3, padding="same", dilation_rate=2), "row products"),
        (Conv2D(4, 3, strides=(1, 2)), "patches"),
        (Conv2D(4, 3, padding=(3, 0, 0, 0)), "patches"),
        (Conv2D(4, (3, 1)), "patches"),
    ],
)
def test_many_channels_have_a_product_for_each_row_of_the_kernel(layer, algorithm):
    assert 2 * 32 >= MANY_NUMBERS > 32
    assert algorithms([layer], (12, 12, 32)) == [(0, 1, algorithm)]


def test_a_dense_layer_of_a_row_is_a_plain_product():
    assert algorithms([Dense(2), Dense(2)], (5,)) == [(i, 1, "plain product") for i in (0, 1)]


def test_every_reason_names_what_decided():
    layers = [Conv2D(4, 3), MaxPooling2D(2), Conv2D(20, (3, 2)), Flatten(), Dense(2)]
    reasons = [choice.reason for choice in choose(layers, (12, 12, 3))]
    assert reasons[0].startswith("4 filters are few")
    assert "24 numbers and 20 filters" in reasons[1]


def test_batch_normalization_keeps_a_network_layer_by_layer():
    layers = [Conv2D(4, 3), BatchNormalization(), Flatten(), Dense(2)]
    assert algorithms(layers) == [(i, 1, "layer by layer") for i in range(4)]
