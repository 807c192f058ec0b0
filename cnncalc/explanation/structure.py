"""What an explanation is made of: the terms of one number, and the rule that joined them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from cnncalc.trace import LayerTrace

__all__ = ["Explanation", "Position", "Rule", "Term"]

Position = tuple[int, ...]

# "each" is a function of one number, "same" hands it on as it is.
Rule = Literal[
    "products", "max", "average", "l2", "sum", "softmax", "rescale", "normalize", "each", "same"
]


@dataclass(frozen=True)
class Term:
    """One number of the layer's input that a number was made of.

    `index` is its (row, column, channel) or (unit,) there, outside the input for padding; `value`
    is NaN for padding that does not count; `weight` is None where the rule has none.
    """

    index: Position
    value: float
    weight: float | None
    padding: bool

    @property
    def product(self) -> float:
        """The value times its weight."""
        return self.value if self.weight is None else self.value * self.weight


@dataclass(frozen=True)
class Explanation:
    """One output number of one layer: its terms, the rule that joined them, what came after.

    `total` is worked out here from the terms; `results` names the layer's own stages and their
    values at this position ("convolution", "bias", "activation"); `parameters` are the other
    numbers of the rule by name ("scale" and "offset", or "mean", "variance", "epsilon", "gamma"
    and "beta"); `among` holds what softmax compares: all channels or units before it.
    """

    layer: LayerTrace
    at: Position
    rule: Rule
    terms: tuple[Term, ...]
    total: float
    bias: float | None
    results: tuple[tuple[str, float], ...]
    parameters: tuple[tuple[str, float], ...] = ()
    among: tuple[float, ...] = ()
