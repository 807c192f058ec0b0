"""The report of a workbook's verification, in plain sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cnncalc.sheet.references import address, sheet_prefix
from cnncalc.verification.comparison import CellValue, Change, Comparison, Difference, Place, Report
from cnncalc.verification.contents import Saved
from cnncalc.wording import listed

__all__ = ["report_lines"]

MOST_CHANGES = 10
MOST_NAMED = 4
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
    if report.rewritten:
        are = "formula is" if report.rewritten == 1 else "formulas are"
        yield f"{report.rewritten:,} {are} written in another form, which calculates the same."
    if report.changes:
        yield from _changes(report.changes)
    yield from _saved(report.saved, lost_values=_has_lost_values(report))


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
        same = ": so far the same number" if change.gives_same else ""
        yield f"  {_place(change.place)} holds {now} in place of {was}{same}."
    if changes[MOST_CHANGES:]:
        yield f"  … and {len(changes) - MOST_CHANGES:,} more."
    yield "  Type what was there to bring it back. Pixels, weights and biases are yours to change."


def _has_lost_values(report: Report) -> bool:
    """Tell whether no formula has its value beside it any more."""
    return bool(report.stored.missing) and not report.stored.cells


def _saved(saved: Saved, *, lost_values: bool) -> Iterator[str]:
    """Yield what became of the rest of a workbook; nothing where it is as it was."""
    lost_values = lost_values and bool(saved.program)
    losses = [*(["the values stored beside the formulas"] if lost_values else ()), *_losses(saved)]
    if saved.program:
        yield f"Saved by {_text(saved.program)}, which dropped{':' if losses else ' nothing.'}"
    elif losses:
        yield "Gone since the export:"
    yield from (f"  {loss}" for loss in losses)
    if saved.shown:
        yield f"Visible since the export: {_sheets(saved.shown)}."
    if saved.hidden:
        yield f"Hidden since the export: {_sheets(saved.hidden)}."
    if saved.is_reordered:
        yield "The sheets stand in another order than they were exported in."


def _losses(saved: Saved) -> Iterator[str]:
    """Yield what is gone besides values."""
    for missing in saved.missing:
        yield f"the {missing.feature} of {_sheets(missing.sheets)}"
    if saved.missing_sheets:
        yield _sheets(saved.missing_sheets)
    if names := saved.missing_names:
        full = [(sheet_prefix(sheet) if sheet else "") + name for sheet, name in names]
        what = "the name" if len(names) == 1 else f"{len(names):,} names:"
        yield f"{what} {_text(listed(full, MOST_NAMED))}"


def _sheets(names: Sequence[str]) -> str:
    """Return one sheet, or how many and the first few."""
    if len(names) == 1:
        return f"the sheet {_text(names[0])}"
    return f"{len(names):,} sheets ({_text(listed(names, MOST_NAMED))})"


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
