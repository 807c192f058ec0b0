"""Listings of networks that branch: second calls, and functional listings as they are pasted."""

from hypothesis import given, settings
from hypothesis import strategies as st

from cnncalc.layers import (
    Add,
    Conv2D,
    Dense,
    Flatten,
)
from cnncalc.notation import parse, write
from tests.drawn_graphs import graphs

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
