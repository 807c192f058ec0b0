import io

from cnncalc.files.xlsx_contents import read_contents
from cnncalc.sheet.planning import make_plan
from cnncalc.tasks.expected_contents import expected_contents
from cnncalc.tasks.workbook_reading import read_exported
from cnncalc.verification.contents import Saved, compare_contents
from cnncalc.views.workbook.article_workbook import write_article_workbook
from cnncalc.views.workbook.export import WorkbookOptions
from tests.views.workbook.drawn import drawn_trace, written
from tests.views.workbook.networks import DrawnNetwork

DRAWN = 12


def contents():
    """What is expected of workbooks, and what stands in them."""
    article = io.BytesIO()
    write_article_workbook(article, WorkbookOptions())
    yield article.getvalue()
    for seed in range(DRAWN):
        yield written(drawn_trace(seed))
        yield DrawnNetwork(seed).written()


def test_a_workbook_holds_what_its_plan_expects():
    for content in contents():
        expected = expected_contents(read_exported(content).plan)
        assert compare_contents(expected, read_contents(content, "a")) == Saved()


def test_a_workbook_holds_no_more_than_its_plan_expects():
    # What isn't expected would not be missed.
    for content in contents():
        expected = expected_contents(read_exported(content).plan)
        found = read_contents(content, "a")
        assert dict(found.names) == dict(expected.names)
        for wanted, sheet in zip(expected.sheets, found.sheets, strict=True):
            assert (sheet.name, sheet.state) == (wanted.name, wanted.state)
            assert set(sheet.counts) == set(wanted.counts), sheet.name


def test_names_belong_to_their_sheets_where_there_are_several_calculations():
    specifications = read_exported(written(drawn_trace(0))).plan.specifications
    [*names] = expected_contents(make_plan(specifications)).names
    assert ("", "image_0") in names
    article = io.BytesIO()
    write_article_workbook(article, WorkbookOptions())
    expected = expected_contents(read_exported(article.getvalue()).plan)
    assert expected.names["Case 5", "image"] == "'Case 5'!$B$2:$E$18"
