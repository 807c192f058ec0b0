"""The layers of a `.keras` file in one row, models within the model laid open.

A layer of a model within has the names of both, "outer_inner". A layer knows what it takes, and
where the file has its weights.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from cnncalc.errors import InputError
from cnncalc.files.keras_call_reading import Call, call_of, called_with, only_result
from cnncalc.files.keras_layer_reading import is_operation, read_layers
from cnncalc.files.keras_objects import Json, is_of_keras, mapping, shown
from cnncalc.files.keras_weights import Place
from cnncalc.files.paths import quoted
from cnncalc.layers import Concatenate, InferenceOnly, Layer
from cnncalc.layers.graph import IMAGE, IMAGE_PLACE, in_keras_order
from cnncalc.layers.names import snake_case
from cnncalc.training.uncalculated import Uncalculated

__all__ = ["MODELS", "ReadLayers", "layers_of"]

FUNCTIONAL = ("Functional", "Model")
MODELS = ("Sequential", *FUNCTIONAL)
"""Keras's classes of models."""

# https://github.com/keras-team/keras/blob/v3.15.1/keras/src/models/sequential.py (from_config)
_SEQUENTIAL_FROZEN = (
    "says trainable=False of itself, which Keras passes over in a Sequential: what each layer says "
    "holds"
)


@dataclass
class ReadLayers:
    """The layers read so far, in the file's order, and beside each where its weights are.

    `uncalculated` are the layers' options that training would heed and cnncalc doesn't calculate;
    `notes` sentences on what was left out.
    """

    layers: list[Layer] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    uncalculated: list[Uncalculated] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def put(self, layer: Layer, place: Place, taken: Sequence[int]) -> None:
        """Add a layer that takes the results of the layers at these places, -1 the image."""
        if tuple(taken) != (len(self.layers) - 1,):
            names = (IMAGE if at == IMAGE_PLACE else self.layers[at].name for at in taken)
            layer = replace(layer, inputs=tuple(names))
        self.layers.append(layer)
        self.places.append(place)


@dataclass(frozen=True)
class _Part:
    """A layer, or a model within, as it stands in the file: what was called on what."""

    entry: Json
    name: str
    call: Call


@dataclass(frozen=True)
class _Whereabouts:
    """Where a model's layers are: what their names begin with, and the groups of their weights."""

    prefix: str = ""
    groups: tuple[str, ...] = ()
    is_frozen: bool = False


def layers_of(model: Json) -> ReadLayers:
    """Return a model's layers, those of models within it in their place.

    Raises InputError for a layer that cnncalc lacks, and for layers that are wired as it can't.
    """
    read = ReadLayers()
    _read(model, read, _Whereabouts(), IMAGE_PLACE)
    names = {layer.name for layer in read.layers}
    if IMAGE in names and any(IMAGE in layer.inputs for layer in read.layers):
        message = (
            f"in a network that branches, {quoted(IMAGE)} is the image: no layer may have that "
            f"name. Received: layers {', '.join(sorted(names))}"
        )
        raise InputError(message)
    return read


def _read(model: Json, read: ReadLayers, where: _Whereabouts, given: int) -> int:
    """Add a model's layers to those read; return the place of the one that its result is of."""
    body = mapping(model.get("config"), "the model's config")
    parts = _parts(model.get("class_name"), body)
    is_sequential, says_frozen = model.get("class_name") == "Sequential", _is_frozen(body)
    where = replace(where, is_frozen=where.is_frozen or (says_frozen and not is_sequential))
    start = len(read.layers)
    results = {_input_name(parts): given}
    layers = [part for part in parts if part.call.names]
    if not layers:
        message = "expected a model of at least one layer. Received: no layer"
        raise InputError(message)
    for part, group in zip(layers, _groups(parts, layers), strict=True):
        taken = [results[name] for name in part.call.names]
        results[part.name] = _read_part(part, read, where, group, taken)
    if is_sequential and says_frozen and any(layer.trainable for layer in read.layers[start:]):
        within = f" {where.prefix.removesuffix('_')} within it" if where.prefix else ""
        read.notes.append(f"the model{within} {_SEQUENTIAL_FROZEN}")
    return results[layers[-1].name]


def _read_part(
    part: _Part, read: ReadLayers, where: _Whereabouts, group: str, taken: Sequence[int]
) -> int:
    entry = mapping(part.entry, "a layer")
    groups = (*where.groups, group)
    if entry.get("class_name") in MODELS and is_of_keras(entry):
        if part.call.training:
            raise InputError(called_with(part.name, "training", value=True))
        within = _Whereabouts(f"{where.prefix}{part.name}_", groups, where.is_frozen)
        return _read(entry, read, within, taken[0])
    _require_of_one_rank(part)
    config = mapping(entry.get("config"), "a layer's config")
    named = dict(entry) | {"config": dict(config) | {"name": f"{where.prefix}{part.name}"}}
    layers, options = read_layers(named)
    # Augmentation is called so by itself, and does nothing in prediction all the same.
    if part.call.training and not isinstance(layers[0], InferenceOnly):
        raise InputError(called_with(part.name, "training", value=True))
    read.uncalculated += options
    for number, layer in enumerate(layers):
        frozen = replace(layer, trainable=False) if where.is_frozen else layer
        # The first of two has one weight: a depthwise kernel.
        read.put(frozen, Place(groups, number), taken)
        taken = [len(read.layers) - 1]
    if config.get("synchronized"):
        read.notes.append(
            f"layer {layer.name}: synchronized=True is left out: cnncalc takes the statistics of "
            "the whole batch anyway"
        )
    return len(read.layers) - 1


def _require_of_one_rank(part: _Part) -> None:
    """Refuse an operation on results that NumPy would pair otherwise than Keras's layer does."""
    if is_operation(part.entry) and (len(part.call.names) != 2 or len(set(part.call.ranks)) != 1):
        message = (
            f"layer {quoted(part.name)} is an operation, {shown(part.entry.get('class_name'))}, "
            "which must join 2 results of as many sizes. Received: "
            f"{', '.join(map(quoted, part.call.names))}"
        )
        raise InputError(message)


def _parts(kind: object, body: Json) -> list[_Part]:
    """Return a model's layers in Keras's order, a functional model's with its input."""
    entries = body.get("layers")
    if not isinstance(entries, list) or not entries:
        message = f"layers must be a JSON list of at least one. Received: {shown(entries)}"
        raise InputError(message)
    entries = [mapping(entry, "a layer") for entry in entries]
    named = [(entry, _name(entry)) for entry in entries]
    if kind in FUNCTIONAL:
        parts = [_Part(entry, name, call_of(entry, name)) for entry, name in named]
        return _in_order(parts, body)
    if kind != "Sequential":
        message = f"expected a Sequential or Functional model. Received: {shown(kind)}"
        raise InputError(message)
    layers = [(entry, name) for entry, name in named if entry.get("class_name") != "InputLayer"]
    before = ["", *(name for _, name in layers)]
    return [
        _Part(entry, name, Call((taken,)))
        for (entry, name), taken in zip(layers, before, strict=False)
    ]


def _name(entry: Json) -> str:
    return str(mapping(entry.get("config"), "a layer's config").get("name", ""))


def _in_order(parts: Sequence[_Part], body: Json) -> list[_Part]:
    """Return the layers of a functional model in Keras's order, after they were found to fit."""
    by_name = {part.name: part for part in parts}
    given = only_result(body.get("input_layers"), "input")
    result = only_result(body.get("output_layers"), "output")
    inputs = [part.name for part in parts if not part.call.names]
    if inputs != [given] or len(by_name) < len(parts):
        message = (
            "a functional model must have one input and each layer a name of its own. Received: "
            f"{', '.join(quoted(name) for name in inputs) or 'no input'} of "
            f"{len(parts)} layers, the input being {quoted(given)}"
        )
        raise InputError(message)
    layers = [part for part in parts if part.name != given]
    _require_wired(layers, given, result)
    # Whatever their names are: one may be "input".
    numbers = {given: IMAGE} | {part.name: str(number) for number, part in enumerate(layers)}
    wired = [(part.name, [numbers[name] for name in part.call.names]) for part in layers]
    likes = [Concatenate(name=numbers[name], inputs=tuple(taken)) for name, taken in wired]
    ordered = [layers[int(like.name)] for like in in_keras_order(likes)]
    return [by_name[given], *ordered]


def _require_wired(layers: Sequence[_Part], given: str, result: str) -> None:
    """Raise InputError unless each layer takes what stands before it, and all lead to the last."""
    known = {given}
    for part in layers:
        for name in part.call.names:
            if name not in known:
                message = (
                    f"layer {quoted(part.name)} must be called on layers before it. "
                    f"Received: {quoted(name)}"
                )
                raise InputError(message)
        known.add(part.name)
    taken = {name for part in layers for name in part.call.names}
    ends = [part.name for part in layers if part.name not in taken]
    if ends != [result]:
        message = (
            "cnncalc has networks of one output, to which all layers lead. Received: output "
            f"{quoted(result)}, and nothing takes {', '.join(map(quoted, ends)) or 'nothing'}"
        )
        raise InputError(message)


def _input_name(parts: Sequence[_Part]) -> str:
    return next((part.name for part in parts if not part.call.names), "")


def _groups(parts: Sequence[_Part], layers: Sequence[_Part]) -> Iterator[str]:
    """Yield the name of the group that Keras keeps each layer's weights in: its class, numbered.

    Operations that are no layers have none.
    """
    seen = Counter[str]()
    for part in layers:
        base = snake_case(str(part.entry.get("class_name")))
        yield f"{base}_{seen[base]}" if seen[base] else base
        seen[base] += not is_operation(part.entry)


def _is_frozen(body: Json) -> bool:
    """Tell whether a model says of itself that nothing in it is trained."""
    trainable = body.get("trainable")
    if not isinstance(trainable, bool | None):
        message = f"the model's trainable must be True or False. Received: {shown(trainable)}"
        raise InputError(message)
    return trainable is False
