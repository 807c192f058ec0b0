"""What a caller in Python gives, made Python's own at the boundary, or refused in one line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import fields
from os import PathLike, fspath
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

from cnncalc.errors import InputError, OptionError, received
from cnncalc.shapes import whole_number

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

__all__ = [
    "as_path",
    "as_texts",
    "data_given",
    "given_seed",
    "local",
    "named",
    "normalize",
    "optional_path",
    "plain",
    "plain_numbers",
    "require_flag",
]

Given = TypeVar("Given")

_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")


def plain(value: Given) -> Given:
    """Return a scalar of NumPy's, or of a library like it, as Python's; all else as it is.

    >>> import numpy as np
    >>> plain(np.float64(0.5)), plain(np.True_), plain((1, 2))
    (0.5, True, (1, 2))
    """
    scalar: Any = value
    is_scalar = getattr(scalar, "shape", None) == () and callable(getattr(scalar, "item", None))
    return cast("Given", scalar.item()) if is_scalar else value


def plain_numbers(value: Any) -> Any:  # noqa: ANN401 (whatever a user gives)
    """Return numbers in an array or a sequence as a tuple of Python's; all else as it is.

    >>> import numpy as np
    >>> plain_numbers(np.array([8, 8])), plain_numbers([2, 3]), plain_numbers("same")
    ((8, 8), (2, 3), 'same')
    """
    given = value.tolist() if callable(getattr(value, "tolist", None)) else value
    return tuple(map(plain, given)) if isinstance(given, list | tuple) else given


def require_flag(value: object, name: str) -> None:
    """Raise OptionError for what is neither True nor False, NumPy's included."""
    if not isinstance(plain(value), bool):
        message = f"{name} must be True or False. Received: {name}={received(value)}"
        raise OptionError(message)


def normalize(options: DataclassInstance) -> None:
    """Make the scalars of a set of options Python's, and require True or False of its flags.

    Raises OptionError for a flag that is anything else.
    """
    for field in fields(options):
        value = getattr(options, field.name)
        if isinstance(field.default, bool):
            require_flag(value, field.name)
        # A frozen dataclass normalises its own arguments once, at construction.
        object.__setattr__(options, field.name, plain(value))


def given_seed(seed: object) -> int | None:
    """Return a seed as the command line has it: 0, the default, is as good as none.

    Raises OptionError for what is no whole number of at least 0.

    >>> given_seed(0), given_seed(3)
    (None, 3)
    """
    return whole_number(seed, "seed", 0) or None


def as_texts(value: object, name: str) -> tuple[str, ...]:
    """Return texts, one by one, as Python's; raise OptionError for anything else.

    >>> as_texts(["cat", "dog"], "class_names")
    ('cat', 'dog')
    """
    parts = () if isinstance(value, str) or not isinstance(value, Iterable) else tuple(value)
    is_empty = isinstance(value, Sequence) and not value
    if not all(isinstance(part, str) for part in parts) or not (parts or is_empty):
        message = f"{name} must be texts, one by one in a list. Received: {name}={received(value)}"
        raise OptionError(message)
    return tuple(map(str, parts))


def named(value: Given, name: str) -> Given:
    """Return what may be a file's name as it is; raise InputError for an empty one, or an address.

    Arguments: the `value`, of any kind; the argument's `name` for the message.
    """
    if isinstance(value, str) and not value.strip():
        message = f"{name} must not be an empty text. Received: {name}={received(value)}"
        raise InputError(message)
    return local(value, name)


def local(value: Given, name: str) -> Given:
    """Return what may be a file's name as it is; raise InputError for an address."""
    if isinstance(value, str) and _ADDRESS.match(value):
        message = f"{name} must be a file on this computer. Received: the address {received(value)}"
        raise InputError(message)
    return value


def data_given(value: str | Given) -> Path | Given:
    """Return a data set's name as a path, all else as it is; raise InputError as `named` does.

    >>> data_given("photos").name
    'photos'
    """
    named(value, "data")
    return Path(value) if isinstance(value, str) else value


def as_path(value: object, name: str) -> Path:
    """Return a file's name as a path; raise OptionError for what is none, and as `named` does.

    >>> as_path("model.keras", "output").suffix
    '.keras'
    """
    if not isinstance(value, str | PathLike):
        message = f"{name} must be a file's path. Received: {name}={received(value)}"
        raise OptionError(message)
    return Path(fspath(named(value, name)))


def optional_path(value: object, name: str) -> Path | None:
    """Return a file's name as a path, None where none is given; as `as_path`."""
    return None if value is None else as_path(value, name)
