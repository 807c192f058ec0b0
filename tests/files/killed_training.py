"""Trains in a child process that is killed again and again, and says what came of it.

Usage: python -m tests.files.killed_training CHECKPOINT KILLS SEED
Run on its own: pytest's process has threads, and must not be forked.
"""

from __future__ import annotations

import os
import signal
import sys
import time
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


def train_and_kill(path: Path, seconds: float) -> bool:
    """Train in a child, kill it after so many seconds, and say whether it was too late."""
    child = os.fork()
    if child == 0:
        train(path)
        os._exit(0)
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    status = os.waitpid(child, 0)[1]
    return os.WIFEXITED(status)


def main(path: Path, kills: int, seed: int) -> None:
    generator = np.random.default_rng(seed)
    killed = 0
    while killed < kills:
        if train_and_kill(path, generator.uniform(0, 0.06)):
            path.unlink()  # it had come to its end: begin anew
        else:
            killed += 1
        if path.exists():
            read_checkpoint(path, identity(PLAN, DATA))  # never half-written
    train(path)
    resumed = read_checkpoint(path, identity(PLAN, DATA))
    undisturbed = fit(PLAN, DATA)
    same = flat(resumed.weights) == flat(undisturbed.weights)
    sys.stdout.write(f"{killed} {same}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
