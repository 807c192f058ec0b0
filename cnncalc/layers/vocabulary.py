"""Keras's words: each layer's arguments, and which of them we share.

All arguments are here, in Keras's order. Listings and `.keras` files name arguments that cnncalc
has no use for. Most hold the one value that cnncalc stands for anyway (`data_format=
"channels_last"`); the others must be told apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, fields

from cnncalc.errors import OptionError
from cnncalc.layers import (
    ELU,
    INFERENCE_ONLY_LAYERS,
    MERGE_LAYERS,
    Activation,
    AveragePooling2D,
    BatchNormalization,
    Combine,
    Conv2D,
    Cropping2D,
    Dense,
    DepthwiseConv2D,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    GlobalMaxPooling2D,
    Identity,
    InputLayer,
    L2Pooling2D,
    Layer,
    LeakyReLU,
    MaxPooling2D,
    ReLU,
    Rescaling,
    Softmax,
    ZeroPadding2D,
)

__all__ = [
    "ARGUMENTS",
    "EVERY_LAYERS_ARGUMENTS",
    "LAYERS",
    "concerns_training_only",
    "expected_value",
    "is_known_to_keras",
    "layer_from_arguments",
    "own_count",
    "shared_arguments",
]

# Every kind, in the order in which a message names them: those of Keras, and those that it lacks.
KERAS_LAYERS: tuple[type[Layer], ...] = (
    *(InputLayer, Rescaling, ZeroPadding2D, Cropping2D, Conv2D, DepthwiseConv2D),
    *(Activation, ReLU, LeakyReLU, ELU, Softmax),
    *(MaxPooling2D, AveragePooling2D, GlobalAveragePooling2D, GlobalMaxPooling2D),
    *(Flatten, Dense, Dropout, BatchNormalization),
    *MERGE_LAYERS,
    Identity,
    *INFERENCE_ONLY_LAYERS,
)
OWN_LAYERS: tuple[type[Layer], ...] = (L2Pooling2D, Combine)

ARGUMENTS: Mapping[type[Layer], tuple[str, ...]] = {
    kind: kind.keras_arguments for kind in (*KERAS_LAYERS, *OWN_LAYERS)
}

LAYERS: Mapping[str, type[Layer]] = {kind.__name__: kind for kind in ARGUMENTS}

EVERY_LAYERS_ARGUMENTS = ("name", "trainable", "dtype", "autocast")

# What cnncalc does, for each argument that it has no use for. Those not named here, the
# constraints among them, must be None.
_OUR_VALUES: Mapping[str, tuple[object, ...]] = {
    "autocast": (True,),
    "axis": (-1, 3),
    "beta_initializer": ("zeros", "Zeros"),
    "bias_initializer": ("zeros", "Zeros"),
    "data_format": ("channels_last", None),
    "depthwise_initializer": ("glorot_uniform", "GlorotUniform"),
    "pointwise_initializer": ("glorot_uniform", "GlorotUniform"),
    "dtype": ("float32", "float64", None),
    "gamma_initializer": ("ones", "Ones"),
    "groups": (None, 1),  # Keras 2 writes it of a depthwise convolution, too
    "kernel_initializer": ("glorot_uniform", "GlorotUniform"),
    "moving_mean_initializer": ("zeros", "Zeros"),
    "moving_variance_initializer": ("ones", "Ones"),
    "ragged": (False, None),
    "renorm": (False,),
    "sparse": (False, None),
    "synchronized": (False,),
}

_ANY_VALUE = ("batch_size", "lora_alpha", "renorm_momentum", "seed")

# What a layer is called on is no argument of it.
_WIRE = "inputs"

_TRAINING_ONLY = ("synchronized", "activity_regularizer", "lora_rank", "noise_shape")

_TRAINING_ONLY_ENDINGS = ("_initializer", "_regularizer", "_constraint")


def is_known_to_keras(kind: type[Layer]) -> bool:
    """Tell whether Keras has a layer of this kind.

    >>> from cnncalc.layers import L2Pooling2D, MaxPooling2D
    >>> is_known_to_keras(MaxPooling2D), is_known_to_keras(L2Pooling2D)
    (True, False)
    """
    if kind not in ARGUMENTS:
        message = f"a kind of layer must be in the vocabulary. Received: {kind.__name__}"
        raise TypeError(message)
    return kind in KERAS_LAYERS


def shared_arguments(
    kind: type[Layer], arguments: Mapping[str, object]
) -> tuple[dict[str, object], dict[str, object]]:
    """Divide a layer's Keras arguments into cnncalc's own and those that would change it.

    Returns the arguments to construct the layer with, and those that cnncalc lacks whose
    value differs from what it does; arguments that change nothing are in neither.

    >>> from cnncalc.layers import Flatten
    >>> shared_arguments(Flatten, {"name": "flat", "data_format": "channels_first"})
    ({'name': 'flat'}, {'data_format': 'channels_first'})
    """
    known = {field.name for field in fields(kind)} - {_WIRE}
    shared, differing = {}, {}
    for name, value in arguments.items():
        if name in known:
            shared[name] = value
        elif name not in _ANY_VALUE and value not in _OUR_VALUES.get(name, (None,)):
            differing[name] = value
    return shared, differing


def own_count(kind: type[Layer]) -> int:
    """Return how many of a layer's arguments, in Keras's order, say what the layer computes.

    >>> from cnncalc.layers import Dense
    >>> own_count(Dense), ARGUMENTS[Dense][:3]
    (3, ('units', 'activation', 'use_bias'))
    """
    known = {field.name for field in fields(kind) if not concerns_training_only(field.name)}
    known.discard(_WIRE)
    positions = enumerate(kind.keras_arguments, 1)
    return max((position for position, name in positions if name in known), default=0)


def expected_value(name: str) -> object:
    """Return the one value that an argument which cnncalc lacks must have.

    >>> expected_value("data_format")
    'channels_last'
    """
    return _OUR_VALUES.get(name, (None,))[0]


def concerns_training_only(name: str) -> bool:
    """Tell whether an argument changes how weights are found, and not what they compute.

    >>> concerns_training_only("kernel_regularizer"), concerns_training_only("data_format")
    (True, False)
    """
    return name in _TRAINING_ONLY or name.endswith(_TRAINING_ONLY_ENDINGS)


def layer_from_arguments(kind: type[Layer], arguments: Mapping[str, object]) -> Layer:
    """Construct a layer from Keras's arguments by name.

    Raises OptionError for a missing argument, for a value out of range, and for an argument that
    cnncalc lacks, unless its value is what cnncalc does anyway.

    >>> from cnncalc.layers import Flatten
    >>> layer_from_arguments(Flatten, {"data_format": "channels_last", "name": "flat"})
    Flatten(name='flat', trainable=True, inputs=())
    """
    shared, differing = shared_arguments(kind, arguments)
    for name, value in differing.items():
        message = f"{name} must be {expected_value(name)!r} in cnncalc. "
        raise OptionError(message + f"Received: {name}={value!r}")
    for field in fields(kind):
        if field.default is MISSING and field.name not in shared:
            message = f"{field.name} is missing. Received: {', '.join(arguments) or 'no arguments'}"
            raise OptionError(message)
    if isinstance(shared.get("padding"), str):
        shared["padding"] = str(shared["padding"]).lower()  # Keras takes "SAME" as well
    if shared.setdefault("name", "") is None:
        shared["name"] = ""
    if not isinstance(shared["name"], str):
        message = f"name must be a text. Received: name={shared['name']!r}"
        raise OptionError(message)
    return kind(**shared)  # type: ignore[arg-type]  # the layer checks its values itself
