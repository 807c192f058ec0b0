"""Reading the config.json of a `.keras` file: the layers that it describes.

The format is Keras 3's: https://keras.io/guides/serialization_and_saving/. Whatever could be
code (a Lambda layer, a class or function of the user's own) is refused, never loaded.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from cnncalc.errors import InputError
from cnncalc.files.keras_layer_reading import read_layer
from cnncalc.files.keras_objects import Json, inner, is_of_keras, mapping, shown
from cnncalc.files.paths import quoted
from cnncalc.layers import Layer
from cnncalc.training.uncalculated import Uncalculated

__all__ = ["ModelConfig", "read_config"]

# https://github.com/keras-team/keras/blob/v3.15.1/keras/src/models/sequential.py (from_config)
_SEQUENTIAL_FROZEN = (
    "the model says trainable=False of itself, which Keras passes over in a Sequential: what each "
    "layer says holds"
)


@dataclass(frozen=True)
class ModelConfig:
    """What config.json says: the layers without the input, its shape as far as known, notes.

    `input_shape` may hold None for a size that the model leaves open; `uncalculated` has the
    layers' options that training would heed and cnncalc doesn't calculate; `compile_config` is
    Keras's, as it stands.
    """

    name: str
    layers: tuple[Layer, ...]
    input_shape: tuple[int | None, ...] | None
    notes: tuple[str, ...]
    uncalculated: tuple[Uncalculated, ...]
    compile_config: Json | None


def read_config(config: object) -> ModelConfig:
    """Read the model that a config.json describes.

    Arguments: its content, as JSON decodes it.
    Raises InputError for another model than a plain chain of layers that cnncalc has, naming the
    layer, and for content that is no model.
    """
    model = mapping(config, "config.json")
    _require_own_class(model)
    body = mapping(model.get("config"), "the model's config")
    entries = [mapping(entry, "a layer") for entry in _sequence(body.get("layers"), "layers")]
    kind = model.get("class_name")
    if kind in ("Functional", "Model"):
        _require_chain(entries, body.get("output_layers"))
    elif kind != "Sequential":
        message = f"expected a Sequential or Functional model. Received: {shown(kind)}"
        raise InputError(message)
    read = [read_layer(entry) for entry in entries if entry.get("class_name") != "InputLayer"]
    layers = [layer for layer, _ in read]
    if not layers:
        message = "expected a model of at least one layer. Received: no layer"
        raise InputError(message)
    notes = list(_synchronized(entries))
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
        tuple(option for _, options in read for option in options),
        compiled if isinstance(compiled, Mapping) and compiled else None,
    )


def _require_own_class(model: Json) -> None:
    """Raise InputError for a model whose layers are made by code of its author's."""
    if not is_of_keras(model):
        message = (
            f"the model is of a class of its author's own, {shown(model.get('registered_name'))}, "
            "whose code is not in the file: in Python, build the same layers as keras.Sequential, "
            "give it the weights by set_weights(model.get_weights()), and save that"
        )
        raise InputError(message)


def _synchronized(entries: Sequence[Json]) -> Iterator[str]:
    """Say of which layers an option is left out that changes no number here."""
    for entry in entries:
        config = entry.get("config")
        if isinstance(config, Mapping) and config.get("synchronized"):
            yield (
                f"layer {config.get('name')}: synchronized=True is left out: cnncalc takes the "
                "statistics of the whole batch anyway"
            )


def _is_frozen(body: Json) -> bool:
    """Tell whether a model says of itself that nothing in it is trained."""
    trainable = body.get("trainable")
    if not isinstance(trainable, bool | None):
        message = f"the model's trainable must be True or False. Received: {shown(trainable)}"
        raise InputError(message)
    return trainable is False


def _input_shape(model: Json, body: Json, entries: Sequence[Json]) -> tuple[int | None, ...] | None:
    """Return one sample's shape from wherever this version of Keras has put it."""
    first = entries[0].get("config") if entries else None
    places: list[object] = []
    if isinstance(first, Mapping):
        places += [first.get("batch_shape"), first.get("batch_input_shape")]
    places += [
        body.get("build_input_shape"),
        inner({"config": model.get("build_config")}, "input_shape"),
    ]
    found = next((place for place in places if isinstance(place, list)), None)
    if found is None:
        return None
    sizes = tuple(found[1:])
    if any(size is not None and (type(size) is not int or size < 1) for size in sizes):
        message = f"the input's shape must be whole numbers. Received: {shown(found)}"
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
                f"Received: layer {quoted(name)} on {shown(sources or 'nothing')}"
            )
            raise InputError(message)
        before = name
    if list(_sources(outputs)) != [before]:
        message = f"expected one output, of the last layer. Received: {shown(outputs)}"
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


def _sequence(value: object, what: str) -> Sequence[object]:
    if not isinstance(value, list) or not value:
        message = f"{what} must be a JSON list of at least one. Received: {shown(value)}"
        raise InputError(message)
    return value
