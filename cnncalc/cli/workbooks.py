"""Writing workbooks from the command line: the estimate before, the progress, the size after."""

from __future__ import annotations

from typing import BinaryIO

from rich.console import Console
from rich.progress import Progress

from cnncalc.cli.console import command_line, note
from cnncalc.trace import Trace
from cnncalc.views.workbook.article_workbook import write_article_workbook
from cnncalc.views.workbook.export import WorkbookOptions, plan_trace, write_workbook
from cnncalc.views.workbook.limits import estimate
from cnncalc.views.workbook.worksheet import WorksheetOptions

__all__ = ["export_article", "export_trace"]


def export_article(file: BinaryIO) -> str:
    """Write the article's workbook; return how many formulas it holds."""
    size = write_article_workbook(file, WorkbookOptions(command=command_line()))
    return f"{size.formulas:,} formulas"


def export_trace(
    file: BinaryIO,
    trace: Trace,
    title: str = "",
    worksheet: WorksheetOptions | None = None,
    *,
    large: bool = False,
) -> str:
    """Write a trace, its inputs rounded as a workbook stores them, with a progress bar.

    Returns how many formulas it holds, or what it leaves blank.
    """
    size = estimate(plan_trace(trace, title))
    if size.note:
        note(size.note)
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("Writing formulas", total=size.formulas)
        options = WorkbookOptions(
            title, command_line(), large, lambda count: progress.advance(task, count), worksheet
        )
        write_workbook(file, trace, options)
    if worksheet is not None:
        return f"a worksheet, {worksheet.header}"
    return f"{size.formulas:,} formulas"
