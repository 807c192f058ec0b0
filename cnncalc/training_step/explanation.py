"""What the explanation of a gradient is made of: its terms, and the rule that joins them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np

from cnncalc.layers import Layer
from cnncalc.network import Array

__all__ = ["GradientExplanation", "GradientTerm", "Place", "Position", "Rule", "Terms"]

Position = tuple[int, ...]

# "sum" and "products" join the terms; the others are formulas of the explanation's parameters.
Rule = Literal[
    "products",
    "sum",
    "flat",
    "share",
    "squared error",
    "binary",
    "categorical",
    "softmax",
    "normalization",
]


class Place(NamedTuple):
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
    place: Place

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
    locate: Callable[[int], Place]
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


def _nowhere(index: int) -> Place:
    raise IndexError(index)


NO_TERMS = Terms(np.zeros(0), np.zeros(0), _nowhere)


@dataclass(frozen=True, eq=False)
class GradientExplanation:
    """One number of a gradient: what it is of, its rule in words, and the numbers it came from.

    `layer` and `name` say what it is the gradient by ("kernel", "bias", "output",
    "pre-activation", "input"), `at` which number of that, `sample` of which sample, None for a
    weight's, which all samples add to. `note` is the rule in words. `rest` is what the terms leave
    out: the share of samples that weren't recorded. `penalty` is the regularizer's share.
    `parameters` are the other numbers of the rule by name. `value` is the recorded number;
    `vanished` says why it is next to 0, where that is known.
    """

    layer: Layer
    name: str
    at: Position
    sample: int | None
    rule: Rule
    note: str
    value: float
    terms: Terms = NO_TERMS
    rest: float = 0.0
    penalty: float = 0.0
    parameters: tuple[tuple[str, float], ...] = ()
    vanished: str = ""

    @property
    def total(self) -> float:
        """What the terms, the rest and the penalty add up to."""
        return float(np.sum(self.terms.products)) + self.rest + self.penalty
