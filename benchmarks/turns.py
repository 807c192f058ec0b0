"""What contenders' turns cost, and how often one cost the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from statistics import median, quantiles
from typing import Any, NamedTuple

from benchmarks.usage import Usage

__all__ = ["Spread", "Turns"]


class Spread(NamedTuple):
    """A median with its quartiles."""

    middle: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{_rounded(self.middle)} ({_rounded(self.low)} to {_rounded(self.high)})"

    def scaled(self, factor: float) -> Spread:
        """Return the spread in another unit."""
        return Spread(*(factor * value for value in self))

    def inverted(self) -> Spread:
        """Return the spread of what is the more, the less this is: seconds each, each a second."""
        return Spread(1 / self.middle, 1 / self.high, 1 / self.low)

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        """Return the spread of some values; one value is its own quartiles."""
        if len(values) == 1:
            return cls(values[0], values[0], values[0])
        low, _, high = quantiles(values, method="inclusive")
        return cls(median(values), low, high)


def _rounded(value: float) -> str:
    """Write three significant digits, thousands apart, without an exponent."""
    digits = f"{value:.3g}"
    return f"{float(digits):,.0f}" if "e+" in digits else digits


@dataclass(frozen=True)
class Turns:
    """What every turn of every contender cost, and what each computed in its first and its last."""

    usages: Mapping[str, Sequence[Usage]]
    results: Mapping[str, Any] = field(default_factory=dict)
    last_results: Mapping[str, Any] = field(default_factory=dict)

    def seconds(self, name: str) -> Spread:
        """Return the seconds of a contender's turns."""
        return Spread.of([usage.seconds for usage in self.usages[name]])

    def processor_seconds(self, name: str) -> Spread:
        """Return the processor seconds of a contender's turns."""
        return Spread.of([usage.processor_seconds for usage in self.usages[name]])

    def peak_megabytes(self, name: str) -> float:
        """Return the most memory that a contender took, its interpreter included."""
        return max(usage.peak_megabytes for usage in self.usages[name])

    def ratio(self, ours: str, theirs: str) -> Spread:
        """Return how many times as long `theirs` took as `ours`, round by round."""
        pairs = zip(self.usages[theirs], self.usages[ours], strict=True)
        return Spread.of([their.seconds / our.seconds for their, our in pairs])

    def each(self, counts: Mapping[str, float]) -> Turns:
        """Return the same by the piece, where a contender's turn did so many pieces of the work."""
        usages = {
            name: [usage.shared(counts[name]) for usage in usages]
            for name, usages in self.usages.items()
        }
        return replace(self, usages=usages)

    def fastest(self, names: Sequence[str]) -> str:
        """Return the contender, of these, with the lowest median time."""
        return min(names, key=lambda name: self.seconds(name).middle)
