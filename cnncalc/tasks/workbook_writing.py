"""Writing workbooks: the estimate before, the progress, the size after; copies for students."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from cnncalc.network import Array, Network
from cnncalc.provenance import Origin, Provenance
from cnncalc.sheet.calculations import (
    TrainingPieces,
    estimate_training,
    least_training_formulas,
    network_calculation,
    training_calculation,
    training_specification,
)
from cnncalc.sheet.planning import is_calculation, make_plan, specify
from cnncalc.sheet.size import Estimate, estimate
from cnncalc.sheet.values import trace_as_written
from cnncalc.sheet.vector_cells import trace_values
from cnncalc.sheet.worksheet import WorksheetOptions, variant, worksheet_identity
from cnncalc.tasks.arguments import Advance, Caller
from cnncalc.tasks.options import StudentOptions
from cnncalc.trace import Trace
from cnncalc.views.workbook.article_workbook import write_article_workbook
from cnncalc.views.workbook.export import WorkbookOptions, plan_trace, write, write_workbook
from cnncalc.views.workbook.limits import require_formulas, require_limits

__all__ = [
    "Copy",
    "copies",
    "export_article",
    "export_network",
    "export_recorded",
    "export_trace",
    "export_training",
    "paths",
    "require_workbook",
]

CELLS_A_SECOND = 50_000


def require_workbook(network: Network, *, large: bool = False) -> None:
    """Refuse a calculation that no workbook can hold, before anything is computed for it."""
    require_limits(make_plan([specify(network)]), large=large)


def export_article(file: BinaryIO, caller: Caller) -> str:
    """Write the article's workbook; return how many formulas it holds."""
    cases, grids = Origin("article", "its cases"), Origin("article", "its grids")
    origins = Provenance(caller.command, cases, image=grids)
    size = write_article_workbook(file, WorkbookOptions(provenance=origins))
    return f"{size.formulas:,} formulas"


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
) -> str:
    """Write a trace, its inputs rounded as a workbook stores them, with a progress bar.

    Arguments: the `file`; the `trace`; where its numbers came from; the `caller`; the
    workbook's `title`; the
    `worksheet` that it is to be, or is the `key_to`.
    Returns how many formulas it holds, or what it leaves blank.
    """
    plan = plan_trace(trace, title)
    require_limits(plan, large=large)
    size = estimate(plan)
    with _progress(size, caller) as progress:
        options = WorkbookOptions(title, origins, large, progress, worksheet, key_to)
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
) -> str:
    """Write a trace as what it is of: a calculation, or a network; as `export_trace`."""
    written = trace_as_written(trace.network, trace.input.values)
    if is_calculation(trace.network):
        return export_trace(file, written, origins, caller, title, large=large)
    return export_network(file, written, origins, caller, title, class_names, target, large=large)


def export_network(
    file: BinaryIO,
    trace: Trace,
    origins: Provenance,
    caller: Caller,
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
    with _progress(size, caller) as progress:
        write(file, plan, [values], WorkbookOptions(title, origins, large, progress))
    return f"{size.formulas:,} formulas on {len(plan.sheets)} sheets"


def export_training(
    file: BinaryIO, pieces: TrainingPieces, caller: Caller, *, large: bool = False
) -> str:
    """Write a training, a sheet a step; as `export_trace`.

    Returns how many formulas it holds, on how many sheets.
    """
    specification = training_specification(pieces)
    # Before anything is planned or computed, which may take long.
    least = least_training_formulas(specification)
    require_formulas(least, large=large, words="at least ")
    with caller.working("Planning the training", least / CELLS_A_SECOND):
        require_formulas(estimate_training(specification).formulas, large=large)
        specification, values = training_calculation(pieces)
        plan = make_plan([specification])
        size = estimate(plan)
    if specification.note != pieces.note:
        caller.note(specification.note.removeprefix(pieces.note).strip())
    options = WorkbookOptions(pieces.title, pieces.provenance, large)
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
class Copy:
    """One workbook to write: its path, its calculation, and where that came from.

    It is the `worksheet` that leaves something blank, or the key to one, if it has to do with any.
    """

    path: Path
    trace: Trace
    provenance: Provenance
    worksheet: WorksheetOptions | None = None
    key_to: WorksheetOptions | None = None


def copies(
    path: Path, network: Network, image: Array, students: StudentOptions, origins: Provenance
) -> Iterator[Copy]:
    """Yield every workbook of an export, each computed when its turn comes."""
    trace = trace_as_written(network, image)
    if students.variants:
        for number in range(1, students.variants + 1):
            drawn_trace = trace_as_written(*variant(network, image, students.seed, number))
            sheet, key = paths(path, students)[2 * number - 2 : 2 * number]
            drawn = _drawn(origins, students.seed)
            yield Copy(sheet, drawn_trace, drawn, worksheet=_sheet(students, number))
            yield Copy(key, drawn_trace, drawn, key_to=_sheet(students, number))
        return
    yield Copy(path, trace, origins, worksheet=_sheet(students) if students.wanted else None)
    if not students.solution:
        yield Copy(paths(path, students)[1], trace, origins, key_to=_sheet(students))


def _sheet(students: StudentOptions, number: int = 0) -> WorksheetOptions:
    """Return the view's options for one student."""
    blank = 1.0 if students.blank is None else students.blank
    return WorksheetOptions(blank, students.seed, students.solution, number)


def _drawn(origins: Provenance, seed: int) -> Provenance:
    """Return where a variant's own numbers come from: they are drawn like those that were named."""
    kernels = tuple(_like(origin, seed) for origin in origins.kernels)
    return replace(origins, kernels=kernels, image=origins.image and _like(origins.image, seed))


def _like(origin: Origin, seed: int) -> Origin:
    return Origin("drawn", origin.name or origin.kind, origin.sha256, seed)


def paths(path: Path, students: StudentOptions) -> list[Path]:
    """Return the files that an export will write, worksheets and keys in turn."""
    if students.variants:
        digits = len(str(students.variants))
        names = [f"{path.stem}-{n:0{digits}}" for n in range(1, students.variants + 1)]
        pairs = [(name, f"{name}-key") for name in names]
        return [path.with_name(f"{part}.xlsx") for pair in pairs for part in pair]
    return [path] if students.solution else [path, path.with_name(f"{path.stem}-key.xlsx")]
