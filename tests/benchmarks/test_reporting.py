"""What the programs print, and where they keep it."""

from __future__ import annotations

import re
import sys

import pytest

from benchmarks import reporting
from benchmarks.measuring import MissingPeerError
from benchmarks.reporting import README, machine, program, table, written


def marked(part, text=""):
    return f"<!-- s: {part} -->\n{text}<!-- end of s: {part} -->\n"


def test_a_table_is_markdown():
    assert table(["", "ms"], [["a", 1.5]]) == "|  | ms |\n| --- | ---: |\n| a | 1.5 |"


def test_the_machine_is_named_with_its_cores_and_matrix_library():
    assert re.search(r"\d+ cores; \S*(blas|mkl|accelerate)\S* .*Python 3\..* numpy 2", machine())


def test_a_part_replaces_its_last_text_and_no_other():
    page = "head\n" + marked("a", "old\n") + marked("b", "kept\n")
    expected = "head\n" + marked("a", "\nnew \\1\n\n") + marked("b", "kept\n")
    assert written(page, "s", "a", "new \\1") == expected
    with pytest.raises(ValueError, match="end of s: c"):
        written(page, "s", "c", "new")


def test_a_program_prints_its_parts_and_writes_them_where_asked(monkeypatch, tmp_path, capsys):
    page = tmp_path / "README.md"
    page.write_text(marked("a") + marked("b"))
    monkeypatch.setattr(reporting, "README", page)
    monkeypatch.setattr(sys, "argv", ["", "--only", "a", "--write"])
    program("s", {"a": lambda _: ["measured"], "b": lambda _: ["not asked"]})
    assert "## s: a\n\nmeasured\n\nMachine: " in capsys.readouterr().out
    assert "\nmeasured\n" in page.read_text()
    assert "not asked" not in page.read_text()


def test_a_program_ends_in_one_line_where_a_peer_is_missing(monkeypatch):
    def part(_):
        message = "nobody must be installed"
        raise MissingPeerError(message)

    monkeypatch.setattr(sys, "argv", [""])
    with pytest.raises(SystemExit, match=r"^python -m benchmarks\.s: nobody must be installed$"):
        program("s", {"a": part})


def test_the_page_has_a_place_for_every_part():
    begun = re.findall(r"^<!-- (?!end of )(.*) -->$", README.read_text(), re.MULTILINE)
    ended = re.findall(r"^<!-- end of (.*) -->$", README.read_text(), re.MULTILINE)
    assert begun == ended
    assert begun
