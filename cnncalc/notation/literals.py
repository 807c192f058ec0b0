"""The values of arguments: numbers, texts, True, False, None, and tuples or lists of these."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping

from cnncalc.layers import ACTIVATIONS
from cnncalc.notation.source import Source

__all__ = ["read_value"]

# No size, stride or seed is larger; arithmetic on larger numbers would only cost time.
LARGEST_WHOLE_NUMBER = 10**15

Value = object
Operation = Callable[[float, float], float]

_OPERATIONS: Mapping[type[ast.operator], Operation] = {
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
    name that ends in an activation (`tf.nn.relu`) stands for the activation's name.
    Raises NotationError for anything else: code is not executed.
    """
    match node:
        case ast.Constant(value=None | bool() | int() | float() | str() as value):
            return _moderate(source, node, value)
        case ast.Tuple(elts=parts) | ast.List(elts=parts):
            return tuple(read_value(source, part, names) for part in parts)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_number(source, operand, names)
        case ast.BinOp(op=sign) if type(sign) in _OPERATIONS:
            return _calculate(source, node, names)
        case ast.Name(id=name) if name in names:
            return names[name]
        case ast.Attribute(attr=name) if name in ACTIVATIONS:
            return name
    message = (
        "a value must be a number, a text, True, False, None, or a tuple of these: code is not "
        f"executed. Received: {source.quote(node)}"
    )
    raise source.error(node, message)


def _calculate(source: Source, node: ast.BinOp, names: Mapping[str, Value]) -> Value:
    left, right = (_number(source, side, names) for side in (node.left, node.right))
    try:
        return _moderate(source, node, _OPERATIONS[type(node.op)](left, right))
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
