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

from cnncalc.files.engines import recalculate
from cnncalc.files.workbooks import read_cells
from cnncalc.sheet.flow import Flow
from cnncalc.tasks.verification import compare_exported, numbers_and_sizes
from cnncalc.tasks.workbook_reading import read_exported
from cnncalc.verification.comparison import (
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

__all__ = ["JUDGES", "Verdict", "verdict"]

HYPERFORMULA = Path(__file__).parent / "hyperformula"


@dataclass(frozen=True)
class Verdict:
    """What a judge makes of the workbooks of the set that it takes.

    `engine` is its name and version; `reports` has a comparison a workbook, `errors` how many of
    its cells are errors, both by the workbook's name; `seconds` is how long calculating took.
    """

    engine: str
    reports: Mapping[str, Report]
    errors: Mapping[str, int]
    seconds: float


@cache
def verdict(name: str) -> Verdict:
    """Return the verdict of a judge, one of JUDGES."""
    return JUDGES[name]()


def _of_engine(name: Any) -> Callable[[], Verdict]:
    def judge() -> Verdict:
        return _judged(lambda contents: recalculate(contents, name))

    return judge


def _judged(evaluate: Callable[[Sequence[bytes]], Sequence[Evaluation]]) -> Verdict:
    began = time.perf_counter()
    evaluations = evaluate([own.content for own in workbook_set()])
    seconds = time.perf_counter() - began
    reports, errors = {}, {}
    for own, evaluation in zip(workbook_set(), evaluations, strict=True):
        reports[own.name] = compare_with(own, evaluation)
        values = (evaluation.values.get(place) for place in _cells(own).formulas)
        errors[own.name] = sum(str(value).startswith("#") for value in values)
    return Verdict(evaluations[0].engine, reports, errors, seconds)


@cache
def _cells(example: Example) -> WorkbookCells:
    return read_cells(example.content)


def compare_with(example: Example, evaluation: Evaluation) -> Report:
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
    given = "".join(f"{json.dumps(_as_sheets(read_cells(content)))}\n" for content in contents)
    command = [node, HYPERFORMULA / "evaluate.js"]
    done = subprocess.run(command, input=given, capture_output=True, text=True, check=True)
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
    numbers = (
        (Place(*place), float(value) if type(value) is int else value) for *place, value in found
    )
    return {place: value for place, value in numbers if value not in (None, "")}


def _by_page() -> Verdict:
    """Have our page's evaluator calculate what the workbooks were made of, inputs typed over."""
    names, pages = [], []
    for own in workbook_set():
        for number, calculation in enumerate(own.calculations):
            names.append(own.name)
            pages.append(given(own.name, page_of(Case(own.name, *calculation)), number))
    with TemporaryDirectory() as folder:
        began = time.perf_counter()
        results = calculated(pages, Path(folder))
        seconds = time.perf_counter() - began
    by_name = defaultdict(list)
    for name, page, result in zip(names, pages, results, strict=True):
        by_name[name].append((page, result["after"][0]))
    reports = {name: _page_report(own) for name, own in by_name.items()}
    return Verdict("our page", reports, dict.fromkeys(names, 0), seconds)


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


def _flow_blocks(flow: Flow, found: list[list[Any]]) -> Iterator[tuple[int, Any, list[Any]]]:
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
