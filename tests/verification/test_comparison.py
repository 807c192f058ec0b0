from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from cnncalc.verification.comparison import (
    Change,
    Evaluation,
    ExpectedBlock,
    Place,
    WorkbookCells,
    compare,
)

NUMBERS = np.array([[429.0, 505.0], [261.0, 792.0]])

BLOCK = ExpectedBlock("Out", 3, 1, NUMBERS, [["A1*2", "B1*2"], ["A2*2", "B2*2"]])

PLACES = [Place("Out", 3 + row, 1 + column) for row in range(2) for column in range(2)]

FORMULAS = dict(zip(PLACES, ["A1*2", "B1*2", "A2*2", "B2*2"], strict=True))

VALUES = dict(zip(PLACES, NUMBERS.ravel().tolist(), strict=True))

CELLS = WorkbookCells({}, FORMULAS, VALUES)


def report(cells=CELLS, values=VALUES, blocks=(BLOCK,)):
    return compare(blocks, cells, Evaluation("an engine 1.0", values))


def test_a_workbook_as_it_was_made_agrees():
    found = report()
    assert found.agrees
    assert found.engine == "an engine 1.0"
    assert (found.evaluated.cells, found.stored.cells, found.changes) == (4, 4, ())
    assert found.evaluated.first is None
    assert found.evaluated.largest.relative == 0


def test_the_first_and_the_largest_difference_are_told_with_formula_and_both_numbers():
    found = report(values=VALUES | {PLACES[1]: 505.5, PLACES[3]: 800.0})
    assert not found.agrees
    assert found.evaluated.differing == 2
    first, largest = found.evaluated.first, found.evaluated.largest
    assert (first.place, first.formula, first.expected, first.found) == (
        PLACES[1],
        "=B1*2",
        505.0,
        505.5,
    )
    assert (largest.place, largest.absolute, largest.relative) == (PLACES[3], 8.0, 8 / 792)


def test_stored_values_are_compared_apart():
    found = report(replace(CELLS, stored=VALUES | {PLACES[0]: -999.0}))
    assert not found.agrees
    assert found.evaluated.differing == 0
    assert (found.stored.differing, found.stored.first.found) == (1, -999.0)


def test_a_formula_without_a_stored_value_is_counted_and_no_difference():
    found = report(replace(CELLS, stored={PLACES[0]: 429.0}))
    assert found.agrees
    assert (found.stored.cells, found.stored.missing) == (1, 3)


@pytest.mark.parametrize("value", ["#DIV/0!", "429", True, None])
def test_what_is_no_number_differs_infinitely(value):
    found = report(values=VALUES | {PLACES[0]: value}).evaluated
    assert (found.differing, found.first.found, found.first.relative) == (1, value, math.inf)


def test_a_formula_that_gives_nothing_differs():
    values = {place: value for place, value in VALUES.items() if place != PLACES[2]}
    found = report(values=values).evaluated
    assert (found.first.place, found.first.found) == (PLACES[2], None)


@pytest.mark.parametrize(("relative", "differing"), [(0.9e-12, 0), (1.1e-12, 1)])
def test_the_tolerance_is_relative_to_the_number(relative, differing):
    found = report(values=VALUES | {PLACES[0]: 429 * (1 + relative)}).evaluated
    assert found.differing == differing
    assert found.largest.relative == pytest.approx(relative, rel=1e-2)


@pytest.mark.parametrize(("found", "differing"), [(0.0, 0), (1e-13, 0), (1e-11, 1)])
def test_a_sum_that_cancels_is_as_exact_as_its_terms(found, differing):
    block = replace(BLOCK, values=np.full((2, 2), 2.8e-14), sizes=np.full((2, 2), 100.0))
    values = dict.fromkeys(PLACES, found)
    assert report(values=values, blocks=[block]).evaluated.differing == 4 * differing


def test_an_error_stands_for_a_number_too_large_to_write():
    block = replace(BLOCK, values=np.array([[np.inf, np.nan], [261.0, 792.0]]))
    values = VALUES | {PLACES[0]: "#NUM!", PLACES[1]: "#VALUE!"}
    assert report(values=values, blocks=[block]).evaluated.differing == 0
    assert report(values=VALUES, blocks=[block]).evaluated.differing == 2


def test_terms_too_large_to_write_hide_no_difference():
    for term_size in (math.inf, math.nan):
        block = replace(BLOCK, sizes=np.full((2, 2), term_size))
        assert report(values=VALUES | {PLACES[0]: 430.0}, blocks=[block]).evaluated.differing == 1


def test_any_number_in_place_of_a_zero_differs():
    block = replace(BLOCK, values=np.zeros((2, 2)))
    zeros = dict.fromkeys(PLACES, 0.0)
    assert report(values=zeros, blocks=[block]).evaluated.differing == 0
    assert report(values=zeros | {PLACES[0]: 1e-9}, blocks=[block]).evaluated.differing == 1


def without(mapping, place):
    return {key: value for key, value in mapping.items() if key != place}


def typed_over(constants):
    return WorkbookCells(constants, without(FORMULAS, PLACES[1]), without(VALUES, PLACES[1]))


@pytest.mark.parametrize("number", [505.0, 7.0])
def test_a_number_typed_over_a_formula_is_found_even_if_it_is_the_same(number):
    found = report(typed_over({PLACES[1]: number}))
    is_same = number == 505
    assert found.changes == (Change(PLACES[1], "=B1*2", number, gives_same=is_same),)
    assert not found.agrees
    assert found.evaluated.cells == 3


def test_a_formula_that_was_deleted_is_found():
    assert report(typed_over({})).changes == (Change(PLACES[1], "=B1*2", None),)


def test_another_formula_is_found_and_its_number_compared():
    cells = replace(CELLS, formulas=FORMULAS | {PLACES[0]: "A1*3"})
    found = report(cells, values=VALUES | {PLACES[0]: 643.5})
    assert found.changes == (Change(PLACES[0], "=A1*2", "=A1*3"),)
    assert found.evaluated.first.formula == "=A1*3"


def test_another_formula_of_the_same_number_is_a_change_all_the_same():
    cells = replace(CELLS, formulas=FORMULAS | {PLACES[0]: "A1+A1"})
    found = report(cells)
    assert found.changes == (Change(PLACES[0], "=A1*2", "=A1+A1", gives_same=True),)
    assert found.rewritten == 0
    assert not found.agrees


def test_a_formula_written_otherwise_is_no_change_but_counted():
    cells = replace(CELLS, formulas=FORMULAS | {PLACES[0]: "$A$1 * 2.0"})
    assert report(cells).agrees
    assert report(cells).rewritten == 1
    assert report().rewritten == 0


def test_a_constant_of_15_digits_is_the_same():
    # LibreOffice writes no more.
    block = ExpectedBlock("Out", 0, 0, np.array([[0.4973283812314475]]))
    for number, changes in ((0.497328381231448, 0), (0.49732838123146, 1)):
        cells = replace(CELLS, constants={Place("Out", 0, 0): number})
        assert len(report(cells, blocks=[block]).changes) == changes


def test_a_padding_that_was_typed_over_is_found():
    zeros = ExpectedBlock("Out", 0, 0, np.zeros((1, 3)))
    cells = replace(CELLS, constants={Place("Out", 0, 0): 0.0, Place("Out", 0, 1): 5.0})
    assert report(cells, blocks=[zeros, BLOCK]).changes == (
        Change(Place("Out", 0, 1), 0.0, 5.0),
        Change(Place("Out", 0, 2), 0.0, None),
    )


def test_an_empty_padding_stays_empty():
    empty = ExpectedBlock("Out", 0, 0, np.full((1, 2), np.nan))
    assert report(blocks=[empty, BLOCK]).agrees
    cells = replace(CELLS, constants={Place("Out", 0, 1): 5.0})
    assert report(cells, blocks=[empty]).changes == (Change(Place("Out", 0, 1), None, 5.0),)


def test_a_formula_where_a_padding_was_is_a_change():
    zeros = ExpectedBlock("Out", 0, 0, np.zeros((1, 1)))
    cells = replace(CELLS, formulas=FORMULAS | {Place("Out", 0, 0): "A9"})
    assert report(cells, blocks=[zeros]).changes == (Change(Place("Out", 0, 0), 0.0, "=A9"),)


def test_other_cells_are_nobodys_business():
    cells = replace(
        CELLS,
        constants={Place("Notes", 0, 0): "mine"},
        formulas=FORMULAS | {Place("Notes", 1, 0): "1/0"},
    )
    assert report(cells).agrees
    assert report(cells).evaluated.cells == 4


def test_sheets_are_told_apart():
    other = replace(BLOCK, sheet="Other")
    assert len(report(blocks=[BLOCK, other]).changes) == 4


@pytest.mark.parametrize(("found", "differing"), [(0.0, 0), (3e-308, 1)])
def test_a_denormal_may_be_0(found, differing):
    block = ExpectedBlock("Out", 0, 0, np.array([[7.7e-320]]), [["EXP(A1)"]])
    place = Place("Out", 0, 0)
    cells = WorkbookCells({}, {place: "EXP(A1)"}, {place: found})
    assert report(cells, {place: 7.7e-320}, [block]).stored.differing == differing


def test_texts_are_compared_as_they_are():
    block = ExpectedBlock("Out", 0, 0, np.array([["cat"]], dtype=object), [["INDEX(B1:B2,1)"]])
    place = Place("Out", 0, 0)
    cells = WorkbookCells({}, {place: "INDEX(B1:B2,1)"}, {place: "cat"})
    assert report(cells, {place: "cat"}, [block]).agrees
    found = report(cells, {place: "dog"}, [block]).evaluated
    assert (found.differing, found.first.expected, found.first.found) == (1, "cat", "dog")
    assert report(cells, {place: 4.0}, [block]).evaluated.differing == 1
