"""Layers that a listing freezes after it has listed them."""

import pytest

from cnncalc.errors import NotationError
from cnncalc.notation import parse

LISTING = """\
model = keras.Sequential([Conv2D(4, 3), Conv2D(4, 3), Flatten(), Dense(2)])
"""


def frozen(text):
    return [not layer.trainable for layer in parse(text).layers]


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("model.layers[0].trainable = False", [1, 0, 0, 0]),
        ("last = -1\nmodel.layers[last].trainable = False", [0, 0, 0, 1]),
        ("for layer in model.layers:\n    layer.trainable = False", [1, 1, 1, 1]),
        ("for layer in model.layers[:-1]:\n    layer.trainable = False", [1, 1, 1, 0]),
        ('model.get_layer("conv2d_1").trainable = False', [0, 1, 0, 0]),
        ('model.get_layer(name="dense").trainable = False', [0, 0, 0, 1]),
        ("model.get_layer(index=1).trainable = False", [0, 1, 0, 0]),
        ("model.trainable = False", [1, 1, 1, 1]),
        ("model.trainable = False\nmodel.trainable = True", [0, 0, 0, 0]),
        # As in Keras: of a model that is frozen itself, nothing is trained.
        ("model.trainable = False\nmodel.layers[-1].trainable = True", [1, 1, 1, 1]),
        ("model.layers[0].trainable = False\nmodel.layers[0].trainable = True", [0, 0, 0, 0]),
        ("model.layers[-1].trainable = False\nmodel.add(Dense(3))", [0, 0, 0, 1, 0]),
    ],
)
def test_layers_are_frozen_as_the_listing_says(statement, expected):
    assert frozen(LISTING + statement) == list(map(bool, expected))


def test_a_model_that_layers_are_added_to_is_frozen_as_well():
    listing = "model = Sequential()\nmodel.add(Flatten())\nmodel.add(Dense(2))\n"
    assert frozen(listing + "model.layers[1].trainable = False") == [False, True]
    assert frozen("Sequential([Flatten(), Dense(2)], trainable=False)") == [True, True]


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        (
            "model.layers[4].trainable = False",
            "line 2, column 1: trainable is set of the network, of its layers by number "
            '(model.layers[0], model.layers[:2]) or by name (model.get_layer("…")). The layers so '
            "far: conv2d, conv2d_1, flatten, dense. Received: model.layers[4]",
        ),
        ('model.get_layer("other").trainable = False', "Received: model.get_layer('other')"),
        ("model.layers[0:1.5].trainable = False", "Received: model.layers[0:1.5]"),
        ("model.blocks[0].trainable = False", "Received: model.blocks[0]"),
        (
            "base.trainable = False",
            "line 2, column 1: trainable is set of the network that is listed, or of its layers. "
            "Received: base",
        ),
        (
            "model.layers[0].trainable = 0",
            "line 2, column 29: trainable must be True or False. Received: trainable=0",
        ),
        ("model.trainable = maybe", "code is not executed. Received: maybe"),
        (
            "for layer in model.layers:\n    if layer.name:\n        layer.trainable = False",
            "Received: for layer in model.layers: if layer.nam",
        ),
    ],
)
def test_what_is_not_understood_of_freezing_is_an_error(statement, message):
    with pytest.raises(NotationError) as caught:
        parse(LISTING + statement)
    assert message in str(caught.value)
