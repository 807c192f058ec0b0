"""Reads large workbooks and texts of numbers, from the name of the file to the array."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from xlsxwriter import Workbook

from benchmarks.checkouts import at_checkout, name_of
from benchmarks.measuring import Contender, check_same, in_turns
from benchmarks.reporting import Asked, program, table

OURS = "cnncalc"
ROUNDS = 5
CELLS, NUMBERS, FEW = (1_000, 700), (3_000, 1_000), (20, 30)
TARGET = 5

Grid = NDArray[np.float64]


def _write_cells(path: Path, grid: Grid, *, formulas: bool) -> None:
    with Workbook(str(path), {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        for (row, column), number in np.ndenumerate(grid):
            if formulas:
                sheet.write_formula(row, column, f"={number:.4f}", None, number)
            else:
                sheet.write_number(row, column, number)


def _write_text(path: Path, grid: Grid, *, separator: str, point: str) -> None:
    np.savetxt(path, grid, fmt="%.4f", delimiter="|")
    path.write_text(path.read_text().replace(".", point).replace("|", separator))


# What each file is called in the table, how it is written, and how large it is.
FILES: dict[str, tuple[Callable[[Path, Grid], None], str, tuple[int, int]]] = {
    "numbers": (partial(_write_cells, formulas=False), ".xlsx", CELLS),
    "formulas with their values": (partial(_write_cells, formulas=True), ".xlsx", CELLS),
    "points, commas between": (partial(_write_text, separator=",", point="."), ".csv", NUMBERS),
    "commas, semicolons between": (partial(_write_text, separator=";", point=","), ".csv", NUMBERS),
}


def prepare(path: Path) -> Callable[[], list[float]]:
    """Return the turn: a file read. It returns a few of its numbers and the sum of all."""
    from cnncalc.files.source import read_input

    def turn() -> list[float]:
        values = read_input(str(path)).values
        return [*map(float, values.shape), *values[0, :9, 0].tolist(), float(values.sum())]

    return turn


@contextmanager
def _written(name: str, *, tiny: bool) -> Iterator[tuple[Path, tuple[int, int]]]:
    write, ending, size = FILES[name]
    shape = FEW if tiny else size
    grid = np.random.default_rng(0).normal(scale=100, size=shape).round(4)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"grid{ending}"
        write(path, grid)
        yield path, shape


def files(asked: Asked) -> Sequence[str]:
    """Measure each kind of file, beside another checkout's cnncalc where there is one."""
    rows = [_row(name, asked) for name in FILES]
    before = [] if asked.against is None else [name_of(asked.against), "times as long"]
    header = ("", "", "numbers", f"{OURS}, seconds", "peak MB", *before)
    return [
        f"A grid of numbers of four decimals in a file. At least {TARGET} times as fast as before "
        "plain numbers were told from all else is wanted.",
        table(header, rows),
    ]


def _row(name: str, asked: Asked) -> Sequence[object]:
    with _written(name, tiny=asked.tiny) as (path, (height, width)):
        contenders = [Contender(OURS, partial(prepare, path))]
        if asked.against is not None:
            contenders.append(at_checkout(contenders[0], asked.against))
        turns = in_turns(contenders, 2 if asked.tiny else ROUNDS)
    row = [path.suffix, name, f"{height * width:,}", turns.seconds(OURS)]
    row.append(f"{turns.peak_megabytes(OURS):.0f}")
    if asked.against is None:
        return row
    before = name_of(asked.against)
    check_same(f"{name}, by {before}", turns.results[OURS], turns.results[before], 0)
    return [*row, turns.seconds(before), turns.ratio(OURS, before)]


PARTS = {"files": files}

if __name__ == "__main__":
    program("reading", PARTS, against=True)
