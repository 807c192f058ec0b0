"""What the programs print, and where they keep it."""

from __future__ import annotations

import re
import sys

import pytest

from benchmarks import reporting
from benchmarks.errors import MissingPeerError
from benchmarks.measuring import Command, Contender, commands_in_turns, in_turns
from benchmarks.reporting import README, counted, machine, program, table, written


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


def prepared_in_vain():
    message = "no weights\nof that name"
    raise ValueError(message)


def test_a_program_ends_in_one_line_where_a_contender_fails(monkeypatch, capfd):
    monkeypatch.setattr(sys, "argv", [""])
    failing = {"a": lambda _: in_turns([Contender("Keras", prepared_in_vain)], rounds=1)}
    with pytest.raises(SystemExit) as ended:
        program("s", failing)
    assert ended.value.code == "python -m benchmarks.s: Keras failed: ValueError: no weights"
    # Its own traceback stands above, once.
    said = capfd.readouterr().err
    assert said.startswith("Process Keras:\nTraceback ")
    assert said.count("Traceback ") == 1
    assert "prepared_in_vain" in said


def test_a_program_ends_in_one_line_where_a_command_fails(monkeypatch, capfd):
    monkeypatch.setattr(sys, "argv", [""])
    failing = [Command("fail", [sys.executable, "-c", "1 / 0"])]
    with pytest.raises(SystemExit) as ended:
        program("s", {"a": lambda _: commands_in_turns(failing, rounds=1)})
    line = "python -m benchmarks.s: fail failed: ZeroDivisionError: division by zero"
    assert ended.value.code == line
    assert capfd.readouterr().err.count("Traceback ") == 1


def test_only_a_tiny_size_says_that_its_figures_mean_nothing(monkeypatch, capsys):
    for words, notes in ([], 0), (["--tiny"], 2):
        monkeypatch.setattr(sys, "argv", ["", *words])
        program("s", {"a": lambda _: ["measured"], "b": lambda _: ["measured"]})
        assert capsys.readouterr().out.count("\nOnly tried out, with --tiny: these f") == notes


def test_one_of_a_thing_has_no_plural():
    assert [counted(1, "epoch"), counted(2_000, "epoch")] == ["1 epoch", "2,000 epochs"]


def test_the_page_has_a_place_for_every_part():
    begun = re.findall(r"^<!-- (?!end of )(.*) -->$", README.read_text(), re.MULTILINE)
    ended = re.findall(r"^<!-- end of (.*) -->$", README.read_text(), re.MULTILINE)
    assert begun == ended
    assert begun
