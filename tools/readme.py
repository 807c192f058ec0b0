"""Keeps the documents true: runs every command in them and compares, or rewrites, the output shown.

They are README.md and the pages of docs/, several at a time.

A block marked `console` holds commands after `$ ` and what each prints, one marked `python` is a
doctest; the README's blocks marked `sh` hold the two commands that a newcomer starts with. All
commands of a document run in one empty folder, in order, as in a terminal 100 columns wide
without colour; its doctests run in another, before them.

    python tools/readme.py --check          exit 1 and show the difference where one is stale
    python tools/readme.py --write          put today's output in
    python tools/readme.py --test-command   print the command that installs and runs the tests
"""

from __future__ import annotations

import argparse
import contextlib
import difflib
import doctest
import os
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from io import StringIO
from multiprocessing import get_context
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
DOCUMENTS = (README, *sorted((ROOT / "docs").glob("*.md")))
CONSOLE = re.compile(r"(?<=^```console\n).*?(?=^```$)", re.MULTILINE | re.DOTALL)
SHELL = re.compile(r"(?<=^```sh\n).*?(?=^```$)", re.MULTILINE | re.DOTALL)


def commands(block: str) -> list[str]:
    """Return the commands of a console block, with their continuation lines."""
    found = re.findall(r"^\$ ((?:.*\\\n)*.*)$", block, re.MULTILINE)
    return [str(command) for command in found]


def output(command: str, folder: Path) -> str:
    """Run a command as a reader would, and return all that it prints."""
    environment = os.environ | {"COLUMNS": "100", "NO_COLOR": "1", "PYTHONUTF8": "1"}
    environment["XDG_CACHE_HOME"] = str(folder / ".cache")
    result = subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        env=environment,
        text=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    # Which LibreOffice it was differs from machine to machine.
    said = re.sub(r"(LibreOffice) [\d.]+\d", r"\1", result.stdout)
    return "\n".join(line.rstrip() for line in said.splitlines())


def renewed(text: str) -> str:
    """Return a document with the output of every command as it is today."""
    with tempfile.TemporaryDirectory() as folder:

        def run(match: re.Match[str]) -> str:
            parts = [
                f"$ {command}\n{output(command, Path(folder))}" for command in commands(match[0])
            ]
            return "\n".join(part.rstrip("\n") for part in parts) + "\n"

        return CONSOLE.sub(run, text)


def test_command() -> str:
    """Return the second of the two commands that the README starts with."""
    return str(SHELL.findall(README.read_text(encoding="utf-8"))[1]).strip()


def failures(document: Path) -> str:
    """Return what is wrong with a document's doctests: nothing where all of them hold."""
    said = StringIO()
    with (
        tempfile.TemporaryDirectory() as folder,
        contextlib.chdir(folder),
        contextlib.redirect_stdout(said),
    ):
        doctest.testfile(str(document), module_relative=False, encoding="utf-8")
    return said.getvalue()


def untrue(document: Path, *, write: bool) -> str:
    """Return what a document says that isn't so, after writing today's output if so wanted."""
    wrong = failures(document)
    text = document.read_text(encoding="utf-8")
    new = renewed(text)
    if write:
        document.write_text(new, encoding="utf-8")
        return wrong
    shown, today = text.splitlines(), new.splitlines()
    difference = difflib.unified_diff(shown, today, document.name, "today", lineterm="")
    return wrong + "".join(f"{line}\n" for line in difference)


def main() -> int:
    """Do what the one option says; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    choice = parser.add_mutually_exclusive_group(required=True)
    for name in ("--check", "--write", "--test-command"):
        choice.add_argument(name, action="store_true")
    chosen = parser.parse_args()
    if chosen.test_command:
        sys.stdout.write(test_command() + "\n")
        return 0
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        found = list(pool.map(partial(untrue, write=chosen.write), DOCUMENTS))
    sys.stdout.write("".join(found))
    return 1 if any(found) else 0


if __name__ == "__main__":
    sys.exit(main())
