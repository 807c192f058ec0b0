"""formualizer, a fast engine written in Rust that pip installs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib.metadata import version
from importlib.util import find_spec
from itertools import groupby
from typing import Any

from cnncalc.errors import InputError
from cnncalc.files.engines.engine import Engine
from cnncalc.files.workbooks import formula_places
from cnncalc.verification.comparison import CellValue, Evaluation, Place

__all__ = ["FORMUALIZER"]

# As formualizer names them, and as spreadsheets write them.
_ERRORS = {
    "Calc": "#CALC!",
    "Circ": "#CIRC!",
    "Div": "#DIV/0!",
    "Na": "#N/A",
    "Name": "#NAME?",
    "Null": "#NULL!",
    "Num": "#NUM!",
    "Ref": "#REF!",
    "Spill": "#SPILL!",
    "Value": "#VALUE!",
}


def _evaluate(workbooks: Sequence[bytes]) -> list[Evaluation]:
    """Evaluate workbooks one after the other."""
    engine = f"formualizer {version('formualizer')}"
    return [Evaluation(engine, dict(_values(content))) for content in workbooks]


def _values(content: bytes) -> Iterator[tuple[Place, CellValue]]:
    """Yield the value of each formula cell, asking for a row of cells at a time."""
    book = _evaluated(content)
    rows = groupby(formula_places(content), key=lambda place: (place.sheet, place.row))
    for (sheet, row), places in rows:
        columns = [place.column for place in places]
        values = _row_values(book, sheet, row, columns[0], columns[-1])
        for column in columns:
            value = values[column - columns[0]]
            if value not in (None, ""):
                yield Place(sheet, row, column), _value(value)


def _evaluated(content: bytes) -> Any:
    import formualizer  # noqa: PLC0415 (an optional package)

    try:
        book = formualizer.load_workbook_bytes(content)
        book.evaluate_all()
    # Its errors have no common type.
    except Exception as error:
        message = f"formualizer can't evaluate the workbook: {error}"
        raise InputError(message) from error
    return book


def _row_values(book: Any, sheet: str, row: int, first: int, last: int) -> list[Any]:
    import formualizer  # noqa: PLC0415

    area = formualizer.RangeAddress(sheet, row + 1, first + 1, row + 1, last + 1)
    values: list[Any] = book.sheet(sheet).get_values(area)[0]
    return values


def _value(value: Any) -> CellValue:
    """Return a value as a spreadsheet shows it; an error comes as {"kind": "Div", …}."""
    if isinstance(value, dict):
        return _ERRORS.get(value["kind"], "#ERROR!")
    if isinstance(value, bool | str):
        return value
    return float(value) if isinstance(value, int | float) else str(value)


FORMUALIZER = Engine(
    "formualizer",
    "formualizer (pip install 'cnncalc[verify]')",
    lambda: find_spec("formualizer") is not None,
    _evaluate,
)
