"""A trained model is gone on with as it was trained, by train, export-xlsx and explain alike."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cnncalc.files.keras_archive import KerasModel, write_keras
from cnncalc.files.keras_training import compile_config
from cnncalc.files.trained_models import read_model
from cnncalc.network import initialize
from cnncalc.notation import parse
from cnncalc.tasks.workbook_reading import read_exported
from cnncalc.training.losses import LOSSES
from cnncalc.training.optimizers import SGD
from cnncalc.training.schedules import CosineDecay
from tests.cli.training_data import NETWORK, save_npz
from tests.files.photos import save_classes
from tests.training.examples import flat

LOGITS = "Rescaling(1 / 255); Flatten(); Dense(3)"
FAST = ("--network", NETWORK, "--epochs", "2", "--batch-size", "16")


@pytest.fixture
def data(tmp_path):
    return save_npz(tmp_path / "data.npz")


@pytest.fixture
def trained(run):
    """Train with options; return the model, and what was said on the two outputs."""

    def train(*arguments, output="model.keras"):
        result = run("train", *arguments, "-o", output)
        assert result.exit_code == 0, result.stderr
        return read_model(Path(output)), result

    return train


def test_a_trained_model_goes_on_with_its_own_loss(trained, run, data):
    trained(data, *FAST, "--loss", "mean_squared_error")
    further = ("--network", "model.keras", "--epochs", "1")
    second, result = trained(data, *further, output="b.keras")
    assert second.training.loss.name == "mean_squared_error"
    assert "going on with mean_squared_error, Adam(learning_rate=0.001)\n" in result.stderr
    third, _ = trained(data, *further, "--loss", "binary_crossentropy", output="c.keras")
    assert third.training.loss.name == "binary_crossentropy"
    shown = run("train", data, *further, "--show-step", "1").stdout
    assert "Loss · mean_squared_error" in shown


def test_a_model_of_one_output_goes_on_without_a_word_on_its_loss(trained, fails, tmp_path):
    save_classes(tmp_path / "pets", 4)
    network = ("--network", "Flatten(); Dense(1, activation='sigmoid')")
    options = ("pets", "--image-size", "8", "--epochs", "1", "--cache", "cache", "--stratify")
    assert "is trained with --loss binary_crossentropy" in fails("train", *options, *network)
    trained(*options, *network, "--loss", "binary_crossentropy")
    second, _ = trained(*options, "--network", "model.keras", output="b.keras")
    assert second.training.loss.name == "binary_crossentropy"


def test_a_schedule_that_is_over_is_warned_of_and_another_begins_anew(trained, data):
    first, _ = trained(data, *FAST, "--schedule", "cosine")
    further = ("--network", "model.keras", "--epochs", "1", "--batch-size", "16")
    same, result = trained(data, *further, output="b.keras")
    assert (
        "Warning: after the 4 steps that are done, the model's schedule keeps the learning rate at "
        "0: nothing will be learnt; --learning-rate or --schedule sets another\n"
    ) in result.stderr
    assert flat(same.network.weights) == flat(first.network.weights)
    for options, steps in [
        (("--schedule", "cosine"), 2),
        (("--schedule", "cosine", "--epochs", "2"), 4),  # the model's own, once more
        (("--schedule", "constant"), 6),
        (("--learning-rate", 0.1), 6),
    ]:
        model, result = trained(data, *further, *options, "--force", output="b.keras")
        assert "Warning" not in result.stderr
        assert ("begins anew, without what" in result.stderr) == (steps < 6)
        assert flat(model.network.weights) != flat(first.network.weights)
        assert model.training.state.iterations == steps


def test_a_new_schedule_begins_at_its_beginning_whatever_was_done_before(trained, data):
    trained(data, *FAST)
    further = ("--network", "model.keras", "--epochs", "2", "--batch-size", "16")
    trained(data, *further, "--schedule", "cosine", "--history", "h.json", output="b.keras")
    rates = [row["learning_rate"] for row in json.loads(Path("h.json").read_text())["epochs"]]
    assert rates == [CosineDecay(0.001, 4)(1), CosineDecay(0.001, 4)(3)]


@pytest.mark.parametrize(
    ("options", "is_kept"),
    [
        (("--learning-rate", "0.0005"), True),
        (("--weight-decay", "0.01"), True),
        (("--optimizer", "Adam(0.01, beta_2=0.99)"), True),
        (("--optimizer", "adamw"), False),
        (("--optimizer", "Adam(amsgrad=True)"), False),
    ],
)
def test_what_the_optimizer_remembers_is_kept_as_far_as_it_is_of_the_like(
    trained, data, options, is_kept
):
    first, _ = trained(data, *FAST)
    further = ("--network", "model.keras", "--epochs", "1", "--batch-size", "16")
    model, result = trained(data, *further, *options, output="b.keras")
    assert model.training.state.iterations == 2 + is_kept * first.training.state.iterations
    said = "the optimizer begins anew, without what the model's remembers of 4 steps\n"
    assert (said in result.stderr) == (not is_kept)


def save_logits(path, loss="categorical_crossentropy"):
    """Save a model that ends in logits and says so in its loss."""
    network = initialize(parse(LOGITS).layers, (6, 5, 2))
    logits = replace(LOSSES[loss], from_logits=True)
    model = KerasModel(network, compile_config=compile_config(logits, SGD(learning_rate=0.1)))
    with path.open("wb") as file:
        write_keras(file, model)


@pytest.mark.parametrize("loss", ["categorical_crossentropy", "binary_crossentropy"])
def test_a_loss_of_logits_is_trained_shown_and_saved_as_what_it_is(
    trained, run, tmp_path, data, loss
):
    save_logits(tmp_path / "logits.keras", loss)
    options = ("--epochs", "1", "--batch-size", "16")
    for name in ((), ("--loss", loss)):
        own, result = trained(data, "--network", "logits.keras", *options, *name, "--force")
        assert f"going on with {loss}(from_logits=True), SGD" in result.stderr
        assert own.training.loss.from_logits
    activation = "softmax" if loss.startswith("categorical") else "sigmoid"
    layer = f"{LOGITS}; Activation('{activation}')"
    plain = ("--network", layer, "--optimizer", "SGD(0.1)", "--loss", loss)
    other, _ = trained(data, *plain, *options, output="plain.keras")
    for ours, same in zip(weights(own), weights(other), strict=True):
        np.testing.assert_allclose(ours, same, rtol=1e-5, atol=1e-7)
    # Of the first step, weights of a file name the class, those that were drawn don't.
    shown = run("train", data, "--network", "logits.keras", "--show-step", "2", *options)
    said = f"the {activation} inside {loss}(from_logits=True) is shown as a layer of its own"
    assert said in shown.stderr
    assert shown.stdout == run("train", data, *plain, "--show-step", "2", *options).stdout
    exported = ("--training-steps", "1", "--batch-size", "2", "-o", "a.xlsx")
    assert run("export-xlsx", data, "-n", "logits.keras", *exported).exit_code == 0
    (specification,) = read_exported((tmp_path / "a.xlsx").read_bytes()).plan.specifications
    assert specification.layers[-1].activation == activation


def weights(model):
    return [array for own in model.network.weights for array in own.values()]


@pytest.mark.parametrize("of", [("data.npz",), ("image.npy", "--target", "1")])
def test_a_trained_model_brings_its_loss_and_optimizer(run, tmp_path, of):
    save_npz(tmp_path / "data.npz")
    np.save(tmp_path / "image.npy", np.ones((6, 5, 2)))
    network = ("--network", "Flatten(); Dense(3, 'softmax')", "--epochs", "1")
    losses = ("--loss", "mean_squared_error", "--optimizer", "SGD(0.25)")
    assert run("train", "data.npz", *network, *losses).exit_code == 0
    result = run("export-xlsx", *of, "-n", "model.keras", "--training-steps", "1", "-o", "a.xlsx")
    assert result.exit_code == 0, result.output
    assert "the optimizer begins anew: its state in the model's file is not taken over" in (
        result.stderr
    )
    (specification,) = read_exported((tmp_path / "a.xlsx").read_bytes()).plan.specifications
    assert specification.training.loss == "mean_squared_error"
    assert specification.training.optimizer == SGD(learning_rate=0.25)
    asked = ("--layer", "dense", "--at", "0", "--gradient", "bias")
    shown = [run("explain", "model.keras", *of, *asked, *loss).stdout for loss in [(), losses[:2]]]
    assert shown[0] == shown[1]
    assert "loss" in shown[0]


def test_a_learning_rate_that_is_given_twice_is_refused(fails, data):
    options = ("--network", NETWORK, "--optimizer", "SGD(0.5)", "--learning-rate", "0.1")
    line = fails("train", data, *options)
    assert line == "learning_rate must be given once. Received: 'SGD(0.5)' and learning_rate=0.1"
