"""Models whose weights, or what their optimizer remembers, are no numbers."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cnncalc.files.keras_archive import KerasModel, read_keras, write_keras
from cnncalc.network import assemble, initialize
from cnncalc.notation import parse
from tests.cli.training_data import NETWORK, save_npz
from tests.files.photos import save_classes

LISTING = "Conv2D(2, 3); Flatten(); Dense(3, activation='softmax')"
SHAPE = (6, 5, 2)

COMMANDS = [
    ("predict", "m.keras", "x.npy"),
    ("predict", "m.keras", "x.npy", "--explain"),
    ("predict", "m.keras", "x.npy", "--format", "json"),
    ("evaluate", "m.keras", "data.npz"),
    ("evaluate", "m.keras", "data.npz", "--format", "json"),
    ("trace", "m.keras", "x.npy"),
    ("trace", LISTING, "x.npy", "--weights", "m.keras"),
    ("explain", "m.keras", "x.npy", "--layer", "dense", "--at", "0"),
    ("explain", "m.keras", "data.npz", "--layer", "dense", "--at", "1,1", "--gradient"),
    ("export-xlsx", "x.npy", "--network", "m.keras"),
    ("export-xlsx", "data.npz", "--network", "m.keras", "--training-steps", "1"),
    ("train", "data.npz", "--network", "m.keras", "--epochs", "1"),
    ("train", "data.npz", "--network", "m.keras", "--show-step", "1"),
]


@pytest.fixture
def model(tmp_path):
    """Write a model whose convolution has one weight of a value; and data for it."""
    save_npz(tmp_path / "data.npz")
    np.save(tmp_path / "x.npy", np.full(SHAPE, 200.0))

    def write(value):
        network = initialize(parse(LISTING).layers, SHAPE)
        weights = [{k: np.array(v) for k, v in own.items()} for own in network.weights]
        weights[0]["kernel"][0, 1, 0, 1] = value
        with (tmp_path / "m.keras").open("wb") as file:
            write_keras(file, KerasModel(assemble(network.layers, SHAPE, weights)))

    return write


@pytest.mark.parametrize("value", [np.nan, np.inf])
@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_weights_that_are_no_numbers_are_one_line_that_names_the_layer(
    fails, model, command, value
):
    model(value)
    assert fails(*command) == (
        "'m.keras': layer conv2d: the weight 'kernel' must hold finite numbers. "
        f"Received: {value} at [0, 1, 0, 1]; of its 36, 1 are none"
    )


def test_a_summary_counts_weights_whatever_they_are(run, model):
    model(np.nan)
    result = run("summary", "m.keras")
    assert result.exit_code == 0
    assert "Total params: 113" in result.stdout


@pytest.mark.parametrize("options", [(), ("--explain",), ("--format", "json")])
def test_a_prediction_that_overflows_is_one_line_that_names_the_layer(fails, model, options):
    model(3e38)
    assert fails("predict", "m.keras", "x.npy", *options) == (
        "'x.npy': the model puts out nan, which is no number, from layer conv2d on; float32 holds "
        "about ±3.4e38"
    )


@pytest.mark.parametrize("options", [(), ("--format", "json")])
def test_an_evaluation_that_overflows_is_one_line_that_names_the_layer(fails, model, options):
    model(3e38)
    line = fails("evaluate", "m.keras", "data.npz", *options)
    assert line == (
        "sample 1: the model's loss is nan, which is no number, from layer conv2d on; float32 "
        "holds about ±3.4e38"
    )


def test_what_overflows_in_float32_alone_is_traced(run, model):
    model(3e38)
    result = run("trace", "m.keras", "x.npy")
    assert result.exit_code == 0, result.stderr
    assert "nan" not in result.stdout


def test_an_optimizer_that_remembers_no_numbers_is_not_gone_on_with(run, fails, tmp_path):
    save_npz(tmp_path / "data.npz")
    options = ("--epochs", "1", "--batch-size", "16")
    assert run("train", "data.npz", "--network", NETWORK, *options).exit_code == 0
    model = read_keras(Path("model.keras"))
    variables = model.extra["optimizer"]
    strange = [np.array(array) for array in variables.arrays]
    strange[2].ravel()[0] = np.nan
    own = {"optimizer": replace(variables, arrays=tuple(strange))}
    with (tmp_path / "strange.keras").open("wb") as file:
        write_keras(file, replace(model, extra=own))
    further = ("train", "data.npz", "--network", "strange.keras", *options, "-o", "b.keras")
    assert fails(*further) == (
        "what the model's Adam remembers must be finite numbers; another --optimizer begins anew. "
        "Received: momentum with nan in it"
    )
    assert run(*further, "--optimizer", "sgd").exit_code == 0
    assert run("evaluate", "strange.keras", "data.npz").exit_code == 0


def test_an_optimizer_whose_step_count_is_no_number_begins_anew(run, tmp_path):
    save_npz(tmp_path / "data.npz")
    options = ("--epochs", "1", "--batch-size", "16")
    assert run("train", "data.npz", "--network", NETWORK, *options).exit_code == 0
    model = read_keras(Path("model.keras"))
    variables = model.extra["optimizer"]
    arrays = (np.array(np.nan), *variables.arrays[1:])
    own = {"optimizer": replace(variables, arrays=arrays)}
    with (tmp_path / "strange.keras").open("wb") as file:
        write_keras(file, replace(model, extra=own))
    result = run("train", "data.npz", "--network", "strange.keras", *options, "-o", "b.keras")
    assert result.exit_code == 0, result.stderr


def test_a_photo_is_named_where_its_evaluation_overflows(fails, tmp_path):
    save_classes(tmp_path / "pets")
    network = initialize(parse("Flatten(); Dense(2, activation='softmax')").layers, (4, 4, 3))
    weights = [{}, {"kernel": np.full((48, 2), 3e38, np.float32), "bias": np.zeros(2)}]
    with (tmp_path / "m.keras").open("wb") as file:
        model = KerasModel(
            assemble(network.layers, (4, 4, 3), weights),
            metadata={"class_names": ["cats", "dogs"]},
        )
        write_keras(file, model)
    line = fails("evaluate", "m.keras", "pets", "--cache", "cache")
    assert line.startswith(
        "cats/cats0.png: the model's loss is nan, which is no number, from layer"
    )
