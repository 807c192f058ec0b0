"""Every engine, and our page, calculates every workbook of the set as cnncalc does."""

import pytest

from tests.engines.judges import JUDGES, verdict
from tests.engines.workbook_set import CHECKED_IN, workbook_set
from tools.engines import kept, kept_in_document

pytestmark = pytest.mark.engines

PROGRAMS = [name for name in JUDGES if name != "our page"]


@pytest.mark.parametrize("judge", JUDGES)
def test_every_number_of_every_workbook_is_cnncalcs(judge):
    rows = verdict(judge).rows
    assert {name: row.first for name, row in rows.items() if row.differing or row.errors} == {}


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_program_is_given_all_workbooks_and_those_checked_in_have_no_error(program):
    rows = verdict(program).rows
    assert list(rows) == [own.name for own in workbook_set()]
    checked_in = [rows[f"workbooks/{path.name}"] for path in CHECKED_IN.glob("*.xlsx")]
    assert len(checked_in) == 3
    assert [row.errors for row in checked_in] == [0, 0, 0]


@pytest.mark.parametrize("judge", JUDGES)
def test_the_tables_in_the_docs_say_what_a_judge_found(judge):
    assert kept_in_document(judge) == kept(judge, verdict(judge))
