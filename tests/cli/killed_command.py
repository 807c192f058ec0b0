"""Kills `cnncalc train` again and again, goes on with --resume, and says what came of it.

Usage: python -m tests.cli.killed_command FOLDER KILLS SEED [TRAIN'S OPTIONS]
Half the kills at least fall into training, the others at any moment of a run, and the last leaves
something to go on from. A run that was not killed in time is compared, too.
"""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import numpy as np

from tests.files.killed_training import written

Process = subprocess.Popen[bytes]
Row = dict[str, str]


def command(folder: Path, name: str, options: tuple[str, ...]) -> Process:
    """Start a training that writes a checkpoint after every batch, and each file there is."""
    model = f"{name}.keras"
    files = ("-o", model, "--history", f"{name}.csv", "--report", f"{name}.xlsx")
    resume = ("--resume",) if (folder / f"{model}.checkpoint").exists() else ()
    own = ("train", *options, "--checkpoint-minutes", "0", *files, *resume)
    return subprocess.Popen(
        [sys.executable, "-m", "cnncalc", *own],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )


def finish(folder: Path, name: str, options: tuple[str, ...]) -> float:
    """Train to the end; return the seconds that it took."""
    start = time.monotonic()
    process = command(folder, name, options)
    errors = process.communicate()[1]
    assert process.returncode == 0, errors.decode()
    return time.monotonic() - start


def kill(folder: Path, options: tuple[str, ...], seconds: float, *, in_training: bool) -> str:
    """Train and kill, and say what the training was at then.

    The seconds are counted from its start, or `in_training` from its first checkpoint.
    """
    checkpoint = folder / "killed.keras.checkpoint"
    before = written(checkpoint)
    process = command(folder, "killed", options)
    while in_training and process.poll() is None and written(checkpoint) in (0, before):
        time.sleep(0.005)
    time.sleep(seconds)
    process.kill()
    errors = process.communicate()[1].decode()
    assert "Error" not in errors, errors  # every checkpoint that is there is whole
    if (folder / "killed.keras").exists() and not checkpoint.exists():
        return "at its end"
    if "wrote" in errors:
        return "writing its files"
    return "starting" if written(checkpoint) in (0, before) else "training"


def begin_anew(folder: Path) -> None:
    for path in folder.glob("killed.*"):
        path.unlink()
    shutil.rmtree(folder / "cache", ignore_errors=True)


def rows(path: Path) -> list[Row]:
    """Read a history without what depends on the clock."""
    with path.open() as file:
        return [{**row, "seconds": ""} for row in csv.DictReader(file)]


def is_same(folder: Path) -> bool:
    """Say whether the killed training has ended at the undisturbed one's model and history."""
    models = [(folder / f"{name}.keras").read_bytes() for name in ("killed", "undisturbed")]
    histories = [rows(folder / f"{name}.csv") for name in ("killed", "undisturbed")]
    return models[0] == models[1] and histories[0] == histories[1]


def main(folder: Path, kills: int, seed: int, options: tuple[str, ...]) -> None:
    whole = finish(folder, "undisturbed", options)
    begin_anew(folder)
    generator = np.random.default_rng(seed)
    killed, same = Counter[str](), True
    checkpoint = folder / "killed.keras.checkpoint"
    while killed.total() < kills or killed["training"] < kills / 2 or not checkpoint.exists():
        in_training = killed["training"] <= killed.total() / 2
        seconds = generator.uniform(0, whole / 4 if in_training else whole)
        moment = kill(folder, options, seconds, in_training=in_training)
        if moment == "at its end":
            same = same and is_same(folder)
            begin_anew(folder)
        else:
            killed[moment] += 1
    finish(folder, "killed", options)
    result = {
        "killed": killed,
        "same": same and is_same(folder),
        "files": sorted(path.name for path in folder.iterdir() if path.is_file()),
        "cache": len(list(folder.glob("cache/*"))),
    }
    json.dump(result, sys.stdout)


if __name__ == "__main__":
    given = sys.argv[1:]
    main(Path(given[0]), int(given[1]), int(given[2]), tuple(given[3:]))
