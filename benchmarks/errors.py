"""What a program of benchmarks ends with, in one line, instead of figures."""

from __future__ import annotations

__all__ = [
    "BenchmarkError",
    "DifferentResultsError",
    "FailedContenderError",
    "MissingDataError",
    "MissingPeerError",
]


class BenchmarkError(Exception):
    """Nothing could be measured; the message says why in one line."""


class MissingPeerError(BenchmarkError):
    """A peer is not installed."""


class MissingDataError(BenchmarkError):
    """The photos or images to work on are not where they should be."""


class DifferentResultsError(BenchmarkError):
    """Two contenders computed different things, so their times say nothing."""


class FailedContenderError(BenchmarkError):
    """A contender's process failed; all that it said stands on standard error."""
