"""The functions that rules are written with, each with its spelling and its slope in one place.

Where a function's own definition would lose digits or overflow, it has a stable form in each
language: `exp_minus_1`, `sigmoid`, `softplus`. Source of the forms: D. Goldberg, What Every
Computer Scientist Should Know About Floating-Point Arithmetic, theorem 4.
"""

from __future__ import annotations

import numpy as np

from cnncalc.ops.arrays import Array
from cnncalc.rules.formula import (
    Comparison,
    Expression,
    Function,
    Number,
    Spelling,
    choose,
    near,
)

__all__ = [
    "absolute",
    "exp",
    "exp_minus_1",
    "grouped",
    "log",
    "maximum",
    "minimum",
    "negated",
    "root",
    "sigmoid",
    "softplus",
    "tanh",
]


def _sigmoid(x: Array) -> Array:
    return np.where(x >= 0, 1 / (1 + np.exp(-x)), np.exp(x) / (1 + np.exp(x)))


root: Function = Function(
    "root",
    np.sqrt,
    Spelling("√{0}", wraps=True),
    Spelling("SQRT({0})"),
    (lambda x: 1 / (2 * root(x)),),
)
exp: Function = Function(
    "exp",
    np.exp,
    Spelling("e^{0}", wraps=True, binds="power"),
    Spelling("EXP({0})"),
    (lambda x: exp(x),),  # noqa: PLW0108 (it has no name yet)
)
log: Function = Function(
    "log", np.log, Spelling("ln({0})"), Spelling("LN({0})"), (lambda x: 1 / x,)
)
tanh: Function = Function(
    "tanh", np.tanh, Spelling("tanh({0})"), Spelling("TANH({0})"), (lambda x: 1 - tanh(x) ** 2,)
)

# The slope of an absolute value at 0 is 0.
absolute: Function = Function(
    "absolute",
    np.abs,
    Spelling("|{0}|"),
    Spelling("ABS({0})"),
    (lambda x: choose(near(x > 0), 1, choose(near(x < 0), -1, 0)),),
)


def _is_greater(first: Expression, second: Expression) -> Comparison:
    """Return whether the first is greater, not by rounding alone where one is a plain number."""
    if isinstance(first, Number):
        return near(second < first)
    return near(first > second) if isinstance(second, Number) else first > second


# A tie goes to the first: there the slope by the second is 0.
maximum: Function = Function(
    "maximum",
    np.maximum,
    Spelling("max({0}, {1})"),
    Spelling("MAX({0},{1})"),
    (
        lambda a, b: choose(_is_greater(b, a), 0, 1),
        lambda a, b: choose(_is_greater(b, a), 1, 0),
    ),
)
minimum: Function = Function(
    "minimum",
    np.minimum,
    Spelling("min({0}, {1})"),
    Spelling("MIN({0},{1})"),
    (
        lambda a, b: choose(_is_greater(a, b), 0, 1),
        lambda a, b: choose(_is_greater(a, b), 1, 0),
    ),
)

negated: Function = Function(
    "negated",
    np.negative,
    Spelling("−{0}", wraps=True, binds="sum"),
    Spelling("-{0}", wraps=True, binds="sum"),
    (lambda _: Number(-1),),
)

# What belongs together: a formula shows it, words needn't.
grouped: Function = Function(
    "grouped", np.positive, Spelling("{0}"), Spelling("({0})"), (lambda _: Number(1),)
)

# EXP(x)-1 would lose the digits of a small x: tanh(x/2)·(e^x + 1) is the same. As two factors it
# needs no parentheses among others.
exp_minus_1: Function = Function(
    "exp_minus_1",
    np.expm1,
    Spelling("e^{0} − 1", wraps=True, binds="sum"),
    Spelling("TANH({0}/2)*(EXP({0})+1)", wraps=True, binds="power"),
    (exp,),
)

# Two forms, so that no exponential overflows.
sigmoid: Function = Function(
    "sigmoid",
    _sigmoid,
    Spelling("sigmoid({0})"),
    Spelling("IF({0}>=0,1/(1+EXP(-{0})),EXP({0})/(1+EXP({0})))", wraps=True),
    (lambda x: sigmoid(x) * (1 - sigmoid(x)),),
)

# LN(1+EXP(x)) would lose the digits of a small result: its error is that of 1 + e^x, which the
# division takes out again.
softplus: Function = Function(
    "softplus",
    lambda x: np.logaddexp(x, 0),
    Spelling("ln(1 + e^{0})", wraps=True),
    Spelling(
        "IF({0}>0,{0}+LN(1+EXP(-{0})),"
        "IF(EXP({0})<0.000000000001,EXP({0}),EXP({0})*LN(1+EXP({0}))/(1+EXP({0})-1)))",
        wraps=True,
    ),
    (sigmoid,),
)
