from __future__ import annotations

import subprocess
import sys
import warnings

import click
import pytest

from cnncalc.cli.streams import say


@pytest.mark.parametrize("form", ["table", "csv", "json"])
@pytest.mark.parametrize("closed", [">&-", ">&- 2>&-"])
def test_a_closed_output_is_no_error(form, closed):
    program = f"{sys.executable} -m cnncalc show --format {form} {closed}"
    result = subprocess.run(["bash", "-c", program], capture_output=True, text=True, check=False)
    assert result.returncode == 0
    assert "Error" not in result.stderr


def test_a_file_is_not_written_to_by_what_goes_to_a_closed_output(tmp_path):
    program = f"{sys.executable} -m cnncalc show --format json -o {tmp_path}/grid.csv >&-"
    subprocess.run(["bash", "-c", program], check=True)
    assert "stages" not in (tmp_path / "grid.csv").read_text()
    assert len((tmp_path / "grid.csv").read_text().splitlines()) == 17


@pytest.mark.filterwarnings("default")
def test_a_librarys_warning_is_one_line_said_once(run, monkeypatch):
    def warn(self, ctx):
        for _ in range(2):
            warnings.warn("odd\n  file", UserWarning, stacklevel=1)

    monkeypatch.setattr(click.Group, "invoke", warn)
    result = run("outsize", "32", "3", "0", "1")
    assert result.stderr == "Warning: odd file\n"
    assert result.exit_code == 0


@pytest.mark.filterwarnings("default")
def test_warnings_are_shown_as_before_when_the_command_has_ended(run):
    before = warnings.showwarning
    assert run("outsize", "32", "3", "0", "1").exit_code == 0
    assert warnings.showwarning is before


def test_on_a_terminal_a_long_line_is_broken_between_words(monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "30")
    message = "  the division must come out. Received: 227×227"
    say(message)
    assert capsys.readouterr().out == message + "\n"
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    say(message)
    out = capsys.readouterr().out
    assert out == "  the division must come out.\n  Received: 227×227\n"
