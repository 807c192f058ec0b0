"""Which layers an explanation needs the numbers of."""

import pytest

from cnncalc.errors import OptionError
from cnncalc.explanation import derive, layers_behind
from cnncalc.layers import Add, Concatenate, Conv2D, Dense, Dropout, Flatten
from cnncalc.network import initialize
from cnncalc.trace import record

BLOCK = (
    Conv2D(2, 3, padding="same", name="a"),
    Conv2D(2, 3, padding="same", name="b"),
    Conv2D(2, 3, padding="same", name="c"),
    Add(name="add", inputs=("c", "a")),
    Concatenate(name="joined", inputs=("add", "b")),
    Dropout(0.5, name="drop"),
)


def behind(name, depth):
    return layers_behind(BLOCK, (4, 4, 1), name, depth)


def test_branches_lie_behind_a_merge():
    assert behind("add", 1) == ("add",)
    assert behind("add", 2) == ("a", "c", "add")
    assert behind("add", 3) == ("a", "b", "c", "add")


def test_what_only_hands_numbers_on_does_not_count():
    assert behind("drop", 1) == ("b", "add", "joined", "drop")
    assert behind("drop", 2) == ("a", "b", "c", "add", "joined", "drop")


def test_unnamed_layers_have_their_automatic_names():
    layers = [Flatten(), Dense(1), Dense(1)]
    assert layers_behind(layers, (2, 2, 1), "dense_1") == ("dense_1",)
    with pytest.raises(OptionError, match="has the layers flatten, dense, dense_1"):
        layers_behind(layers, (2, 2, 1), "dense_2")


@pytest.mark.parametrize("depth", [1, 2, 3])
def test_a_record_of_these_explains_as_the_whole_one(depth):
    layers = [Conv2D(2, 2), Flatten(), Dense(3), Dense(2)]
    network = initialize(layers, (3, 3, 1))
    image = [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]]
    names = layers_behind(network.layers, network.input_shape, "dense_1", depth)
    some, whole = record(network, image, keep=names), record(network, image)
    found, expected = (
        [(step.level, step.explanation.layer.name, step.explanation.total) for step in steps]
        for steps in (derive(trace, "dense_1", (0,), depth, None) for trace in (some, whole))
    )
    assert found == expected
