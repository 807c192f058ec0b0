"""Trains in a child process that is killed again and again, and says what came of it.

Usage: python -m tests.files.killed_training CHECKPOINT KILLS SEED
Run on its own: pytest's process has threads, and must not be forked.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections import Counter
from pathlib import Path

import numpy as np

from cnncalc.files.checkpoints import CheckpointWriter, read_checkpoint
from cnncalc.training.fit import fit
from cnncalc.training.identity import identity
from tests.training.examples import flat, network, parts, plan

PLAN = plan(network=network(extras=True), epochs=12)
DATA = parts()


def train(path: Path) -> None:
    """Train to the end, from the checkpoint if there is one, writing one after every batch."""
    what = identity(PLAN, DATA)
    state = read_checkpoint(path, what) if path.exists() else None
    writer = CheckpointWriter(path, what, minutes=0)
    writer.write(fit(PLAN, DATA, state, [writer]))


def written(path: Path) -> int:
    """Return when a file was written, in nanoseconds; 0 where there is none."""
    return path.stat().st_mtime_ns if path.exists() else 0


def train_and_kill(path: Path, seconds: float, *, in_training: bool) -> str:
    """Train in a child, kill it after so many seconds, and say what it was at.

    The seconds are counted from its start, or `in_training` from its first checkpoint.
    """
    before = written(path)
    child = os.fork()
    if child == 0:
        train(path)
        os._exit(0)
    while in_training and written(path) == before:
        time.sleep(0.001)
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    if os.WIFEXITED(os.waitpid(child, 0)[1]):
        return "at its end"
    return "starting" if written(path) == before else "training"


def main(path: Path, kills: int, seed: int) -> None:
    generator = np.random.default_rng(seed)
    killed = Counter[str]()
    while killed.total() < kills:
        in_training = (kills - killed.total()) % 2 == 1  # so the last is, which is resumed
        seconds = generator.uniform(0, 0.02 if in_training else 0.06)
        moment = train_and_kill(path, seconds, in_training=in_training)
        if path.exists():
            read_checkpoint(path, identity(PLAN, DATA))  # never half-written
        if moment == "at its end":
            path.unlink()  # begin anew
        else:
            killed[moment] += 1
    train(path)
    resumed = read_checkpoint(path, identity(PLAN, DATA))
    undisturbed = fit(PLAN, DATA)
    same = flat(resumed.weights) == flat(undisturbed.weights)
    json.dump({"killed": killed, "same weights": same}, sys.stdout)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
