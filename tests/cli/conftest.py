from __future__ import annotations

import pytest
from click.testing import CliRunner

from cnncalc.cli.commands import cli


@pytest.fixture(autouse=True)
def _plain_terminal_of_100_columns(monkeypatch):
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("LINES", "60")
    monkeypatch.delenv("CNNCALC_DEBUG", raising=False)
    monkeypatch.delenv("FORCE_COLOR", raising=False)


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Run `cnncalc ARGUMENTS` in an empty folder; the result has output, stderr and exit_code."""
    monkeypatch.chdir(tmp_path)

    def run_(*arguments, **options):
        return CliRunner().invoke(cli, [str(each) for each in arguments], **options)

    return run_


@pytest.fixture
def fails(run):
    """Run a command that must fail with status 2 and one line; return the line."""

    def fails_(*arguments, status=2, **options):
        result = run(*arguments, **options)
        lines = result.stderr.splitlines()
        errors = [line for line in lines if line.startswith("Error: ")]
        assert result.exit_code == status, result.output
        assert result.stdout == ""
        assert len(errors) == 1, result.stderr
        # Training says what it reads while it reads; elsewhere an error stands alone.
        assert lines == errors or arguments[0] == "train"
        assert lines[-1] == errors[0]
        return errors[0].removeprefix("Error: ")

    return fails_
