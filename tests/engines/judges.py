"""What judges the set of workbooks: five spreadsheet engines, and our page's evaluator."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from cnncalc.files.engines import EngineName, recalculate
from cnncalc.files.workbooks import read_cells
from cnncalc.network import Array
from cnncalc.sheet.flow import Flow
from cnncalc.sheet.plan import Block, Quantity, Values
from cnncalc.tasks.verification import compare_exported, numbers_and_sizes
from cnncalc.tasks.workbook_reading import read_exported
from cnncalc.verification.comparison import (
    TOLERANCE,
    CellValue,
    Evaluation,
    ExpectedBlock,
    Place,
    Report,
    WorkbookCells,
    compare,
)
from tests.engines.workbook_set import Example, workbook_set
from tests.views.page.cases import Case
from tests.views.page.test_evaluator import Given, blocks, calculated, given, page_of

__all__ = ["JUDGES", "TOLERANCES", "Verdict", "judged_workbook", "verdict"]

HYPERFORMULA = Path(__file__).parent / "hyperformula"

# Beyond which numbers differ. HyperFormula tells 11 digits of a number, and calculates with all.
TOLERANCES = {"HyperFormula": 1e-9}


@dataclass(frozen=True)
class Verdict:
    """What a judge makes of the workbooks of the set that it takes.

    `judge` is its name and version; `rows` are what became of each workbook, by its name;
    `seconds` is how long calculating took.
    """

    judge: str
    rows: Mapping[str, Row]
    seconds: float


@dataclass(frozen=True)
class Row:
    """How many formula cells of a workbook were compared, differ, and are errors.

    `largest` is the largest relative difference of all, `first` tells of a cell that differs.
    """

    cells: int
    differing: int
    errors: int
    largest: float
    first: str


@cache
def verdict(name: str) -> Verdict:
    """Return the verdict of a judge, one of JUDGES."""
    return JUDGES[name]()


def _of_engine(name: EngineName) -> Callable[[], Verdict]:
    def judge() -> Verdict:
        return _judged(lambda contents: recalculate(contents, name))

    return judge


def _judged(evaluate: Callable[[Sequence[bytes]], Sequence[Evaluation]]) -> Verdict:
    began = time.perf_counter()
    evaluations = evaluate([own.content for own in workbook_set()])
    seconds = time.perf_counter() - began
    name = evaluations[0].engine
    rows = {
        own.name: judged_workbook(own, evaluation)
        for own, evaluation in zip(workbook_set(), evaluations, strict=True)
    }
    return Verdict(name, rows, seconds)


def judged_workbook(example: Example, evaluation: Evaluation) -> Row:
    """Return what an engine made of one workbook, of every formula cell that holds a number."""
    cells = _cells(example)
    values = (evaluation.values.get(place) for place in cells.formulas)
    errors = sum(isinstance(value, str) and value.startswith("#") for value in values)
    return _row(_compared(example, evaluation), errors)


def _row(report: Report, errors: int) -> Row:
    evaluated = report.evaluated
    assert evaluated.largest, "a workbook without a formula proves nothing"
    largest = evaluated.largest.relative
    tolerance = TOLERANCES.get(report.engine.split()[0], TOLERANCE)
    differing = 0 if largest <= tolerance else evaluated.differing
    return Row(evaluated.cells, differing, errors, largest, str(evaluated.first))


@cache
def _cells(example: Example) -> WorkbookCells:
    return read_cells(example.content)


def _compared(example: Example, evaluation: Evaluation) -> Report:
    """Compare as `verify` does, or with what is stored."""
    if example.is_verified:
        return compare_exported(read_exported(example.content), evaluation)
    cells = _cells(example)
    return compare(_stored_blocks(cells), cells, evaluation)


def _stored_blocks(cells: WorkbookCells) -> Iterator[ExpectedBlock]:
    """Yield each formula cell with what is stored beside it."""
    for place, formula in cells.formulas.items():
        if place in cells.stored:
            value = np.array([[cells.stored[place]]], dtype=object)
            yield ExpectedBlock(*place, value, [[formula]])


def _by_hyperformula(contents: Sequence[bytes]) -> list[Evaluation]:
    """Have HyperFormula calculate workbooks, of which it is told the cells."""
    node = shutil.which("node")
    assert node, "HyperFormula runs in Node: install nodejs"
    installed = HYPERFORMULA / "node_modules" / "hyperformula" / "package.json"
    assert installed.is_file(), f"npm install --no-package-lock --prefix {HYPERFORMULA}"
    engine = f"HyperFormula {json.loads(installed.read_text())['version']}"
    lines = "".join(f"{json.dumps(_as_sheets(read_cells(content)))}\n" for content in contents)
    command = [node, str(HYPERFORMULA / "evaluate.js")]
    done = subprocess.run(command, input=lines, capture_output=True, text=True, check=True)
    return [Evaluation(engine, _values(json.loads(line))) for line in done.stdout.splitlines()]


def _as_sheets(cells: WorkbookCells) -> dict[str, list[tuple[int, int, Any]]]:
    """Return the cells by their sheets, as HyperFormula is told them."""
    sheets = defaultdict(list)
    for (sheet, row, column), value in cells.constants.items():
        # Else it would read a formula or a number into a text.
        content = f"'{value}" if isinstance(value, str) else value
        sheets[sheet].append((row, column, content))
    for (sheet, row, column), formula in cells.formulas.items():
        sheets[sheet].append((row, column, f"={formula}"))
    return sheets


def _values(found: list[tuple[str, int, int, CellValue | None]]) -> dict[Place, CellValue]:
    return {
        Place(sheet, row, column): float(value) if type(value) is int else value
        for sheet, row, column, value in found
        if value not in (None, "")
    }


def _by_page() -> Verdict:
    """Have our page's evaluator calculate what the workbooks were made of, inputs typed over."""
    names, pages = [], []
    for own in workbook_set():
        for number, calculation in enumerate(own.calculations):
            names.append(own.name)
            specification, values = calculation
            case = Case(own.name, specification, _as_floats(values))
            pages.append(given(own.name, page_of(case), number))
    with TemporaryDirectory() as folder:
        began = time.perf_counter()
        results = calculated(pages, Path(folder))
        seconds = time.perf_counter() - began
    by_name = defaultdict(list)
    for name, page, result in zip(names, pages, results, strict=True):
        by_name[name].append((page, result["after"][0]))
    rows = {name: _row(_page_report(own), 0) for name, own in by_name.items()}
    return Verdict("our page", rows, seconds)


def _as_floats(values: Values) -> dict[Quantity, Array]:
    """Return numbers over which others may be typed: the article's are whole ones."""
    return {
        name: array if array.dtype == object else array.astype(float)
        for name, array in values.items()
    }


def _page_report(calculations: list[tuple[Given, list[list[Any]]]]) -> Report:
    """Compare the numbers of a page's flows as those of a workbook's sheets."""
    expected, values, formulas = [], {}, {}
    for number, (page, found) in enumerate(calculations):
        numbers, sizes = numbers_and_sizes(page.flows[0].specification, page.edited)
        for slice_number, block, cells in _flow_blocks(page.flows[0], found):
            sheet = f"{number}.{slice_number}"
            shape = block.height, block.width
            texts = [["page"] * block.width] * block.height
            size = block.slice(sizes) if block.quantity in sizes else None
            expected.append(
                ExpectedBlock(sheet, block.row, block.column, block.slice(numbers), texts, size)
            )
            for (row, column), value in np.ndenumerate(np.array(cells, object).reshape(shape)):
                place = Place(sheet, block.row + row, block.column + column)
                values[place] = float(value) if type(value) is int else value
                formulas[place] = "page"
    return compare(expected, WorkbookCells({}, formulas, {}), Evaluation("our page", values))


def _flow_blocks(flow: Flow, found: list[list[Any]]) -> Iterator[tuple[int, Block, list[Any]]]:
    slices = [part.number for part in flow.slices for block in part.blocks if block.formula]
    yield from zip(slices, blocks(flow), found, strict=True)


JUDGES: Mapping[str, Callable[[], Verdict]] = {
    "LibreOffice": _of_engine("libreoffice"),
    "Gnumeric": _of_engine("gnumeric"),
    "IronCalc": _of_engine("ironcalc"),
    "formualizer": _of_engine("formualizer"),
    "HyperFormula": lambda: _judged(_by_hyperformula),
    "our page": _by_page,
}
