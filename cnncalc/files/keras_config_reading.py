"""Reading the config.json of a `.keras` file: the layers that it describes.

The format is Keras 3's: https://keras.io/guides/serialization_and_saving/. Whatever could be
code (a Lambda layer, a class or function of the user's own) is refused, never loaded.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from cnncalc.errors import InputError, OptionError
from cnncalc.files.paths import quoted
from cnncalc.layers import ACTIVATIONS, Layer
from cnncalc.layers.regularizers import REGULARIZERS
from cnncalc.layers.vocabulary import (
    LAYERS,
    concerns_training_only,
    layer_from_arguments,
    shared_arguments,
)

__all__ = ["OWN_PACKAGE", "ModelConfig", "read_config"]

OWN_PACKAGE = "cnncalc>"
"""What Keras's registered names of layers that only cnncalc has start with."""

Json = Mapping[str, Any]

# https://github.com/keras-team/keras/blob/v3.15.1/keras/src/models/sequential.py (from_config)
_SEQUENTIAL_FROZEN = (
    "the model says trainable=False of itself, which Keras passes over in a Sequential: what each "
    "layer says holds"
)


@dataclass(frozen=True)
class ModelConfig:
    """What config.json says: the layers without the input, its shape as far as known, notes.

    `input_shape` may hold None for a size that the model leaves open; `notes` tells of what only
    training would heed; `compile_config` is Keras's, as it stands.
    """

    name: str
    layers: tuple[Layer, ...]
    input_shape: tuple[int | None, ...] | None
    notes: tuple[str, ...]
    compile_config: Json | None


def read_config(config: object) -> ModelConfig:
    """Read the model that a config.json describes.

    Arguments: its content, as JSON decodes it.
    Raises InputError for another model than a plain chain of layers that cnncalc has, naming the
    layer, and for content that is no model.
    """
    model = _mapping(config, "config.json")
    body = _mapping(model.get("config"), "the model's config")
    entries = [_mapping(entry, "a layer") for entry in _sequence(body.get("layers"), "layers")]
    kind = model.get("class_name")
    if kind in ("Functional", "Model"):
        _require_chain(entries, body.get("output_layers"))
    elif kind != "Sequential":
        message = f"expected a Sequential or Functional model. Received: {_shown(kind)}"
        raise InputError(message)
    layers, notes = [], []
    for entry in entries:
        if entry.get("class_name") != "InputLayer":
            layer, note = _layer(entry)
            layers.append(layer)
            notes += [note] if note else []
    if not layers:
        message = "expected a model of at least one layer. Received: no layer"
        raise InputError(message)
    if _is_frozen(body) and kind != "Sequential":
        layers = [replace(layer, trainable=False) for layer in layers]
    elif _is_frozen(body) and any(layer.trainable for layer in layers):
        notes.append(_SEQUENTIAL_FROZEN)
    compiled = model.get("compile_config")
    return ModelConfig(
        str(body.get("name", "")),
        tuple(layers),
        _input_shape(model, body, entries),
        tuple(notes),
        compiled if isinstance(compiled, Mapping) and compiled else None,
    )


def _is_frozen(body: Json) -> bool:
    """Tell whether a model says of itself that nothing in it is trained."""
    trainable = body.get("trainable")
    if not isinstance(trainable, bool | None):
        message = f"the model's trainable must be True or False. Received: {_shown(trainable)}"
        raise InputError(message)
    return trainable is False


def _layer(entry: Json) -> tuple[Layer, str]:
    """Return one layer, and a note where it has settings that only training would heed."""
    config = _mapping(entry.get("config"), "a layer's config")
    name = str(config.get("name", ""))
    kind = _kind(entry, name)
    try:
        arguments = {key: _value(key, value) for key, value in config.items()}
        own, other = shared_arguments(kind, arguments)
        # A regularizer that cnncalc lacks is still the object that it is in the file.
        other |= {key: value for key, value in own.items() if isinstance(value, Mapping)}
        vital = {key: value for key, value in other.items() if not concerns_training_only(key)}
        usable = {key: value for key, value in own.items() if key not in other}
        layer = layer_from_arguments(kind, usable | vital)
    except OptionError as error:
        message = f"layer {quoted(name)}, {kind.__name__}: {error}"
        raise InputError(message) from error
    # How weights were drawn matters no more once they are there.
    heeded = [key for key in other if key not in vital and not key.endswith("_initializer")]
    note = f"layer {name}: {', '.join(heeded)} left out, which concerns training only"
    return layer, note if heeded else ""


def _kind(entry: Json, name: str) -> type[Layer]:
    class_name, registered = entry.get("class_name"), entry.get("registered_name")
    if class_name == "Lambda":
        message = f"layer {quoted(name)} is a Lambda layer: it holds code, which is never executed"
        raise InputError(message)
    if registered not in (None, class_name, f"{OWN_PACKAGE}{class_name}"):
        message = f"layer {quoted(name)} is of a class of its author's own, {_shown(registered)}"
        raise InputError(message)
    if not isinstance(class_name, str) or class_name not in LAYERS:
        message = (
            f"cnncalc lacks the layer {_shown(class_name)}, which {quoted(name)} is. "
            f"It has {', '.join(sorted(LAYERS))}"
        )
        raise InputError(message)
    return LAYERS[class_name]


def _value(key: str, value: object) -> object:
    """Return an argument as one would write it, its lists as tuples."""
    if key == "dtype":
        return _inner(value, "name")
    if key == "activation":
        return _activation(value)
    if key.endswith("_regularizer"):
        return _regularizer(value)
    if isinstance(value, Mapping) and value.get("class_name") == "__numpy__":
        value = _inner(value, "value")
    if key == "axis" and isinstance(value, list) and len(value) == 1:
        return value[0]
    return _tuples(value)


def _activation(value: object) -> object:
    """Return the name of one of Keras's own functions; raise OptionError for any other."""
    if not isinstance(value, Mapping):
        return value
    if value.get("class_name") == "function" and value.get("config") in ACTIVATIONS:
        return value["config"]
    message = "activation must be one of Keras's own by name: code is not executed. "
    raise OptionError(message + f"Received: {_shown(value.get('class_name'))}")


def _regularizer(value: object) -> object:
    """Return one of Keras's own regularizers where it is one, else the value as it is."""
    if not isinstance(value, Mapping):
        return value
    name = value.get("class_name")
    kind = REGULARIZERS.get(name) if isinstance(name, str) else None
    if kind is None or value.get("registered_name") not in (None, name):
        return value
    config = _mapping(value.get("config"), "a regularizer's config")
    return kind(**{factor: _from_float32(config.get(factor)) for factor in kind().factors})


def _from_float32(value: Any) -> Any:  # noqa: ANN401 (JSON, which the regularizer checks)
    """Return the number as it was written before Keras rounded it to float32, if it did."""
    short = isinstance(value, float) and value == np.float32(value)
    return float(str(np.float32(value))) if short else value


def _inner(value: object, key: str) -> object:
    """Return what a serialized object holds: {"class_name": …, "config": {key: this}}."""
    config = value.get("config") if isinstance(value, Mapping) else None
    return config.get(key) if isinstance(config, Mapping) else value


def _tuples(value: object) -> object:
    return tuple(map(_tuples, value)) if isinstance(value, list) else value


def _input_shape(model: Json, body: Json, entries: Sequence[Json]) -> tuple[int | None, ...] | None:
    """Return one sample's shape from wherever this version of Keras has put it."""
    first = entries[0].get("config") if entries else None
    places: list[object] = []
    if isinstance(first, Mapping):
        places += [first.get("batch_shape"), first.get("batch_input_shape")]
    places += [
        body.get("build_input_shape"),
        _inner({"config": model.get("build_config")}, "input_shape"),
    ]
    found = next((place for place in places if isinstance(place, list)), None)
    if found is None:
        return None
    sizes = tuple(found[1:])
    if any(size is not None and (type(size) is not int or size < 1) for size in sizes):
        message = f"the input's shape must be whole numbers. Received: {_shown(found)}"
        raise InputError(message)
    return sizes


def _require_chain(entries: Sequence[Json], outputs: object) -> None:
    """Raise InputError unless each layer is on the one before alone, and the last is the output."""
    before = ""
    for entry in entries:
        name = str(entry.get("name", ""))
        nodes = entry.get("inbound_nodes")
        sources = list(_sources(nodes))
        count = len(nodes) if isinstance(nodes, list) else 0
        if sources != ([before] if before else []) or count > 1:
            message = (
                "expected a plain chain of layers, each on the one before. "
                f"Received: layer {quoted(name)} on {_shown(sources or 'nothing')}"
            )
            raise InputError(message)
        before = name
    if list(_sources(outputs)) != [before]:
        message = f"expected one output, of the last layer. Received: {_shown(outputs)}"
        raise InputError(message)


def _sources(node: object) -> Iterator[str]:
    """Yield the name of every layer that a node of the graph takes its input from."""
    if isinstance(node, Mapping):
        config = node.get("config")
        if isinstance(config, Mapping) and isinstance(config.get("keras_history"), list):
            yield from (str(part) for part in config["keras_history"][:1])
        else:
            for part in node.values():
                yield from _sources(part)
    elif isinstance(node, list):
        if len(node) > 1 and isinstance(node[0], str) and type(node[1]) is int:
            yield node[0]  # the form of Keras 2: [name, node, tensor, {…}]
        else:
            for part in node:
                yield from _sources(part)


def _mapping(value: object, what: str) -> Json:
    if not isinstance(value, Mapping):
        message = f"{what} must be a JSON object. Received: {_shown(value)}"
        raise InputError(message)
    return value


def _sequence(value: object, what: str) -> Sequence[object]:
    if not isinstance(value, list) or not value:
        message = f"{what} must be a JSON list of at least one. Received: {_shown(value)}"
        raise InputError(message)
    return value


def _shown(value: object) -> str:
    return quoted(value if isinstance(value, str) else repr(value))
