"""Optimizers as people write them: `adam`, or Keras's call `SGD(momentum=0.9, nesterov=True)`."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import fields

from cnncalc.errors import NotationError, OptionError
from cnncalc.notation.source import Source, nearest, read_value
from cnncalc.training.optimizers import OPTIMIZERS, Optimizer

__all__ = ["parse_optimizer", "write_optimizer"]


def parse_optimizer(text: str, apart: Mapping[str, float] | None = None) -> Optimizer:
    """Read an optimizer; nothing is executed.

    Arguments: the `text`, a name whatever its capitals, or a call with Keras's arguments by name;
    the learning rate may stand first; arguments that were given `apart` from it, by name.
    Raises NotationError with the nearest name for what isn't known, OptionError for a value out of
    range, or given twice.

    >>> parse_optimizer("keras.optimizers.SGD(0.1, momentum=0.9)")
    SGD(learning_rate=0.1, weight_decay=None, clipnorm=None, clipvalue=None, \
global_clipnorm=None, momentum=0.9, nesterov=False)
    """
    source = Source(text)
    match source.statements():
        case [ast.Expr(value=ast.Call(func=called, args=args, keywords=keywords))]:
            pass
        case [ast.Expr(value=called)]:
            args, keywords = [], []
        case _:
            raise NotationError(_unknown(text))
    kind = _kind(ast.unparse(called))
    given = [("learning_rate", node) for node in args[:1]]
    given += [(keyword.arg or "**", keyword.value) for keyword in keywords]
    known = [field.name for field in fields(kind)]
    for name, node in given:
        if name not in known or len(args) > 1:
            message = f"{kind.__name__} has the arguments {', '.join(known)}, by name. "
            raise source.error(node, message + f"Received: {name}")
    options = {name: _number(source, name, node) for name, node in given}
    for name, value in (apart or {}).items():
        if name in options:
            message = f"{name} must be given once. Received: {text!r} and {name}={value}"
            raise OptionError(message)
        options[name] = value
    return kind(**options)  # type: ignore[arg-type]  # the names are those of its fields


def _kind(dotted: str) -> type[Optimizer]:
    name = dotted.rpartition(".")[2].lower()
    if name not in OPTIMIZERS:
        raise NotationError(_unknown(dotted))
    return OPTIMIZERS[name]


def _unknown(text: str) -> str:
    hint = nearest(text, OPTIMIZERS)
    return (
        f"the optimizer must be {', '.join(OPTIMIZERS)}, or a call such as "
        f"SGD(learning_rate=0.1, momentum=0.9). Received: {text!r}"
        + (f". Did you mean {hint}?" if hint else "")
    )


def _number(source: Source, name: str, node: ast.expr) -> object:
    value = read_value(source, node, {})
    if value is None and name.endswith(("decay", "norm", "value")):
        return None
    if name in ("nesterov", "centered", "amsgrad"):
        if isinstance(value, bool):
            return value
        message = f"{name} must be True or False. Received: {source.quote(node)}"
    elif isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    else:
        message = f"{name} must be a number. Received: {source.quote(node)}"
    raise OptionError(message)


def write_optimizer(optimizer: Optimizer) -> str:
    """Write an optimizer as Keras's call, with its learning rate and what is not a default.

    >>> write_optimizer(parse_optimizer("sgd(momentum=0.9)"))
    'SGD(learning_rate=0.01, momentum=0.9)'
    """
    default = type(optimizer)()  # type: ignore[call-arg]  # every kind has a default rate
    arguments = [
        f"{field.name}={getattr(optimizer, field.name)!r}"
        for field in fields(optimizer)
        if field.name == "learning_rate"
        or getattr(optimizer, field.name) != getattr(default, field.name)
    ]
    return f"{type(optimizer).__name__}({', '.join(arguments)})"
