"""Functional listings against Keras itself: names, order, and which layer a number means."""

import pytest

from cnncalc.layers.names import named
from cnncalc.notation import parse
from tests.notation.test_branches import RESIDUAL, layers_of
from tests.peers import load, requires

UNEQUAL = """
inputs = keras.Input((8, 8, 3))
long = layers.Conv2D(4, 3, padding="same")(layers.Conv2D(4, 3, padding="same")(inputs))
short = layers.Conv2D(4, 3, padding="same")(inputs)
weights = layers.GlobalAveragePooling2D(keepdims=True)(short)
x = layers.multiply([short, weights]) - layers.maximum([long, short]) * long
outputs = layers.Dense(2)(layers.Flatten()(x))
model = keras.Model(inputs=inputs, outputs=[outputs])
"""


@pytest.mark.parametrize(
    ("statement", "frozen"),
    [
        # Keras counts the input among the layers of such a model, and a Sequential as one.
        ("model.layers[1].trainable = False", ["conv2d"]),
        ("model.layers[-1].trainable = False", ["dense_1"]),
        ("model.layers[-2].trainable = False", ["flatten", "dense"]),
        (
            "for layer in model.layers[:3]: layer.trainable = False",
            ["conv2d", "batch_normalization"],
        ),
        ("model.get_layer('second').trainable = False", ["second"]),
        ("head.trainable = False", ["flatten", "dense"]),
        ("classify.trainable = False", ["dense_1"]),
    ],
)
def test_layers_are_frozen_where_keras_has_them(statement, frozen):
    layers = layers_of(RESIDUAL + statement)
    assert [layer.name for layer in layers if not layer.trainable] == frozen


@pytest.mark.parametrize(
    "listing",
    [
        RESIDUAL + "model.trainable = False",
        RESIDUAL.replace('name="small"', "trainable=False"),
    ],
)
def test_a_frozen_network_trains_nothing(listing):
    assert not any(layer.trainable for layer in layers_of(listing) if layer.has_weights)


@pytest.mark.peer
@requires("keras")
@pytest.mark.parametrize(
    "listing", [RESIDUAL.replace("head(x)", "layers.Flatten()(x)").replace("head =", "#"), UNEQUAL]
)
def test_names_order_and_shapes_are_those_of_keras(listing):
    keras = load("keras")
    keras.utils.clear_session()
    given = {"keras": keras, "layers": keras.layers}
    exec(listing, given)  # noqa: S102 (our own text)
    ours = [layer.name for layer in named(parse(listing).layers)]
    assert ours == [operation.name for operation in given["model"].operations[1:]]


@pytest.mark.peer
@requires("keras")
@pytest.mark.parametrize("index", range(-9, 10))
def test_a_layer_that_is_frozen_by_its_number_is_keras_own(index):
    keras = load("keras")
    keras.utils.clear_session()
    given = {"keras": keras, "layers": keras.layers}
    exec(RESIDUAL, given)  # noqa: S102 (our own text)
    chosen = given["model"].layers[index]
    names = [layer.name for layer in getattr(chosen, "layers", [chosen])]
    layers = layers_of(f"{RESIDUAL}model.layers[{index}].trainable = False")
    frozen = {layer.name for layer in layers if not layer.trainable}
    assert frozen == set() if chosen.name == "img" else frozen >= set(names) - {"sequential"}
