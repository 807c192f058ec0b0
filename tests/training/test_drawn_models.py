"""Whatever Keras compiles and saves is trained as Keras trains it, or refused by name."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from cnncalc.cli.commands import cli
from cnncalc.files.trained_models import read_model
from cnncalc.training.fit import epoch_order
from tests.keras_peer import import_keras
from tests.peers import requires
from tests.training.drawn_models import CLASSES, SHAPE, Case, cases, compiled

pytestmark = [
    pytest.mark.peer,
    requires("keras"),
    pytest.mark.filterwarnings("ignore"),  # what Keras warns about is Keras's to mend
]

BATCH, STEPS = 5, 3
LEAST_MODELS, LEAST_SHARE = 120, 1 / 3
TOLERANCE, ROUNDING, MOST_ROUNDING = 1e-5, 1e-9, 0.01


@pytest.fixture
def _in_float64():
    keras = import_keras()
    keras.config.set_floatx("float64")
    yield
    keras.config.set_floatx("float32")


@dataclass
class Tally:
    """How many models were trained, what was refused, and how many weights were only rounding."""

    models: int = 0
    trained: int = 0
    refused: Counter = None
    weights: int = 0
    rounding: int = 0
    failures: list = None


def save_data(folder: Path, classes: int) -> tuple[Path, np.ndarray, np.ndarray]:
    """Save images whose numbers float32 holds exactly."""
    generator = np.random.default_rng(classes)
    images = generator.integers(1, 64, (BATCH * STEPS, *SHAPE)) / 64
    labels = np.arange(BATCH * STEPS) % classes
    path = folder / f"{classes}.npz"
    np.savez(path, x_train=images.astype(np.float32), y_train=labels)
    return path, images, labels


def steps_of_keras(model, case: Case, images, labels, order) -> None:
    """Take one step on each batch, with the targets that the loss takes."""
    sparse = "parse" in case.loss.said
    units = model.output_shape[-1]
    wanted = labels if sparse or units == 1 else np.eye(CLASSES)[labels]
    wanted = wanted.reshape(-1, 1).astype(float) if units == 1 else wanted
    for start in range(0, len(order), BATCH):
        batch = order[start : start + BATCH]
        model.train_on_batch(images[batch], wanted[batch])


def largest_gradients(path: Path, case: Case, images, labels, order) -> list[np.ndarray]:
    """Return, by weight, the largest gradient in Keras over the steps of the training."""
    import torch

    keras = import_keras()
    model = keras.models.load_model(path)
    largest = [np.zeros(weight.shape) for weight in model.weights]
    apply = model.optimizer.apply

    def watched(gradients, variables=None):
        by_variable = dict(zip(map(id, variables or model.trainable_variables), gradients))
        for place, weight in enumerate(model.weights):
            gradient = by_variable.get(id(weight))
            if gradient is not None:
                largest[place] = np.maximum(largest[place], np.abs(gradient.cpu().numpy()))
        with torch.no_grad():
            apply(gradients, variables)

    model.optimizer.apply = watched
    steps_of_keras(model, case, images, labels, order)
    return largest


def check(case: Case, number: int, folder: Path, tally: Tally) -> None:
    path, out = folder / f"{number}.keras", folder / "out.keras"
    try:
        model = compiled(case, number)
    except ValueError:  # layers that don't fit each other
        assert len(case.body) > 1
        return
    tally.models += 1
    units = model.output_shape[-1]
    data, images, labels = save_data(folder, 2 if units == 1 else CLASSES)
    order = epoch_order(len(labels), 0, 1)
    if not case.lacks:
        steps_of_keras(model, case, images, labels, np.arange(case.before * BATCH))
    model.save(path)
    arguments = ["train", data, "--network", path, "--epochs", 1, "--batch-size", BATCH]
    arguments += ["--validation-split", 0, "--force", "-o", out]
    result = CliRunner().invoke(cli, [str(each) for each in arguments])
    if case.lacks:
        named = [name for name in case.lacks if f"{name}=" in result.stderr]
        tally.refused.update(named)
        if result.exit_code != 2 or (len(named) < len(case.lacks) and not outright(case)):
            tally.failures.append(f"{case}: must name {set(case.lacks)}: {result.stderr}")
        return
    if result.exit_code != 0:
        tally.failures.append(f"{case}: refused: {result.stderr}")
        return
    tally.trained += 1
    steps_of_keras(model, case, images, labels, order)
    ours = [array for own in read_model(out).network.weights for array in own.values()]
    assert {array.dtype for array in ours} == {np.dtype(np.float64)}
    theirs = model.get_weights()
    off = [
        np.abs(mine - other) > TOLERANCE * np.abs(other).max()
        for mine, other in zip(ours, theirs, strict=True)
    ]
    tally.weights += sum(array.size for array in ours)
    if not any(wrong.any() for wrong in off):
        return
    gradients = largest_gradients(path, case, images, labels, order)
    for wrong, gradient, other in zip(off, gradients, theirs, strict=True):
        noise = gradient < ROUNDING * max(np.abs(other).max(), gradient.max())
        tally.rounding += int((wrong & noise).sum())
        if (wrong & ~noise).any():
            tally.failures.append(f"{case}: {int(wrong.sum())} of {wrong.size} weights differ")


def outright(case: Case) -> bool:
    """Whether reading refuses one option at once, and names no other."""
    return bool(case.lacks & {"data_format", "axis", "renorm"})


def test_what_keras_compiles_is_trained_alike_or_refused_by_name(tmp_path, _in_float64):
    tally = Tally(refused=Counter(), failures=[])
    drawn = list(cases())
    for number, case in enumerate(drawn):
        check(case, number, tmp_path, tally)
    print(tally.trained, "of", tally.models, tally.refused, tally.rounding, tally.weights)
    assert not tally.failures, "\n".join(tally.failures)
    assert tally.models >= LEAST_MODELS
    assert tally.trained >= LEAST_SHARE * tally.models
    every = frozenset().union(*(case.lacks for case in drawn))
    assert set(tally.refused) == every
    assert tally.rounding <= MOST_ROUNDING * tally.weights
