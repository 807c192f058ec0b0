"""Listings of networks that branch: second calls, and functional listings as they are pasted."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnncalc.layers import (
    Add,
    Concatenate,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Flatten,
    Multiply,
    Subtract,
)
from cnncalc.layers.graph import in_keras_order
from cnncalc.layers.vocabulary import named
from cnncalc.notation import parse, write
from tests.drawn_graphs import graphs
from tests.notation.test_reading import error_of

SAME = {"padding": "same"}


def test_a_layer_that_is_called_on_nothing_takes_the_one_before():
    text = (
        'Conv2D(4, 3, padding="same"); Conv2D(4, 3, padding="same"); Add()([conv2d_1, conv2d]); '
        "Flatten(); Dense(2)"
    )
    assert parse(text).layers == (
        Conv2D(4, 3, padding="same", name="conv2d"),
        Conv2D(4, 3, padding="same", name="conv2d_1"),
        Add(name="add", inputs=("conv2d_1", "conv2d")),
        Flatten(name="flatten"),
        Dense(2, name="dense"),
    )


@settings(deadline=None)
@given(graphs(), st.sampled_from(["; ", "\n", ", "]))
def test_a_graph_that_is_written_reads_back_as_the_same_layers(drawn, separator):
    layers, shape = drawn
    written = parse(write(layers, shape, separator))
    assert written.layers == layers
    assert written.input_shape == shape
