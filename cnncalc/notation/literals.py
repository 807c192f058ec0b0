"""The values of arguments: numbers, texts, True, False, None, tuples of these, regularizers."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping

from cnncalc.errors import OptionError
from cnncalc.layers import ACTIVATIONS, L1L2
from cnncalc.layers.base import REGULARIZERS
from cnncalc.notation.source import Source

__all__ = ["read_value"]

# No size, stride or seed is larger; arithmetic on larger numbers would only cost time.
LARGEST_WHOLE_NUMBER = 10**15

Value = object

_OPERATIONS: Mapping[type[ast.operator | ast.unaryop], Callable[..., float]] = {
    ast.USub: operator.neg,
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
}


def read_value(source: Source, node: ast.expr, names: Mapping[str, Value]) -> Value:
    """Return the value that an expression spells out.

    Arguments: the `source` of the expression; its `node` in the tree; the values that the
    listing gave to `names` beforehand. Arithmetic on numbers is worked out (`1 / 255`); a dotted
    name that ends in an activation (`tf.nn.relu`) stands for the activation's name; a call of one
    of Keras's regularizers (`L2(0.01)`) for that.
    Raises NotationError for anything else: code is not executed.
    """
    match node:
        case ast.Constant(value=None | bool() | int() | float() | str() as value):
            return _moderate(source, node, value)
        case ast.Tuple(elts=parts) | ast.List(elts=parts):
            return tuple(read_value(source, part, names) for part in parts)
        case ast.UnaryOp(op=sign) | ast.BinOp(op=sign) if type(sign) in _OPERATIONS:
            return _calculate(source, node, names)
        case ast.Name(id=name) if name in names:
            return names[name]
        case ast.Attribute(attr=name) if name in ACTIVATIONS:
            return name
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)) if name in REGULARIZERS:
            return _regularizer(source, node, REGULARIZERS[name], names)
    message = (
        "a value must be a number, a text, True, False, None, or a tuple of these: code is not "
        f"executed. Received: {source.quote(node)}"
    )
    raise source.error(node, message)


def _regularizer(
    source: Source, call: ast.Call, kind: type[L1L2], names: Mapping[str, Value]
) -> L1L2:
    """Return the regularizer that a call such as `keras.regularizers.L2(0.01)` makes."""
    known = list(kind().factors)
    named = ((each.arg, each.value) for each in call.keywords)
    given = [*zip(known, call.args, strict=False), *named]
    arguments = {name: _number(source, value, names) for name, value in given if name in known}
    if len(arguments) != len(call.args) + len(call.keywords):
        message = f"{kind.__name__} takes {' and '.join(known)}. Received: {source.quote(call)}"
        raise source.error(call, message)
    try:
        return kind(**arguments)
    except OptionError as error:
        raise source.error(call, f"{kind.__name__}: {error}") from None


def _calculate(source: Source, node: ast.UnaryOp | ast.BinOp, names: Mapping[str, Value]) -> Value:
    sides = [node.operand] if isinstance(node, ast.UnaryOp) else [node.left, node.right]
    numbers = [_number(source, side, names) for side in sides]
    try:
        return _moderate(source, node, _OPERATIONS[type(node.op)](*numbers))
    except ArithmeticError as error:
        message = f"{source.quote(node)} can't be worked out: {error}"
        raise source.error(node, message) from None


def _number(source: Source, node: ast.expr, names: Mapping[str, Value]) -> float:
    value = read_value(source, node, names)
    if isinstance(value, bool) or not isinstance(value, int | float):
        message = f"arithmetic must be on numbers. Received: {source.quote(node)}"
        raise source.error(node, message)
    return value


def _moderate(source: Source, node: ast.expr, value: Value) -> Value:
    if isinstance(value, int) and abs(value) > LARGEST_WHOLE_NUMBER:
        message = f"a whole number must be at most {LARGEST_WHOLE_NUMBER:,}"
        raise source.error(node, message)
    return value
