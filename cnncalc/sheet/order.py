"""The order in which the blocks of a plan can be worked out: each after all that it reads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from graphlib import TopologicalSorter
from itertools import product

from cnncalc.sheet.plan import Block, Plan, Reference, Sheet, Tiled

__all__ = ["calculation_order"]

# Blocks are looked for by the rows that they stand in, so many rows at a time.
ROWS_AT_A_TIME = 32


@dataclass(frozen=True)
class _Area:
    """A rectangle of cells; the last row and column belong to it."""

    top: int
    left: int
    bottom: int
    right: int

    def meets(self, other: _Area) -> bool:
        return (
            self.top <= other.bottom
            and other.top <= self.bottom
            and self.left <= other.right
            and other.left <= self.right
        )

    @property
    def row_groups(self) -> range:
        """The groups of rows by which it is looked for, of ROWS_AT_A_TIME each."""
        return range(max(0, self.top) // ROWS_AT_A_TIME, self.bottom // ROWS_AT_A_TIME + 1)


def calculation_order(plan: Plan) -> tuple[tuple[Sheet, Block], ...]:
    """Return every block of a plan with its sheet, each after all blocks that its formulas read.

    A whole block can be worked out at once, as no cell of it reads another one of it.
    Raises graphlib.CycleError where blocks read each other, which no plan of `make_plan` has.

    >>> from cnncalc.layers import MaxPooling2D
    >>> from cnncalc.sheet.plan import Specification
    >>> from cnncalc.sheet.planning import make_plan
    >>> pool = Specification("", (MaxPooling2D(2, name="pool"),), (4, 4, 1))
    >>> [block.quantity.name for _, block in calculation_order(make_plan([pool]))]
    ['', 'pooling']
    """
    blocks = [(sheet, block) for sheet in plan.sheets for block in sheet.blocks]
    standing = _standing(blocks)
    order: TopologicalSorter[int] = TopologicalSorter()
    for number, (sheet, block) in enumerate(blocks):
        order.add(number, *_read(sheet, block, standing))
    return tuple(blocks[number] for number in order.static_order())


_Standing = dict[tuple[str, int], list[tuple[int, _Area]]]


def _standing(blocks: Sequence[tuple[Sheet, Block]]) -> _Standing:
    """Return which blocks stand in which rows of a sheet."""
    result: _Standing = {}
    for number, (sheet, block) in enumerate(blocks):
        bottom, right = block.row + block.height - 1, block.column + block.width - 1
        area = _Area(block.row, block.column, bottom, right)
        for rows in area.row_groups:
            result.setdefault((sheet.name, rows), []).append((number, area))
    return result


def _read(sheet: Sheet, block: Block, standing: _Standing) -> set[int]:
    """Return the blocks that a block's formulas read."""
    return {
        number
        for reference, height, width in _references(block)
        for area in [_area(reference, height, width)]
        for rows in area.row_groups
        for number, other in standing.get((reference.sheet or sheet.name, rows), ())
        if area.meets(other)
    }


def _references(block: Block) -> Iterator[tuple[Reference, int, int]]:
    """Yield each reference of a block's formulas, and how many rows and columns it moves along."""
    if isinstance(block.formula, Tiled):
        rows, columns = len(block.formula.formulas), len(block.formula.formulas[0])
        for formula in (formula for row in block.formula.formulas for formula in row):
            for reference in formula.references:
                yield reference, -(-block.height // rows), -(-block.width // columns)
    elif block.formula is not None:
        for reference in block.formula.references:
            yield reference, block.height, block.width


def _area(reference: Reference, height: int, width: int) -> _Area:
    """Return the cells that a reference of all of a block's formulas covers."""
    corners = [
        (
            reference.row + row * reference.down.rows + column * reference.across.rows,
            reference.column + row * reference.down.columns + column * reference.across.columns,
        )
        for row, column in product(_ends(height), _ends(width))
    ]
    rows, columns = ([corner[axis] for corner in corners] for axis in (0, 1))
    bottom, right = max(rows) + reference.height - 1, max(columns) + reference.width - 1
    return _Area(min(rows), min(columns), bottom, right)


def _ends(count: int) -> Iterable[int]:
    return (0, count - 1)
