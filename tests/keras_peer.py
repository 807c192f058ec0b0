"""Our layers as layers of Keras, for the tests that compare the two."""

from __future__ import annotations

import os
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

import numpy as np

from cnncalc.layers import L1L2, Cropping2D, InputLayer, Layer, MergeLayer, Shape, ZeroPadding2D
from cnncalc.layers.graph import IMAGE
from cnncalc.network import Network


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
    names = [field.name for field in fields(layer) if field.name != "inputs"]
    options = {name: _keras_value(getattr(layer, name)) for name in names}
    options["name"] = layer.name or None
    if isinstance(layer, ZeroPadding2D):
        top, bottom, left, right = layer.pads
        options["padding"] = ((top, bottom), (left, right))
    if isinstance(layer, Cropping2D):
        top, bottom, left, right = layer.cropping
        options["cropping"] = ((top, bottom), (left, right))
        assert options.pop("channels") is None  # which Keras hasn't got
    return getattr(keras.layers, type(layer).__name__)(**options)


def _keras_value(value: object) -> object:
    """Return an argument as Keras takes it."""
    if isinstance(value, L1L2):
        return getattr(import_keras().regularizers, type(value).__name__)(**value.factors)
    return value


def keras_model(layers: Sequence[Layer], shape: Shape) -> Any:
    """Return a Sequential model of the same layers, a functional one where they branch.

    Its weights are initial ones of its own.
    """
    keras = import_keras()
    if any(layer.inputs for layer in layers):
        return _functional(layers, shape)
    return keras.Sequential([keras.Input(shape), *map(keras_layer, layers)])


def _functional(layers: Sequence[Layer], shape: Shape) -> Any:
    """Call each layer on what it takes, looked up by name."""
    keras = import_keras()
    image = keras.Input(shape)
    results, before = {IMAGE: image}, IMAGE
    for layer in layers:
        taken = [results[name] for name in layer.inputs or (before,)]
        given = taken if isinstance(layer, MergeLayer) else taken[0]
        results[layer.name] = keras_layer(layer)(given)
        before = layer.name
    return keras.Model(image, results[before])


def set_weights(layer: Any, weights: Mapping[str, np.ndarray]) -> None:
    """Give a layer of Keras our weights, which have Keras's order."""
    layer.set_weights([np.asarray(value) for value in weights.values()])


def set_all_weights(model: Any, network: Network) -> None:
    """Give each layer of a model the weights of ours that has its name."""
    for layer, weights in zip(network.layers, network.weights, strict=True):
        if weights:
            set_weights(model.get_layer(layer.name), weights)
