"""Optimizers: Keras 3's update rules, their arguments by Keras's names, their state as arrays.

An optimizer is an immutable value; what it remembers of each weight ("slots") is kept apart, in the
`OptimizerState` of `optimizer_step`. Weights and slots are updated in place. Scalars are rounded to
the weights' type where Keras rounds them, so that float32 gives Keras's numbers and float64 the
workbook's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from math import inf, isfinite
from typing import Any, ClassVar

import numpy as np

from cnncalc.errors import OptionError, unknown_kind
from cnncalc.ops.arrays import Array
from cnncalc.training.schedules import Schedule, rate_at

__all__ = [
    "OPTIMIZERS",
    "SGD",
    "Adam",
    "AdamW",
    "Optimizer",
    "RMSprop",
    "Range",
    "constant_range",
]

Slots = Mapping[str, Array]


@dataclass(frozen=True)
class Range:
    """The numbers from 0 to `most` that a constant may be, without `most` itself if `is_open`."""

    most: float
    is_open: bool = False

    def __str__(self) -> str:
        if self.most == inf:
            return "at least 0"
        return f"at least 0 and below {self.most:g}" if self.is_open else f"from 0 to {self.most:g}"

    def __contains__(self, value: float) -> bool:
        return 0 <= value < self.most if self.is_open else 0 <= value <= self.most


_SIZE, _SHARE = Range(inf), Range(1)
# Of the share that a moving mean keeps: of 1 it would never hear of a gradient.
_MEMORY = Range(1, is_open=True)


def _within(allowed: Range, default: float | None) -> Any:  # noqa: ANN401 (a field, which stands for its default)
    return field(default=default, metadata={"range": allowed})


@dataclass(frozen=True, kw_only=True)
class Optimizer:
    """What all optimizers share: the learning rate, weight decay and clipping of gradients.

    `weight_decay` takes that share × learning rate off every weight before its update, apart
    from the gradient, as Keras does. At most one of the clipping arguments may be given:
    `clipvalue` bounds each number, `clipnorm` the norm of each weight's gradient,
    `global_clipnorm` that of all together.

    Of one that `may_have_idle_slots`, Keras 2 stores slots as large as the weights though it uses
    none.
    """

    may_have_idle_slots: ClassVar[bool] = False

    learning_rate: float | Schedule
    weight_decay: float | None = _within(_SIZE, None)
    clipnorm: float | None = _within(_SIZE, None)
    clipvalue: float | None = _within(_SIZE, None)
    global_clipnorm: float | None = _within(_SIZE, None)

    def __post_init__(self) -> None:
        clips = (self.clipnorm, self.clipvalue, self.global_clipnorm)
        if sum(clip is not None for clip in clips) > 1:
            message = (
                "at most one of clipnorm, clipvalue and global_clipnorm can be given. Received: "
                f"clipnorm={clips[0]}, clipvalue={clips[1]}, global_clipnorm={clips[2]}"
            )
            raise OptionError(message)
        rate = rate_at(self.learning_rate, 0)
        _check(rate > 0, "learning_rate must be greater than 0", f"learning_rate={rate}")
        _check(isfinite(rate), "learning_rate must be finite", f"learning_rate={rate}")
        for constant in fields(self):
            value = getattr(self, constant.name)
            if "range" in constant.metadata and value is not None:
                name, allowed = constant.name, constant.metadata["range"]
                _check(value in allowed, f"{name} must be {allowed}", f"{name}={value}")
                _check(isfinite(value), f"{name} must be finite", f"{name}={value}")

    @property
    def slot_groups(self) -> tuple[tuple[str, ...], ...]:
        """The names of what is remembered of a weight, grouped as Keras's archives order them.

        Keras stores group after group; within one, weight after weight, each with all its slots.
        """
        return ()

    def update(self, weight: Array, gradient: Array, slots: Slots, rate: float, step: int) -> None:
        """Change one weight and its slots in place, for one step, counted from 1."""
        raise TypeError(unknown_kind("a kind of Optimizer must have an update", self))

    def corrected_rate(
        self, rate: float, step: int, number: type[np.floating[Any]] = np.float64
    ) -> np.floating[Any] | None:
        """Return the learning rate as one step, counted from 1, corrects it; None if none does.

        Arguments: `number` is the NumPy type that it is computed in, that of the weights.
        """
        return None


def _check(holds: bool, expected: str, received: str) -> None:
    if not holds:
        message = f"{expected}. Received: {received}"
        raise OptionError(message)


@dataclass(frozen=True, kw_only=True)
class SGD(Optimizer):
    """Gradient descent, with `momentum` and Nesterov's form of it.

    Convention: https://keras.io/api/optimizers/sgd/

    >>> weight = np.array([1.0])
    >>> SGD(learning_rate=0.5).update(weight, np.array([0.5]), {}, rate=0.5, step=1)
    >>> weight
    array([0.75])
    """

    may_have_idle_slots: ClassVar[bool] = True

    learning_rate: float | Schedule = 0.01
    momentum: float = _within(_SHARE, 0.0)
    nesterov: bool = False

    @property
    def slot_groups(self) -> tuple[tuple[str, ...], ...]:
        """The momentum, where there is any."""
        return (("momentum",),) if self.momentum else ()

    def update(self, weight: Array, gradient: Array, slots: Slots, rate: float, step: int) -> None:
        """Change one weight and its momentum in place."""
        if not self.momentum:
            weight -= gradient * rate
            return
        momentum = slots["momentum"]
        momentum *= self.momentum
        momentum -= gradient * rate
        if self.nesterov:
            weight += momentum * self.momentum - gradient * rate
        else:
            weight += momentum


@dataclass(frozen=True, kw_only=True)
class RMSprop(Optimizer):
    """The gradient over the root of its moving mean square; `epsilon` is inside the root.

    Convention: https://keras.io/api/optimizers/rmsprop/
    """

    learning_rate: float | Schedule = 0.001
    rho: float = _within(_MEMORY, 0.9)
    momentum: float = _within(_SHARE, 0.0)
    epsilon: float = _within(_SIZE, 1e-7)
    centered: bool = False

    @property
    def slot_groups(self) -> tuple[tuple[str, ...], ...]:
        """The mean square; the momentum and the mean, where they are asked for."""
        momentum = (("momentum",),) if self.momentum else ()
        return (("velocity",), *momentum, *((("average_gradient",),) if self.centered else ()))

    def update(self, weight: Array, gradient: Array, slots: Slots, rate: float, step: int) -> None:
        """Change one weight and its moving means in place."""
        velocity = slots["velocity"]
        velocity *= self.rho
        velocity += (1 - self.rho) * gradient**2
        spread = velocity
        if self.centered:
            average = slots["average_gradient"]
            average *= self.rho
            average += (1 - self.rho) * gradient
            spread = velocity - average**2
        increment = rate * gradient / np.sqrt(spread + self.epsilon)
        if self.momentum:
            momentum = slots["momentum"]
            momentum *= self.momentum
            momentum += increment
            increment = momentum
        weight -= increment


@dataclass(frozen=True, kw_only=True)
class Adam(Optimizer):
    """Moving means of the gradient and of its square; `epsilon` is outside the root.

    The correction of the means' bias is folded into the learning rate, as in Keras.
    Convention: https://keras.io/api/optimizers/adam/
    """

    learning_rate: float | Schedule = 0.001
    beta_1: float = _within(_MEMORY, 0.9)
    beta_2: float = _within(_MEMORY, 0.999)
    epsilon: float = _within(_SIZE, 1e-7)
    amsgrad: bool = False

    @property
    def slot_groups(self) -> tuple[tuple[str, ...], ...]:
        """The two moving means, and the largest mean square where `amsgrad` asks for it."""
        return (("momentum", "velocity"), *((("velocity_hat",),) if self.amsgrad else ()))

    def update(self, weight: Array, gradient: Array, slots: Slots, rate: float, step: int) -> None:
        """Change one weight and its moving means in place."""
        momentum, velocity = slots["momentum"], slots["velocity"]
        momentum += (gradient - momentum) * (1 - self.beta_1)
        velocity += (gradient**2 - velocity) * (1 - self.beta_2)
        if self.amsgrad:
            velocity = np.maximum(slots["velocity_hat"], velocity, out=slots["velocity_hat"])
        alpha = self.corrected_rate(rate, step, weight.dtype.type)
        weight -= momentum * alpha / (np.sqrt(velocity) + self.epsilon)

    def corrected_rate(
        self, rate: float, step: int, number: type[np.floating[Any]] = np.float64
    ) -> np.floating[Any]:
        """Return the learning rate with the correction of both means' bias.

        >>> float(Adam().corrected_rate(0.001, 1).round(6))
        0.000316
        """
        first = number(self.beta_1) ** number(step)
        second = number(self.beta_2) ** number(step)
        corrected: np.floating[Any] = number(rate) * np.sqrt(1 - second) / (1 - first)
        return corrected


@dataclass(frozen=True, kw_only=True)
class AdamW(Adam):
    """Adam with weight decay apart from the gradient.

    Convention: https://keras.io/api/optimizers/adamw/
    """

    weight_decay: float | None = _within(_SIZE, 0.004)


OPTIMIZERS: Mapping[str, type[Optimizer]] = {
    "sgd": SGD,
    "rmsprop": RMSprop,
    "adam": Adam,
    "adamw": AdamW,
}


def constant_range(name: str) -> Range | None:
    """Return the numbers that a constant may be in every optimizer that has it; None for any.

    >>> str(constant_range("rho"))
    'at least 0 and below 1'
    """
    constants = (field for kind in OPTIMIZERS.values() for field in fields(kind))
    ranges = (field.metadata.get("range") for field in constants if field.name == name)
    return next(filter(None, ranges), None)
