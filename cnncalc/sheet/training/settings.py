"""The constants of a training that a user may change: the learning rate, and its optimizer's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from copy import copy
from dataclasses import fields, replace
from math import inf

from cnncalc.errors import OptionError
from cnncalc.network import Array
from cnncalc.sheet.annotations import Entry
from cnncalc.sheet.plan import Block, Quantity
from cnncalc.sheet.quantities import LABEL, TARGET
from cnncalc.sheet.volumes import Volume, entered_cell
from cnncalc.training.optimizers import Optimizer, constant_range

__all__ = [
    "constants",
    "entries",
    "require_plain",
    "setting",
    "setting_volumes",
    "with_settings",
]

_CLIPPING = ("clipnorm", "clipvalue", "global_clipnorm")


def setting(name: str) -> Quantity:
    """Return the name of the cell of one constant, such as that of the learning rate."""
    return Quantity("input", "", name)


def constants(optimizer: Optimizer) -> dict[str, float]:
    """Return the numbers of an optimizer that have a cell, by Keras's names.

    >>> from cnncalc.training.optimizers import SGD, Adam
    >>> list(constants(Adam())), list(constants(SGD(momentum=0.9)))
    (['learning_rate', 'beta_1', 'beta_2', 'epsilon'], ['learning_rate', 'momentum'])
    """
    values = {field.name: getattr(optimizer, field.name) for field in fields(optimizer)}
    numbers = {name: value for name, value in values.items() if type(value) in (int, float)}
    # Without momentum there is none to remember.
    return {name: float(value) for name, value in numbers.items() if name != "momentum" or value}


def setting_volumes(optimizer: Optimizer) -> list[Volume]:
    """Return a cell for each constant of an optimizer, under its Keras name."""
    return [entered_cell(name, setting(name), "choice", "") for name in constants(optimizer)]


def require_plain(optimizer: Optimizer) -> None:
    """Raise OptionError for an optimizer that a workbook has no formulas for."""
    given = [name for name in _CLIPPING if getattr(optimizer, name)]
    if not isinstance(optimizer.learning_rate, int | float):
        given.append("a schedule of the learning rate")
    if given:
        message = (
            "a training's workbook knows optimizers of a constant rate, without clipping. "
            f"Received: {', '.join(given)}"
        )
        raise OptionError(message)


def with_settings(optimizer: Optimizer, inputs: Mapping[Quantity, Array]) -> Optimizer:
    """Return an optimizer with the constants that a workbook now holds, of any learning rate.

    Raises OptionError, as the optimizer does, for other constants out of range.

    >>> import numpy as np
    >>> from cnncalc.training.optimizers import SGD
    >>> with_settings(SGD(), {setting("learning_rate"): np.array([[0.5]])}).learning_rate
    0.5
    """
    found = {name: float(inputs[setting(name)].item()) for name in constants(optimizer)}
    rate = found.pop("learning_rate")
    result = copy(replace(optimizer, **found))
    # Nobody asks for a rate of 0 or below, but a cell may hold one: to formulas it is a number.
    object.__setattr__(result, "learning_rate", rate)
    return result


def entries(blocks: Iterable[Block], classes: int) -> Iterator[Entry]:
    """Yield what the constants, labels and targets among blocks may be.

    Arguments: the `blocks`; how many `classes` there are.

    >>> from cnncalc.sheet.training.settings import setting
    >>> [entry.expected for entry in entries([Block(4, 5, 1, 1, "choice", setting("rho"))], 2)]
    ['rho must be a number of at least 0 and below 1.']
    """
    for block in blocks:
        if block.role != "choice":
            continue
        name = block.quantity.name
        is_class = name in (LABEL.name, TARGET.name)
        rule, expected = _label(classes) if is_class else _constant(name)
        yield Entry(block.row, block.column, rule, f"{name} must be {expected}.")


def _constant(name: str) -> tuple[str, str]:
    """Return the rule of a constant and its words: any learning rate may be tried."""
    allowed = constant_range(name)
    if allowed is None:
        return "ISNUMBER({0})", "a number"
    below = (
        "" if allowed.most == inf else f",{{0}}<{'' if allowed.is_open else '='}{allowed.most:g}"
    )
    words = str(allowed)
    of = "" if words.startswith("from") else "of "
    return f"AND(ISNUMBER({{0}}),{{0}}>=0{below})", f"a number {of}{words}"


def _label(classes: int) -> tuple[str, str]:
    rule = f"AND(ISNUMBER({{0}}),{{0}}>=0,{{0}}<={classes - 1},{{0}}=INT({{0}}))"
    return rule, f"the number of a class: a whole number from 0 to {classes - 1}"
