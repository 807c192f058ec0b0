import itertools
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnncalc.explanation import explain
from cnncalc.layers import (
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Flatten,
    GlobalMaxPooling2D,
    Layer,
    MaxPooling2D,
    Softmax,
    ZeroPadding2D,
)
from cnncalc.receptive_field import ReceptiveField, Span, image_region, receptive_fields
from cnncalc.rules import Join, Law, law_of
from cnncalc.rules.wiring import Copies, Directions, OneToOne
from cnncalc.trace import record
from tests.drawn_examples import of_examples
from tests.trace.drawn import networks_and_images

LENET = (Conv2D(6, 5), MaxPooling2D(2), Conv2D(16, 5), MaxPooling2D(2), Flatten(), Dense(120))


def sizes(layers, shape):
    return [tuple(field.size) for field in receptive_fields(layers, shape)]


def test_the_fields_of_lenet():
    assert sizes(LENET, (32, 32, 1)) == [
        (5, 5), (6, 6), (14, 14), (16, 16), (16, 16), (32, 32),
    ]  # fmt: skip


def test_the_articles_network_sees_the_whole_image_in_its_dense_layer():
    layers = (Conv2D(10, 5), MaxPooling2D(2), Flatten(), Dense(2))
    assert sizes(layers, (300, 300, 3)) == [(5, 5), (6, 6), (6, 6), (300, 300)]


def test_padding_lets_a_field_start_outside_the_image():
    layers = (ZeroPadding2D((1, 0, 2, 0)), Conv2D(1, 3, strides=2, padding=1), MaxPooling2D(2))
    assert receptive_fields(layers, (9, 9, 1))[-1] == ReceptiveField(Span(5, 4, -2), Span(5, 4, -3))


def test_dilation_widens_a_field():
    assert sizes([Conv2D(1, (3, 1), dilation_rate=2)], (9, 9, 1)) == [(5, 1)]


def test_after_a_layer_that_sees_all_nothing_more_is_seen():
    layers = (Conv2D(2, 3), GlobalMaxPooling2D(), Dense(4), Dense(2))
    assert sizes(layers, (7, 8, 1)) == [(3, 3), (7, 8), (7, 8), (7, 8)]


def test_a_dense_layer_on_a_volume_sees_one_position():
    assert sizes([Dense(4), Softmax()], (7, 8, 3)) == [(1, 1), (1, 1)]


def test_a_strided_window_leaves_pixels_out():
    layers = (MaxPooling2D(1, strides=2), Conv2D(1, 3))
    region = image_region(layers, (9, 9, 1), (0, 1, 0))
    assert region.rows == (0, 2, 4)
    assert region.columns == (2, 4, 6)
    assert region.size == 9


def test_a_number_of_padding_alone_depends_on_no_pixel():
    layers = (GlobalMaxPooling2D(keepdims=True), Conv2D(1, 1, padding=1))
    assert image_region(layers, (4, 4, 2), (0, 0, 0)).size == 0
    assert image_region(layers, (4, 4, 2), (1, 1, 0)).size == 32


def test_a_depthwise_filter_sees_its_own_channel():
    layers = [DepthwiseConv2D(1, depth_multiplier=2)]
    assert image_region(layers, (1, 1, 3), (0, 0, 3)).channels == (1,)


@pytest.mark.parametrize("size", [32, 64])
def test_far_from_the_edges_both_ways_of_counting_agree(size):
    shape = (size, size, 1)
    layers = LENET[:4]
    middle = layers[3].output_shape((size // 2 - 2 - 4, size // 2 - 2 - 4, 16))[0] // 2
    region = image_region(layers, shape, (middle, middle, 0))
    [*_, field] = receptive_fields(layers, shape)
    first = field.vertical.start + middle * field.vertical.jump
    assert region.rows == tuple(range(first, first + field.vertical.size))


def pixels_of_terms(trace, place, at):
    """The pixels that a number comes from, term by term."""
    places = {at}
    for layer in reversed(trace.layers[: place + 1]):
        joined = (
            layer.stages[-1].name == "softmax"
            or getattr(layer.layer, "activation", "") == "softmax"
        )
        if joined:
            channels = range(layer.output.shape[-1])
            places = {(*each[:-1], channel) for each in places for channel in channels}
        terms = (term for each in places for term in explain(layer, each).terms)
        places = {term.index for term in terms if not term.padding}
    return places


@settings(max_examples=of_examples(100), deadline=None)
@given(networks_and_images(longest=4), st.data())
def test_a_region_is_what_the_terms_lead_back_to(drawn, data):
    network, image = drawn
    trace = record(network, image)
    place = data.draw(st.integers(0, len(trace.layers) - 1))
    at = tuple(data.draw(st.integers(0, n - 1)) for n in trace.layers[place].output.shape)
    region = image_region(network.layers[: place + 1], network.input_shape, at)
    found = set(itertools.product(region.rows, region.columns, region.channels))
    assert found == pixels_of_terms(trace, place, at)
    assert region.size == len(found) <= np.prod(network.input_shape)


@dataclass(frozen=True)
class UpSampling2D(Layer):
    """A layer that cnncalc hasn't got: each number `factor` times, down and across."""

    factor: int = 2

    def output_shape(self, input_shape):
        height, width, channels = input_shape
        return (height * self.factor, width * self.factor, channels)


@law_of.register(UpSampling2D)
def _(layer, input_shape):
    height, width, channels = input_shape
    ways = (Copies(height, layer.factor), Copies(width, layer.factor), OneToOne(channels))
    return Law(Join.SAME, Directions(ways))


@pytest.mark.parametrize(
    ("layers", "span"),
    [
        ([UpSampling2D(2)], Span(1, Fraction(1, 2), 0)),
        ([UpSampling2D(2), Conv2D(1, 3)], Span(2, Fraction(1, 2), 0)),
        ([MaxPooling2D(2), UpSampling2D(2), Conv2D(1, 2)], Span(4, 1, 0)),
        ([UpSampling2D(4), MaxPooling2D(2)], Span(1, Fraction(1, 2), 0)),
        ([UpSampling2D(2), MaxPooling2D(2), Conv2D(1, 3, padding=1)], Span(3, 1, -1)),
    ],
)
def test_a_new_layer_needs_its_law_alone(layers, span):
    shape = (12, 12, 1)
    field = receptive_fields(layers, shape)[-1]
    assert field == ReceptiveField(span, span)
    size = layers[0].output_shape(shape)
    for layer in layers[1:]:
        size = layer.output_shape(size)
    regions = [image_region(layers, shape, (row, row, 0)) for row in range(size[0])]
    assert max(len(region.rows) for region in regions) == field.size.height


def test_a_layer_without_a_law_is_refused():
    class Unknown(Layer):
        pass

    with pytest.raises(TypeError, match="Received: Unknown"):
        receptive_fields([Conv2D(1, 3), Unknown()], (9, 9, 1))
