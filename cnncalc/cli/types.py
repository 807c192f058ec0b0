"""Option values as people write them: numbers, pairs, padding, positions, poolings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from cnncalc.files.numerals import parse_number
from cnncalc.layers.pooling import POOLING_LAYERS
from cnncalc.tasks.arguments import Numbers
from cnncalc.tasks.options import PoolingText, ScheduleText

__all__ = [
    "FRACTION",
    "NUMBERS",
    "PADDING",
    "PAIR",
    "POOLING",
    "POSITION",
    "SCHEDULE",
    "SHAPE",
    "Written",
]


class Written(click.ParamType[Any]):
    """An option value that a function reads; where it raises ValueError, `expected` is said."""

    def __init__(self, name: str, read: Callable[[str], Any], expected: str) -> None:
        self.name = name
        self._read = read
        self._expected = expected

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> Any:  # noqa: ANN401 (whatever the text is read as)
        """Read the text; defaults that are no text stand as they are."""
        if not isinstance(value, str):
            return value
        try:
            return self._read(value)
        except ValueError:
            self.fail(f"expected {self._expected}. Received: {value!r}", param, ctx)


def _integers(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(","))


def _pair(text: str) -> Numbers:
    """Read one or two numbers; one stands for both directions."""
    numbers = _integers(text)
    if len(numbers) not in (1, 2):
        raise ValueError(text)
    return numbers[0] if len(numbers) == 1 else numbers


def _shape(text: str) -> tuple[int, ...]:
    """Read one number, of values in a row, or three, of an image; all at least 1."""
    numbers = _integers(text)
    if len(numbers) not in (1, 3) or min(numbers) < 1:
        raise ValueError(text)
    return numbers


def _padding(text: str) -> str | Numbers:
    if text in ("valid", "same"):
        return text
    numbers = _integers(text)
    if len(numbers) not in (1, 2, 4):
        raise ValueError(text)
    return numbers[0] if len(numbers) == 1 else numbers


def _pooling(text: str) -> PoolingText:
    mode, *rest = text.split(":")
    if mode not in POOLING_LAYERS or not 1 <= len(rest) <= 3:
        raise ValueError(text)
    strides = _pair(rest[1]) if len(rest) > 1 else None
    return PoolingText(mode, _pair(rest[0]), strides, _padding(rest[2]) if rest[2:] else "valid")


def _floats(text: str) -> tuple[float, ...]:
    return tuple(parse_number(part) for part in text.split(","))


def _schedule(text: str) -> ScheduleText:
    name, *rest = text.split(":")
    if name not in ("constant", "cosine", "step") or len(rest) > 2 * (name == "step"):
        raise ValueError(text)
    return ScheduleText(name, *(read(part) for read, part in zip((int, float), rest, strict=False)))


def _fraction(text: str) -> float:
    """Read a number, or a fraction such as 1/255."""
    above, _, below = text.partition("/")
    if below and float(below) == 0:
        raise ValueError(text)
    return float(above) / float(below) if below else float(above)


PAIR = Written("N or N,N", _pair, "one whole number, or two: vertical,horizontal")
NUMBERS = Written("NUMBER", _floats, "numbers separated by commas")
POSITION = Written("ROW,COL[,CHANNEL]", _integers, "whole numbers ROW,COL or ROW,COL,CHANNEL")
SHAPE = Written(
    "H,W,C", _shape, "HEIGHT,WIDTH,CHANNELS, whole numbers of at least 1 such as 28,28,1"
)
PADDING = Written(
    "valid|same|N", _padding, "valid, same, or 1, 2 or 4 whole numbers (top,bottom,left,right)"
)
POOLING = Written(
    "MODE:SIZE[:STRIDE[:PADDING]]",
    _pooling,
    "max, average or l2 with a size, and if need be a stride and padding, such as max:2 or l2:3:1",
)
SCHEDULE = Written(
    "constant|cosine|step[:EVERY[:FACTOR]]",
    _schedule,
    "constant, cosine, or step with how many epochs it waits and its factor, such as step:2:0.5",
)
FRACTION = Written("NUMBER", _fraction, "a number or a fraction, such as 1/255")
