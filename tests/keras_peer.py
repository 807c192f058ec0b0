"""Our layers as layers of Keras, for the tests that compare the two."""

from __future__ import annotations

import os
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

import numpy as np

from cnncalc.layers import L1L2, InputLayer, Layer, Shape, ZeroPadding2D


def import_keras() -> Any:
    """Import Keras on PyTorch, unless the environment names another backend."""
    os.environ.setdefault("KERAS_BACKEND", "torch")
    with warnings.catch_warnings():
        # What peers warn about while they are imported is theirs to mend.
        warnings.simplefilter("ignore")
        import keras  # noqa: PLC0415 (a peer that may be missing)
    return keras


def keras_layer(layer: Layer) -> Any:
    """Return the layer of Keras with the same arguments."""
    keras = import_keras()
    if isinstance(layer, InputLayer):
        return keras.layers.InputLayer(shape=layer.shape)
    options = {field.name: _keras_value(getattr(layer, field.name)) for field in fields(layer)}
    options["name"] = layer.name or None
    if isinstance(layer, ZeroPadding2D):
        top, bottom, left, right = layer.pads
        options["padding"] = ((top, bottom), (left, right))
    return getattr(keras.layers, type(layer).__name__)(**options)


def _keras_value(value: object) -> object:
    """Return an argument as Keras takes it."""
    if isinstance(value, L1L2):
        return getattr(import_keras().regularizers, type(value).__name__)(**value.factors)
    return value


def keras_model(layers: Sequence[Layer], shape: Shape) -> Any:
    """Return a Sequential model of the same layers, with initial weights of its own."""
    keras = import_keras()
    return keras.Sequential([keras.Input(shape), *map(keras_layer, layers)])


def set_weights(layer: Any, weights: Mapping[str, np.ndarray]) -> None:
    """Give a layer of Keras our weights, which have Keras's order."""
    layer.set_weights([np.asarray(value) for value in weights.values()])
