"""Which pixels one number depends on, against the wires and against changes of the image."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnncalc.explanation import explain
from cnncalc.image_regions import MOST_BOXES, ImageRegions, Region, image_regions
from cnncalc.layers import (
    Add,
    Concatenate,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Flatten,
    GlobalMaxPooling2D,
    MaxPooling2D,
    Multiply,
    ZeroPadding2D,
)
from cnncalc.layers.graph import IMAGE_PLACE, sources
from cnncalc.network import forward, gather
from cnncalc.rules import law_of
from cnncalc.trace import record
from tests.drawn_graphs import graphs
from tests.trace.drawn import networks_and_images, vary


def numbers(found):
    return {number for region in found.regions for number in region.numbers}


def test_a_strided_window_leaves_pixels_out():
    layers = (MaxPooling2D(1, strides=2), Conv2D(1, 3))
    [region] = image_regions(layers, (9, 9, 1), (0, 1, 0)).regions
    assert region == Region((0, 2, 4), (2, 4, 6), (0,))


def test_a_number_of_padding_alone_depends_on_no_pixel():
    layers = (GlobalMaxPooling2D(keepdims=True), Conv2D(1, 1, padding=1))
    assert image_regions(layers, (4, 4, 2), (0, 0, 0)).regions == ()
    assert len(numbers(image_regions(layers, (4, 4, 2), (1, 1, 0)))) == 32


def test_a_depthwise_filter_sees_its_own_channel():
    layers = [DepthwiseConv2D(1, depth_multiplier=2)]
    [region] = image_regions(layers, (1, 1, 3), (0, 0, 3)).regions
    assert region.channels == (1,)


def test_branches_that_look_elsewhere_are_regions_of_their_own():
    layers = (
        ZeroPadding2D((2, 0, 2, 0), name="down"),
        ZeroPadding2D((0, 2, 0, 2), name="up", inputs=("input",)),
        Add(inputs=("up", "down")),
    )
    found = image_regions(layers, (6, 6, 1), (3, 4, 0))
    assert found == ImageRegions((Region((1,), (2,), (0,)), Region((3,), (4,), (0,))))
    beside = image_regions(layers, (6, 6, 1), (3, 7, 0))
    assert beside.regions == (Region((1,), (5,), (0,)),)


def test_regions_that_differ_in_one_direction_are_one():
    layers = (
        ZeroPadding2D((0, 0, 2, 0), name="right"),
        ZeroPadding2D((0, 0, 0, 2), name="left", inputs=("input",)),
        Add(inputs=("left", "right")),
    )
    found = image_regions(layers, (6, 6, 1), (3, 4, 0))
    assert found == ImageRegions((Region((3,), (2, 4), (0,)),))


def test_a_channel_of_a_concatenation_sees_its_own_branch():
    layers = (
        Conv2D(2, 3, padding="same", name="wide"),
        Conv2D(1, 1, name="narrow", inputs=("input",)),
        Concatenate(inputs=("narrow", "wide")),
    )
    sizes = [len(numbers(image_regions(layers, (5, 5, 1), (2, 2, c)))) for c in range(3)]
    assert sizes == [1, 9, 9]


def test_of_many_regions_the_one_around_them_is_said_to_be_the_most():
    count = MOST_BOXES + 1
    pads = [
        ZeroPadding2D((i, count - i, i, count - i), name=f"p{i}", inputs=("input",))
        for i in range(count)
    ]
    layers = (*pads, Add(name="add", inputs=tuple(pad.name for pad in pads)))
    shape, at = (20, 20, 1), (12, 12, 0)
    fewer = image_regions((*pads[1:], Add(inputs=tuple(p.name for p in pads[1:]))), shape, at)
    assert fewer.is_exact
    assert len(fewer.regions) == MOST_BOXES
    found = image_regions(layers, shape, at)
    seen = tuple(range(12 - MOST_BOXES, 13))
    assert found == ImageRegions((Region(seen, seen, (0,)),), is_exact=False)


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


@settings(max_examples=100, deadline=None)
@given(networks_and_images(longest=4), st.data())
def test_a_region_is_what_the_terms_lead_back_to(drawn, data):
    network, image = drawn
    trace = record(network, image)
    place = data.draw(st.integers(0, len(trace.layers) - 1))
    at = tuple(data.draw(st.integers(0, n - 1)) for n in trace.layers[place].output.shape)
    found = image_regions(network.layers[: place + 1], network.input_shape, at)
    assert numbers(found) == pixels_of_terms(trace, place, at)
    assert len(found.regions) <= 1


def pixels_by_wires(layers, shape):
    """Which numbers of the image (first axis) each number of each result has wires to."""
    size = int(np.prod(shape))
    seen = {IMAGE_PLACE: np.eye(size).reshape(size, *shape)}
    for place, (layer, taken) in enumerate(zip(layers, sources(layers), strict=True)):
        given = gather(layer, [seen[source] for source in taken])
        law = law_of(layer, given.shape[1:])
        result = np.zeros((size, *layer.output_shape(given.shape[1:])))
        for at in np.ndindex(result.shape[1:]):
            wires = [given[(..., *wire.at)] for wire in law.sees(at) if not wire.is_padding]
            result[(..., *at)] = np.max(wires, axis=0)
        seen[place] = result
    return seen


@settings(max_examples=25, deadline=None)
@given(graphs(), st.data())
def test_regions_over_branches_are_the_union_of_all_wires(graph, data):
    layers, shape = graph
    place = data.draw(st.integers(0, len(layers) - 1))
    wires = pixels_by_wires(layers, shape)[place]
    at = tuple(data.draw(st.integers(0, size - 1)) for size in wires.shape[1:])
    found = image_regions(layers[: place + 1], shape, at)
    expected = np.argwhere(wires[(..., *at)].reshape(shape))
    expected = {tuple(map(int, number)) for number in expected}
    assert numbers(found) >= expected
    assert not found.is_exact or numbers(found) == expected


@settings(max_examples=20, deadline=None)
@given(graphs(), st.integers(0, 99))
def test_what_changes_a_number_is_in_its_regions(graph, seed):
    layers, shape = graph
    network = vary(layers, shape, seed)
    image = np.random.default_rng(seed).normal(size=shape)
    changed = np.repeat(image[np.newaxis], image.size, axis=0)
    changed.reshape(image.size, -1)[np.diag_indices(image.size)] += 1.0
    before, after = forward(network, image[np.newaxis])[0], forward(network, changed)
    seen = numbers(image_regions(layers, shape, (0,)))
    for number, result in zip(np.ndindex(shape), after, strict=True):
        assert number in seen or result[0] == pytest.approx(before[0], rel=1e-12)


def test_a_few_units_of_a_flat_result_are_where_they_stood():
    layers = (
        Flatten(name="flat"),
        Dense(4, name="small"),
        Dense(4, name="other", inputs=("flat",)),
        Concatenate(name="first", inputs=("flat", "small")),
        Concatenate(name="second", inputs=("other", "flat")),
        Multiply(inputs=("first", "second")),
    )
    found = image_regions(layers, (2, 3, 2), (9,))
    assert found.regions == (Region((0,), (2,), (1,)), Region((1,), (1,), (1,)))
