"""What can be asked of a task: each set of options one frozen value, and what options must be.

Here are those of a calculation; `network_options` and `export_options` have the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from numbers import Real
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from cnncalc.errors import OptionError, received
from cnncalc.shapes import whole_number
from cnncalc.tasks.argument_checks import normalize
from cnncalc.tasks.arguments import (
    DataLike,
    ImageLike,
    KernelLike,
    Numbers,
)

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    from cnncalc.layers import PoolingLayer

__all__ = [
    "NO_CALCULATION",
    "CalculationOptions",
    "InputOptions",
    "PoolingText",
    "ScheduleText",
    "given_options",
    "require_choice",
    "require_real",
    "require_reals",
    "require_texts",
    "require_wholes",
]


def given_options(options: DataclassInstance) -> list[str]:
    """Return the options of a set that were given, by their names; none of them has a default.

    >>> from cnncalc.tasks.network_options import FittingOptions
    >>> given_options(FittingOptions(resize=True, class_names="cat,dog"))
    ['--resize', '--class-names']
    """
    values = {field.name: getattr(options, field.name) for field in fields(options)}
    # 0 equals False and is given all the same.
    left = [name for name, value in values.items() if value is None or value is False]
    given = [name for name, value in values.items() if name not in left and value != ()]
    return [f"--{name.replace('_', '-')}" for name in given]


def require_real(value: object, name: str) -> None:
    """Raise OptionError for what is given, not None, and no real number."""
    if value is not None and (isinstance(value, bool) or not isinstance(value, Real)):
        message = f"{name} must be a number. Received: {name}={received(value)}"
        raise OptionError(message)


def require_choice(value: object, name: str, choices: Sequence[str]) -> None:
    """Raise OptionError for what is none of the choices."""
    if not isinstance(value, str) or value not in choices:
        message = f"{name} must be one of {', '.join(choices)}. Received: {name}={received(value)}"
        raise OptionError(message)


def require_wholes(options: DataclassInstance, **least: int) -> None:
    """Make whole numbers Python's, each of at least so much; None stays None where it may."""
    default = {field.name: field.default for field in fields(options)}
    for name, low in least.items():
        value = getattr(options, name)
        if value is not None or default[name] is not None:
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


@dataclass(frozen=True, eq=False)
class InputOptions:
    """Which image or grid to read (or data, to train on), None for the article's digit."""

    source: ImageLike | DataLike | None = None
    sheet: str | None = None
    cell_range: str | None = None

    def __post_init__(self) -> None:
        require_texts(self, "sheet", "cell_range")

    @property
    def text(self) -> str | None:
        """What names it, None for the article's digit and for what is in memory."""
        return str(self.source) if isinstance(self.source, str | Path) else None

    @property
    def is_in_memory(self) -> bool:
        """Whether it is an array or a Pillow image, and not named."""
        return self.source is not None and self.text is None

    @property
    def is_one_image(self) -> bool:
        """Whether it is an image in memory, and no (images, labels)."""
        if isinstance(self.source, list):
            return len(set(map(_dimensions, self.source))) == 1  # labels have fewer
        return self.is_in_memory and not isinstance(self.source, tuple)


def _dimensions(value: object) -> int:
    if isinstance(value, list | tuple):
        return 1 + (_dimensions(value[0]) if value else 0)
    return int(getattr(value, "ndim", 0))


class PoolingText(NamedTuple):
    """A pooling as written: `max:2`, `average:2:2`, `l2:3:1`, `max:3:2:same`."""

    mode: str
    size: Numbers
    strides: Numbers | None
    padding: str | Numbers


class ScheduleText(NamedTuple):
    """A learning-rate schedule as written: `constant`, `cosine`, `step`, `step:10:0.1`."""

    name: str
    epochs_between: int = 1
    factor: float = 0.5


@dataclass(frozen=True)
class CalculationOptions:
    """What to calculate, as written: kernels (or arrays), bias, padding, and so on.

    None is what was not said, so that what equals its default is noticed where it may not be said.
    """

    kernels: tuple[KernelLike, ...] = ()
    biases: tuple[tuple[float, ...], ...] = ()
    padding: str | Numbers | None = None
    stride: Numbers | None = None
    dilation: Numbers | None = None
    activation: str | None = None
    pooling: PoolingText | PoolingLayer | None = None
    combine: str | None = None
    depthwise: bool = False

    def __post_init__(self) -> None:
        normalize(self)


NO_CALCULATION = CalculationOptions()
