"""Reading the config.json of a `.keras` file: the layers that it describes.

The format is Keras 3's: https://keras.io/guides/serialization_and_saving/. Whatever could be
code (a Lambda layer, a class or function of the user's own) is refused, never loaded.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cnncalc.errors import InputError, OptionError
from cnncalc.files.keras_objects import from_float32, inner, is_of_keras, object_text
from cnncalc.files.paths import quoted
from cnncalc.layers import ACTIVATIONS, DepthwiseConv2D, Layer, LeakyReLU
from cnncalc.layers.regularizers import REGULARIZERS
from cnncalc.layers.vocabulary import (
    LAYERS,
    concerns_training_only,
    layer_from_arguments,
    shared_arguments,
)
from cnncalc.training.uncalculated import Uncalculated

__all__ = ["ModelConfig", "read_config"]

Json = Mapping[str, Any]

_SLOPES = ("alpha", "max_value", "negative_slope", "threshold")


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
    model = _mapping(config, "config.json")
    _require_own_class(model)
    body = _mapping(model.get("config"), "the model's config")
    entries = [_mapping(entry, "a layer") for entry in _sequence(body.get("layers"), "layers")]
    kind = model.get("class_name")
    if kind in ("Functional", "Model"):
        _require_chain(entries, body.get("output_layers"))
    elif kind != "Sequential":
        message = f"expected a Sequential or Functional model. Received: {_shown(kind)}"
        raise InputError(message)
    read = [_layer(entry) for entry in entries if entry.get("class_name") != "InputLayer"]
    layers = [layer for layer, _ in read]
    if not layers:
        message = "expected a model of at least one layer. Received: no layer"
        raise InputError(message)
    compiled = model.get("compile_config")
    return ModelConfig(
        str(body.get("name", "")),
        tuple(layers),
        _input_shape(model, body, entries),
        tuple(_synchronized(entries)),
        tuple(option for _, options in read for option in options),
        compiled if isinstance(compiled, Mapping) and compiled else None,
    )


def _require_own_class(model: Json) -> None:
    """Raise InputError for a model whose layers are made by code of its author's."""
    if not is_of_keras(model):
        message = (
            f"the model is of a class of its author's own, {_shown(model.get('registered_name'))}, "
            "whose code is not in the file: in Python, build the same layers as keras.Sequential, "
            "give it the weights by set_weights(model.get_weights()), and save that"
        )
        raise InputError(message)


def _layer(entry: Json) -> tuple[Layer, list[Uncalculated]]:
    """Return one layer, and those of its options that training would heed and we lack."""
    config = _mapping(entry.get("config"), "a layer's config")
    name = str(config.get("name", ""))
    kind = _kind(entry, name)
    _require_floats(config, name)
    try:
        arguments = _modern(kind, config, entry.get("build_config"))
        arguments = {key: _value(key, value) for key, value in arguments.items()}
        own, other = shared_arguments(kind, arguments)
        # A regularizer that cnncalc lacks is still the object that it is in the file.
        other |= {key: value for key, value in own.items() if isinstance(value, Mapping)}
        vital = {key: value for key, value in other.items() if not concerns_training_only(key)}
        usable = {key: value for key, value in own.items() if key not in other}
        layer = layer_from_arguments(kind, usable | vital)
    except OptionError as error:
        message = f"layer {quoted(name)}, {kind.__name__}: {error}"
        raise InputError(message) from error
    return layer, [
        _uncalculated(name, key, config[key])
        for key in other
        # How weights were drawn matters no more once they are there.
        if key not in vital and key != "synchronized" and not key.endswith("_initializer")
    ]


def _uncalculated(layer: str, key: str, value: object) -> Uncalculated:
    kernels = key in ("kernel_regularizer", "depthwise_regularizer")
    return Uncalculated(
        f"layer {layer}",
        key,
        object_text(value),
        replaced_by=("--l2",) if kernels else (),
        changes_loss=key.endswith("_regularizer"),
    )


def _synchronized(entries: Sequence[Json]) -> Iterator[str]:
    """Say of which layers an option is left out that changes no number here."""
    for entry in entries:
        config = entry.get("config")
        if isinstance(config, Mapping) and config.get("synchronized"):
            yield (
                f"layer {config.get('name')}: synchronized=True is left out: cnncalc takes the "
                "statistics of the whole batch anyway"
            )


def _require_floats(config: Json, name: str) -> None:
    """Raise InputError for a layer whose weights or calculation are of fewer bits."""
    policy = config.get("dtype")
    own = policy.get("config") if isinstance(policy, Mapping) else None
    mode = own.get("mode") if isinstance(own, Mapping) else None
    if mode is not None or config.get("quantization_config") is not None:
        message = (
            f"the model is quantized, layer {quoted(name)} by {_shown(mode or 'its own settings')}"
            ": its weights are rounded to a few bits, and cnncalc calculates with floating-point "
            "numbers; save the model as it was before model.quantize(…)"
        )
        raise InputError(message)
    short = inner(policy, "name")
    if isinstance(short, str) and short.endswith("float16"):
        message = (
            f"the model calculates in {short}, layer {quoted(name)} for one, and cnncalc in "
            "float32 or float64: in Python, call keras.config.set_dtype_policy('float32'), build "
            "the model anew, give it the weights by set_weights(old.get_weights()), and save that"
        )
        raise InputError(message)


def _modern(kind: type[Layer], config: Json, build: object) -> dict[str, object]:
    """Return a layer's arguments by the names, and in the form, that Keras 3 has for them."""
    arguments = dict(config)
    arguments.pop("batch_input_shape", None)  # the input's, which Keras 2 repeats in what follows
    if kind is LeakyReLU and "alpha" in arguments:
        arguments["negative_slope"] = arguments.pop("alpha")
    if kind is DepthwiseConv2D and arguments.get("groups") == 1:
        del arguments["groups"]
    axis, shape = arguments.get("axis"), inner({"config": build}, "input_shape")
    if isinstance(axis, list) and len(axis) == 1:
        axis = axis[0]
    if type(axis) is int and isinstance(shape, list) and axis == len(shape) - 1:
        axis = -1
    return arguments | {"axis": axis} if "axis" in arguments else arguments


def _kind(entry: Json, name: str) -> type[Layer]:
    class_name, registered = entry.get("class_name"), entry.get("registered_name")
    if class_name == "Lambda":
        message = f"layer {quoted(name)} is a Lambda layer: it holds code, which is never executed"
        raise InputError(message)
    if not is_of_keras(entry):
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
        return inner(value, "name")
    if key == "activation":
        return _activation(value)
    if key.endswith("_regularizer"):
        return _regularizer(value)
    if isinstance(value, Mapping) and value.get("class_name") == "__numpy__":
        value = inner(value, "value")
    # Keras 2 rounds these.
    return from_float32(value) if key in _SLOPES else _tuples(value)


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
    if kind is None or not is_of_keras(value):
        return value
    config = _mapping(value.get("config"), "a regularizer's config")
    return kind(**{factor: from_float32(config.get(factor)) for factor in kind().factors})


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
        inner({"config": model.get("build_config")}, "input_shape"),
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
