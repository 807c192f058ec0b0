"""Penalties on weights, which training adds to the loss."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields

from cnncalc.errors import OptionError
from cnncalc.layers.checks import check_number

__all__ = ["L1", "L1L2", "L2", "REGULARIZERS", "check_regularizer", "given_regularizers"]


@dataclass(frozen=True)
class L1L2:
    """The penalty `l1` × Σ|w| + `l2` × Σw² on a weight w, which training adds to the loss.

    Convention: https://keras.io/api/layers/regularizers/

    >>> L1L2(l1=0.01, l2=0.02)
    L1L2(l1=0.01, l2=0.02)
    """

    l1: float = 0.0
    l2: float = 0.0

    def __post_init__(self) -> None:
        check_number(self.l1, "l1", least=0)
        check_number(self.l2, "l2", least=0)

    @property
    def factors(self) -> dict[str, float]:
        """The arguments by their names: `l1`, `l2` or both."""
        return {factor.name: getattr(self, factor.name) for factor in fields(self) if factor.init}


@dataclass(frozen=True)
class L1(L1L2):
    """The penalty `l1` × Σ|w|, which drives weights to 0.

    >>> L1(0.02)
    L1(l1=0.02)
    """

    l1: float = 0.01
    l2: float = field(default=0.0, init=False, repr=False)


@dataclass(frozen=True)
class L2(L1L2):
    """The penalty `l2` × Σw², which keeps weights small.

    >>> L2()
    L2(l2=0.01)
    """

    l1: float = field(default=0.0, init=False, repr=False)
    l2: float = 0.01


REGULARIZERS: Mapping[str, type[L1L2]] = {
    "L1": L1,
    "L2": L2,
    "L1L2": L1L2,
    "l1": L1,
    "l2": L2,
    "l1_l2": L1L2,
    "l1l2": L1L2,
}
"""Each regularizer by the names that Keras has for it."""


def check_regularizer(value: object, name: str) -> L1L2 | None:
    """Return a regularizer, the one of a name such as "l2", or None for none.

    Arguments: the `value`, and the `name` of the argument that it is given to.
    Raises OptionError for anything else.

    >>> check_regularizer("l2", "kernel_regularizer")
    L2(l2=0.01)
    """
    if value is None or isinstance(value, L1L2):
        return value
    if isinstance(value, str) and value in REGULARIZERS:
        return REGULARIZERS[value]()
    message = f"{name} must be L1, L2 or L1L2, such as L2(0.01). Received: {name}={value!r}"
    raise OptionError(message)


def given_regularizers(**by_weight: object) -> dict[str, L1L2]:
    """Return the regularizers by weight, without the weights that have none.

    >>> given_regularizers(kernel=L2(), bias=None)
    {'kernel': L2(l2=0.01)}
    """
    return {name: value for name, value in by_weight.items() if isinstance(value, L1L2)}
