"""What the layers of a functional `.keras` file are called on, as Keras 3 and Keras 2 write it.

Keras 3 writes a call as {"args": […], "kwargs": {…}}, a result of a layer in it as a "keras tensor"
that tells which layer gave it. Keras 2 writes [["name", 0, 0, {…}], …]: the layer, which of its
calls, which of its results, and further arguments.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from cnncalc.errors import InputError
from cnncalc.files.keras_objects import Json, mapping, object_text, shown
from cnncalc.files.paths import quoted

__all__ = ["Call", "call_of", "called_with", "only_result"]


@dataclass(frozen=True)
class Call:
    """What a layer was called on: the names of layers, and how many sizes each result has.

    `ranks` counts the sizes as far as the file tells; `training` is what it was told of that.
    """

    names: tuple[str, ...]
    ranks: tuple[int, ...] = ()
    training: bool | None = None


@dataclass(frozen=True)
class _Result:
    """A layer's result, as a call takes it."""

    layer: str
    index: int
    rank: int | None = None


def call_of(entry: Json, name: str) -> Call:
    """Return the one call of a layer; one of the input itself is on nothing.

    Arguments: the layer's `entry` in the file; its `name`.
    Raises InputError for a layer that is called several times, on anything but results of layers,
    or with further arguments that change what it does.
    """
    nodes = entry.get("inbound_nodes")
    if not isinstance(nodes, list):
        message = f"layer {quoted(name)}: inbound_nodes must be a list. Received: {shown(nodes)}"
        raise InputError(message)
    if len(nodes) > 1:
        message = (
            f"layer {quoted(name)} is called {len(nodes)} times, with the same weights: cnncalc "
            "has no shared layers"
        )
        raise InputError(message)
    if not nodes:
        return Call(())
    results, options = _parts(nodes[0], name)
    for result in results:
        _require_only(result, name)
    ranks = tuple(result.rank for result in results if result.rank is not None)
    return Call(tuple(result.layer for result in results), ranks, _training(options, name))


def _require_only(result: _Result, name: str) -> None:
    if result.index != 0:
        message = (
            f"layer {quoted(name)} takes result {result.index} of {quoted(result.layer)}: in "
            "cnncalc, a layer has one result"
        )
        raise InputError(message)


def _parts(node: object, name: str) -> tuple[list[_Result], Json]:
    """Return the results that a call takes, and its further arguments by name."""
    if isinstance(node, list):
        return _older(node, name)
    call = mapping(node, f"the call of layer {quoted(name)}")
    arguments = call.get("args")
    if not isinstance(arguments, list):
        message = f"layer {quoted(name)}: args must be a list. Received: {shown(arguments)}"
        raise InputError(message)
    results = [result for argument in arguments for result in _results(argument, name)]
    return results, mapping(call.get("kwargs"), f"the kwargs of layer {quoted(name)}")


def _older(node: list[object], name: str) -> tuple[list[_Result], Json]:
    """Read a call as Keras 2 writes it."""
    results, options = [], dict[str, object]()
    for part in node:
        result = _history(part)
        if result is None or not isinstance(part, list):
            raise InputError(_no_result(name, part))
        results.append(result)
        for further in part[3:]:
            options.update(mapping(further, f"the arguments of layer {quoted(name)}"))
    return results, options


def _results(argument: object, name: str) -> Iterator[_Result]:
    """Yield the results in one argument: a keras tensor, or several in a list; none for None."""
    if isinstance(argument, list):
        for part in argument:
            yield from _results(part, name)
    elif argument is not None:
        config = argument.get("config") if isinstance(argument, Mapping) else None
        history = config.get("keras_history") if isinstance(config, Mapping) else None
        result = _history(history)
        if result is None or not isinstance(config, Mapping):
            raise InputError(_no_result(name, argument))
        shape = config.get("shape")
        yield _Result(result.layer, result.index, len(shape) if isinstance(shape, list) else None)


def _no_result(name: str, given: object) -> str:
    return (
        f"layer {quoted(name)} must be called on results of layers alone: cnncalc has no constants "
        f"in a network. Received: {object_text(given)}"
    )


def _history(value: object) -> _Result | None:
    """Return what [name, call, result] names, None for anything else."""
    match value:
        case [str(layer), int(), int(index), *_]:
            return _Result(layer, index)
    return None


def _training(options: Json, name: str) -> bool | None:
    """Return what a call is told of training; refuse whatever else changes what it does.

    It is False of many a layer by itself, and Keras 3 passes over that where a model is trained.
    Source: `operation_fn` in keras/src/models/functional.py.
    """
    training = options.get("training")
    for option, value in options.items():
        if value is not None and not (option == "training" and isinstance(value, bool)):
            raise InputError(called_with(name, option, value))
    return training if isinstance(training, bool) else None


def called_with(name: str, option: str, value: object) -> str:
    """Say that a layer is called with an option that cnncalc's have none of."""
    return (
        f"layer {quoted(name)} is called with {option}={object_text(value)}: cnncalc calls layers "
        "on results alone"
    )


def only_result(layers: object, what: str) -> str:
    """Return the name of the layer that is a model's only input or output.

    Arguments: the model's `input_layers` or `output_layers`; `what` a message calls it ("input").
    Raises InputError for several.
    """
    found = list(_named_results(layers))
    if len(found) != 1:
        names = ", ".join(quoted(result.layer) for result in found) or shown(layers)
        message = f"cnncalc has networks of one {what}. Received: {len(found)} {what}s, {names}"
        raise InputError(message)
    _require_only(found[0], f"the model's {what}")
    return found[0].layer


def _named_results(layers: object) -> Iterator[_Result]:
    """Yield what is named in any nest of lists and dictionaries."""
    result = _history(layers)
    if result is not None:
        yield result
    elif isinstance(layers, list | Mapping):
        for part in layers.values() if isinstance(layers, Mapping) else layers:
            yield from _named_results(part)
