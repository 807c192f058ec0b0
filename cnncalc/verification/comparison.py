"""The comparison, cell by cell, of what a workbook should hold with what it does."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from cnncalc.network import Array
from cnncalc.verification.contents import Saved
from cnncalc.verification.formula_forms import DIGITS, is_same_formula

__all__ = [
    "TOLERANCE",
    "CellValue",
    "Change",
    "Comparison",
    "Difference",
    "Evaluation",
    "ExpectedBlock",
    "Place",
    "Report",
    "WorkbookCells",
    "compare",
]

TOLERANCE = 1e-12
"""The largest relative difference between two numbers that count as the same."""

# A number is compared with itself, or with this share of the terms behind it where these are
# larger: at 1e-12 of it, some 50 units in the terms' last place.
_SHARE_OF_TERMS = 0.01

# What a cell holds: a number, TRUE or FALSE, or a text; an error is its text, such as "#DIV/0!".
CellValue = float | bool | str


class Place(NamedTuple):
    """Where a cell stands: its sheet, and its row and column counted from 0."""

    sheet: str
    row: int
    column: int


@dataclass(frozen=True)
class WorkbookCells:
    """The cells of a workbook that hold something.

    `constants` are the cells without a formula, `formulas` the others (without their equals
    sign), `stored` the values that the workbook stores beside its formulas.
    """

    constants: Mapping[Place, CellValue]
    formulas: Mapping[Place, str]
    stored: Mapping[Place, CellValue]


@dataclass(frozen=True)
class Evaluation:
    """The values of a workbook's formula cells, as a spreadsheet engine evaluated them.

    `engine` is its name and version. A formula that gives nothing has no place in `values`;
    cells without a formula may have one.
    """

    engine: str
    values: Mapping[Place, CellValue]


@dataclass(frozen=True, eq=False)
class ExpectedBlock:
    """A rectangle of cells as it should be.

    Arguments: the `sheet`, and the `row` and `column` of its first cell, counted from 0; its
    `values` (height, width), NaN for an empty cell, or texts; its `formulas`, one a cell in as many
    rows and without their equals signs, None where the cells are constants; the `sizes` (height,
    width) of the terms behind its numbers (see `term_sizes`), where they are known.
    """

    sheet: str
    row: int
    column: int
    values: Array
    formulas: Sequence[Sequence[str]] | None = None
    sizes: Array | None = None


@dataclass(frozen=True)
class Difference:
    """One formula cell, the number it should give, and what was found.

    `absolute` and `relative` are infinite where no number was found. `found` is None where there
    was nothing.
    """

    place: Place
    formula: str
    expected: float | str
    found: CellValue | None
    absolute: float
    relative: float


@dataclass(frozen=True)
class Comparison:
    """The numbers of formula cells compared.

    `cells` were compared, `missing` had nothing to compare; `differing` are beyond the tolerance,
    `first` is the first of them; `largest` is the largest relative difference of all.
    """

    cells: int
    missing: int
    differing: int
    first: Difference | None
    largest: Difference | None


@dataclass(frozen=True)
class Change:
    """A cell that no longer holds what it was made with.

    `expected` is a formula with its equals sign, or a number, or None for an empty cell; so is
    `found`. `gives_same` where the number that came of it is the same so far: it need not be after
    a change of the inputs.
    """

    place: Place
    expected: CellValue | None
    found: CellValue | None
    gives_same: bool = False


@dataclass(frozen=True)
class Report:
    """What is to be said about a workbook.

    `evaluated` compares what the `engine` made of the formulas, `stored` the values that the
    workbook stores beside them; `changes` are the formulas and paddings that were typed over.
    `rewritten` formulas are written in another form, in which they calculate the same; `saved`
    tells what a program dropped of what is no number.
    """

    engine: str
    evaluated: Comparison
    stored: Comparison
    changes: tuple[Change, ...]
    rewritten: int = 0
    saved: Saved = field(default_factory=Saved)

    @property
    def agrees(self) -> bool:
        """Whether all numbers are right, and no formula or padding was typed over."""
        return not (self.changes or self.evaluated.differing or self.stored.differing)


class _Cell(NamedTuple):
    """One cell as it should be; `formula` without its equals sign."""

    place: Place
    formula: str | None
    value: float | str
    term_size: float


def compare(
    blocks: Iterable[ExpectedBlock], cells: WorkbookCells, evaluation: Evaluation
) -> Report:
    """Compare what a workbook should hold with what it holds and evaluates to.

    Arguments: the `blocks` of its formulas and paddings, computed from its own inputs; its
    `cells`; an engine's `evaluation` of it.
    Returns the report, everything in the order of the blocks.
    """
    expected = [cell for block in blocks for cell in _cells(block)]
    changes = tuple(
        change for cell in expected if (change := _change(cell, cells, evaluation.values))
    )
    changed = {change.place for change in changes}
    formulas = [cell for cell in expected if cell.formula and cell.place in cells.formulas]
    stored = [cell for cell in formulas if cell.place in cells.stored]
    return Report(
        evaluation.engine,
        _comparison(_differences(formulas, cells.formulas, evaluation.values), 0),
        _comparison(
            _differences(stored, cells.formulas, cells.stored), len(formulas) - len(stored)
        ),
        changes,
        sum(
            cell.place not in changed and cells.formulas[cell.place] != cell.formula
            for cell in formulas
        ),
    )


def _cells(block: ExpectedBlock) -> Iterator[_Cell]:
    """Yield the cells of a block, row by row."""
    sizes = np.zeros(block.values.shape) if block.sizes is None else block.sizes
    for row, (numbers, terms) in enumerate(zip(block.values, sizes, strict=True)):
        pairs = zip(numbers.tolist(), terms.tolist(), strict=True)
        for column, (number, size) in enumerate(pairs):
            place = Place(block.sheet, block.row + row, block.column + column)
            formula = block.formulas[row][column] if block.formulas else None
            yield _Cell(place, formula, number, size)


def _change(cell: _Cell, cells: WorkbookCells, values: Mapping[Place, CellValue]) -> Change | None:
    """Tell whether a cell was typed over."""
    formula = cells.formulas.get(cell.place)
    found = cells.constants.get(cell.place) if formula is None else f"={formula}"
    if cell.formula is None:
        is_empty = isinstance(cell.value, float) and math.isnan(cell.value)
        expected = None if is_empty else cell.value
        return None if _is_same_constant(found, expected) else Change(cell.place, expected, found)
    if formula is not None and is_same_formula(formula, cell.formula):
        return None
    value = found if formula is None else values.get(cell.place)
    gives_same = _relative(_distance(cell.value, value), cell) <= TOLERANCE
    return Change(cell.place, f"={cell.formula}", found, gives_same)


def _is_same_constant(found: CellValue | None, expected: CellValue | None) -> bool:
    """Tell whether two constants differ at most in digits that some programs leave out."""
    if isinstance(found, float) and isinstance(expected, float):
        return math.isclose(found, expected, rel_tol=10.0 ** (1 - DIGITS))
    return found == expected


def _differences(
    expected: Iterable[_Cell], formulas: Mapping[Place, str], found: Mapping[Place, CellValue]
) -> Iterator[Difference]:
    for cell in expected:
        value = found.get(cell.place)
        absolute = _distance(cell.value, value)
        relative = _relative(absolute, cell)
        formula = f"={formulas[cell.place]}"
        yield Difference(cell.place, formula, cell.value, value, absolute, relative)


def _distance(expected: float | str, found: CellValue | None) -> float:
    """Return how far apart two values are; a spreadsheet has an error for what is no number."""
    if isinstance(expected, str):
        return 0.0 if found == expected else math.inf
    if not math.isfinite(expected):
        return 0.0 if isinstance(found, str) and found.startswith("#") else math.inf
    distance = abs(found - expected) if isinstance(found, float) else math.inf
    # Some spreadsheets take what is smaller, a denormal, for 0, as workbooks store it.
    return distance if distance >= sys.float_info.min else 0.0


def _relative(absolute: float, cell: _Cell) -> float:
    """Return a distance as a share of the number, or of a share of the terms behind it."""
    if absolute in (0, math.inf) or isinstance(cell.value, str):
        return absolute
    terms = _SHARE_OF_TERMS * cell.term_size if math.isfinite(cell.term_size) else 0.0
    return absolute / (max(abs(cell.value), terms) or 1.0)


def _comparison(differences: Iterable[Difference], missing: int) -> Comparison:
    cells = differing = 0
    first = largest = None
    for difference in differences:
        cells += 1
        if largest is None or difference.relative > largest.relative:
            largest = difference
        if difference.relative > TOLERANCE:
            differing += 1
            first = first or difference
    return Comparison(cells, missing, differing, first, largest)
