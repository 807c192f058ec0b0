from dataclasses import replace

from cnncalc.verification.contents import (
    Missing,
    Saved,
    SheetContents,
    WorkbookContents,
    compare_contents,
)

IMAGE = SheetContents("Image", "visible", {"colour scales": 3, "charts": 2, "links": 1})
OUT = SheetContents("Out", "visible", {"colour scales": 1})
SOLUTION = SheetContents("Solution", "veryHidden", {})
NAMES = {("", "image"): "Image!$A$1:$B$2", ("Out", "output"): "Out!$A$1"}
MADE = WorkbookContents("", [IMAGE, OUT, SOLUTION], NAMES)


def saved(*sheets, names=NAMES, program="Some 1.0"):
    return compare_contents(MADE, WorkbookContents(program, sheets, names))


def test_a_workbook_as_it_was_made_lost_nothing():
    assert compare_contents(MADE, MADE) == Saved()


def test_what_a_program_joins_or_adds_is_not_lost():
    joined = replace(IMAGE, counts={"colour scales": 1, "charts": 3, "links": 9, "paper size": 1})
    mine = SheetContents("Mine", "visible", {})
    names = NAMES | {("", "my_own"): "Mine!A1"}
    found = saved(mine, joined, OUT, SOLUTION, names=names)
    assert found == Saved("Some 1.0")


def test_what_sheets_have_no_more_is_told_with_their_names():
    bare = replace(IMAGE, counts={"charts": 2, "links": 1})
    found = saved(bare, replace(OUT, counts={}), SOLUTION)
    assert found.missing == (Missing("colour scales", ("Image", "Out")),)


def test_one_of_two_charts_is_missed():
    fewer = replace(IMAGE, counts=dict(IMAGE.counts) | {"charts": 1})
    assert saved(fewer, OUT, SOLUTION).missing == (Missing("charts", ("Image",)),)


def test_a_sheet_that_is_gone_is_told_once():
    assert saved(IMAGE, SOLUTION) == Saved("Some 1.0", missing_sheets=("Out",))


def test_a_name_that_is_gone_or_stands_for_something_else_is_told():
    names = {("", "image"): "image!A1:B2", ("Out", "output"): "#REF!"}
    assert saved(IMAGE, OUT, SOLUTION, names=names).missing_names == (("Out", "output"),)
    assert saved(IMAGE, OUT, SOLUTION, names={}).missing_names == tuple(NAMES)


def test_sheets_that_are_shown_hidden_or_moved_are_told():
    found = saved(replace(OUT, state="hidden"), IMAGE, replace(SOLUTION, state="visible"))
    assert found == Saved("Some 1.0", shown=("Solution",), hidden=("Out",), is_reordered=True)


def test_a_sheet_hidden_from_eyes_alone_is_still_hidden():
    assert saved(IMAGE, OUT, replace(SOLUTION, state="hidden")) == Saved("Some 1.0")
