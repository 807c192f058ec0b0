import math

import pytest

from cnncalc.verification.comparison import Change, Comparison, Difference, Place, Report
from cnncalc.views.terminal.verification import report_lines

HERE = Place("Case 5", 4, 8)
AGREEING = Comparison(cells=1200, missing=0, differing=0, first=None, largest=None)


def difference(found=430.0, absolute=1.0, relative=0.0023310023310023, place=HERE):
    return Difference(place, "=SUM(B5:C6)", 429.0, found, absolute, relative)


def lines(evaluated=AGREEING, stored=AGREEING, changes=()):
    return list(report_lines(Report("LibreOffice 7.4", evaluated, stored, tuple(changes))))


def test_agreement_takes_two_lines():
    assert lines() == [
        "Formulas, evaluated by LibreOffice 7.4: all 1,200 agree with the calculation.",
        "Values stored beside them: all 1,200 agree with the calculation.",
    ]


def test_a_difference_within_the_tolerance_is_told():
    tiny = difference(429.00000000000006, 5.684341886080802e-14, 1.3e-16)
    assert lines(Comparison(4, 0, 0, None, tiny))[1] == (
        "  Largest difference: 'Case 5'!I5, =SUM(B5:C6), gives 429.00000000000006, expected 429 "
        "(5.7e-14, relative 1.3e-16)."
    )


def test_the_first_and_the_largest_difference_are_told_once_each():
    first, largest = difference(), difference(858.0, 429.0, 1.0, Place("Out", 0, 0))
    assert lines(Comparison(4, 0, 2, first, largest))[:3] == [
        "Formulas, evaluated by LibreOffice 7.4: 2 of 4 differ from the calculation.",
        "  First difference: 'Case 5'!I5, =SUM(B5:C6), gives 430, expected 429 "
        "(1, relative 0.0023).",
        "  Largest difference: Out!A1, =SUM(B5:C6), gives 858, expected 429 (4.3e+02, relative 1).",
    ]
    assert len(lines(Comparison(4, 0, 1, first, first))) == 3


@pytest.mark.parametrize(
    ("found", "said"),
    [("#DIV/0!", "#DIV/0!"), (None, "nothing"), (True, "TRUE"), ("", "")],
)
def test_what_is_no_number_has_no_size_of_difference(found, said):
    first = difference(found, math.inf, math.inf)
    line = lines(Comparison(4, 0, 1, first, first))[1]
    assert line.endswith(f"gives {said}, expected 429.")


def test_stored_values_that_differ_come_with_advice():
    found = lines(stored=Comparison(4, 0, 1, difference(), difference()))
    assert found[1] == "Values stored beside them: 1 of 4 differ from the calculation."
    assert found[3] == (
        "  Open and save the workbook in a spreadsheet program, and it stores its own values."
    )


def test_formulas_without_stored_values_are_counted():
    assert lines(stored=Comparison(0, 4, 0, None, None))[1:] == [
        "Values stored beside them: none to compare.",
        "  4 formulas have no stored value yet.",
    ]


def test_what_was_typed_over_is_listed_with_what_was_there():
    changes = [
        Change(HERE, "=SUM(B5:C6)", 7.0),
        Change(Place("Out", 0, 0), "=A1", "=A2"),
        Change(Place("Out", 0, 1), 0.0, None),
        Change(Place("Out", 0, 2), None, "x"),
    ]
    assert lines(changes=changes)[2:] == [
        "4 cells were typed over, which is easily done:",
        "  'Case 5'!I5 holds 7 in place of =SUM(B5:C6).",
        "  Out!A1 holds =A2 in place of =A1.",
        "  Out!B1 holds nothing in place of 0.",
        "  Out!C1 holds x in place of nothing.",
        "  Type what was there to bring it back. Pixels, weights and biases are yours to change.",
    ]


def test_one_change_is_one_cell_and_many_are_cut():
    assert lines(changes=[Change(HERE, "=A1", 7.0)])[2].startswith("One cell was typed over")
    many = lines(changes=[Change(HERE, "=A1", 7.0)] * 1010)
    assert many[2].startswith("1,010 cells were typed over")
    assert many[-2] == "  … and 1,000 more."
    assert len(many) == 2 + 1 + 10 + 2


def test_a_text_out_of_a_workbook_does_a_terminal_no_harm():
    found = lines(changes=[Change(Place("a\nb", 0, 0), "=A1", "\x1b[31mred" + "x" * 500)])[3]
    assert found.isprintable()
    assert found.startswith(r"  'a\nb'!A1 holds \x1b[31mredx")
    assert len(found) < 300
