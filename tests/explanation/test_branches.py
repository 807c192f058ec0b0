"""Explanations where a network branches: each term is a number of the result that it names."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnncalc.explanation import contributors, derive, explain, follow
from cnncalc.layers import (
    Add,
    Concatenate,
    Conv2D,
    Dense,
    Flatten,
    GlobalAveragePooling2D,
    Layer,
    MergeLayer,
    Multiply,
    Subtract,
)
from cnncalc.layers.graph import IMAGE_PLACE, sources
from cnncalc.rules import Join
from cnncalc.trace import record
from cnncalc.trace.parts import input_at, part_at
from tests.drawn_graphs import MERGES, graphs
from tests.trace.drawn import vary

IMAGE = np.arange(16.0).reshape(4, 4, 1) - 3


def traced(*layers: Layer):
    return record(vary(layers, IMAGE.shape), IMAGE)


def residual():
    return traced(
        *(Conv2D(2, 3, padding="same"), Conv2D(2, 3, padding="same")),
        *(Add(inputs=("conv2d_1", "conv2d")), Flatten(), Dense(2)),
    )


def squeezed():
    return traced(
        Conv2D(2, 3, padding="same"),
        *(GlobalAveragePooling2D(), Dense(2, activation="sigmoid")),
        Multiply(inputs=("conv2d", "dense")),
    )


@settings(max_examples=20, deadline=None)
@given(graphs(), st.integers(0, 99), st.data())
def test_each_term_is_a_number_of_the_result_that_it_is_of(graph, seed, data):
    layers, shape = graph
    image = np.random.default_rng(seed).normal(size=shape)
    trace = record(vary(layers, shape, seed), image)
    outputs = {IMAGE_PLACE: trace.input.values}
    outputs |= {place: layer.output for place, layer in enumerate(trace.layers)}
    for layer, taken in zip(trace.layers, sources(layers), strict=True):
        at = tuple(data.draw(st.integers(0, n - 1)) for n in layer.output.shape)
        explanation = explain(layer, at)
        for term in explanation.terms:
            if not term.padding:
                assert outputs[taken[term.part]][term.at] == term.value
        if isinstance(layer.layer, MergeLayer):
            assert explanation.total == pytest.approx(layer.output[at], rel=1e-12, abs=1e-12)
            joined = explanation.rule is not Join.SAME
            assert len(explanation.terms) == (len(taken) if joined else 1)


@settings(max_examples=20, deadline=None)
@given(graphs(), st.integers(0, 99))
def test_a_derivation_goes_to_the_layer_that_a_term_came_from(graph, seed):
    layers, shape = graph
    trace = record(vary(layers, shape, seed), np.random.default_rng(seed).normal(size=shape))
    for step in derive(trace, layers[-1].name, (1,), depth=4, most=2):
        if step.term is not None:
            assert step.explanation.results[-1][1] == step.term.value


@settings(max_examples=15, deadline=None)
@given(graphs())
def test_what_a_merge_is_given_stands_where_its_results_do(graph):
    layers, shape = graph
    trace = record(vary(layers, shape), np.ones(shape))
    for layer in trace.layers:
        for part, taken in enumerate(layer.taken):
            for at in np.ndindex(taken):
                assert part_at(layer.layer, layer.taken, input_at(layer, part, at)) == (part, at)


def test_the_two_results_of_an_add_are_followed_by_name():
    steps = list(derive(residual(), "add", (1, 2, 1), depth=2))
    names = {(step.level, step.explanation.layer.name, step.explanation.at) for step in steps}
    assert names == {
        (0, "add", (1, 2, 1)),
        (1, "conv2d_1", (1, 2, 1)),
        (1, "conv2d", (1, 2, 1)),
    }


def test_what_is_repeated_stands_at_its_one_position():
    explanation = explain(squeezed().layers[-1], (3, 1, 1))
    assert [(term.part, term.at) for term in explanation.terms] == [(0, (3, 1, 1)), (1, (1,))]


def test_a_concatenation_hands_on_and_is_no_step_of_its_own():
    trace = traced(
        Conv2D(1, 1, name="narrow"),
        Conv2D(2, 3, padding="same", name="wide", inputs=("input",)),
        *(Concatenate(inputs=("narrow", "wide")), Flatten()),
    )
    steps = list(derive(trace, "flatten", (5,), depth=1))
    found = [(step.level, step.explanation.layer.name, step.explanation.at) for step in steps]
    assert found == [
        (0, "flatten", (5,)),
        (1, "concatenate", (0, 1, 2)),
        (2, "wide", (0, 1, 1)),
    ]


def test_a_number_is_followed_through_all_that_take_it():
    trace = traced(
        *(Conv2D(1, 1, name="first"), Conv2D(1, 1, name="other", inputs=("input",))),
        *(Subtract(name="less", inputs=("first", "other")), Flatten()),
    )
    found = [(one.layer.name, one.at) for one in follow(trace, (2, 1))]
    assert found == [("first", (2, 1, 0)), ("less", (2, 1, 0)), ("flatten", (9,))]


def test_a_factor_of_0_is_among_those_that_made_a_product():
    image = np.zeros((4, 4, 1))
    layers = [Conv2D(1, 1, use_bias=False), Multiply(inputs=("conv2d", "input"))]
    trace = record(vary(layers, image.shape), image)
    assert len(contributors(explain(trace.layers[-1], (0, 0, 0)))) == 2


@pytest.mark.parametrize("kind", [kind for kind in MERGES if kind is not Concatenate])
def test_every_merge_is_explained(kind):
    trace = traced(Conv2D(1, 1), kind(name="merge", inputs=("conv2d", "input")))
    explanation = explain(trace.layers[-1], (2, 3))
    assert explanation.results == (("merged", trace.output[2, 3, 0]),)
    assert explanation.total == pytest.approx(trace.output[2, 3, 0])
