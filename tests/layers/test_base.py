import pytest

from cnncalc.layers import (
    ELU,
    Activation,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Flatten,
    LeakyReLU,
    ReLU,
    Softmax,
)


@pytest.mark.parametrize(
    ("layer", "name"),
    [
        (Flatten(), "linear"),
        (Dense(2), "linear"),
        (Conv2D(2, 3, activation="tanh"), "tanh"),
        (DepthwiseConv2D(3, activation="softmax"), "softmax"),
        (Activation("sigmoid"), "sigmoid"),
        (Softmax(), "softmax"),
        (ReLU(max_value=6), "relu"),
        (LeakyReLU(), "leaky_relu"),
        (ELU(2.0), "elu"),
    ],
)
def test_every_layer_names_its_activation(layer, name):
    assert layer.activation_name == name
    assert layer.has_softmax == (name == "softmax")


def test_a_layer_without_its_activation_is_otherwise_the_same():
    conv = Conv2D(2, 3, activation="tanh", name="first", trainable=False)
    assert conv.without_activation() == Conv2D(2, 3, name="first", trainable=False)
    assert Softmax(name="last").without_activation() == Activation("linear", name="last")
    assert Flatten().without_activation() == Flatten()
