"""What is to be known of a spreadsheet engine: its name, where it is from, how it is called."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cnncalc.verification.comparison import Evaluation

__all__ = ["Engine"]


@dataclass(frozen=True)
class Engine:
    """A program or package that evaluates the formulas of workbooks.

    Arguments: its `title`, as people write it; `how_to_get` it; whether it `is_installed`; how to
    `evaluate` the contents of .xlsx files, one evaluation each, which raises InputError where it
    fails on one.
    """

    title: str
    how_to_get: str
    is_installed: Callable[[], bool]
    evaluate: Callable[[Sequence[bytes]], list[Evaluation]]
