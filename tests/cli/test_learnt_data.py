"""A training that goes on, and a gradient, take data as evaluate does: in the range learnt."""

import io
import json
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cnncalc.files.datasets_arrays import read_digits
from cnncalc.files.trained_models import read_model
from tests.cli.test_train import stop_after
from tests.files.photos import save

COUNT = 24
NETWORK = "Conv2D(2, 3, activation='relu'); Flatten(); Dense(10, activation='softmax')"
BROUGHT = (
    "0 to 255 was brought to 0 to 16, which the model learnt; --raw keeps the values as they are"
)
ONE = ("--gradient", "--layer", "conv2d", "--at", "1,1,0,0", "--batch-size", "8")


@pytest.fixture
def model(run, tmp_path):
    """A model of digits from 0 to 16; photos of some, and the same brought to that range."""
    images, labels = read_digits().test.batch(np.arange(COUNT))
    order = np.argsort(labels, kind="stable")
    images, labels = images[order], labels[order]
    levels = np.rint(images * (255 / 16)).astype(np.uint8)
    for number, (image, label) in enumerate(zip(levels, labels, strict=True)):
        save(tmp_path / "photos" / str(label) / f"{number:02}.png", image)
    brought = levels.astype(np.float32) * np.float32(16 / 255)
    np.savez(tmp_path / "brought.npz", x_train=brought, y_train=labels)
    np.savez(tmp_path / "bytes.npz", x_train=levels, y_train=labels)
    assert run("train", "--network", NETWORK, "--epochs", "1", "-o", "m.keras").exit_code == 0
    return tmp_path / "m.keras"


def weights(path):
    return [each for own in read_model(Path(path)).network.weights for each in own.values()]


def are_same(first, second):
    pairs = zip(weights(first), weights(second), strict=True)
    return all(np.array_equal(one, other) for one, other in pairs)


def test_training_that_goes_on_takes_photos_in_the_range_learnt(run, model):
    options = ("--network", "m.keras", "--epochs", "1", "--validation-split", "0.25")
    own = run("train", "photos", *options, "--cache", "cache", "-o", "photos.keras")
    assert own.exit_code == 0, own.stderr
    assert own.stderr.splitlines()[0] == BROUGHT
    assert "taken as they are" not in own.stderr
    assert run("train", "brought.npz", *options, "-o", "brought.keras").exit_code == 0
    assert are_same("photos.keras", "brought.keras")
    assert read_model(Path("photos.keras")).learnt.values == (0, 16)


def test_a_reports_pictures_of_brought_photos_are_as_bright_as_the_photos(run, model, tmp_path):
    options = ("--network", "m.keras", "--epochs", "1", "--validation-split", "0")
    options += ("--optimizer", "sgd", "--learning-rate", "1e-9")
    result = run("train", "photos", *options, "--cache", "cache", "--report", "report.xlsx")
    assert result.exit_code == 0, result.stderr
    with zipfile.ZipFile(tmp_path / "report.xlsx") as book:
        names = [name for name in book.namelist() if name.endswith(".png")]
        shown = [np.asarray(Image.open(io.BytesIO(book.read(name)))) for name in names]
    assert shown
    assert all(picture.max() > 200 for picture in shown)


def test_raw_photos_keep_their_values_which_a_warning_says(run, model):
    options = ("--network", "m.keras", "--epochs", "1", "--validation-split", "0")
    own = run("train", "photos", *options, "--cache", "cache", "--raw", "-o", "photos.keras")
    assert own.exit_code == 0, own.stderr
    text = "the data holds 0 to 255, the model learnt 0 to 16; the numbers are taken as they are"
    assert own.stderr.count(text) == 1
    assert run("train", "bytes.npz", *options, "-o", "bytes.keras").exit_code == 0
    assert are_same("photos.keras", "bytes.keras")
    assert read_model(Path("photos.keras")).learnt.values == (0, 255)


def test_a_gradient_is_that_of_the_loss_that_is_evaluated(run, model):
    shown, losses = [], []
    for data in ("photos", "brought.npz"):
        cache = ("--cache", "cache") if data == "photos" else ()
        result = run("explain", "m.keras", data, *ONE, "--format", "json")
        assert result.exit_code == 0, result.stderr
        assert (BROUGHT in result.stderr) == (data == "photos")
        shown.append(json.loads(result.stdout)["value"])
        step = ("--network", "m.keras", "--show-step", "1", "--validation-split", "0")
        result = run("train", data, *cache, *step, "--batch-size", "24", "--format", "json")
        losses.append(json.loads(result.stdout)["loss"])
        result = run("evaluate", "m.keras", data, *cache, "--format", "json")
        assert json.loads(result.stdout)["loss"] == pytest.approx(losses[-1], rel=1e-5)
    assert shown[0] == shown[1]
    assert losses[0] == losses[1]


def test_one_photo_has_the_gradient_of_its_folder(run, model, tmp_path):
    photo = next((tmp_path / "photos" / "3").iterdir())
    for name in "ab":
        save(tmp_path / "alone" / "3" / f"{name}.png", np.asarray(Image.open(photo))[..., None])
    found = []
    one = ("--gradient", "--layer", "conv2d", "--at", "1,1,0,0", "--format", "json")
    for raw in ((), ("--raw",)):
        for way in (("alone", "--batch-size", "1"), (photo, "--target", "3")):
            result = run("explain", "m.keras", *way, *one, *raw)
            assert result.exit_code == 0, result.stderr
            assert (BROUGHT in result.stderr) == (not raw)
            assert ("taken as they are" in result.stderr) == bool(raw)
            found.append(json.loads(result.stdout)["value"])
    assert found[0] == found[1]
    assert found[2] == found[3] != found[0]


def test_a_workbook_has_the_values_that_the_network_takes(run, model):
    step = ("-n", "m.keras", "--training-steps", "1", "--batch-size", "2")
    assert BROUGHT in run("export-xlsx", "photos", *step, "-o", "step.xlsx").stderr
    assert run("verify", "step.xlsx", "--engine", "formualizer").exit_code == 0


def test_a_stopped_training_on_photos_ends_at_the_same_bytes(run, model, monkeypatch):
    options = ("train", "photos", "--network", "m.keras", "--epochs", "2", "--batch-size", "8")
    options += ("--validation-split", "0", "--cache", "cache")
    assert run(*options, "-o", "whole.keras").exit_code == 0
    with monkeypatch.context() as patch:
        stop_after(patch, 3)
        assert run(*options, "-o", "parts.keras").exit_code == 130
    assert run(*options, "-o", "parts.keras", "--resume").exit_code == 0
    assert Path("parts.keras").read_bytes() == Path("whole.keras").read_bytes()


def test_numbers_that_fill_most_of_the_range_learnt_are_no_others(run, model):
    with np.load("brought.npz") as arrays:
        np.savez("clip.npz", x_train=arrays["x_train"].clip(0, 15), y_train=arrays["y_train"])
    result = run("train", "clip.npz", "--network", "m.keras", "--epochs", "1", "-o", "b.keras")
    assert result.exit_code == 0, result.stderr
    assert "the model learnt" not in result.stderr
    assert read_model(Path("b.keras")).learnt.values == (0, 16)
