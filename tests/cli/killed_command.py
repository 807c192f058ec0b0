"""Kills `cnncalc train` again and again, goes on with --resume, and says what came of it.

Usage: python -m tests.cli.killed_command FOLDER KILLS SEED [TRAIN'S OPTIONS]
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import numpy as np

OPTIONS = ("--epochs", "5")


def command(folder: Path, model: str, options: tuple[str, ...]) -> subprocess.Popen[bytes]:
    """Start a training that writes a checkpoint after every batch."""
    resume = ("--resume",) if (folder / f"{model}.checkpoint").exists() else ()
    own = ("train", *options, "--checkpoint-minutes", "0", "-o", model, *resume)
    return subprocess.Popen(
        [sys.executable, "-m", "cnncalc", *own],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )


def finish(folder: Path, model: str, options: tuple[str, ...]) -> float:
    """Train to the end; return the seconds that it took."""
    start = time.monotonic()
    process = command(folder, model, options)
    errors = process.communicate()[1]
    assert process.returncode == 0, errors.decode()
    return time.monotonic() - start


def main(folder: Path, kills: int, seed: int, options: tuple[str, ...]) -> None:
    whole = finish(folder, "undisturbed.keras", options)
    generator = np.random.default_rng(seed)
    killed = in_training = 0
    while killed < kills:
        process = command(folder, "killed.keras", options)
        time.sleep(generator.uniform(0, whole))
        process.kill()
        errors = process.communicate()[1].decode()
        assert "Error" not in errors, errors  # every checkpoint that is there is whole
        if process.returncode == 0:
            (folder / "killed.keras").unlink()  # too late: begin anew
        else:
            killed += 1
            in_training += "epoch" in errors or "resumed" in errors
    left = len(list(folder.glob(".cnncalc-*")))
    finish(folder, "killed.keras", options)
    swept = left - len(list(folder.glob(".cnncalc-*")))
    models = [(folder / f"{name}.keras").read_bytes() for name in ("killed", "undisturbed")]
    sys.stdout.write(
        f"{killed} kills, {in_training} of them after training had begun; "
        f"the same bytes: {models[0] == models[1]}; "
        f"hidden files left: {left}, swept away by the last run: {swept}\n"
    )


if __name__ == "__main__":
    given = sys.argv[1:]
    main(Path(given[0]), int(given[1]), int(given[2]), tuple(given[3:]) or OPTIONS)
