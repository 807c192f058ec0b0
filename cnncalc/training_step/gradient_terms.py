"""The terms that a number of a gradient adds up: errors, each times a factor, and their places."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from cnncalc.network import Array
from cnncalc.rules import Position

__all__ = ["NO_TERMS", "GradientTerm", "TermPlace", "Terms"]


class TermPlace(NamedTuple):
    """Where the two factors of a term stand.

    `error_at` in the later gradient and `factor_at` in the layer's input or weight, () where that
    is no number of an array; both without the `sample`, counted from 0. `padding` tells a factor
    that is a zero outside the input.
    """

    sample: int
    error_at: Position
    factor_at: Position = ()
    padding: bool = False


class GradientTerm(NamedTuple):
    """One number of a later gradient, the `error`, and the `factor` that it is multiplied by."""

    error: float
    factor: float
    place: TermPlace

    @property
    def product(self) -> float:
        """The error times its factor."""
        return self.error * self.factor


@dataclass(frozen=True, eq=False)
class Terms:
    """Terms, perhaps millions: their `errors` and `factors`, (terms,), and where each stands.

    `row` is how many of them make a row of the errors, where these are maps.
    """

    errors: Array
    factors: Array
    locate: Callable[[int], TermPlace]
    row: int | None = None

    def __len__(self) -> int:
        return len(self.errors)

    def __getitem__(self, index: int) -> GradientTerm:
        error, factor = float(self.errors[index]), float(self.factors[index])
        return GradientTerm(error, factor, self.locate(index))

    def __iter__(self) -> Iterator[GradientTerm]:
        return (self[index] for index in range(len(self)))

    @property
    def products(self) -> Array:
        """Each error times its factor, (terms,)."""
        return np.asarray(self.errors * self.factors)

    def largest(self, count: int) -> list[GradientTerm]:
        """Return the terms that contribute most, those first, without any that add nothing."""
        sizes = np.abs(self.products)
        count = min(count, int(np.count_nonzero(sizes)))
        order = np.argsort(-sizes, kind="stable")[:count]
        return [self[int(index)] for index in order]


def _nowhere(index: int) -> TermPlace:
    raise IndexError(index)


NO_TERMS = Terms(np.zeros(0), np.zeros(0), _nowhere)
