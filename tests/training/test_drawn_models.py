"""Whatever Keras compiles and saves is trained as Keras trains it, or refused by name."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

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
OUTRIGHT = {"axis", "data_format", "renorm"}
TOLERANCE = 1e-5  # of the largest number of its array


@pytest.fixture
def _float64(monkeypatch):
    """Have Keras calculate in float64, also where it normalizes a batch.

    It takes the statistics in float32 otherwise: to Keras's `result_type` that is the wider type.
    """
    keras = import_keras()
    backend, narrower = keras.src.backend, keras.src.backend.result_type

    def result_type(*dtypes):
        wide = any(str(dtype).endswith("float64") for dtype in dtypes)
        return "float64" if wide else narrower(*dtypes)

    monkeypatch.setattr(backend, "result_type", result_type)
    before = keras.config.floatx()
    keras.config.set_floatx("float64")
    yield
    keras.config.set_floatx(before)


@dataclass
class Tally:
    """How many models there were and were trained, how often each option was refused by name.

    `failures` is what must not be: neither alike nor refused, or refused without need.
    """

    models: int = 0
    trained: int = 0
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
    except ValueError:  # drawn layers that don't fit each other
        assert len(case.body) > 1
        return
    tally.models += 1
    path, out = folder / f"{number}.keras", folder / "out.keras"
    data, images, labels = save_data(folder, 2 if model.output_shape[-1] == 1 else CLASSES)
    order = epoch_order(len(labels), 0, 1)
    if not case.lacks:
        take_steps(model, case, images, labels, np.arange(case.before * BATCH))
    model.save(path)
    result = train(path, data, out)
    if case.lacks:
        check_refusal(case, result, tally)
        return
    if result.exit_code != 0:
        tally.failures.append(f"{case}: refused: {result.stderr}")
        return
    tally.trained += 1
    take_steps(model, case, images, labels, order)
    ours = [array for own in read_model(out).network.weights for array in own.values()]
    assert {array.dtype for array in ours} == {np.dtype(np.float64)}
    for mine, other in zip(ours, model.get_weights(), strict=True):
        alike = np.abs(mine - other) <= TOLERANCE * np.abs(other).max()
        if not alike.all():
            tally.failures.append(f"{case}: {(~alike).sum()} of {alike.size} weights differ")


def check_refusal(case: Case, result: Result, tally: Tally) -> None:
    named = {name for name in case.lacks if f"{name}=" in result.stderr}
    tally.refused.update(named)
    # What changes more than training is refused in reading, before the rest is looked at.
    is_named = named & OUTRIGHT if case.lacks & OUTRIGHT else named == case.lacks
    if result.exit_code != 2 or not is_named:
        tally.failures.append(f"{case}: must name {', '.join(case.lacks)}: {result.stderr}")


@pytest.mark.usefixtures("_float64")
def test_what_keras_compiles_is_trained_alike_or_refused_by_name(tmp_path):
    tally, drawn = Tally(), list(cases())
    for number, case in enumerate(drawn):
        check(case, number, tmp_path, tally)
    assert not tally.failures, "\n".join(tally.failures)
    assert tally.models >= LEAST_MODELS
    assert tally.trained >= LEAST_SHARE * tally.models
    assert set(tally.refused) == frozenset().union(*(case.lacks for case in drawn))
