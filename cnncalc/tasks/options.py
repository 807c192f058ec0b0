"""What can be asked of a task: each set of options one frozen value, and what options must be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from numbers import Real
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from cnncalc.errors import OptionError, received
from cnncalc.shapes import whole_number, whole_numbers
from cnncalc.sheet.paper import Paper
from cnncalc.tasks.argument_checks import as_texts, normalize, require_flag
from cnncalc.tasks.arguments import (
    DataLike,
    ImageLike,
    KernelLike,
    NetworkLike,
    Numbers,
)

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    from cnncalc.layers import PoolingLayer, Shape

__all__ = [
    "NO_CALCULATION",
    "NO_NETWORK",
    "CalculationOptions",
    "FittingOptions",
    "InitialWeightOptions",
    "InputOptions",
    "NetworkExport",
    "NetworkOptions",
    "PoolingText",
    "PrintOptions",
    "ScheduleText",
    "StudentOptions",
    "WeightOptions",
    "given_options",
    "require_choice",
    "require_real",
    "require_reals",
    "require_texts",
    "require_wholes",
]


def given_options(options: DataclassInstance) -> list[str]:
    """Return the options of a set that were given, by their names; none of them has a default.

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


def _require_names(options: FittingOptions | NetworkExport) -> None:
    """Make class names that are given one by one a tuple, or raise OptionError."""
    names = options.class_names
    if names is not None and not isinstance(names, str):
        object.__setattr__(options, "class_names", as_texts(names, "class_names"))


def _require_input_shape(options: NetworkOptions | NetworkExport) -> None:
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


@dataclass(frozen=True)
class NetworkOptions:
    """Which network, and for images of which shape."""

    network: NetworkLike
    input_shape: Shape | None = None

    def __post_init__(self) -> None:
        _require_input_shape(self)


@dataclass(frozen=True)
class WeightOptions:
    """Where the weights of a network come from.

    `seed` is None where none was given.
    """

    weights: Path | None = None
    seed: int | None = None

    def __post_init__(self) -> None:
        normalize(self)
        require_wholes(self, seed=0)

    def refuse_idle_seed(self, beside: str) -> None:
        """Refuse a seed from which nothing is drawn, `beside` what stands in its way."""
        if self.seed is not None:
            message = "--seed is what initial weights are drawn from, where there are no others. "
            raise OptionError(message + f"Received: --seed {self.seed} beside {beside}")


class InitialWeightOptions(WeightOptions):
    """Where a training's weights come from, whose seed decides on more than these."""

    def refuse_idle_seed(self, beside: str) -> None:
        """Refuse nothing: what a step leaves out, and the order of samples, are drawn as well."""


@dataclass(frozen=True)
class FittingOptions:
    """Whether an image is made to fit, and what the classes are called, as "A,B" or one by one."""

    resize: bool = False
    class_names: str | Sequence[str] | None = None

    def __post_init__(self) -> None:
        normalize(self)
        _require_names(self)


@dataclass(frozen=True)
class NetworkExport:
    """A whole network to export, for which input, with which weights, classes and target."""

    network: NetworkLike | None = None
    input_shape: Shape | None = None
    weights: Path | None = None
    resize: bool = False
    class_names: str | Sequence[str] | None = None
    target: str | None = None

    def __post_init__(self) -> None:
        normalize(self)
        _require_input_shape(self)
        _require_names(self)

    @property
    def network_options(self) -> NetworkOptions:
        """Which network, and for images of which shape.

        Raises OptionError where there is none, as there may be beside options of a training.
        """
        if self.network is None:
            message = "--training-steps needs --network. Received: none"
            raise OptionError(message)
        return NetworkOptions(self.network, self.input_shape)


NO_NETWORK = NetworkExport()


@dataclass(frozen=True)
class PrintOptions:
    """What a workbook is printed on, by name, and whether cnncalc has that done at once.

    >>> PrintOptions("A5")
    Traceback (most recent call last):
    cnncalc.errors.OptionError: paper must be one of A4, letter, A3. Received: paper='A5'
    """

    paper: str = Paper.A4
    pdf: bool = False

    def __post_init__(self) -> None:
        require_choice(self.paper, "paper", list(Paper))
        require_flag(self.pdf, "pdf")


@dataclass(frozen=True)
class StudentOptions:
    """What is left for students to fill in, and for how many of them."""

    worksheet: bool = False
    blank: float | None = None
    seed: int | None = None
    solution: bool = True
    variants: int | None = None

    def __post_init__(self) -> None:
        normalize(self)
        require_wholes(self, seed=0, variants=1)
        require_reals(self, "blank")

    @property
    def wanted(self) -> bool:
        """Whether anything is left blank at all."""
        return self.worksheet or self.blank is not None or not self.solution or bool(self.variants)
