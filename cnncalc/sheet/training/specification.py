"""What decides the cells of a training's workbook, besides its network."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from cnncalc.training.optimizers import Optimizer

__all__ = ["TrainingSpecification", "Use"]


class Use(NamedTuple):
    """Where a sample is used: in which step, counted from 1, at which place of its batch."""

    step: int
    place: int


@dataclass(frozen=True)
class TrainingSpecification:
    """The course of a training, without its numbers.

    Arguments: the Keras name of the `loss`; the `optimizer`, whose constants are what its input
    cells first hold; for each step, which samples are in its batch, by their numbers from 0; the
    `seed` of what dropout drops, and how many `steps_per_epoch` it counts, None for all in one.

    >>> from cnncalc.training.optimizers import SGD
    >>> training = TrainingSpecification("mean_squared_error", SGD(), ((0, 1), (1,)))
    >>> training.first_uses[1], list(training.uses())[2]
    (Use(step=1, place=1), (Use(step=2, place=0), 1))
    """

    loss: str
    optimizer: Optimizer
    batches: tuple[tuple[int, ...], ...]
    seed: int = 0
    steps_per_epoch: int | None = None

    def uses(self) -> Iterator[tuple[Use, int]]:
        """Yield every use of a sample in order, with the sample's number."""
        for step, batch in enumerate(self.batches, start=1):
            for place, sample in enumerate(batch):
                yield Use(step, place), sample

    @cached_property
    def first_uses(self) -> dict[int, Use]:
        """Where each sample is used first: there its pixels and its label are entered."""
        first: dict[int, Use] = {}
        for use, sample in self.uses():
            first.setdefault(sample, use)
        return first
