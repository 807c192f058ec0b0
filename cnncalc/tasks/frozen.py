"""Results as frozen values: what a task worked on in place is read-only for whoever gets it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar, cast

import numpy as np

from cnncalc.ops.read_only import ReadOnlyMapping

__all__ = ["frozen"]

Result = TypeVar("Result")


def frozen(result: Result) -> Result:
    """Return a result whose arrays and mappings, at any depth, can't be written to.

    Arguments: the `result`, a frozen dataclass, a tuple, a mapping or an array. What it holds else
    stays as it is, what changes in place on purpose (an optimizer's state) as well.
    The arrays are views: whoever made them may go on writing.

    >>> numbers = np.zeros(2)
    >>> (view,) = frozen((numbers,))
    >>> view.flags.writeable, numbers.flags.writeable
    (False, True)
    """
    return cast("Result", _frozen(result))


def _frozen(value: Any) -> Any:  # noqa: ANN401 (whatever a result holds)
    if isinstance(value, np.ndarray):
        return _view(value)
    if isinstance(value, dict | ReadOnlyMapping):
        return ReadOnlyMapping({key: _frozen(part) for key, part in value.items()})
    if isinstance(value, tuple):
        return _tuple(value)
    return _dataclass(value) if _is_frozen_dataclass(value) else value


def _view(array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    if not array.flags.writeable:
        return array
    view = array.view()
    view.flags.writeable = False
    return view


def _tuple(value: tuple[Any, ...]) -> tuple[Any, ...]:
    parts = [_frozen(part) for part in value]
    if all(new is old for new, old in zip(parts, value, strict=True)):
        return value
    # A named tuple takes its parts one by one.
    return type(value)(*parts) if hasattr(value, "_fields") else tuple(parts)


def _is_frozen_dataclass(value: object) -> bool:
    is_value = is_dataclass(value) and not isinstance(value, type)
    return is_value and bool(type(value).__dataclass_params__.frozen)  # type: ignore[attr-defined]


def _dataclass(value: Any) -> Any:  # noqa: ANN401 (any frozen dataclass)
    names = [field.name for field in fields(value) if field.init]
    parts = {name: _frozen(getattr(value, name)) for name in names}
    changed: Mapping[str, Any] = {
        name: part for name, part in parts.items() if part is not getattr(value, name)
    }
    return replace(value, **changed) if changed else value
