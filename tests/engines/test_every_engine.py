"""Every engine, and our page, calculates every workbook of the set as cnncalc does."""

import pytest

from tests.engines.judges import JUDGES, verdict
from tests.engines.workbook_set import CHECKED_IN, workbook_set
from tools.engines import kept, kept_in_document

pytestmark = pytest.mark.engines


@pytest.mark.parametrize("judge", JUDGES)
def test_a_judge_finds_every_number_of_every_workbook_to_be_cnncalcs(judge):
    """All that is asked of a judge stands in one test, so that one process asks it, once."""
    found = verdict(judge)
    wrong = {name: row.first for name, row in found.rows.items() if row.differing or row.errors}
    assert wrong == {}
    if judge != "our page":
        assert list(found.rows) == [own.name for own in workbook_set()]
        checked_in = [found.rows[f"workbooks/{path.name}"] for path in CHECKED_IN.glob("*.xlsx")]
        assert [row.errors for row in checked_in] == [0, 0, 0]
    # The table in the docs says the same.
    assert kept_in_document(judge) == kept(judge, found)
