"""Writing workbooks: the estimate before, the progress, the size after."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import BinaryIO

from cnncalc.network import Network
from cnncalc.part.structure import Part
from cnncalc.provenance import Provenance
from cnncalc.sheet.calculations import (
    TrainingPieces,
    estimate_training,
    least_training_formulas,
    network_calculation,
    training_calculation,
    training_specification,
)
from cnncalc.sheet.paper import Paper
from cnncalc.sheet.planning import is_calculation, make_plan, specify, specify_network
from cnncalc.sheet.size import Estimate, estimate, least_formulas
from cnncalc.sheet.values import trace_as_written
from cnncalc.sheet.vector_cells import trace_values
from cnncalc.sheet.worksheet import WorksheetOptions, worksheet_identity
from cnncalc.tasks.arguments import Advance, Caller
from cnncalc.tasks.export_forms import TitledTrace, article_origins
from cnncalc.tasks.student_copies import Copy
from cnncalc.trace import Trace
from cnncalc.views.workbook.article_workbook import write_article_workbook
from cnncalc.views.workbook.export import WorkbookOptions, plan_trace, write, write_workbook
from cnncalc.views.workbook.limits import (
    MOST_FORMULAS,
    require_formulas,
    require_limits,
    require_size,
)

__all__ = [
    "WorkbookForm",
    "export_network",
    "export_recorded",
    "export_trace",
    "export_training",
    "require_workbook",
]

CELLS_A_SECOND = 50_000


def require_workbook(network: Network) -> None:
    """Refuse a calculation or a network that no workbook can hold, before any of it is computed."""
    form = WorkbookForm()
    require = form.require_calculation if is_calculation(network) else form.require_network
    require(network)


def export_trace(
    file: BinaryIO,
    trace: Trace,
    origins: Provenance,
    caller: Caller,
    title: str = "",
    worksheet: WorksheetOptions | None = None,
    key_to: WorksheetOptions | None = None,
    *,
    large: bool = False,
    paper: Paper = Paper.A4,
) -> str:
    """Write a trace, its inputs rounded as a workbook stores them, with a progress bar.

    Arguments: the `file`; the `trace`; where its numbers came from; the `caller`; the
    workbook's `title`; the `worksheet` that it is to be, or is the `key_to`; whether it may be
    `large`; the `paper` that it is printed on.
    Returns how many formulas it holds, or what it leaves blank.
    """
    plan = plan_trace(trace, title)
    require_limits(plan, large=large)
    size = estimate(plan)
    with _progress(size, caller) as progress:
        options = WorkbookOptions(title, origins, large, progress, worksheet, key_to, paper)
        write_workbook(file, trace, options)
    if worksheet is not None:
        identity = worksheet_identity(plan, [trace_values(trace)], worksheet)
        return f"a worksheet, {worksheet.header(identity)}"
    return f"{size.formulas:,} formulas"


def export_recorded(
    file: BinaryIO,
    trace: Trace,
    origins: Provenance,
    caller: Caller,
    class_names: Sequence[str] = (),
    title: str = "",
    target: int | None = None,
    *,
    large: bool = False,
    paper: Paper = Paper.A4,
) -> str:
    """Write a trace as what it is of: a calculation, or a network; as `export_trace`."""
    written = trace_as_written(trace.network, trace.input.values)
    if is_calculation(trace.network):
        return export_trace(file, written, origins, caller, title, large=large, paper=paper)
    what = (title, class_names, target)
    return export_network(file, written, origins, caller, *what, large=large, paper=paper)


def export_network(
    file: BinaryIO,
    trace: Trace,
    origins: Provenance,
    caller: Caller,
    title: str = "",
    class_names: Sequence[str] = (),
    target: int | None = None,
    part: Part | None = None,
    *,
    large: bool = False,
    paper: Paper = Paper.A4,
) -> str:
    """Write a network's trace, a sheet a layer; as `export_trace`.

    It may be a `part` of a larger network.

    Returns how many formulas it holds, on how many sheets.
    """
    specification, values = network_calculation(
        trace, title, class_names, target, origins.drawn_from, part
    )
    plan = make_plan([specification])
    require_limits(plan, large=large)
    size = estimate(plan)
    with _progress(size, caller) as progress:
        options = WorkbookOptions(title, origins, large, progress, paper=paper)
        write(file, plan, [values], options)
    return f"{size.formulas:,} formulas on {len(plan.sheets)} sheets"


def export_training(
    file: BinaryIO,
    pieces: TrainingPieces,
    caller: Caller,
    *,
    large: bool = False,
    paper: Paper = Paper.A4,
) -> str:
    """Write a training, a sheet a step; as `export_trace`.

    Returns how many formulas it holds, on how many sheets.
    """
    specification = training_specification(pieces)
    # Before anything is planned or computed, which may take long.
    least = least_training_formulas(specification)
    require_formulas(least, large=large, words="at least ")
    with caller.working("Planning the training", least / CELLS_A_SECOND):
        require_size(estimate_training(specification), large=large)
        specification, values = training_calculation(pieces)
        plan = make_plan([specification])
        size = estimate(plan)
    if specification.note != pieces.note:
        caller.note(specification.note.removeprefix(pieces.note).strip())
    options = WorkbookOptions(pieces.title, pieces.provenance, large, paper=paper)
    with _progress(size, caller) as progress:
        write(file, plan, [values], replace(options, progress=progress))
    return f"{size.formulas:,} formulas on {len(plan.sheets)} sheets"


@contextmanager
def _progress(size: Estimate, caller: Caller) -> Iterator[Advance]:
    """Say what is large about a workbook, and announce its writing where that takes long."""
    if size.note:
        caller.note(size.note)
    seconds = (size.formulas + size.numbers) / CELLS_A_SECOND
    # Of pixels alone, as `show` has them, there are no formulas to count.
    words = "Writing formulas" if size.formulas else "Writing numbers"
    with caller.working(words, seconds, size.formulas or None) as advance:
        yield advance


@dataclass(frozen=True)
class WorkbookForm:
    """Workbooks as a form of export; see `ExportForm`.

    Arguments: whether they may be `large`, of more than a million formulas; the `paper` that they
    are printed on.
    """

    large: bool = False
    paper: Paper = Paper.A4
    ending = ".xlsx"
    noun = "a workbook"

    @property
    def most_formulas(self) -> float:
        """A million, unless it may be large."""
        return math.inf if self.large else MOST_FORMULAS

    def require_calculation(self, network: Network) -> None:
        """Refuse a calculation that no workbook can hold."""
        require_limits(make_plan([specify(network)]), large=self.large)

    def require_network(self, network: Network) -> None:
        """Refuse a network that no workbook can hold; a plan of many cells takes long."""
        least = least_formulas(network.layers, network.input_shape)
        require_formulas(least, large=self.large, words="at least ")
        require_limits(make_plan([specify_network(network)]), large=self.large)

    def write_article(self, file: BinaryIO, caller: Caller) -> str:
        """Write the article's workbook."""
        options = WorkbookOptions(provenance=article_origins(caller), paper=self.paper)
        size = write_article_workbook(file, options)
        return f"{size.formulas:,} formulas"

    def write_calculation(self, file: BinaryIO, copy: Copy, title: str, caller: Caller) -> str:
        """Write one calculation."""
        what = (copy.provenance, caller, title, copy.worksheet, copy.key_to)
        return export_trace(file, copy.trace, *what, large=self.large, paper=self.paper)

    def write_network(self, file: BinaryIO, titled: TitledTrace, caller: Caller) -> str:
        """Write a network, a sheet a layer."""
        named = (titled.title, titled.class_names, titled.target, titled.part)
        what = (titled.provenance, caller, *named)
        return export_network(file, titled.trace, *what, large=self.large, paper=self.paper)

    def write_trace(self, file: BinaryIO, titled: TitledTrace, caller: Caller) -> str:
        """Write a trace as what it is of."""
        title = titled.title
        if not is_calculation(titled.trace.network):
            title = f"A network on {title}"
        what = (titled.provenance, caller, titled.class_names, title, titled.target)
        return export_recorded(file, titled.trace, *what, large=self.large, paper=self.paper)

    def write_training(self, file: BinaryIO, pieces: TrainingPieces, caller: Caller) -> str:
        """Write a training, a sheet a step."""
        return export_training(file, pieces, caller, large=self.large, paper=self.paper)
