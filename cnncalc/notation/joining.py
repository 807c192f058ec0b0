"""Merges that a listing writes otherwise than as layers: `add([a, b])` and `a + b`."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence

from cnncalc.layers import MERGE_LAYERS, Add, Layer, Multiply, Subtract
from cnncalc.layers.names import snake_case
from cnncalc.notation.layer_calls import layer_from, read_arguments
from cnncalc.notation.source import Source, called

__all__ = ["FUNCTIONS", "function_layer", "function_takes", "operation_layer"]

FUNCTIONS: Mapping[str, type[Layer]] = {snake_case(kind.__name__): kind for kind in MERGE_LAYERS}
"""Keras's functions that join results, by their names, such as `keras.layers.add`."""

_OPERATIONS: Mapping[type[ast.operator], type[Layer]] = {
    ast.Add: Add,
    ast.Sub: Subtract,
    ast.Mult: Multiply,
}


def function_takes(call: ast.Call) -> Sequence[ast.expr]:
    """Return what one of the functions is given to join: one list, or results by themselves.

    >>> call = ast.parse("concatenate([a, b], -1)", mode="eval").body
    >>> [ast.unparse(node) for node in function_takes(call)]
    ['[a, b]']
    """
    return call.args[:1] if FUNCTIONS[called(call)].keras_arguments else call.args


def function_layer(source: Source, call: ast.Call, names: Mapping[str, object]) -> Layer:
    """Return the layer that one of the functions stands for.

    Arguments: the `source` of the call; the `call`; the values that the listing gave to `names`.
    Raises NotationError for arguments that the layer hasn't.
    """
    kind = FUNCTIONS[called(call)]
    others = call.args[len(function_takes(call)) :]
    bare = ast.copy_location(ast.Call(call.func, others, call.keywords), call)
    return layer_from(source, kind, call, read_arguments(source, kind, bare, names))


def operation_layer(source: Source, node: ast.BinOp, is_of_results: bool) -> Layer:
    """Return the layer that an operation stands for.

    Arguments: the `source` of the operation; its `node`; whether both sides are results.
    Raises NotationError that names what can be written instead.
    """
    if not is_of_results:
        message = (
            "results are calculated with each other only; a number can be the scale or the "
            f"offset of a Rescaling. Received: {source.quote(node)}"
        )
        raise source.error(node, message)
    if type(node.op) not in _OPERATIONS:
        message = f"results can be joined by +, - and *. Received: {source.quote(node)}"
        raise source.error(node, message)
    return _OPERATIONS[type(node.op)]()
