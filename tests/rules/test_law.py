"""A layer's law: both directions of its wires, and what the pixels that truly matter say of it."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from itertools import product
from math import prod

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cnncalc import layers as specifications
from cnncalc.image_regions import image_regions
from cnncalc.layers import INFERENCE_ONLY_LAYERS, Combine, Layer, MaxPooling2D
from cnncalc.network import Network, forward
from cnncalc.rules import Join, law_of
from tests.drawn_graphs import MERGES
from tests.drawn_layers import EVERY_LAYER, layer_and_shape
from tests.trace.drawn import vary

KINDS = pytest.mark.parametrize("kind", EVERY_LAYER, ids=lambda kind: kind.__name__)
SOME = settings(max_examples=25, deadline=None)


def positions(shape):
    return product(*map(range, shape))


def inside(wires):
    return {wire.at for wire in wires if not wire.is_padding}


def test_each_kind_of_layer_has_a_law():
    public = {getattr(specifications, name) for name in specifications.__all__}
    kinds = {kind for kind in public if isinstance(kind, type) and issubclass(kind, Layer)}
    # Those that others are kinds of have none; those that work in training alone have one for all.
    assert kinds - {*EVERY_LAYER, *MERGES, *INFERENCE_ONLY_LAYERS} == {
        Layer,
        specifications.ActivationLayer,
        specifications.ConvolutionLayer,
        specifications.GlobalPoolingLayer,
        specifications.InferenceOnly,
        specifications.KernelLayer,
        specifications.MergeLayer,
        specifications.PassingLayer,
        specifications.PoolingLayer,
        specifications.WindowLayer,
    }


@pytest.mark.parametrize(
    "base", [Layer, specifications.PoolingLayer, specifications.ActivationLayer]
)
def test_a_kind_without_a_law_is_refused(base):
    @dataclass(frozen=True)
    class Unknown(base):
        pass

    with pytest.raises(TypeError, match=r"must have a law in rules/law\.py\. Received: Unknown"):
        law_of(Unknown(), (4, 4, 1))


@KINDS
@SOME
@given(data=st.data())
def test_what_an_output_sees_is_what_it_is_seen_by(kind, data):
    layer, shape = data.draw(layer_and_shape(kind))
    law, outputs = law_of(layer, shape), layer.output_shape(shape)
    seen = {
        (wire.at, output, wire.weight)
        for output in positions(outputs)
        for wire in law.sees(output)
        if not wire.is_padding
    }
    seeing = {
        (number, wire.at, wire.weight)
        for number in positions(shape)
        for wire in law.seen_by(number)
    }
    assert seen == seeing


@KINDS
@SOME
@given(data=st.data())
def test_no_wire_is_told_twice_and_padding_alone_lies_outside(kind, data):
    layer, shape = data.draw(layer_and_shape(kind))
    law = law_of(layer, shape)
    for output in positions(layer.output_shape(shape)):
        wires = law.sees(output)
        assert len({wire.at for wire in wires}) == len(wires)
        for wire in wires:
            is_inside = all(0 <= i < n for i, n in zip(wire.at, shape, strict=True))
            assert wire.is_padding != is_inside


@pytest.mark.parametrize(
    "kind",
    [specifications.Conv2D, specifications.DepthwiseConv2D, specifications.Dense],
    ids=lambda kind: kind.__name__,
)
@SOME
@given(data=st.data())
def test_a_weight_joins_the_pairs_whose_wires_lie_on_it(kind, data):
    layer, shape = data.draw(layer_and_shape(kind))
    law, weights = law_of(layer, shape), layer.weight_shapes(shape)["kernel"]
    on_weights = {
        (wire.weight, wire.at, output)
        for output in positions(layer.output_shape(shape))
        for wire in law.sees(output)
    }
    joined = {
        (weight, tuple(pair[0] for pair in pairs), tuple(pair[1] for pair in pairs))
        for weight in positions(weights)
        for pairs in product(*law.joined_by(weight))
    }
    assert joined == on_weights


def bare(layer: Layer) -> Layer:
    """A layer without an activation of its own, and trained as far as it need be."""
    names = {field.name for field in fields(layer)}
    own = {"activation": "linear"} if {"activation", "use_bias"} <= names else {}
    return replace(layer, **own)


def perturbed(network: Network, image, at):
    """Which outputs change with one number of an image."""
    changed = np.zeros(network.shapes[-1], bool)
    before = forward(network, image[np.newaxis])[0]
    # Where a maximum was taken the number must become one, and elsewhere it may be a zero's slope.
    for value in (1e3, -1e3, image[at] + 0.37):
        other = image.copy()
        other[at] = value
        after = forward(network, other[np.newaxis])[0]
        changed |= after != before
    return {tuple(map(int, place)) for place in np.argwhere(changed)}


@KINDS
@SOME
@given(data=st.data())
def test_a_pixel_matters_to_the_outputs_that_see_it_and_to_no_other(kind, data):
    layer, shape = data.draw(layer_and_shape(kind))
    layer = bare(layer)
    network = vary([layer], shape, seed=data.draw(st.integers(0, 99)))
    image = np.random.default_rng(1).uniform(0.5, 2, shape)
    at = tuple(data.draw(st.integers(0, n - 1)) for n in shape)
    law = law_of(layer, shape)
    seeing = inside(law.seen_by(at))
    changed = perturbed(network, image, at)
    assert changed <= seeing
    if is_responsive(layer, shape):
        assert changed == seeing


def is_responsive(layer: Layer, shape) -> bool:
    """Whether a layer's outputs change with their inputs wherever these are moved far enough."""
    match layer:
        case specifications.Rescaling():
            return bool(np.all(np.asarray(layer.scale)))
        case specifications.ReLU():
            return layer.max_value is None or layer.max_value > layer.threshold
        case specifications.Softmax() | specifications.Activation(activation="softmax"):
            return shape[-1] > 1
    return True


@pytest.mark.parametrize(
    "kind",
    [specifications.Conv2D, specifications.DepthwiseConv2D, specifications.Dense],
    ids=lambda kind: kind.__name__,
)
@SOME
@given(data=st.data())
def test_a_softmax_of_a_layers_own_joins_its_channels(kind, data):
    layer, shape = data.draw(layer_and_shape(kind))
    assume(len(shape) == 3)
    layer = replace(layer, activation="softmax")
    network = vary([layer], shape, seed=data.draw(st.integers(0, 99)))
    image = np.random.default_rng(1).uniform(-1, 1, shape)
    outputs = layer.output_shape(shape)
    assert law_of(layer, shape).has_softmax
    output = tuple(data.draw(st.integers(0, n - 1)) for n in outputs)
    regions = image_regions([layer], shape, output).regions
    # The share of one channel alone is always 1.
    several = outputs[-1] > 1
    seen = {at for region in regions for at in region.numbers} if several else set()
    before = forward(network, image[np.newaxis])[0][output]
    for at in positions(shape):
        other = image.copy()
        other[at] += 1e-3
        assert (forward(network, other[np.newaxis])[0][output] != before) == (at in seen)


def test_a_maximum_is_joined_of_what_is_no_padding():
    law = law_of(MaxPooling2D(2, padding="same"), (3, 3, 1))
    assert (law.join, law.counts_padding) == (Join.MAX, False)
    assert [wire.is_padding for wire in law.sees((1, 1, 0))] == [False, True, True, True]


@pytest.mark.parametrize(("padding", "counts"), [("same", False), (1, True), ("valid", True)])
def test_zeros_that_were_asked_for_count_in_a_mean(padding, counts):
    layer = specifications.AveragePooling2D(3, padding=padding)
    assert law_of(layer, (3, 3, 1)).counts_padding is counts


@pytest.mark.parametrize("mode", ["sum", "max"])
def test_combining_joins_all_channels_as_its_mode_says(mode):
    law = law_of(Combine(mode), (2, 2, 3))
    assert law.join == mode
    assert [wire.at for wire in law.sees((1, 0, 0))] == [(1, 0, 0), (1, 0, 1), (1, 0, 2)]


def test_there_are_as_many_wires_as_a_dense_layer_has_weights():
    layer = specifications.Dense(3)
    law = law_of(layer, (5,))
    assert sum(len(law.sees((unit,))) for unit in range(3)) == prod((5, 3))


def test_a_flattening_is_no_law_of_rows_columns_and_channels():
    with pytest.raises(TypeError, match="Received: Reshape"):
        _ = law_of(specifications.Flatten(), (2, 2, 1)).directions
