"""Writing workbooks from the command line: the estimate before, the progress, the size after."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import BinaryIO

from cnncalc.cli.console import note
from cnncalc.cli.provenance import provenance
from cnncalc.cli.working import Advance, working
from cnncalc.network import Network
from cnncalc.provenance import Origin, Provenance
from cnncalc.sheet.calculations import (
    TrainingPieces,
    estimate_training,
    least_training_formulas,
    network_calculation,
    training_calculation,
    training_specification,
)
from cnncalc.sheet.planning import make_plan, specify
from cnncalc.sheet.size import Estimate, estimate
from cnncalc.sheet.vector_cells import trace_values
from cnncalc.sheet.worksheet import WorksheetOptions, worksheet_identity
from cnncalc.trace import Trace
from cnncalc.views.workbook.article_workbook import write_article_workbook
from cnncalc.views.workbook.export import WorkbookOptions, plan_trace, write, write_workbook
from cnncalc.views.workbook.limits import require_formulas, require_limits

__all__ = [
    "export_article",
    "export_network",
    "export_trace",
    "export_training",
    "require_workbook",
]

CELLS_A_SECOND = 50_000


def require_workbook(network: Network, *, large: bool = False) -> None:
    """Refuse a calculation that no workbook can hold, before anything is computed for it."""
    require_limits(make_plan([specify(network)]), large=large)


def export_article(file: BinaryIO) -> str:
    """Write the article's workbook; return how many formulas it holds."""
    origins = provenance(Origin("article", "its cases"), image=Origin("article", "its grids"))
    size = write_article_workbook(file, WorkbookOptions(provenance=origins))
    return f"{size.formulas:,} formulas"


def export_trace(
    file: BinaryIO,
    trace: Trace,
    origins: Provenance,
    title: str = "",
    worksheet: WorksheetOptions | None = None,
    key_to: WorksheetOptions | None = None,
    *,
    large: bool = False,
) -> str:
    """Write a trace, its inputs rounded as a workbook stores them, with a progress bar.

    Arguments: the `file`; the `trace`; where its numbers came from; the workbook's `title`; the
    `worksheet` that it is to be, or is the `key_to`.
    Returns how many formulas it holds, or what it leaves blank.
    """
    plan = plan_trace(trace, title)
    require_limits(plan, large=large)
    size = estimate(plan)
    with _progress(size) as progress:
        options = WorkbookOptions(title, origins, large, progress, worksheet, key_to)
        write_workbook(file, trace, options)
    if worksheet is not None:
        identity = worksheet_identity(plan, [trace_values(trace)], worksheet)
        return f"a worksheet, {worksheet.header(identity)}"
    return f"{size.formulas:,} formulas"


def export_network(
    file: BinaryIO,
    trace: Trace,
    origins: Provenance,
    title: str = "",
    class_names: Sequence[str] = (),
    target: int | None = None,
    *,
    large: bool = False,
) -> str:
    """Write a network's trace, a sheet a layer; as `export_trace`.

    Returns how many formulas it holds, on how many sheets.
    """
    specification, values = network_calculation(
        trace, title, class_names, target, origins.drawn_from
    )
    plan = make_plan([specification])
    require_limits(plan, large=large)
    size = estimate(plan)
    with _progress(size) as progress:
        write(file, plan, [values], WorkbookOptions(title, origins, large, progress))
    return f"{size.formulas:,} formulas on {len(plan.sheets)} sheets"


def export_training(file: BinaryIO, pieces: TrainingPieces, *, large: bool = False) -> str:
    """Write a training, a sheet a step; as `export_trace`.

    Returns how many formulas it holds, on how many sheets.
    """
    specification = training_specification(pieces)
    # Before anything is planned or computed, which may take long.
    least = least_training_formulas(specification)
    require_formulas(least, large=large, words="at least ")
    with working("Planning the training", least / CELLS_A_SECOND):
        require_formulas(estimate_training(specification).formulas, large=large)
        specification, values = training_calculation(pieces)
        plan = make_plan([specification])
        size = estimate(plan)
    if specification.note != pieces.note:
        note(specification.note.removeprefix(pieces.note).strip())
    options = WorkbookOptions(pieces.title, pieces.provenance, large)
    with _progress(size) as progress:
        write(file, plan, [values], replace(options, progress=progress))
    return f"{size.formulas:,} formulas on {len(plan.sheets)} sheets"


@contextmanager
def _progress(size: Estimate) -> Iterator[Advance]:
    """Say what is large about a workbook, and announce its writing where that takes long."""
    if size.note:
        note(size.note)
    seconds = (size.formulas + size.numbers) / CELLS_A_SECOND
    # Of pixels alone, as `show` has them, there are no formulas to count.
    words = "Writing formulas" if size.formulas else "Writing numbers"
    with working(words, seconds, size.formulas or None) as advance:
        yield advance
