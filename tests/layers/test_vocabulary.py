from __future__ import annotations

import inspect

import pytest

from cnncalc.errors import OptionError
from cnncalc.layers import (
    ELU,
    BatchNormalization,
    Conv2D,
    Dense,
    Flatten,
    L2Pooling2D,
    LeakyReLU,
    MaxPooling2D,
)
from cnncalc.layers.names import automatic_names, named, place_of, snake_case
from cnncalc.layers.vocabulary import (
    ARGUMENTS,
    LAYERS,
    concerns_training_only,
    layer_from_arguments,
    shared_arguments,
)
from tests.drawn_layers import NOT_KERAS
from tests.keras_peer import import_keras
from tests.peers import requires


def test_arguments_that_change_nothing_are_accepted():
    arguments = {
        "filters": 2,
        "kernel_size": 3,
        "padding": "SAME",
        "data_format": "channels_last",
        "kernel_initializer": "glorot_uniform",
        "bias_initializer": "zeros",
        "kernel_regularizer": None,
        "trainable": True,
        "dtype": "float32",
        "name": None,
    }
    assert layer_from_arguments(Conv2D, arguments) == Conv2D(2, 3, padding="same")


@pytest.mark.parametrize(
    ("kind", "arguments", "message"),
    [
        (Flatten, {"data_format": "channels_first"}, "data_format must be 'channels_last' in"),
        (BatchNormalization, {"axis": 1}, "axis must be -1 in cnncalc. Received: axis=1"),
        (BatchNormalization, {"renorm": True}, "renorm must be False in cnncalc."),
        (Dense, {"units": 2, "dtype": "float16"}, "dtype must be 'float32' in cnncalc."),
        (Dense, {"units": 2, "trainable": None}, "trainable must be True or False. Received: tr"),
        (Dense, {"units": 2, "lora_rank": 4}, "lora_rank must be None in cnncalc."),
        (Dense, {"units": 2, "name": 5}, "name must be a text. Received: name=5"),
        (Dense, {"use_bias": False}, "units is missing. Received: use_bias"),
    ],
)
def test_an_argument_that_would_change_the_layer_is_an_error(kind, arguments, message):
    with pytest.raises(OptionError) as caught:
        layer_from_arguments(kind, arguments)
    assert str(caught.value).startswith(message)


def test_what_concerns_training_only_is_told_apart():
    given = {"kernel_constraint": "max_norm", "lora_rank": 4, "quantization_config": "int8"}
    _, lacking = shared_arguments(Dense, {"units": 2} | given)
    assert lacking == given
    assert [concerns_training_only(name) for name in lacking] == [True, True, False]


@pytest.mark.peer
@requires("keras")
@pytest.mark.filterwarnings("ignore")  # what Keras warns about is Keras's to mend
@pytest.mark.parametrize("name", [name for name, kind in LAYERS.items() if kind not in NOT_KERAS])
def test_arguments_have_the_names_the_order_and_the_defaults_of_keras(name):
    theirs = inspect.signature(getattr(import_keras().layers, name).__init__).parameters
    plain = [
        parameter
        for parameter in list(theirs.values())[1:]
        if parameter.kind is parameter.POSITIONAL_OR_KEYWORD and parameter.name != "name"
    ]
    ours = ARGUMENTS[LAYERS[name]]
    assert [parameter.name for parameter in plain] == list(ours[: len(plain)])
    # Left out, each argument is what Keras has: giving Keras's default changes no layer.
    required = {p.name: 1 for p in plain if p.default is p.empty and p.name != "activation"}
    if "activation" in theirs and theirs["activation"].default is inspect.Parameter.empty:
        required["activation"] = "relu"
    defaults = {p.name: p.default for p in plain if p.default is not p.empty}
    layer = layer_from_arguments(LAYERS[name], required | defaults)
    assert layer == layer_from_arguments(LAYERS[name], required)


def test_layers_are_numbered_by_type():
    layers = [Conv2D(1, 1), MaxPooling2D(), Conv2D(1, 1, name="mine"), Conv2D(1, 1)]
    assert [layer.name for layer in named(layers)] == [
        "conv2d",
        "max_pooling2d",
        "mine",
        "conv2d_2",
    ]
    assert automatic_names(layers) == ("conv2d", "max_pooling2d", "conv2d_1", "conv2d_2")
    assert automatic_names([L2Pooling2D(), ELU(), LeakyReLU()]) == (
        "l2_pooling2d",
        "elu",
        "leaky_re_lu",
    )


def test_a_name_given_twice_is_an_error():
    with pytest.raises(OptionError, match="Received: 2 named 'conv2d'"):
        named([Conv2D(1, 1), Dense(1, name="conv2d")])


@pytest.mark.parametrize("name", ["a/b", "a\tb", "\x1b[31m"])
def test_a_name_that_keras_or_a_terminal_would_refuse_is_an_error(name):
    with pytest.raises(OptionError, match="must be printable and without '/'"):
        named([Dense(1, name=name)])


@pytest.mark.peer
@requires("keras")
@pytest.mark.filterwarnings("ignore")  # what Keras warns about is Keras's to mend
def test_snake_case_equals_keras():
    import_keras()
    from keras.src.utils.naming import to_snake_case  # noqa: PLC0415 (may be missing)

    assert [snake_case(name) for name in LAYERS] == [to_snake_case(name) for name in LAYERS]


def test_of_many_layers_only_the_nearest_are_named():
    names = [f"block_{number}_add" for number in range(30)]
    with pytest.raises(OptionError) as raised:
        place_of("block_7_ad", names)
    assert str(raised.value).startswith("the network has no such layer among its 30; the nearest")
    assert "block_7_add" in str(raised.value)
    assert "block_29_add" not in str(raised.value)
