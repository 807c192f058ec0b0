import pytest

from cnncalc.errors import OptionError
from cnncalc.layers import Add, Conv2D, Dense, Flatten
from cnncalc.network import initialize
from cnncalc.training.identity import check_identity, identity
from tests.training.examples import parts, plan


def branching(*joined):
    """A network of two equal convolutions, of which some results are joined."""
    layers = [
        Conv2D(2, 1, name="left"),
        Conv2D(2, 1, name="right"),
        Add(name="add", inputs=joined),
        Flatten(name="flatten"),
        Dense(3, name="dense", activation="softmax"),
    ]
    return initialize(layers, (6, 5, 2), 0)


def test_a_training_of_another_wiring_is_another_training():
    data = parts()
    one = identity(plan(network=branching("left", "right")), data)
    assert one["network"] == (
        'Conv2D(2, 1, name="left"); Conv2D(2, 1, name="right"); Add()([left, right]); Flatten(); '
        'Dense(3, activation="softmax")'
    )
    check_identity("'a.checkpoint'", one, dict(one))
    other = identity(plan(network=branching("right", "right")), data)
    # Nothing else tells them apart: the weights are the same.
    assert other["initial weights"] == one["initial weights"]
    with pytest.raises(OptionError, match=r"they differ in network\. Expected .*\[right, right\]"):
        check_identity("'a.checkpoint'", other, one)
