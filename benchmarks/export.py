"""Writes the article's Case 5 on a large grid, and the same cells with a bare XlsxWriter loop."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import numpy as np
import xlsxwriter
from openpyxl import load_workbook
from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell

from benchmarks.measuring import Contender, check_same, in_turns
from benchmarks.reporting import Asked, program, table
from cnncalc.calculator import Calculation
from cnncalc.trace import Trace, record
from cnncalc.views.workbook.export import WorkbookOptions, write_workbook

COLUMNS = 200
KERNEL = np.array([[1, 0.3], [0.5, 2]]).reshape(2, 2, 1, 1)


def case5(rows: int) -> Trace:
    """Return Case 5 on an image that makes `rows` × COLUMNS outputs."""
    image = np.random.default_rng(0).integers(0, 256, (rows + 1, COLUMNS + 1, 1)).astype(float)
    return record(Calculation(KERNEL).network(image.shape), image)


def export(trace: Trace, path: Path) -> None:
    """Write the workbook as cnncalc does."""
    write_workbook(path, trace, WorkbookOptions())


def bare_loop(trace: Trace, path: Path) -> None:
    """Write the same pixels, weights, formulas and values with XlsxWriter alone."""
    pixels, outputs = trace.input.values[:, :, 0].tolist(), trace.output[:, :, 0].tolist()
    first = COLUMNS + 7
    weights = f"${xl_col_to_name(first - 3)}$5:${xl_col_to_name(first - 2)}$6"
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as workbook:
        worksheet = workbook.add_worksheet()
        for row, line in enumerate(pixels):
            for column, pixel in enumerate(line):
                worksheet.write_number(row, column, pixel)
            if row in (4, 5):
                for column in (0, 1):
                    worksheet.write_number(row, first - 3 + column, KERNEL[row - 4, column, 0, 0])
            for column, output in enumerate(outputs[row] if row < len(outputs) else ()):
                window = (
                    f"{xl_rowcol_to_cell(row, column)}:{xl_rowcol_to_cell(row + 1, column + 1)}"
                )
                formula = f"=SUMPRODUCT({window},{weights})"
                worksheet.write_formula(row, first + column, formula, None, output)


def computed(write: Callable[[Trace, Path], None], rows: int) -> list[float]:
    """Return the values stored beside the SUMPRODUCT formulas of a workbook, cell by cell."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "made.xlsx"
        write(case5(rows), path)
        formulas, values = (load_workbook(path, data_only=only) for only in (False, True))
        return [
            values[sheet.title][cell.coordinate].value
            for sheet in formulas
            for row in sheet.iter_rows()
            for cell in row
            if str(cell.value).startswith("=SUMPRODUCT(")
        ]


def prepare(write: Callable[[Trace, Path], None], rows: int) -> Callable[[], None]:
    """Return the turn: one workbook written."""
    trace = case5(rows)

    def turn() -> None:
        with tempfile.TemporaryDirectory() as folder:
            write(trace, Path(folder) / "made.xlsx")

    return turn


def speed(asked: Asked) -> Sequence[str]:
    """Measure 200,000 formulas."""
    rows, rounds = (5, 2) if asked.tiny else (1_000, 5)
    check_same("values of formulas", computed(export, 5), computed(bare_loop, 5), 0.0)
    writers = {"cnncalc": export, "bare XlsxWriter loop": bare_loop}
    turns = in_turns(
        [Contender(name, partial(prepare, write, rows)) for name, write in writers.items()], rounds
    )
    measured = [
        (
            name,
            turns.seconds(name),
            f"{rows * COLUMNS / turns.seconds(name).middle:,.0f}",
            f"{turns.peak_megabytes(name):.0f}",
            turns.ratio(name, "bare XlsxWriter loop"),
        )
        for name in writers
    ]
    header = ("", "seconds", "formulas a second", "peak MB", "speed, of the bare loop's")
    return [f"{rows * COLUMNS:,} formulas, both in constant memory.", table(header, measured)]


PARTS = {"speed": speed}

if __name__ == "__main__":
    program("export", PARTS)
