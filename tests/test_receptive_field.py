from dataclasses import dataclass
from fractions import Fraction

import pytest

from cnncalc.image_regions import image_regions
from cnncalc.layers import (
    Add,
    Concatenate,
    Conv2D,
    Dense,
    Flatten,
    GlobalAveragePooling2D,
    GlobalMaxPooling2D,
    Layer,
    MaxPooling2D,
    Multiply,
    Softmax,
    ZeroPadding2D,
)
from cnncalc.receptive_field import ReceptiveField, Span, receptive_fields
from cnncalc.rules import Join, Law, law_of
from cnncalc.rules.directions import Copies, OneToOne
from cnncalc.rules.wiring import Directions

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


@pytest.mark.parametrize("size", [32, 64])
def test_far_from_the_edges_both_ways_of_counting_agree(size):
    shape = (size, size, 1)
    layers = LENET[:4]
    middle = layers[3].output_shape((size // 2 - 2 - 4, size // 2 - 2 - 4, 16))[0] // 2
    [region] = image_regions(layers, shape, (middle, middle, 0)).regions
    [*_, field] = receptive_fields(layers, shape)
    first = field.vertical.start + middle * field.vertical.jump
    assert region.rows == tuple(range(first, first + field.vertical.size))


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
    found = [image_regions(layers, shape, (row, row, 0)).regions for row in range(size[0])]
    assert max(len(region.rows) for regions in found for region in regions) == field.size.height


def test_a_layer_without_a_law_is_refused():
    class Unknown(Layer):
        pass

    with pytest.raises(TypeError, match="Received: Unknown"):
        receptive_fields([Conv2D(1, 3), Unknown()], (9, 9, 1))


def test_a_residual_add_sees_what_its_longest_branch_sees():
    layers = (
        *(Conv2D(2, 3, padding="same"), Conv2D(2, 3, padding="same")),
        *(Conv2D(2, 3, padding="same"), Add(inputs=("conv2d_2", "conv2d"))),
        MaxPooling2D(2),
    )
    assert sizes(layers, (12, 12, 1)) == [(3, 3), (5, 5), (7, 7), (7, 7), (8, 8)]


def test_branches_that_look_to_other_sides_see_what_lies_between():
    layers = (
        ZeroPadding2D((2, 0, 0, 0), name="down"),
        ZeroPadding2D((0, 2, 0, 0), name="up", inputs=("input",)),
        Add(inputs=("up", "down")),
    )
    spans = [field.vertical for field in receptive_fields(layers, (6, 6, 1))]
    assert spans == [Span(1, 1, -2), Span(1, 1, 0), Span(3, 1, -2)]


@pytest.mark.parametrize("keepdims", [False, True])
def test_a_result_that_is_repeated_sees_the_same_everywhere(keepdims):
    layers = (
        Conv2D(3, 3, name="a"),
        GlobalAveragePooling2D(keepdims=keepdims),
        Dense(3),
        Multiply(inputs=("dense", "a")),
        Conv2D(1, 3),
    )
    assert sizes(layers, (9, 10, 1)) == [(3, 3), (9, 10), (9, 10), (9, 10), (9, 10)]


def test_branches_in_steps_of_unlike_sizes():
    layers = (
        Conv2D(1, 5, name="a"),  # outputs 0 to 4 see pixels 0 to 4, … 4 to 8
        MaxPooling2D(1, strides=2, name="b", inputs=("input",)),  # 0, 2, … 8
        Concatenate(inputs=("a", "b")),
        Conv2D(1, 2),
        Flatten(),
        Dense(1),
    )
    fields = receptive_fields(layers, (9, 9, 1))
    assert [field.size.height for field in fields] == [5, 1, 5, 6, 6, 9]
    # Both branches' last outputs end at pixel 8, their first ones begin at 0.
    assert fields[2].vertical == Span(5, 1, 0)


def test_vectors_of_unlike_places_see_all_of_them_together():
    layers = (
        MaxPooling2D(2, name="small"),
        Flatten(name="a"),
        GlobalMaxPooling2D(name="b", inputs=("input",)),
        Concatenate(inputs=("a", "b")),
        Dense(1),
    )
    assert sizes(layers, (6, 6, 1))[1:] == [(2, 2), (6, 6), (6, 6), (6, 6)]
