"""The report of a workbook's verification, in plain sentences."""

from __future__ import annotations

from collections.abc import Iterator

from cnncalc.sheet.references import address, sheet_prefix
from cnncalc.verification.comparison import CellValue, Change, Comparison, Difference, Place, Report

__all__ = ["report_lines"]

MOST_CHANGES = 10
LONGEST_TEXT = 200


def report_lines(report: Report) -> Iterator[str]:
    """Yield what a verification found, line by line.

    >>> from cnncalc.verification.comparison import Comparison, Report
    >>> nothing = Comparison(cells=2, missing=0, differing=0, first=None, largest=None)
    >>> for line in report_lines(Report("an engine 1.0", nothing, nothing, ())):
    ...     print(line)
    Formulas, evaluated by an engine 1.0: all 2 agree with the calculation.
    Values stored beside them: all 2 agree with the calculation.
    """
    yield from _comparison(f"Formulas, evaluated by {report.engine}", report.evaluated)
    yield from _comparison("Values stored beside them", report.stored)
    if report.stored.differing:
        yield "  Open and save the workbook in a spreadsheet program, and it stores its own values."
    if report.changes:
        yield from _changes(report.changes)


def _comparison(what: str, found: Comparison) -> Iterator[str]:
    if not found.cells:
        yield f"{what}: none to compare."
    elif found.differing:
        yield f"{what}: {found.differing:,} of {found.cells:,} differ from the calculation."
    else:
        yield f"{what}: all {found.cells:,} agree with the calculation."
    if found.missing:
        formulas = "formula has" if found.missing == 1 else "formulas have"
        yield f"  {found.missing:,} {formulas} no stored value yet."
    if found.first:
        yield f"  First difference: {_difference(found.first)}"
    if found.largest and found.largest.absolute and found.largest != found.first:
        yield f"  Largest difference: {_difference(found.largest)}"


def _difference(found: Difference) -> str:
    gives = f"gives {_value(found.found)}, expected {_value(found.expected)}"
    size = f" ({found.absolute:.2g}, relative {found.relative:.2g})"
    is_number = isinstance(found.found, float)
    return f"{_place(found.place)}, {_text(found.formula)}, {gives}{size if is_number else ''}."


def _changes(changes: tuple[Change, ...]) -> Iterator[str]:
    cells = "One cell was" if len(changes) == 1 else f"{len(changes):,} cells were"
    yield f"{cells} typed over, which is easily done:"
    for change in changes[:MOST_CHANGES]:
        was, now = _value(change.expected), _value(change.found)
        yield f"  {_place(change.place)} holds {now} in place of {was}."
    if changes[MOST_CHANGES:]:
        yield f"  … and {len(changes) - MOST_CHANGES:,} more."
    yield "  Type what was there to bring it back. Pixels, weights and biases are yours to change."


def _place(place: Place) -> str:
    return _text(sheet_prefix(place.sheet)) + address(place.row, place.column)


def _value(value: CellValue | None) -> str:
    """Return a cell's content as a spreadsheet would show it, every digit of a number."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return str(value).upper()
    return _text(value) if isinstance(value, str) else repr(value).removesuffix(".0")


def _text(text: str) -> str:
    """Return a text out of a workbook on one line that can do a terminal no harm."""
    cut = text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - 1] + "…"
    return cut if cut.isprintable() else repr(cut)[1:-1]
