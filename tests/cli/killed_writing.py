"""Kills `cnncalc train` right before each of its files appears in the end, and goes on each time.

Usage: python -m tests.cli.killed_writing FOLDER, which holds data.npz
Run on its own: pytest's process has threads, and must not be forked.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

from cnncalc.cli.commands import cli
from tests.cli.training_data import NETWORK

FILES = ("--history", "history.csv", "--report", "report.xlsx")
OPTIONS = ("train", "data.npz", "--network", NETWORK, "--epochs", "2", *FILES)
MOMENTS = (
    ("os.rename", "model.keras"),
    ("os.rename", "history.csv"),
    ("os.rename", "report.xlsx"),
    ("os.remove", "model.keras.checkpoint"),
)


def train(moment: tuple[str, str] | None, *more: str) -> int:
    """Train in a child that is killed at a moment; return how it ended, negative for a signal."""

    def look(event: str, arguments: tuple[Any, ...]) -> None:
        if event in ("os.rename", "os.remove"):
            target = os.fspath(arguments[1 if event == "os.rename" else 0])
            if (event, Path(target).name) == moment:
                os.kill(os.getpid(), signal.SIGKILL)

    child = os.fork()
    if child == 0:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        os.dup2(os.open("said.txt", os.O_WRONLY | os.O_CREAT | os.O_TRUNC), 2)
        sys.addaudithook(look)
        try:
            cli([*OPTIONS, *more])
        except SystemExit as end:
            os._exit(int(end.code or 0))
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def files_there() -> list[Path]:
    return [path for path in Path().iterdir() if path.name not in ("data.npz", "said.txt")]


def there() -> list[str]:
    """Return the names of all files of the training; a hidden one has a name at random."""
    names = (path.name for path in files_there())
    return sorted("unfinished" if name.startswith(".") else name for name in names)


def main(folder: Path) -> None:
    os.chdir(folder)
    results = [{"ends": [train(None)], "files": [there()]}]
    model = Path("model.keras").read_bytes()
    for moment in MOMENTS:
        for path in files_there():
            path.unlink()
        ends, files = [train(moment)], [there()]
        ends.append(train(None, "--resume"))
        files.append(there())
        same = Path("model.keras").read_bytes() == model
        results.append({"ends": ends, "files": files, "same model": same})
    json.dump(results, sys.stdout)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
