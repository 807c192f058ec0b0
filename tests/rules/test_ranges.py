"""Which numbers stages can hold: whatever a layer is given, they lie in their range."""

import math
from dataclasses import dataclass

import numpy as np
import pytest

from cnncalc.layers import (
    ELU,
    Activation,
    AveragePooling2D,
    BatchNormalization,
    Combine,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    L2Pooling2D,
    Layer,
    LeakyReLU,
    MaxPooling2D,
    ReLU,
    Rescaling,
    Softmax,
    ZeroPadding2D,
)
from cnncalc.rules.ranges import (
    ANY,
    PIXELS,
    SHARES,
    LayerRanges,
    Range,
    layer_ranges,
    network_ranges,
    range_of_numbers,
)
from cnncalc.trace import record
from cnncalc.trace.stage_names import StageName
from tests.layer_examples import EVERY_EXAMPLE

SHAPE = (4, 4, 2)


def signs(layer, of=PIXELS):
    ranges = layer_ranges(layer, SHAPE, of)
    return ranges.joined.is_signed, ranges.output.is_signed


@pytest.mark.parametrize("of", [ANY, PIXELS, SHARES], ids=["any", "pixels", "shares"])
@pytest.mark.parametrize("example", EVERY_EXAMPLE, ids=str)
def test_no_number_of_a_stage_lies_outside_its_range(example, of):
    image = np.random.default_rng(3).normal(size=example.shape) * 3
    if of is not ANY:
        image = np.abs(image) % 1 * of.high
    network = example.network
    found = network_ranges(network.layers, network.input_shape, of)
    for layer, ranges in zip(record(network, image).layers, found, strict=True):
        for stage in layer.stages:
            low, high = ranges.of(stage.name)
            assert low <= np.nanmin(stage.values) <= np.nanmax(stage.values) <= high, stage.name


def test_what_has_weights_can_be_negative_before_its_activation_and_not_after_a_relu():
    assert signs(Conv2D(1, 2)) == (True, True)
    assert signs(Conv2D(1, 2, activation="relu")) == (True, False)
    assert signs(Dense(1, "sigmoid")) == (True, False)
    assert signs(Dense(1, "softmax")) == (True, False)
    assert signs(Dense(1, "softplus")) == (True, False)
    assert signs(Dense(1, "tanh")) == (True, True)
    assert signs(BatchNormalization()) == (True, True)


@pytest.mark.parametrize(
    "layer", [MaxPooling2D(2), AveragePooling2D(2), ZeroPadding2D(1), Flatten(), Dropout(0.5)]
)
def test_what_only_picks_and_copies_is_as_its_input(layer):
    assert signs(layer) == (False, False)
    assert signs(layer, ANY) == (True, True)


@pytest.mark.parametrize("mode", ["sum", "max"])
def test_combined_outputs_are_as_these(mode):
    assert signs(Combine(mode)) == (False, False)
    assert signs(Combine(mode), ANY) == (True, True)


def test_a_root_of_squares_is_never_negative():
    assert signs(L2Pooling2D(2), ANY) == (False, False)


@pytest.mark.parametrize("layer", [LeakyReLU(), ELU(), Activation("leaky_relu"), Activation("elu")])
def test_a_leaky_activation_is_signed_where_its_input_is(layer):
    assert signs(layer) == (False, False)
    assert signs(layer, ANY) == (True, True)


def test_the_arguments_of_an_activation_count():
    assert signs(ReLU(), ANY)[1] is False
    assert signs(ReLU(negative_slope=0.1), ANY)[1] is True
    assert signs(ReLU(negative_slope=0.1, threshold=1))[1] is True
    assert signs(LeakyReLU(0), ANY)[1] is False
    assert signs(ELU(-1), ANY)[1] is False
    assert layer_ranges(ReLU(max_value=6), SHAPE, ANY).output == Range(0, 6)
    assert layer_ranges(Activation("tanh"), SHAPE, ANY).output == Range(-1, 1)


def test_rescaling_goes_by_scale_and_offset():
    assert layer_ranges(Rescaling(1 / 255), SHAPE, PIXELS).output == SHARES
    assert layer_ranges(Rescaling(1 / 127.5, -1), SHAPE, PIXELS).output == Range(-1, 1)
    assert layer_ranges(Rescaling(-1, 255), SHAPE, PIXELS).output == PIXELS
    assert layer_ranges(Rescaling((1, -1), (0, 1)), SHAPE, SHARES).output == SHARES
    assert layer_ranges(Rescaling(0, 2), SHAPE, ANY).output == Range(2, 2)


def test_shares_and_pixels_are_told_apart():
    assert layer_ranges(Softmax(), SHAPE, ANY).output.is_share
    assert layer_ranges(Activation("sigmoid"), SHAPE, ANY).output.is_share
    assert (PIXELS.is_pixels, PIXELS.is_share) == (True, False)
    assert (SHARES.is_pixels, ANY.is_pixels, ANY.is_share) == (False, False, False)


def test_the_range_of_an_input_is_told_by_its_numbers():
    assert range_of_numbers([[0, 255]]) == PIXELS
    assert range_of_numbers([[0, math.nan, 1]]) == SHARES
    assert range_of_numbers([[0, 256]]) == Range(0, math.inf)
    assert range_of_numbers([[-1, 256]]) == ANY


def test_every_stage_has_a_range():
    ranges = LayerRanges(PIXELS, ANY, SHARES, PIXELS)
    assert ranges.of("padded input") is PIXELS
    assert {ranges.of(stage) for stage in StageName} == {PIXELS, ANY, SHARES}
    with pytest.raises(TypeError, match="a stage must be known"):
        ranges.of("picture")


def test_an_unknown_kind_is_refused():
    @dataclass(frozen=True)
    class Plain(Layer):
        """A layer of no family."""

    with pytest.raises(TypeError, match="Plain"):
        layer_ranges(Plain(), SHAPE, ANY)
