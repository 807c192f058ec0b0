import pytest

from tests.engines.judges import JUDGES, Row, Verdict
from tools import engines as program
from tools.engines import BEGIN, END, kept, kept_in_document, tables

AGREES = Row(81, 0, 0, 3e-14, "None")
DIFFERS = Row(81, 9, 2, 0.5, "K6")


@pytest.fixture
def found(tmp_path, monkeypatch):
    """Verdicts on two workbooks, of which a page has one; they stand in a document."""
    verdicts = {name: Verdict(f"{name} 1.2", {"a": AGREES, "b": AGREES}, 7.4) for name in JUDGES}
    verdicts["our page"] = Verdict("our page", {"a": AGREES}, 1.0)
    monkeypatch.setattr(program, "DOCUMENT", tmp_path / "engines.md")
    program.DOCUMENT.write_text(f"before\n\n{BEGIN}{tables(verdicts)}{END}\n", "utf-8")
    return verdicts


def test_the_tables_say_what_was_found(found):
    lines = tables(found).splitlines()
    assert "| Gnumeric | 1.2 | GPL-2.0 or GPL-3.0 | 162 | 0 | 0 | 3e-14 | 7 |" in lines
    assert lines[-1] == "| b | 81 | 3e-14 | 3e-14 | 3e-14 | 3e-14 | 3e-14 | – |"


def test_a_document_of_the_same_findings_is_not_stale(found):
    for name, own in found.items():
        assert kept_in_document(name) == kept(name, own)


def test_seconds_versions_and_last_digits_are_not_kept(found):
    rows = {"a": AGREES, "b": Row(81, 0, 0, 2e-15, "None")}
    other = Verdict("Gnumeric 9", rows, 80)
    assert kept_in_document("Gnumeric") == kept("Gnumeric", other)


@pytest.mark.parametrize(
    "rows", [{"a": AGREES, "b": DIFFERS}, {"a": AGREES}, {"a": AGREES, "c": AGREES}]
)
def test_other_findings_make_a_document_stale(found, rows):
    assert kept_in_document("Gnumeric") != kept("Gnumeric", Verdict("Gnumeric 1.2", rows, 7.4))


def test_what_differs_is_told(found):
    said = tables(found | {"Gnumeric": Verdict("Gnumeric 1", {"a": DIFFERS, "b": AGREES}, 1)})
    assert "| **9 differ, 2 errors** |" in said
    assert "| Gnumeric | 1 | GPL-2.0 or GPL-3.0 | 162 | 9 | 2 | 5e-01 | 1 |" in said
