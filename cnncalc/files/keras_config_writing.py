"""Writing the config.json of a `.keras` file, so that Keras 3 builds the same network from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from cnncalc.files.keras_objects import OWN_PACKAGE, serialized
from cnncalc.layers import (
    L1L2,
    Layer,
    Shape,
    WindowLayer,
    ZeroPadding2D,
)
from cnncalc.layers.vocabulary import is_known_to_keras
from cnncalc.network import Network, Weights
from cnncalc.rules import law_of
from cnncalc.shapes import Pads

__all__ = ["SavedLayer", "keras_layers", "unknown_to_keras", "write_config"]


@dataclass(frozen=True, eq=False)
class SavedLayer:
    """A layer as it is saved: its specification, one sample's shape that it is given, weights."""

    layer: Layer
    input_shape: Shape
    weights: Weights


def keras_layers(network: Network) -> tuple[SavedLayer, ...]:
    """Return a network's layers as Keras has them: padding in numbers as a layer of its own.

    Only where zeros count is a `ZeroPadding2D` before the layer the same: not for max pooling.
    """
    taken = {layer.name for layer in network.layers}
    parts = zip(network.layers, network.shapes[:-1], network.weights, strict=True)
    return tuple(saved for part in parts for saved in _as_keras_has_it(SavedLayer(*part), taken))


def _as_keras_has_it(saved: SavedLayer, taken: set[str]) -> tuple[SavedLayer, ...]:
    layer = saved.layer
    pads = _pads(layer)
    if pads is None or not law_of(layer, saved.input_shape).counts_padding:
        return (saved,)
    if not is_known_to_keras(type(layer)):
        return (saved,)
    name = f"{layer.name}_padding"
    while name in taken:
        name += "_"
    taken.add(name)
    zeros = ZeroPadding2D(pads, name=name)
    given = zeros.output_shape(saved.input_shape)
    bare = replace(layer, padding="valid")  # type: ignore[call-arg]  # a field of every child
    return (SavedLayer(zeros, saved.input_shape, {}), SavedLayer(bare, given, saved.weights))


def _pads(layer: Layer) -> Pads | None:
    """Return a window's padding, None where it isn't in numbers."""
    if isinstance(layer, WindowLayer) and isinstance(layer.padding, Pads):
        return layer.padding
    return None


def unknown_to_keras(network: Network) -> tuple[str, ...]:
    """Return the names of the layers that Keras can't load: it has nothing like them.

    They are saved under names of cnncalc's own, so that cnncalc can read them again.

    >>> from cnncalc.layers import L2Pooling2D
    >>> from cnncalc.network import assemble
    >>> unknown_to_keras(assemble([L2Pooling2D(2)], (4, 4, 1), [{}]))
    ('l2_pooling2d',)
    """
    return tuple(saved.layer.name for saved in keras_layers(network) if _is_own(saved.layer))


def _is_own(layer: Layer) -> bool:
    if not is_known_to_keras(type(layer)) or _pads(layer) is not None:
        return True
    return isinstance(layer, WindowLayer) and layer.has_strides_and_dilation


def write_config(
    network: Network, name: str, dtype: str, compile_config: Mapping[str, Any] | None
) -> dict[str, Any]:
    """Return the content of config.json for a network.

    Arguments: the network; the model's `name`; the `dtype` of its weights, "float32" or
    "float64"; Keras's `compile_config`, None for a model that is not compiled.
    """
    batch_shape = [None, *network.input_shape]
    given = {"batch_shape": batch_shape, "dtype": dtype, "name": "input_layer"}
    first = serialized("keras.layers", "InputLayer", given)
    layers = [first, *(_layer_config(saved, dtype) for saved in keras_layers(network))]
    config = {
        "name": name,
        "trainable": True,
        "dtype": dtype,
        "layers": layers,
        "build_input_shape": batch_shape,
    }
    return serialized("keras", "Sequential", config) | {
        "build_config": {"input_shape": batch_shape},
        "compile_config": dict(compile_config or {}),
    }


def _layer_config(saved: SavedLayer, dtype: str) -> dict[str, Any]:
    layer = saved.layer
    kind = type(layer).__name__
    options = {field.name: _plain(getattr(layer, field.name)) for field in fields(layer)}
    name, trainable = options.pop("name"), options.pop("trainable")
    config = {"name": name, "trainable": trainable, "dtype": dtype, **options}
    build = {"build_config": {"input_shape": [None, *saved.input_shape]}}
    if _is_own(layer):
        return serialized("cnncalc", kind, config, f"{OWN_PACKAGE}{kind}") | build
    return serialized("keras.layers", kind, config) | build


def _plain(value: object) -> object:
    """Return a value as JSON has it: sides as ((top, bottom), (left, right)), tuples as lists."""
    if isinstance(value, L1L2):
        return serialized("keras.regularizers", type(value).__name__, value.factors)
    if isinstance(value, Pads):
        return [[value.top, value.bottom], [value.left, value.right]]
    return [_plain(part) for part in value] if isinstance(value, tuple) else value
