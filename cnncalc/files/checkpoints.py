"""Checkpoints: a training's state in one file, an .npz archive, written whole or not at all."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from cnncalc.errors import InputError
from cnncalc.files.output import write_atomically
from cnncalc.files.paths import check_readable, quoted
from cnncalc.ops.arrays import Array
from cnncalc.training.history import EpochRecord
from cnncalc.training.identity import check_identity
from cnncalc.training.optimizer_step import OptimizerState
from cnncalc.training.state import EpochProgress, TrainingState

__all__ = ["CheckpointWriter", "checkpoint_path", "read_checkpoint", "write_checkpoint"]

Arrays = Mapping[str, Array]


def checkpoint_path(model: Path) -> Path:
    """Return where the checkpoint of a model that is being trained stands: beside it.

    >>> checkpoint_path(Path("model.keras")).name
    'model.keras.checkpoint'
    """
    return model.with_name(f"{model.name}.checkpoint")


def write_checkpoint(path: Path, state: TrainingState, identity: Mapping[str, str]) -> None:
    """Write a training's state, in the place of an older one.

    Arguments: `path`; the `state` between two batches; what the training is, by
    `training.identity`. Raises OutputError where it can't be written.
    """
    state.fetch()
    arrays = _grouped("weights", state.weights) | _grouped("slots", state.optimizer.slots)
    arrays |= _grouped("best", state.best_weights or ())
    about = {
        "identity": dict(identity),
        "iterations": state.optimizer.iterations,
        "history": [record.row() for record in state.history],
        "progress": asdict(state.progress),
        "layers": len(state.weights),
        "slots": len(state.optimizer.slots),
        "best": state.best_epoch,
    }
    with write_atomically(path, force=True) as file:
        np.savez(file, allow_pickle=False, about=np.array(json.dumps(about)), **arrays)


def _grouped(group: str, mappings: Iterable[Mapping[str, Array]]) -> dict[str, Array]:
    return {
        f"{group}/{index}/{name}": array
        for index, arrays in enumerate(mappings)
        for name, array in arrays.items()
    }


def read_checkpoint(path: Path, identity: Mapping[str, str]) -> TrainingState:
    """Read a training's state.

    Arguments: `path`; what the training that goes on is, by `training.identity`.
    Returns the state, as it was written.
    Raises InputError where it can't be read, OptionError where it is of another training.
    """
    check_readable(path)
    with _one_line(path):
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files}
        about = json.loads(str(arrays.pop("about")))
        written = dict(about["identity"])
    check_identity(
        quoted(path), written, identity
    )  # first: another version's may have another form
    with _one_line(path):
        return _state(about, arrays)


@contextmanager
def _one_line(path: Path) -> Iterator[None]:
    # For a damaged archive, or a file that is none, zipfile and NumPy raise anything.
    try:
        yield
    except Exception as error:
        message = f"{quoted(path)} is no checkpoint, or a damaged one. Expected one to resume from"
        raise InputError(message) from error


def _state(about: Mapping[str, Any], arrays: Arrays) -> TrainingState:
    best = tuple(_ungrouped("best", arrays, about["layers"])) if about["best"] else None
    return TrainingState(
        weights=tuple(_ungrouped("weights", arrays, about["layers"])),
        optimizer=OptimizerState(about["iterations"], _ungrouped("slots", arrays, about["slots"])),
        history=[EpochRecord(**row) for row in about["history"]],
        progress=EpochProgress(**about["progress"]),
        best_weights=best,
        best_epoch=about["best"],
    )


def _ungrouped(group: str, arrays: Arrays, count: int) -> list[dict[str, Array]]:
    result: list[dict[str, Array]] = [{} for _ in range(count)]
    for key, array in arrays.items():
        array_group, index, name = key.split("/")
        if array_group == group:
            result[int(index)][name] = array
    return result


class CheckpointWriter:
    """A watcher that writes a checkpoint after each epoch, and every so many minutes."""

    def __init__(
        self, path: Path, identity: Mapping[str, str], minutes: float | None = None
    ) -> None:
        self.path = path
        self._identity = identity
        self._seconds = None if minutes is None else 60 * minutes
        self._written = time.monotonic()

    def write(self, state: TrainingState) -> None:
        """Write the state as it is now."""
        write_checkpoint(self.path, state, self._identity)
        self._written = time.monotonic()

    def on_batch(self, state: TrainingState) -> None:
        """Write where the minutes are over."""
        if self._seconds is not None and time.monotonic() - self._written >= self._seconds:
            self.write(state)

    def on_epoch(self, state: TrainingState) -> None:
        """Write the finished epoch."""
        self.write(state)
