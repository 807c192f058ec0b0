"""What can be asked of a whole network: for which images it is, its weights, its classes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cnncalc.errors import OptionError, received
from cnncalc.shapes import whole_numbers
from cnncalc.tasks.argument_checks import as_texts, normalize
from cnncalc.tasks.arguments import NetworkLike
from cnncalc.tasks.options import require_wholes

if TYPE_CHECKING:
    from cnncalc.layers import Shape

__all__ = [
    "NO_NETWORK",
    "FittingOptions",
    "InitialWeightOptions",
    "NetworkExport",
    "NetworkOptions",
    "WeightOptions",
]


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
