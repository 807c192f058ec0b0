"""The article's cases, computed by the same code as everything else and compared with it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cnncalc.article import CASES, GRIDS, Case, Expected
from cnncalc.errors import OptionError
from cnncalc.network import assemble
from cnncalc.trace import Trace, record

__all__ = ["CaseReport", "Comparison", "check", "check_cases", "find", "trace_case"]


@dataclass(frozen=True)
class Comparison:
    """How many numbers of one expected result agree; the first that does not, if any."""

    expected: Expected
    agreeing: int
    total: int
    first_difference: str


@dataclass(frozen=True)
class CaseReport:
    """A case with its trace and the comparison of each result that is known."""

    case: Case
    trace: Trace
    comparisons: tuple[Comparison, ...]

    @property
    def agrees(self) -> bool:
        """Whether every number agrees."""
        return all(compared.agreeing == compared.total for compared in self.comparisons)


def find(name: str) -> Case:
    """Return a case by its name.

    Raises OptionError for an unknown name.

    >>> find("5").title
    'A weight of 2×2'
    """
    for case in CASES:
        if case.name == name:
            return case
    known = ", ".join(case.name for case in CASES)
    message = f"a case must be one of {known}. Received: {name}"
    raise OptionError(message)


def trace_case(case: Case) -> Trace:
    """Compute a case, every step of it."""
    image = np.array(GRIDS[case.grid], dtype=np.float64)
    shape = image.shape if image.ndim == 3 else (*image.shape, 1)
    return record(assemble(case.layers, shape, case.weights), image)


def check(case: Case) -> CaseReport:
    """Compute a case and compare it number by number with what is expected.

    >>> check(find("max")).agrees
    True
    """
    trace = trace_case(case)
    comparisons = tuple(_compare(trace, expected) for expected in case.expected)
    return CaseReport(case, trace, comparisons)


def check_cases(*names: str) -> tuple[CaseReport, ...]:
    """Compute cases of the article and compare every number with the article's own.

    Arguments: the `names` of the cases, "1" to "5", "6x6", "stride", …; all, where none is named.
    Returns a report a case, which has its trace.
    Raises OptionError for an unknown name.

    >>> [report.agrees for report in check_cases("max", "l2")]
    [True, True]
    """
    return tuple(check(case) for case in ([find(name) for name in names] or CASES))


def _compare(trace: Trace, expected: Expected) -> Comparison:
    layer = next(layer for layer in trace.layers if layer.name == expected.layer)
    stage = next(stage for stage in layer.stages if stage.name == expected.stage)
    if expected.shape:
        wanted, computed, tolerance = np.array(expected.shape), np.array(stage.values.shape), 0.0
    else:
        wanted, computed = np.array(expected.values), stage.values[:, :, expected.channel]
        # Half a unit of the last printed digit, and a little for the decimal's binary form.
        tolerance = 0.5 * 10.0**-expected.decimals + 1e-9
    if wanted.shape != computed.shape:
        difference = f"size {computed.shape} instead of {wanted.shape}"
        return Comparison(expected, 0, wanted.size, difference)
    wrong = np.argwhere(~(np.abs(computed - wanted) <= tolerance))
    first = ""
    if len(wrong):
        place = tuple(int(i) for i in wrong[0])
        first = f"{computed[place]:g} instead of {wanted[place]:g} at {place}"
    return Comparison(expected, wanted.size - len(wrong), wanted.size, first)
