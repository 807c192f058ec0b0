"""Sizes, pairs and padding as they are given, in Python integers only.

Every other room asks here: validation, arithmetic, display and formulas share one rule.
Sizes are pairs of (height, width). The conventions are Keras's:
https://keras.io/api/layers/convolution_layers/convolution2d/
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import index
from typing import Any, Literal, NamedTuple

from cnncalc.errors import OptionError, received

__all__ = ["Padding", "Pads", "Size", "normalize_padding", "pair", "whole_number", "whole_numbers"]


class Size(NamedTuple):
    """A height and a width, vertical first."""

    height: int
    width: int


class Pads(NamedTuple):
    """How many rows and columns of zeros are added on each side."""

    top: int
    bottom: int
    left: int
    right: int


Padding = Literal["valid", "same"] | Pads


def pair(value: int | Sequence[int], name: str, least: int = 1) -> Size:
    """Return an integer, or two, as a (vertical, horizontal) pair.

    Arguments: `value`; the argument's `name` for the message; the `least` number allowed.
    Raises OptionError for anything but one or two whole numbers of at least `least`.

    >>> pair(2, "strides")
    Size(height=2, width=2)
    """
    numbers = whole_numbers(value)
    if len(numbers) not in (1, 2) or min(numbers) < least:
        message = f"{name} must be one or two whole numbers, at least {least}. "
        raise OptionError(message + f"Received: {name}={received(value)}")
    return Size(numbers[0], numbers[-1])


def whole_number(value: object, name: str, least: int = 1) -> int:
    """Return one integer, NumPy's included, as Python's.

    Arguments: `value`; the argument's `name` for the message; the `least` number allowed.
    Raises OptionError for anything else.

    >>> whole_number(32, "size")
    32
    """
    numbers = () if isinstance(value, Sequence) else whole_numbers(value)
    if len(numbers) != 1 or numbers[0] < least:
        message = f"{name} must be one whole number, at least {least}. "
        raise OptionError(message + f"Received: {name}={received(value)}")
    return numbers[0]


def whole_numbers(value: Any) -> tuple[int, ...]:  # noqa: ANN401 (whatever a user gives)
    """Return one whole number, or several, as a tuple; empty where it is anything else.

    NumPy's integers and arrays count; a truth value is no number.

    >>> whole_numbers(2), whole_numbers([1, 2]), whole_numbers("same")
    ((2,), (1, 2), ())
    """
    if type(value) is int:  # most are, and asked for again and again
        return (value,)
    try:
        parts = tuple(value)
    except TypeError:
        parts = (value,)
    if bool in map(type, parts):
        return ()
    try:
        return tuple(map(index, parts))
    except TypeError:
        return ()


def normalize_padding(padding: object) -> Padding:
    """Return any accepted form of padding as "valid", "same" or `Pads`.

    Arguments: "valid", "same", one number for every side, two for (vertical, horizontal), four
    for (top, bottom, left, right), or Keras's ((top, bottom), (left, right)).
    Raises OptionError for anything else.

    >>> normalize_padding((0, 1))
    Pads(top=0, bottom=0, left=1, right=1)
    """
    if isinstance(padding, str):
        if padding == "valid":
            return "valid"
        if padding == "same":
            return "same"
        raise OptionError(_padding_message(padding))
    sides = _sides(padding)
    if len(sides) != 4 or min(sides) < 0:
        raise OptionError(_padding_message(padding))
    return Pads(*sides)


def _sides(padding: object) -> tuple[int, ...]:
    """Spell one, two or four numbers, or two pairs, out as four sides; else empty."""
    numbers = whole_numbers(padding)
    if len(numbers) == 4:
        return numbers
    if len(numbers) in (1, 2):
        return (numbers[0], numbers[0], numbers[-1], numbers[-1])
    halves = [whole_numbers(half) for half in padding] if isinstance(padding, Iterable) else []
    if len(halves) != 2 or any(len(half) not in (1, 2) for half in halves):
        return ()
    return tuple(side for half in halves for side in (half[0], half[-1]))


def _padding_message(padding: object) -> str:
    return (
        'padding must be "valid", "same", or 1, 2 or 4 whole numbers of at least 0 '
        f"(top,bottom,left,right). Received: padding={received(padding)}"
    )
