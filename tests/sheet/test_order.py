"""A plan's blocks can be worked out one after the other: none reads what comes later."""

from __future__ import annotations

from graphlib import CycleError
from itertools import product
from pathlib import Path

import pytest

from cnncalc.sheet.order import calculation_order
from cnncalc.sheet.plan import STAY, Block, Formula, Plan, Quantity, Reference, Sheet, Step, Tiled
from cnncalc.tasks.workbook_reading import read_exported
from tests.sheet.training.examples import NETWORKS, drawn_network, example, pieces

WORKBOOKS = Path(__file__).parents[2] / "workbooks"


def cells(block):
    return product(range(block.height), range(block.width))


def read_cells(block, row, column):
    """Yield the sheet and each cell that the formula of one cell of a block reads, one by one."""
    formula = block.formula
    if isinstance(formula, Tiled):
        tile = formula.formulas
        row, inner_row = divmod(row, len(tile))
        column, inner_column = divmod(column, len(tile[0]))
        formula = tile[inner_row][inner_column]
    for reference in formula.references:
        top = reference.row + row * reference.down.rows + column * reference.across.rows
        left = reference.column + row * reference.down.columns + column * reference.across.columns
        for down, across in product(range(reference.height), range(reference.width)):
            yield reference.sheet, top + down, left + across


def assert_in_order(plan):
    blocks = [(sheet, block) for sheet in plan.sheets for block in sheet.blocks]
    places = {
        (sheet.name, block.row + row, block.column + column)
        for sheet, block in blocks
        for row, column in cells(block)
    }
    ordered, filled = calculation_order(plan), set()
    assert len(ordered) == len(blocks)
    for sheet, block in ordered:
        for row, column in cells(block) if block.formula else ():
            for name, *place in read_cells(block, row, column):
                cell = (name or sheet.name, *place)
                assert cell in filled or cell not in places, (sheet.name, block.range, cell)
        filled |= {
            (sheet.name, block.row + row, block.column + column) for row, column in cells(block)
        }
    assert filled == places


@pytest.mark.parametrize("name", NETWORKS)
def test_a_trainings_blocks_read_none_that_come_later(name):
    network = drawn_network(name, "mean_squared_error")
    assert_in_order(example(pieces(network, "mean_squared_error")).plan)


@pytest.mark.parametrize(
    "name", sorted(path.name for path in WORKBOOKS.glob("*.xlsx")) or ["none is there"]
)
def test_the_blocks_of_the_workbooks_checked_in_read_none_that_come_later(name):
    assert_in_order(read_exported((WORKBOOKS / name).read_bytes()).plan)


def plan_of(*formulas):
    """Return a plan of two cells, the second under the first, with these formulas."""
    blocks = [
        Block(row, 0, 1, 1, "formula", Quantity("stage", "", str(row)), formula=formula)
        for row, formula in enumerate(formulas)
    ]
    return Plan((), (Sheet("one", "", "", 0, tuple(blocks)),))


def reading(row, height=1):
    return Formula("SUM({0})", (Reference("", row, 0, height),))


def test_a_block_that_reads_a_later_one_is_worked_out_after_it():
    ordered = calculation_order(plan_of(reading(1), None))
    assert [block.quantity.name for _, block in ordered] == ["1", "0"]


def test_blocks_that_read_each_other_are_an_error():
    with pytest.raises(CycleError):
        calculation_order(plan_of(reading(1), reading(0)))


def test_a_block_that_reads_itself_is_an_error():
    with pytest.raises(CycleError):
        calculation_order(plan_of(reading(0, 2), None))


def test_references_that_move_backwards_are_followed():
    turned = Formula("{0}", (Reference("", 3, 0, down=Step(-1, 0), across=STAY),))
    first = Block(0, 0, 2, 1, "formula", Quantity("stage", "", "first"), formula=turned)
    later = Block(2, 0, 1, 1, "pixels", Quantity("input", "", "later"))
    ordered = calculation_order(Plan((), (Sheet("one", "", "", 0, (first, later)),)))
    assert [block.quantity.name for _, block in ordered] == ["later", "first"]
