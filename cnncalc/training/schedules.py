"""Learning rates that change with the optimizer's steps, by Keras's names and formulas."""

from __future__ import annotations

import math
from dataclasses import dataclass

from cnncalc.errors import OptionError

__all__ = ["CosineDecay", "ExponentialDecay", "Schedule", "make_schedule", "rate_at"]


def _check_steps(decay_steps: int) -> None:
    if not decay_steps > 0:
        message = f"decay_steps must be greater than 0. Received: decay_steps={decay_steps}"
        raise OptionError(message)


@dataclass(frozen=True)
class ExponentialDecay:
    """The rate × `decay_rate` to the power of step / `decay_steps`, whole steps if `staircase`.

    Convention: https://keras.io/api/optimizers/learning_rate_schedules/exponential_decay/

    >>> ExponentialDecay(0.1, decay_steps=10, decay_rate=0.5, staircase=True)(25)
    0.025
    """

    initial_learning_rate: float
    decay_steps: int
    decay_rate: float
    staircase: bool = False

    def __post_init__(self) -> None:
        _check_steps(self.decay_steps)

    def __call__(self, step: int) -> float:
        """Return the learning rate of one step, counted from 0."""
        power = step / self.decay_steps
        return self.initial_learning_rate * self.decay_rate ** (
            math.floor(power) if self.staircase else power
        )


@dataclass(frozen=True)
class CosineDecay:
    """Half a cosine wave from the rate down to `alpha` × the rate, over `decay_steps`.

    Convention: https://keras.io/api/optimizers/learning_rate_schedules/cosine_decay/

    >>> CosineDecay(0.1, decay_steps=10)(5)
    0.05
    """

    initial_learning_rate: float
    decay_steps: int
    alpha: float = 0.0

    def __post_init__(self) -> None:
        _check_steps(self.decay_steps)

    def __call__(self, step: int) -> float:
        """Return the learning rate of one step, counted from 0."""
        wave = 0.5 * (1 + math.cos(math.pi * min(step, self.decay_steps) / self.decay_steps))
        return self.initial_learning_rate * ((1 - self.alpha) * wave + self.alpha)


Schedule = ExponentialDecay | CosineDecay


def rate_at(learning_rate: float | Schedule, step: int) -> float:
    """Return the learning rate of one step, counted from 0, of a number or a schedule.

    >>> rate_at(0.01, 7)
    0.01
    """
    return learning_rate if isinstance(learning_rate, float | int) else learning_rate(step)


def make_schedule(
    name: str,
    learning_rate: float,
    steps_per_epoch: int,
    epochs: int,
    every: int = 1,
    factor: float = 0.5,
) -> float | Schedule:
    """Return a schedule in epochs: "constant", "step" or "cosine".

    Arguments: the `learning_rate` to start from; the optimizer's `steps_per_epoch`; how many
    `epochs` the cosine falls over; "step" multiplies the rate by `factor` after `every` epochs.
    Raises OptionError for another name or numbers out of range.

    >>> make_schedule("step", 0.01, steps_per_epoch=100, epochs=5, every=2)
    ExponentialDecay(initial_learning_rate=0.01, decay_steps=200, decay_rate=0.5, staircase=True)
    """
    if name == "constant":
        return learning_rate
    if name == "cosine":
        return CosineDecay(learning_rate, steps_per_epoch * epochs)
    if name != "step":
        message = f"schedule must be constant, step or cosine. Received: schedule={name!r}"
        raise OptionError(message)
    if every < 1 or not 0 < factor <= 1:
        message = (
            "a step schedule must wait at least 1 epoch and multiply by more than 0 and at most "
            f"1. Received: every={every}, factor={factor}"
        )
        raise OptionError(message)
    return ExponentialDecay(learning_rate, steps_per_epoch * every, factor, staircase=True)
