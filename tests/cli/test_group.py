import importlib
import os
import subprocess
import sys

import click
import pytest

from cnncalc import __version__
from cnncalc.cli.commands import HOMES, cli


@pytest.mark.parametrize("name", HOMES)
def test_every_command_has_help_that_ends_with_an_example(run, name):
    result = run(name, "--help")
    assert result.exit_code == 0
    paragraphs = result.stdout.rstrip().split("\n\n")
    assert paragraphs[-1].startswith(f"  Example: cnncalc {name}")


@pytest.mark.parametrize("name", HOMES)
def test_every_home_holds_its_command(name):
    command = getattr(importlib.import_module(HOMES[name].module), name.replace("-", "_"))
    assert isinstance(command, click.Command)
    assert command.name == name


def test_the_list_of_commands_comes_without_importing_them():
    program = (
        "import sys; from cnncalc.cli.commands import cli\n"
        "try: cli(['--help'])\nexcept SystemExit: pass"
    )
    check = f"{program}\nprint(*sorted(m for m in sys.modules if m.startswith('cnncalc.cli.')))"
    result = subprocess.run(
        [sys.executable, "-c", check], capture_output=True, text=True, check=True
    )
    assert [name.rpartition(".")[2] for name in result.stdout.splitlines()[-1].split()] == [
        "commands",
        "group",
        "one_blas_thread",
        "streams",
    ]
    assert all(f"  {name} " in result.stdout for name in HOMES)


def test_no_command_shows_the_help(run):
    result = run()
    assert result.exit_code == 0
    assert result.stdout.startswith("Usage: ")


def test_version(run):
    assert run("--version").stdout == f"cnncalc, version {__version__}\n"


def failing(monkeypatch, error):
    def fail(self, ctx):
        raise error

    monkeypatch.setattr(click.Group, "invoke", fail)


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (KeyboardInterrupt(), 130, "Interrupted."),
        (click.Abort(), 130, "Interrupted."),
        (MemoryError(), 2, "Error: not enough memory for this calculation; "),
        (OSError(28, "No space left on device", "x.png"), 2, "Error: No space left on device: x"),
        (RuntimeError("odd\nthing"), 2, "Error: unexpected RuntimeError: odd thing (a bug in cnn"),
    ],
)
def test_whatever_happens_ends_in_one_line(run, monkeypatch, error, status, said):
    failing(monkeypatch, error)
    result = run("outsize", "32", "3", "0", "1")
    assert result.exit_code == status
    # Click ends the line of a typed ^C first.
    [line] = result.stderr.strip().splitlines()
    assert line.startswith(said)


def test_the_module_runs_as_the_command_does():
    arguments = ["-m", "cnncalc", "outsize", "32", "3", "0", "1"]
    result = subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, check=True
    )
    assert result.stdout.endswith("\n30\n")


@pytest.mark.parametrize("arguments", ["cases", "show --format csv", "outsize 9 2 0 1", "--help"])
def test_a_reader_that_goes_away_is_no_error(arguments):
    # The sleep lets the reader be gone before the first word is written.
    program = (
        f"(sleep 0.3; {sys.executable} -m cnncalc {arguments}) | true; echo ${{PIPESTATUS[0]}}"
    )
    result = subprocess.run(["bash", "-c", program], capture_output=True, text=True, check=True)
    assert result.stdout == "0\n"
    assert "Error" not in result.stderr


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "cp437", "cp932"])
@pytest.mark.parametrize(
    "arguments", ["cases 3", "show --flatten", "outsize 7 2 0 2", "convolve --help", "convolv"]
)
def test_every_encoding_can_show_every_command(encoding, arguments):
    environment = os.environ | {"PYTHONIOENCODING": encoding}
    result = subprocess.run(
        [sys.executable, "-m", "cnncalc", *arguments.split()],
        capture_output=True,
        env=environment,
        check=False,
    )
    # Click takes ASCII for a mistake and writes UTF-8 there.
    said = (result.stdout + result.stderr).decode("utf-8" if encoding == "ascii" else encoding)
    assert "bug" not in said
    assert "?" not in said.replace("Did you mean convolve?", "")
    assert result.returncode == (2 if arguments == "convolv" else 0)


def test_the_command_group_is_what_the_entry_point_runs():
    assert isinstance(cli, click.Group)
