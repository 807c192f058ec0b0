"""Writing workbooks from the command line: the estimate before, the progress, the size after."""

from __future__ import annotations

from typing import BinaryIO

from rich.console import Console
from rich.progress import Progress

from cnncalc.cli.console import command_line, note
from cnncalc.network import Network
from cnncalc.trace import Trace, record
from cnncalc.views.workbook.article_workbook import write_article_workbook
from cnncalc.views.workbook.export import WorkbookOptions, plan_trace, write_workbook
from cnncalc.views.workbook.limits import estimate
from cnncalc.views.workbook.values import as_written

__all__ = ["export_article", "export_trace"]


def export_article(file: BinaryIO) -> str:
    """Write the article's workbook; return how many formulas it holds."""
    size = write_article_workbook(file, WorkbookOptions(command=command_line()))
    return f"{size.formulas:,} formulas"


def export_trace(file: BinaryIO, trace: Trace, title: str = "", *, large: bool = False) -> str:
    """Write a trace as a workbook, with a progress bar on a terminal.

    Returns how many formulas it holds.
    """
    rounded = _rounded(trace)
    size = estimate(plan_trace(rounded, title))
    if size.note:
        note(size.note)
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("Writing formulas", total=size.formulas)
        options = WorkbookOptions(
            title, command_line(), large, lambda count: progress.advance(task, count)
        )
        write_workbook(file, rounded, options)
    return f"{size.formulas:,} formulas"


def _rounded(trace: Trace) -> Trace:
    """Compute a trace again from numbers as a workbook stores them, of 16 digits."""
    network = trace.network
    weights = tuple(
        {name: as_written(weight) for name, weight in each.items()} for each in network.weights
    )
    same = Network(network.input_shape, network.layers, weights)
    return record(same, as_written(trace.input.values))
