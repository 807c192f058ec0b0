"""Writes 200,000 formulas of the article's Case 5, and the same cells with a bare XlsxWriter loop.

Prints two ratios: the speed of the export over that of the loop (both in constant memory; at
least 0.8 is wanted), and the peak memory of a process that exports five times the rows over that of
one that exports them once, its numbers left out (1 means that it does not grow). Run it on a quiet
machine:

    python benchmarks/export.py
"""

from __future__ import annotations

import multiprocessing
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import xlsxwriter
from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell

from cnncalc.calculator import Calculation
from cnncalc.trace import Trace, record
from cnncalc.views.workbook.export import WorkbookOptions, write_workbook

COLUMNS = 200
ROWS = 1_000
ROUNDS = 5
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


def seconds(write: Callable[[Trace, Path], None], trace: Trace) -> float:
    """Return how long one writing takes."""
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        write(trace, Path(folder) / "made.xlsx")
        return time.perf_counter() - start


def peak_megabytes(rows: int) -> float:
    """Return the peak memory of a new process that exports, less the numbers of its trace."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_peak_megabytes, (rows,))


def _peak_megabytes(rows: int) -> float:
    trace = case5(rows)
    numbers = sum(stage.values.nbytes for stage in trace.stages)
    seconds(export, trace)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 - numbers / 2**20


def main() -> None:
    """Print both ratios."""
    trace = case5(ROWS)
    times = [(seconds(bare_loop, trace), seconds(export, trace)) for _ in range(ROUNDS)]
    bare, ours = (statistics.median(each) for each in zip(*times, strict=True))
    print(f"{ROWS * COLUMNS:,} formulas: bare loop {bare:.1f} s, cnncalc {ours:.1f} s")
    print(f"speed, cnncalc over the bare loop: {bare / ours:.2f}")
    few, many = peak_megabytes(ROWS), peak_megabytes(5 * ROWS)
    print(f"peak memory: {few:.0f} MB for {ROWS:,} rows, {many:.0f} MB for five times as many")
    print(f"memory, five times the rows over one: {many / few:.2f}")


if __name__ == "__main__":
    main()
