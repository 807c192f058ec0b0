"""Writing the config.json of a `.keras` file, so that Keras 3 builds the same network from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from cnncalc.files.keras_graph_writing import SEQUENTIAL, Result, free_name, model_class, wires
from cnncalc.files.keras_objects import OWN_PACKAGE, serialized
from cnncalc.layers import (
    L1L2,
    Cropping2D,
    Layer,
    MergeLayer,
    Shape,
    SpatialDropout2D,
    WindowLayer,
    ZeroPadding2D,
)
from cnncalc.layers.graph import in_keras_order
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
    They are in Keras's order, which is another one where such a layer makes a branch longer.
    """
    taken = {layer.name for layer in network.layers}
    parts = zip(network.layers, network.input_shapes, network.weights, strict=True)
    saved = [saved for part in parts for saved in _as_keras_has_it(SavedLayer(*part), taken)]
    by_name = {part.layer.name: part for part in saved}
    ordered = in_keras_order([part.layer for part in saved])
    return tuple(replace(by_name[layer.name], layer=layer) for layer in ordered)


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
    zeros = ZeroPadding2D(pads, name=name, inputs=layer.inputs)
    given = zeros.output_shape(saved.input_shape)
    bare = replace(layer, padding="valid", inputs=())  # type: ignore[call-arg]  # of every child
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
    if isinstance(layer, Cropping2D):
        return layer.channels is not None
    return isinstance(layer, WindowLayer) and layer.has_strides_and_dilation


def write_config(
    network: Network, name: str, dtype: str, compile_config: Mapping[str, Any] | None
) -> dict[str, Any]:
    """Return the content of config.json for a network: a Sequential, or a functional model.

    Arguments: the network; the model's `name`, empty for that of its class; the `dtype` of its
    weights, "float32" or "float64"; Keras's `compile_config`, None for a model that is not
    compiled.
    """
    saved, batch_shape = keras_layers(network), [None, *network.input_shape]
    kind = model_class(network.layers)
    config: dict[str, Any] = {"name": name or kind.lower(), "trainable": True}
    if kind == SEQUENTIAL:
        given = {"batch_shape": batch_shape, "dtype": dtype, "name": "input_layer"}
        first = serialized("keras.layers", "InputLayer", given)
        layers = [first, *(_layer_config(part, dtype) for part in saved)]
        config |= {"dtype": dtype, "layers": layers, "build_input_shape": batch_shape}
    else:
        config |= _functional(saved, network.input_shape, dtype)
    return _model(kind, config) | {
        "build_config": {"input_shape": batch_shape},
        "compile_config": dict(compile_config or {}),
    }


def _model(kind: str, config: Mapping[str, Any]) -> dict[str, Any]:
    if kind == SEQUENTIAL:
        return serialized("keras", kind, config)
    return serialized("keras.src.models.functional", kind, config, kind)  # it has no public place


def _functional(saved: Sequence[SavedLayer], input_shape: Shape, dtype: str) -> dict[str, Any]:
    """Return what a functional model says of its layers, and of what each is called on."""
    layers = [part.layer for part in saved]
    image = Result(free_name("input_layer", layers), input_shape)
    results = [Result(part.layer.name, part.layer.output_shape(part.input_shape)) for part in saved]
    given = {"batch_shape": [None, *input_shape], "dtype": dtype, "name": image.name}
    first = serialized("keras.layers", "InputLayer", given)
    calls = wires(layers, image, results, dtype)
    return {
        "layers": [
            first | {"name": image.name, "inbound_nodes": []},
            *(_layer_config(part, dtype) | call for part, call in zip(saved, calls, strict=True)),
        ],
        "input_layers": [image.name, 0, 0],
        "output_layers": [layers[-1].name, 0, 0],
    }


def _layer_config(saved: SavedLayer, dtype: str) -> dict[str, Any]:
    layer = saved.layer
    kind = type(layer).__name__
    options = {field.name: _plain(getattr(layer, field.name)) for field in fields(layer)}
    name, trainable = options.pop("name"), options.pop("trainable")
    options.pop("inputs")  # what it is called on is no option of it
    config = {"name": name, "trainable": trainable, "dtype": dtype, **options}
    if isinstance(layer, SpatialDropout2D):
        del config["trainable"]  # which Keras refuses of this one
    build = {"build_config": {"input_shape": [None, *saved.input_shape]}}
    if isinstance(layer, MergeLayer):
        build = {}  # Keras builds it by what it is called on
    if isinstance(layer, Cropping2D) and layer.channels is None:
        config.pop("channels")  # Keras's crop has none
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
