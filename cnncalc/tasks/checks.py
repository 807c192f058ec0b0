"""What options must be: a caller in Python may give anything; Click has checked what was typed."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Real
from typing import TYPE_CHECKING, Any

from cnncalc.errors import OptionError, received
from cnncalc.shapes import whole_number, whole_numbers

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

__all__ = [
    "require_choice",
    "require_real",
    "require_reals",
    "require_shape",
    "require_texts",
    "require_wholes",
]


def require_real(value: object, name: str) -> None:
    """Raise OptionError for what is given, not None, and no real number."""
    if value is not None and (isinstance(value, bool) or not isinstance(value, Real)):
        message = f"{name} must be a number. Received: {name}={received(value)}"
        raise OptionError(message)


def require_choice(value: object, name: str, choices: Sequence[str]) -> None:
    """Raise OptionError for what is given, not None, and none of the choices."""
    if value is not None and value not in choices:
        message = f"{name} must be one of {', '.join(choices)}. Received: {name}={received(value)}"
        raise OptionError(message)


def require_wholes(options: DataclassInstance, **least: int) -> None:
    """Make whole numbers that are given Python's, each of at least so much."""
    for name, low in least.items():
        value = getattr(options, name)
        if value is not None:
            # A frozen dataclass normalises its own arguments once, at construction.
            object.__setattr__(options, name, whole_number(value, name, low))


def require_reals(options: DataclassInstance, *names: str) -> None:
    """Raise OptionError for an option that is given and is no real number."""
    for name in names:
        require_real(getattr(options, name), name)


def require_texts(options: DataclassInstance, *names: str) -> None:
    """Raise OptionError for an option that is given and is no text."""
    for name in names:
        value = getattr(options, name)
        if value is not None and not isinstance(value, str):
            message = f"{name} must be a text. Received: {name}={received(value)}"
            raise OptionError(message)


def require_shape(options: Any) -> None:  # noqa: ANN401 (any options with an input_shape)
    """Make an input_shape that is given Python's whole numbers, or raise OptionError."""
    if options.input_shape is not None:
        shape = whole_numbers(options.input_shape)
        if not shape or min(shape) < 1:
            message = (
                "input_shape must be whole numbers of at least 1, such as (28, 28, 1). "
                f"Received: input_shape={received(options.input_shape)}"
            )
            raise OptionError(message)
        object.__setattr__(options, "input_shape", shape)
