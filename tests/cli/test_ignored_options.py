"""What a file asks of training and isn't calculated: refused by name, replaced or ignored."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cnncalc.files.keras_archive import KerasModel, read_keras
from cnncalc.files.trained_models import read_model
from cnncalc.layers import Conv2D, Dense, Flatten
from tests.cli.training_data import save_npz
from tests.files.keras_files import layer_config, parts_of, saved, varied, zipped

LAYERS = (Conv2D(2, 3, activation="relu"), Flatten(), Dense(3, activation="softmax"))
LOSS = {"class_name": "CategoricalCrossentropy", "config": {"label_smoothing": 0.2}}
OPTIMIZER = {"class_name": "SGD", "config": {"learning_rate": 0.05, "use_ema": True}}
CONSTRAINT = "layer conv2d: kernel_constraint=NonNeg()"
REGULARIZER = "layer dense: bias_regularizer=Mine()"
PLAIN = {"optimizer": {"class_name": "SGD", "config": {"learning_rate": 0.05}}, "loss": "mse"}


@pytest.fixture
def save(tmp_path, monkeypatch):
    """Save a compiled model of images of (6, 5, 2) as model.keras, some of its options set."""
    monkeypatch.chdir(tmp_path)

    def save_(compiled=PLAIN, constraint=None, regularizer=None):
        parts = parts_of(saved(KerasModel(varied(LAYERS, (6, 5, 2)))))
        config = json.loads(parts["config.json"])
        named = {1: ("kernel_constraint", constraint), 3: ("bias_regularizer", regularizer)}
        for index, (name, kind) in named.items():
            value = {"class_name": kind, "config": {}}
            layer_config(config, index)["config"][name] = value if kind else None
        config["compile_config"] = compiled
        Path("model.keras").write_bytes(
            zipped(parts | {"config.json": json.dumps(config).encode()})
        )

    save_npz(tmp_path / "data.npz")
    return save_


DATA = ("data.npz", "--network", "model.keras", "--epochs", "1")
TRAIN = ("train", *DATA, "-o", "out.keras")
EXPLAIN = ("explain", "model.keras", "data.npz", "--layer", "dense", "--at", "0,0")
TRAINING = {
    "train": TRAIN,
    "show-step": ("train", *DATA, "--show-step", "1"),
    "explain": (*EXPLAIN, "--gradient"),
    "export-xlsx": (
        *("export-xlsx", "data.npz", "--network", "model.keras", "--training-steps", "1"),
        *("-o", "steps.xlsx"),
    ),
}


@pytest.mark.parametrize("command", TRAINING)
def test_each_command_that_trains_refuses_by_name(save, fails, command):
    save({"loss": LOSS, "optimizer": OPTIMIZER}, "NonNeg", "Mine")
    message = fails(*TRAINING[command])
    for named in (CONSTRAINT, REGULARIZER, "loss: label_smoothing=0.2 (--loss replaces it)"):
        assert named in message
    assert "optimizer: use_ema=True" in message
    assert message.endswith(
        "To leave it out on purpose: --ignore kernel_constraint --ignore bias_regularizer "
        "--ignore label_smoothing --ignore use_ema"
    )
    assert not Path("out.keras").exists()
    assert not Path("steps.xlsx").exists()


@pytest.mark.parametrize("command", TRAINING)
def test_what_is_ignored_on_purpose_is_said_and_trained_without(save, run, command):
    save({"loss": LOSS, "optimizer": OPTIMIZER}, "NonNeg", "Mine")
    names = ("kernel_constraint", "bias_regularizer", "label_smoothing", "use_ema")
    ignored = [part for name in names for part in ("--ignore", name)]
    result = run(*TRAINING[command], *ignored)
    assert result.exit_code == 0, result.stderr
    assert (
        f"left out, as --ignore says, here and in what is saved: {CONSTRAINT}; {REGULARIZER}; "
        "loss: label_smoothing=0.2; optimizer: use_ema=True\n"
    ) in result.stderr


def test_what_is_ignored_is_not_in_the_saved_model(save, run):
    save({"loss": LOSS, "optimizer": OPTIMIZER}, "NonNeg")
    names = ("kernel_constraint", "label_smoothing", "use_ema")
    result = run(*TRAIN, *[part for name in names for part in ("--ignore", name)])
    assert "going on with categorical_crossentropy, SGD(learning_rate=0.05)\n" in result.stderr
    assert read_model(Path("out.keras")).training.uncalculated == ()
    assert b"NonNeg" not in parts_of(Path("out.keras").read_bytes())["config.json"]
    further = ("train", "data.npz", "--network", "out.keras", "--epochs", "1", "-o", "b.keras")
    assert run(*further).exit_code == 0


@pytest.mark.parametrize(
    ("compiled", "replacing", "going_on"),
    [
        ({**PLAIN, "loss": LOSS}, ("--loss", "mean_squared_error"), "mean_squared_error, SGD("),
        (
            {**PLAIN, "loss": LOSS},
            ("--loss", "categorical_crossentropy"),
            "categorical_crossentropy, SGD(",
        ),
        ({**PLAIN, "loss": "mae"}, ("--loss", "mean_squared_error"), "mean_squared_error, SGD("),
        (
            {"loss": "mse", "optimizer": OPTIMIZER},
            ("--optimizer", "adam"),
            "mean_squared_error, Adam(learning_rate=0.001)",
        ),
        (
            {"loss": "mse", "optimizer": "lion"},
            ("--optimizer", "sgd"),
            "mean_squared_error, SGD(learning_rate=0.01)",
        ),
        (
            {"loss": "mse", "optimizer": "lion"},
            ("--ignore", "optimizer"),
            "mean_squared_error, Adam(learning_rate=0.001)",
        ),
    ],
)
def test_an_option_of_the_command_line_replaces_what_is_not_calculated(
    save, run, fails, compiled, replacing, going_on
):
    save(compiled)
    fails(*TRAIN)
    result = run(*TRAIN, *replacing)
    assert result.exit_code == 0, result.stderr
    assert f"going on with {going_on}" in result.stderr


@pytest.mark.parametrize(
    ("replacing", "rate"),
    [
        (("--learning-rate", "0.5"), "0.5"),
        (("--schedule", "constant"), "0.25"),
        (("--schedule", "cosine"), "CosineDecay(initial_learning_rate=0.25,"),
        (("--ignore", "learning_rate"), "0.25"),
    ],
)
def test_a_schedule_is_replaced_by_another_or_by_a_rate(save, run, fails, replacing, rate):
    config = {"initial_learning_rate": 0.25, "decay_steps": 9, "name": "PolynomialDecay"}
    schedule = {"class_name": "PolynomialDecay", "config": config}
    sgd = {"class_name": "SGD", "config": {"learning_rate": schedule}}
    save({"loss": "mse", "optimizer": sgd})
    assert (
        "optimizer: learning_rate=PolynomialDecay(initial_learning_rate=0.25, decay_steps=9) "
        "(--schedule or --learning-rate or --optimizer replace it)"
    ) in fails(*TRAIN)
    result = run(*TRAIN, *replacing)
    assert result.exit_code == 0, result.stderr
    assert f"SGD(learning_rate={rate}" in result.stderr


def test_l2_replaces_a_kernels_regularizer_that_is_not_calculated(save, run, fails):
    save()
    parts = parts_of(Path("model.keras").read_bytes())
    config = json.loads(parts["config.json"])
    own = {"class_name": "OrthogonalRegularizer", "config": {"factor": 0.01, "mode": "rows"}}
    layer_config(config, 3)["config"]["kernel_regularizer"] = own
    Path("model.keras").write_bytes(zipped(parts | {"config.json": json.dumps(config).encode()}))
    named = "kernel_regularizer=OrthogonalRegularizer(factor=0.01, mode='rows') (--l2 replaces it)"
    assert named in fails(*TRAIN)
    assert run(*TRAIN, "--l2", "0.1").exit_code == 0
    assert str(read_model(Path("out.keras")).network.layers[2].kernel_regularizer) == "L2(l2=0.1)"


def test_a_command_offers_only_what_it_has(save, fails):
    save({"loss": "mse", "optimizer": "lion"})
    assert "optimizer=lion (--optimizer replaces it)" in fails(*TRAINING["export-xlsx"])
    assert "optimizer=lion. To leave it out" in fails(*TRAINING["explain"])


def test_an_ignored_name_that_the_model_does_not_have_is_an_error(save, fails):
    save({**PLAIN, "loss": LOSS})
    assert fails(*TRAIN, "--ignore", "use_ema") == (
        "--ignore must name what the model has and cnncalc doesn't calculate: label_smoothing. "
        "Received: use_ema"
    )
    new = ("train", "data.npz", "--network", "Flatten(); Dense(3)", "-o", "new.keras")
    assert "it has nothing of the kind. Received: use_ema" in fails(*new, "--ignore", "use_ema")


def test_ignore_needs_a_training(save, fails):
    save()
    assert "need --gradient. Received: --ignore" in fails(*EXPLAIN, "--ignore", "use_ema")
    export = ("export-xlsx", "--network", "model.keras", "-o", "x.xlsx", "--ignore", "use_ema")
    assert "need --training-steps N. Received: --ignore" in fails(*export)


EVALUATE = ("evaluate", "model.keras", "data.npz")


def test_an_evaluation_refuses_what_changes_the_loss_and_nothing_else(save, run, fails):
    save({"loss": LOSS, "optimizer": "lion"}, "NonNeg", "Mine")
    assert fails(*EVALUATE) == (
        f"the model asks of its loss what cnncalc doesn't calculate: {REGULARIZER}; loss: "
        "label_smoothing=0.2 (--loss replaces it). To leave it out on purpose: --ignore "
        "bias_regularizer --ignore label_smoothing"
    )
    without = ("--ignore", "bias_regularizer")
    plain = run(*EVALUATE, *without, "--ignore", "label_smoothing")
    assert plain.exit_code == 0, plain.stderr
    named = run(*EVALUATE, *without, "--loss", "categorical_crossentropy")
    assert named.stdout == plain.stdout
    other = run(*EVALUATE, *without, "--loss", "mean_squared_error")
    assert other.exit_code == 0
    assert other.stdout != plain.stdout
    save({"loss": "mse", "optimizer": "lion"}, "NonNeg")
    assert run(*EVALUATE).exit_code == 0


def test_ignore_class_0_is_set(save, fails):
    loss = {"class_name": "SparseCategoricalCrossentropy", "config": {"ignore_class": 0}}
    save({**PLAIN, "loss": loss})
    assert "loss: ignore_class=0 (--loss replaces it)" in fails(*EVALUATE)
    assert "loss: ignore_class=0 (--loss replaces it)" in fails(*TRAIN)


def test_the_mean_is_the_loss_that_is_calculated(save, run):
    for reduction in ("mean", "sum_over_batch_size", "mean_with_sample_weight"):
        loss = {"class_name": "CategoricalCrossentropy", "config": {"reduction": reduction}}
        save({**PLAIN, "loss": loss})
        assert run(*TRAIN, "--force").exit_code == 0
        assert run(*EVALUATE).exit_code == 0


def test_metrics_are_noted_and_no_more(save, run):
    save({**PLAIN, "metrics": ["auc"]})
    for command in (TRAIN, EVALUATE):
        result = run(*command)
        assert result.exit_code == 0
        assert "of the model's metrics auc is not calculated; accuracy is\n" in result.stderr


def test_what_trains_nothing_works_as_ever_and_without_a_word(save, run, tmp_path):
    save({"loss": LOSS, "optimizer": OPTIMIZER}, "NonNeg", "Mine")
    np.save(tmp_path / "x.npy", np.ones((6, 5, 2)))
    Image.fromarray(np.ones((6, 5, 3), np.uint8)).save(tmp_path / "x.png")
    assert read_keras(Path("model.keras")).network
    for command in (
        ("predict", "model.keras", "x.npy"),
        ("trace", "model.keras", "x.npy"),
        ("summary", "model.keras"),
        ("explain", "model.keras", "x.npy", "--layer", "dense", "--at", "0"),
        ("export-xlsx", "x.npy", "--network", "model.keras", "-o", "x.xlsx"),
    ):
        result = run(*command)
        assert result.exit_code == 0, result.stderr
        assert "left out" not in result.stderr
