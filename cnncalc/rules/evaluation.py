"""What an expression comes to, in NumPy: a number, or an array of many at once."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from cnncalc.errors import unknown_kind
from cnncalc.ops.arrays import Array
from cnncalc.rules.formula import Call, Conditional, Expression, Name, Number, Operation

__all__ = ["evaluate"]

_OPERATORS: Mapping[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "^": operator.pow,
}
_COMPARISONS: Mapping[str, Callable[[Any, Any], Any]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "=": operator.eq,
}


def evaluate(expression: Expression, values: Mapping[str, float | Array]) -> Array:
    """Return what an expression comes to.

    Arguments: the `expression`; the `values` of its names, numbers or arrays that broadcast.
    Returns an array of their shape. Where nothing is defined it is not a number or infinite.
    Raises KeyError for a name without a value, TypeError for an expression of unknown kind.

    >>> evaluate(1 / Name("x"), {"x": np.array([2.0, 0.0])})
    array([0.5, inf])
    """
    given = {
        name: value if isinstance(value, np.ndarray) else np.float64(value)
        for name, value in values.items()
    }
    # What a choice leaves aside may overflow.
    with np.errstate(all="ignore"):
        return np.asarray(_worked_out(expression, given))


def _worked_out(expression: Expression, values: Mapping[str, Any]) -> Any:  # noqa: ANN401 (a number or an array)
    match expression:
        case Number(value):
            return np.float64(value)
        case Name(name):
            return values[name]
        case Operation(sign, left, right):
            return _OPERATORS[sign](_worked_out(left, values), _worked_out(right, values))
        case Call(function, arguments):
            return function.work_out(*(_worked_out(argument, values) for argument in arguments))
        case Conditional(condition, then, otherwise):
            left, right = (_worked_out(s, values) for s in (condition.left, condition.bound))
            is_true = _COMPARISONS[condition.sign](left, right)
            return np.where(is_true, _worked_out(then, values), _worked_out(otherwise, values))
    raise TypeError(
        unknown_kind("an expression must be of a kind known in rules/formula.py", expression)
    )
