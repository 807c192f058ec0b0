"""Writing workbooks from the command line: the estimate before, the progress, the size after."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from typing import BinaryIO

from rich.console import Console
from rich.progress import Progress

from cnncalc.cli.console import calculating_command, note
from cnncalc.trace import Trace
from cnncalc.views.workbook.article_workbook import write_article_workbook
from cnncalc.views.workbook.export import WorkbookOptions, plan_trace, write, write_workbook
from cnncalc.views.workbook.limits import Estimate, estimate, require_formulas, require_limits
from cnncalc.views.workbook.network_calculation import network_calculation
from cnncalc.views.workbook.planning import make_plan
from cnncalc.views.workbook.training.calculation import (
    TrainingPieces,
    estimate_training,
    least_formulas,
    training_calculation,
    training_specification,
)
from cnncalc.views.workbook.worksheet import WorksheetOptions

__all__ = ["export_article", "export_network", "export_trace", "export_training"]


def export_article(file: BinaryIO) -> str:
    """Write the article's workbook; return how many formulas it holds."""
    size = write_article_workbook(file, WorkbookOptions(command=calculating_command()))
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
    plan = plan_trace(trace, title)
    require_limits(plan, large=large)
    size = estimate(plan)
    with _progress(size) as progress:
        options = WorkbookOptions(title, calculating_command(), large, progress, worksheet)
        write_workbook(file, trace, options)
    if worksheet is not None:
        return f"a worksheet, {worksheet.header}"
    return f"{size.formulas:,} formulas"


def export_network(
    file: BinaryIO,
    trace: Trace,
    title: str = "",
    class_names: Sequence[str] = (),
    target: int | None = None,
    *,
    large: bool = False,
) -> str:
    """Write a network's trace, a sheet a layer; as `export_trace`.

    Returns how many formulas it holds, on how many sheets.
    """
    specification, values = network_calculation(trace, title, class_names, target)
    plan = make_plan([specification])
    require_limits(plan, large=large)
    size = estimate(plan)
    with _progress(size) as progress:
        write(file, plan, [values], WorkbookOptions(title, calculating_command(), large, progress))
    return f"{size.formulas:,} formulas on {len(plan.sheets)} sheets"


def export_training(file: BinaryIO, pieces: TrainingPieces, *, large: bool = False) -> str:
    """Write a training, a sheet a step; as `export_trace`.

    Returns how many formulas it holds, on how many sheets.
    """
    specification = training_specification(pieces)
    # Before anything is planned or computed, which may take long.
    require_formulas(least_formulas(specification), large=large, words="at least ")
    with _waiting("Planning the training"):
        require_formulas(estimate_training(specification).formulas, large=large)
        specification, values = training_calculation(pieces)
        plan = make_plan([specification])
        size = estimate(plan)
    options = WorkbookOptions(pieces.title, calculating_command(), large)
    with _progress(size) as progress:
        write(file, plan, [values], replace(options, progress=progress))
    return f"{size.formulas:,} formulas on {len(plan.sheets)} sheets"


@contextmanager
def _waiting(words: str) -> Iterator[None]:
    """Show on a terminal what is being done that has no end in sight."""
    console = Console(stderr=True)
    with console.status(words) if console.is_terminal else nullcontext():
        yield


@contextmanager
def _progress(size: Estimate) -> Iterator[Callable[[int], None]]:
    """Say what is large about a workbook, and show a bar on a terminal while it is written."""
    if size.note:
        note(size.note)
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("Writing formulas", total=size.formulas)
        yield lambda count: progress.advance(task, count)
