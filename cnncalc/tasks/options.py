"""What can be asked of a task, each set of options one frozen value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from cnncalc.tasks.checks import (
    require_reals,
    require_shape,
    require_wholes,
)

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    from cnncalc.layers import PoolingLayer, Shape

__all__ = [
    "NO_CALCULATION",
    "NO_NETWORK",
    "CalculationOptions",
    "DataLike",
    "FittingOptions",
    "ImageLike",
    "InputOptions",
    "KernelLike",
    "ModelLike",
    "NetworkExport",
    "NetworkLike",
    "NetworkOptions",
    "Numbers",
    "PoolingText",
    "StudentOptions",
    "WeightOptions",
    "given_options",
    "path_or_object",
]

ImageLike = Any
"""A path, an array (height, width[, channels]), a Pillow image, or a name: "article:6x6"."""

KernelLike = Any
"""An array (height, width[, channels]), or what --kernel takes: rows, a name, or "@FILE"."""

NetworkLike = Any
"""Keras calls as text, a path to them or to a .keras file, layers, a Network, a Keras model."""

ModelLike = Any
"""A .keras file's path, a live Keras model, a Network with its weights, a TrainedModel."""

DataLike = Any
"""A path to what `cnncalc train` takes, (images, labels) as arrays, or None for the digits."""

# One number as it was written, or several.
Numbers = int | tuple[int, ...]


def path_or_object(value: Any) -> Any:  # noqa: ANN401 (what names something, or is it)
    """Return a text as a path, all else as it is.

    >>> path_or_object("photos").name
    'photos'
    """
    return Path(value) if isinstance(value, str) else value


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


@dataclass(frozen=True, eq=False)
class InputOptions:
    """Which image or grid to read, None for the article's digit."""

    source: ImageLike | None = None
    sheet: str | None = None
    cell_range: str | None = None

    @property
    def text(self) -> str | None:
        """What names it, None for the article's digit and for what is in memory."""
        return str(self.source) if isinstance(self.source, str | Path) else None

    @property
    def is_in_memory(self) -> bool:
        """Whether it is an array or a Pillow image, and not named."""
        return self.source is not None and self.text is None


class PoolingText(NamedTuple):
    """A pooling as written: `max:2`, `average:2:2`, `l2:3:1`, `max:3:2:same`."""

    mode: str
    size: Numbers
    strides: Numbers | None
    padding: str | Numbers


@dataclass(frozen=True)
class CalculationOptions:
    """What to calculate, as written: kernels (or arrays), bias, padding, and so on."""

    kernels: tuple[KernelLike, ...] = ()
    biases: tuple[tuple[float, ...], ...] = ()
    padding: str | Numbers = "valid"
    stride: Numbers = 1
    dilation: Numbers = 1
    activation: str | None = None
    pooling: PoolingText | PoolingLayer | None = None
    combine: str | None = None
    depthwise: bool = False


NO_CALCULATION = CalculationOptions()


@dataclass(frozen=True)
class NetworkOptions:
    """Which network, and for images of which shape."""

    network: NetworkLike
    input_shape: Shape | None = None

    def __post_init__(self) -> None:
        require_shape(self)


@dataclass(frozen=True)
class WeightOptions:
    """Where the weights of a network come from."""

    weights: Path | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        require_wholes(self, seed=0)


@dataclass(frozen=True)
class FittingOptions:
    """Whether an image is made to fit, and what the classes are called, as "A,B" or one by one."""

    resize: bool = False
    class_names: str | Sequence[str] | None = None


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
        require_shape(self)


NO_NETWORK = NetworkExport()


@dataclass(frozen=True)
class StudentOptions:
    """What is left for students to fill in, and for how many of them."""

    worksheet: bool = False
    blank: float | None = None
    seed: int = 0
    solution: bool = True
    variants: int | None = None

    def __post_init__(self) -> None:
        require_wholes(self, seed=0, variants=1)
        require_reals(self, "blank")

    @property
    def wanted(self) -> bool:
        """Whether anything is left blank at all."""
        return self.worksheet or self.blank is not None or not self.solution or bool(self.variants)
