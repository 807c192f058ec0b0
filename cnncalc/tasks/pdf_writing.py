"""Workbooks printed beside themselves: NAME.pdf, and NAME-key.pdf of solutions."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from cnncalc.files.output import check_output, write_atomically
from cnncalc.files.pdf_printing import print_workbooks, require_printer
from cnncalc.sheet.layouts.sheet_parts import ABOUT
from cnncalc.tasks.arguments import Caller
from cnncalc.tasks.export_options import PrintOptions
from cnncalc.tasks.export_writing import ExportRequest

__all__ = ["with_pdf"]

# LibreOffice's start, and what it prints in a second.
START_SECONDS, BYTES_A_SECOND = 2, 200_000

_NO_TYPEFACE = (
    "neither Arial nor Liberation Sans is installed, the typefaces of a workbook's cells: with "
    "another, columns are wider than they were planned, and pages may be more"
)


def with_pdf(
    request: ExportRequest,
    printing: PrintOptions,
    write: Callable[[], tuple[Path, ...]],
    caller: Caller,
) -> tuple[Path, ...]:
    """Write workbooks, and print them where asked to: worksheets together, and their keys.

    Arguments: the `request`; whether a PDF is wanted; what will `write` the workbooks that are
    asked for, and return them; the `caller`.
    Returns all files that were written.
    Raises OptionError where LibreOffice is not found, OutputError where a PDF can't be written.
    """
    if not printing.pdf:
        return write()
    require_printer()
    path, students, force = request.path(".xlsx"), request.students, request.force
    pdf = path.with_suffix(".pdf")
    pdfs = [pdf]
    if students.variants or not students.solution:
        pdfs.append(path.with_name(f"{path.stem}-key.pdf"))
    for target in pdfs:
        check_output(target, force=force)
    files = write()
    # Worksheets and keys were written in turn.
    for place, target in enumerate(pdfs):
        _print(files[place :: len(pdfs)], target, caller, force=force)
    return (*files, *pdfs)


def _print(workbooks: tuple[Path, ...], target: Path, caller: Caller, *, force: bool) -> None:
    size = sum(workbook.stat().st_size for workbook in workbooks)
    with caller.working("Printing", START_SECONDS + size / BYTES_A_SECOND):
        printed = print_workbooks(workbooks, ABOUT)
    with write_atomically(target, force=force) as file:
        file.write(printed.content)
    pages = "1 page" if printed.pages == 1 else f"{printed.pages} pages"
    caller.note(f"wrote {target} ({pages})")
    if not printed.has_typeface:
        caller.note(_NO_TYPEFACE)
