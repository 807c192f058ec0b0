"""Training, evaluating and predicting from Python: in memory, and with files."""

import copy
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

import cnncalc
from cnncalc.cli.commands import cli
from cnncalc.errors import InputError, NotationError, OptionError, OutputError, ShapeError

TEXT = 'Flatten(); Dense(2, activation="softmax")'


@pytest.fixture(autouse=True)
def _folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def data():
    """Dark and bright images that any network can tell apart."""
    rng = np.random.default_rng(0)
    dark, bright = rng.integers(0, 90, (12, 4, 4)), rng.integers(160, 256, (12, 4, 4))
    images = np.stack([dark, bright], axis=1).reshape(24, 4, 4).astype(np.uint8)
    return images, np.array(["dark", "bright"] * 12)


@pytest.fixture
def trained(data):
    return cnncalc.train(data, TEXT, epochs=20, learning_rate=0.1, batch_size=4)


def test_arrays_are_trained_on_and_nothing_is_written(data, trained):
    assert [record.epoch for record in trained.history] == list(range(1, 21))
    assert trained.history[-1].accuracy == 1
    assert trained.evaluated_on == "Validation data"
    assert trained.model.class_names == ("bright", "dark")
    assert trained.provenance.data.kind == "Python"
    assert not list(Path().iterdir())


def test_the_result_is_what_the_command_gives(data, trained):
    np.savez("data.npz", x_train=data[0], y_train=data[1])
    options = ["--epochs", "20", "--learning-rate", "0.1", "--batch-size", "4"]
    run = CliRunner().invoke(cli, ["train", "data.npz", "--network", TEXT, *options])
    assert run.exit_code == 0, run.output
    written = cnncalc.record("model.keras", data[0][0].astype(float)).network
    for ours, theirs in zip(trained.model.network.weights, written.weights, strict=True):
        assert all(np.array_equal(ours[name], theirs[name]) for name in ours)


def test_what_was_trained_is_evaluated_and_predicts(data, trained):
    evaluation = cnncalc.evaluate(trained.model, data)
    assert evaluation.score.accuracy == 1
    dark, bright = cnncalc.predict(trained.model, data[0][0], data[0][1])
    assert (dark.label, bright.label) == ("dark", "bright")
    assert cnncalc.evaluate(trained.model.network, data).score.accuracy == 1


def test_an_image_of_any_form_is_predicted_alike(data, trained):
    Image.fromarray(data[0][0]).save("dark.png")
    np.save("dark.npy", data[0][0])
    images = [data[0][0], Path("dark.png"), "dark.npy", Image.fromarray(data[0][0])]
    found = cnncalc.predict(trained.model, *images, explain=True)
    assert {prediction.label for prediction in found} == {"dark"}
    assert all(np.array_equal(each.outputs, found[0].outputs) for each in found)
    assert all(each.influence.shape == (4, 4, 1) for each in found)


def test_a_photo_is_made_to_fit_and_that_is_said(data, trained):
    said = []
    photo = Image.fromarray(np.full((40, 40), 30, np.uint8))
    [found] = cnncalc.predict(trained.model, photo, say=said.append)
    assert found.label == "dark"
    assert any("resized" in sentence for sentence in said)


def test_files_are_written_where_they_are_named(data):
    said = []
    files = {"output": "model.keras", "history": "history.csv", "report": Path("report.xlsx")}
    cnncalc.train(data, TEXT, epochs=2, say=said.append, **files)
    assert said[-3:] == ["wrote model.keras", "wrote history.csv", "wrote report.xlsx"]
    with pytest.raises(OutputError, match="exists"):
        cnncalc.train(data, TEXT, epochs=2, **files)
    [found] = cnncalc.predict("model.keras", data[0][0])
    assert found.class_names == ("bright", "dark")


def test_a_training_goes_on_from_what_was_trained(data, trained):
    again = cnncalc.train(data, trained.model, epochs=1)
    assert again.history[0].loss < 0.2
    network = cnncalc.train(data, trained.model.network, epochs=1)
    assert network.history[0].loss < 0.2


def test_a_step_is_recorded(data):
    step = cnncalc.record_training_step(2, data, TEXT, batch_size=4)
    assert (step.number, len(step.losses)) == (2, 4)


@pytest.mark.parametrize("schedule", ["cosine", ("step", 2), ("step", 2, 0.1)])
def test_a_schedule_is_given_by_name_and_numbers(data, schedule):
    trained = cnncalc.train(data, TEXT, epochs=1, schedule=schedule)
    assert not isinstance(trained.model.training.optimizer.learning_rate, float)


@pytest.mark.parametrize(
    ("call", "error", "said"),
    [
        (lambda data: cnncalc.train("none"), InputError, "there is no file or folder 'none'"),
        (lambda data: cnncalc.train(data[0]), OptionError, "data must be a path, or (images"),
        (lambda data: cnncalc.train((data[0], [1])), InputError, ""),
        (lambda data: cnncalc.train(data, TEXT, epochs=0), OptionError, "epochs must be"),
        (lambda data: cnncalc.train(data, TEXT, loss="hinge"), OptionError, "hinge"),
        (lambda data: cnncalc.train(data, TEXT, optimizer="lion"), NotationError, "lion"),
        (lambda data: cnncalc.train(data, TEXT, engine="abacus"), OptionError, "engine must be"),
        (lambda data: cnncalc.train(data, TEXT, schedule="slow"), OptionError, "schedule must be"),
        (lambda data: cnncalc.train(data, TEXT, resume=True), OptionError, "need an output"),
        (lambda data: cnncalc.train(data, 'Dense(2, "softmax")'), ShapeError, ""),
        (lambda data: cnncalc.train(data, TEXT, schedule=("step", "a")), OptionError, "schedule"),
        (lambda data: cnncalc.train(data, TEXT, seed=-1), OptionError, "seed must be one whole"),
        (lambda data: cnncalc.train(data, TEXT, optimizer=5), OptionError, "optimizer must be a t"),
        (lambda data: cnncalc.train(data, TEXT, rescale="1/255"), OptionError, "rescale must be a"),
        (lambda data: cnncalc.train(data, TEXT, fit="zoom"), OptionError, "fit must be one of"),
        (lambda data: cnncalc.record_training_step("a", data, TEXT), OptionError, "number must"),
        (lambda data: cnncalc.record_training_step(99, data, TEXT), OptionError, ""),
        (lambda data: cnncalc.evaluate("none.keras", data), InputError, "there is no file"),
        (lambda data: cnncalc.predict("none.keras", data[0][0]), InputError, "there is no file"),
        (lambda data: cnncalc.predict(7, data[0][0]), OptionError, "a model must be a .keras"),
        (lambda data: cnncalc.predict("none.keras"), OptionError, "at least one image"),
    ],
)
def test_what_cant_be_used_is_an_error_of_cnncalc(data, call, error, said):
    with pytest.raises(error) as raised:
        call(data)
    assert said in str(raised.value)
    assert "\n" not in str(raised.value)


def test_an_image_that_doesnt_fit_is_named(data, trained):
    with pytest.raises(InputError, match=r"'image' must have the network's input shape"):
        cnncalc.predict(trained.model, np.zeros((5, 5)))


def test_a_training_that_goes_on_leaves_the_model_as_it_was():
    first = cnncalc.train(network='Flatten(); Dense(10, activation="softmax")', epochs=1)
    before = copy.deepcopy(first.model.training.state)
    results = [cnncalc.train(network=first.model, epochs=1).evaluation.losses for _ in range(2)]
    assert (results[0] == results[1]).all()
    assert first.model.training.state.iterations == before.iterations
    for kept, slot in zip(before.slots, first.model.training.state.slots, strict=True):
        assert all((kept[name] == slot[name]).all() for name in kept)
