"""Whatever Keras compiles and saves is trained as Keras trains it, or refused by name."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from cnncalc.cli.commands import cli
from cnncalc.files.trained_models import read_model
from cnncalc.training.fit import epoch_order
from tests.keras_peer import import_keras
from tests.peers import requires
from tests.training.drawn_models import CLASSES, FREEZINGS, KINDS, SHAPE, Case, cases, compiled

pytestmark = [
    pytest.mark.peer,
    requires("keras"),
    pytest.mark.filterwarnings("ignore"),  # what Keras warns about is Keras's to mend
]

BATCH, STEPS = 5, 3
MOST_MISFITS = 1 / 6  # of the models whose layers are drawn
LEAST_TRAINED = 1 / 2  # of all, and of those that are drawn
OUTRIGHT = {"axis", "data_format", "renorm"}
TOLERANCE = 1e-5  # of the largest number of its array


@dataclass
class Tally:
    """Which models' layers didn't fit, which were trained, how often each option was refused.

    `failures` is what must not be: neither alike nor refused by name, or refused without need.
    """

    misfits: list[Case] = field(default_factory=list)
    trained: list[Case] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)


def save_data(folder: Path, classes: int) -> tuple[Path, np.ndarray, np.ndarray]:
    """Save images whose numbers float32 holds exactly."""
    generator = np.random.default_rng(classes)
    images = generator.integers(1, 64, (BATCH * STEPS, *SHAPE)) / 64
    labels = np.arange(BATCH * STEPS) % classes
    path = folder / f"{classes}.npz"
    np.savez(path, x_train=images.astype(np.float32), y_train=labels)
    return path, images, labels


def take_steps(model, case: Case, images, labels, order) -> None:
    """Take one step on each batch, with the targets that the loss takes."""
    sparse = "parse" in case.loss.said
    units = model.output_shape[-1]
    wanted = labels if sparse or units == 1 else np.eye(CLASSES)[labels]
    wanted = wanted.reshape(-1, 1).astype(float) if units == 1 else wanted
    for start in range(0, len(order), BATCH):
        batch = order[start : start + BATCH]
        model.train_on_batch(images[batch], wanted[batch])


def train(path: Path, data: Path, out: Path) -> Result:
    arguments = ["train", data, "--network", path, "--epochs", 1, "--batch-size", BATCH]
    arguments += ["--validation-split", 0, "--force", "-o", out]
    return CliRunner().invoke(cli, [str(each) for each in arguments])


def check(case: Case, number: int, folder: Path, tally: Tally) -> None:
    try:
        model = compiled(case, number)
    except ValueError as error:
        if "output size would be zero or negative" not in str(error):
            raise
        tally.misfits.append(case)
        return
    path, out = folder / f"{number}.keras", folder / "out.keras"
    data, images, labels = save_data(folder, 2 if model.output_shape[-1] == 1 else CLASSES)
    order = epoch_order(len(labels), 0, 1)
    if not case.lacks and not case.is_frozen:
        take_steps(model, case, images, labels, np.arange(case.before * BATCH))
    model.save(path)
    result = train(path, data, out)
    if case.lacks or case.is_frozen:
        check_refusal(case, result, tally)
        return
    if result.exit_code != 0:
        tally.failures.append(f"{case}: refused: {result.stderr}")
        return
    tally.trained.append(case)
    model = loaded(path) if case.freezing else model
    take_steps(model, case, images, labels, order)
    ours = [array for own in read_model(out).network.weights for array in own.values()]
    assert {array.dtype for array in ours} == {np.dtype(np.float64)}
    for mine, other in zip(ours, model.get_weights(), strict=True):
        alike = np.abs(mine - other) <= TOLERANCE * np.abs(other).max()
        if not alike.all():
            tally.failures.append(f"{case}: {(~alike).sum()} of {alike.size} weights differ")


def loaded(path: Path):
    """Load a model as Keras does: what it froze as a whole is frozen there only as it says."""
    return import_keras().saving.load_model(path)


def check_refusal(case: Case, result: Result, tally: Tally) -> None:
    lacks = case.lacks or {"trainable"}
    named = {name for name in lacks if f"{name}=" in result.stderr}
    tally.refused.update(named)
    # What changes more than training is refused in reading, before the rest is looked at.
    is_named = named & OUTRIGHT if lacks & OUTRIGHT else named == lacks
    if result.exit_code != 2 or not is_named:
        tally.failures.append(f"{case}: must name {', '.join(lacks)}: {result.stderr}")


@pytest.mark.usefixtures("keras_in_float64")
def test_what_keras_compiles_is_trained_alike_or_refused_by_name(tmp_path):
    tally, all_cases = Tally(), list(cases())
    for number, case in enumerate(all_cases):
        check(case, number, tmp_path, tally)
    assert not tally.failures, "\n".join(tally.failures)
    drawn = [case for case in all_cases if case.is_drawn]
    assert all(case.is_drawn for case in tally.misfits)
    assert len(tally.misfits) <= MOST_MISFITS * len(drawn)
    assert len(tally.trained) >= LEAST_TRAINED * len(all_cases)
    assert sum(case.is_drawn for case in tally.trained) >= LEAST_TRAINED * len(drawn)
    trained = {(case.kind, case.freezing) for case in tally.trained}
    assert trained == {
        (kind, freezing)
        for kind in KINDS
        for freezing in FREEZINGS
        if not replace(drawn[0], kind=kind, freezing=freezing).is_frozen
    }
    assert set(tally.refused) == frozenset({"trainable"}).union(*(case.lacks for case in all_cases))
