"""Data that doesn't show all classes: one class, one sample, an empty folder of a class."""

from __future__ import annotations

import gzip
import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from cnncalc.files.keras_archive import KerasModel, write_keras
from cnncalc.files.labelled import LabelledArrays, LabelledData, from_arrays
from cnncalc.files.trained_models import read_model
from cnncalc.layers import Dense, Flatten, GlobalAveragePooling2D
from cnncalc.network import assemble, initialize
from tests.files.photos import save
from tests.files.test_datasets_arrays import idx

IMAGES = np.random.default_rng(0).integers(0, 256, (9, 4, 4)).astype(np.uint8)
TEN = "Flatten(); Dense(10, activation='softmax')"


def save_model(path, network, **metadata):
    with Path(path).open("wb") as file:
        write_keras(file, KerasModel(network, metadata=metadata))


def save_data(kind, count, labels):
    """Save images of 4×4 in a form that DATA may have; return its name."""
    images, labels = IMAGES[:count], np.array(labels)
    if kind in ("npz", "one-hot"):
        shown = np.eye(10, dtype=np.uint8)[labels] if kind == "one-hot" else labels
        np.savez("data.npz", x_train=images, y_train=shown)
        return "data.npz"
    if kind == "csv":
        table = np.column_stack([labels, images.reshape(count, -1)])
        header = ",".join(["label", *(f"p{i}" for i in range(16))])
        np.savetxt("data.csv", table, "%d", ",", header=header, comments="")
        return "data.csv"
    Path("train-images-idx3-ubyte.gz").write_bytes(gzip.compress(idx(images)))
    Path("train-labels-idx1-ubyte").write_bytes(idx(labels))
    return "train-images-idx3-ubyte.gz"


@pytest.mark.parametrize("kind", ["npz", "one-hot", "csv", "idx"])
@pytest.mark.parametrize("count", [1, 4])
@pytest.mark.parametrize("names", [(), ("class_names",)])
def test_data_of_one_class_is_evaluated_explained_stepped_and_exported(run, kind, count, names):
    save_model(
        "model.keras",
        initialize([Flatten(), Dense(10, activation="softmax")], (4, 4, 1)),
        **{name: [str(i) for i in range(10)] for name in names},
    )
    data = save_data(kind, count, [3] * count)
    result = run("evaluate", "model.keras", data, "--format", "json")
    assert result.exit_code == 0, result.stderr
    found = json.loads(result.stdout)
    supports = [each["samples"] for each in found["classes"]]
    assert supports == [0, 0, 0, count, 0, 0, 0, 0, 0, 0]
    assert {each["recall"] for each in found["classes"] if not each["samples"]} == {None}
    for command in (
        ("explain", "model.keras", data, "--layer", "dense", "--at", "0,3", "--gradient"),
        ("train", data, "--network", "model.keras", "--show-step", "1"),
        ("export-xlsx", data, "--network", "model.keras", "--training-steps", "1", "-o", "a.xlsx"),
    ):
        result = run(*command)
        assert result.exit_code == 0, result.stderr
        assert "Warning" not in result.stdout
        assert "nan" not in result.stdout
    assert Path("a.xlsx").exists()


def test_a_new_network_is_stepped_on_one_sample_of_one_class(run):
    data = save_data("npz", 1, [3])
    result = run("train", data, "--network", TEN, "--show-step", "1", "--format", "json")
    assert result.exit_code == 0, result.stderr
    step = json.loads(result.stdout)
    assert step["class_names"] == [str(i) for i in range(10)]
    assert step["samples"][0]["target"] == [0, 0, 0, 1, 0, 0, 0, 0, 0, 0]
    assert "1 image of 4×4×1 to train on, 0 to validate with; 10 classes" in result.stderr


def test_one_hot_labels_need_no_network_to_tell_the_classes(run):
    data = save_data("one-hot", 2, [3, 3])
    result = run("train", data, "--show-step", "1", "--network", "Flatten(); Dense(10)")
    assert result.exit_code == 0, result.stderr
    assert "the training part holds no '0', '1', '2', '4'" in result.stderr


def test_a_share_that_is_asked_for_of_one_sample_is_refused(fails):
    data = save_data("npz", 1, [3])
    line = fails("train", data, "--network", TEN, "--validation-split", "0.5")
    assert "must leave samples for training and for validation" in line


@pytest.mark.parametrize("command", ["evaluate", "train"])
def test_labels_outside_the_networks_classes_are_refused_by_name(fails, command):
    network = initialize([Flatten(), Dense(10, activation="softmax")], (4, 4, 1))
    save_model("model.keras", network)
    data = save_data("npz", 4, [3, 3, 12, 3])
    arguments = {
        "evaluate": ("evaluate", "model.keras", data),
        "train": ("train", data, "--network", "model.keras", "--force"),
    }
    line = fails(*arguments[command])
    assert line == (
        "'data.npz': labels must be the numbers of the network's classes, 0 to 9. Received: 12"
    )


def test_what_has_a_test_part_alone_can_be_evaluated(run, fails):
    save_model("model.keras", initialize([Flatten(), Dense(10)], (4, 4, 1)))
    np.savez("data.npz", x_test=IMAGES, y_test=np.arange(9))
    assert "data.npz, test data: " in run("evaluate", "model.keras", "data.npz").stdout
    line = fails("train", "data.npz", "--network", TEN, "--force")
    assert "must hold x_train and y_train" in line


@pytest.fixture
def shades(tmp_path):
    """Photos, dark in class a and light in class c, an empty class b, and a model of the three."""
    for number in range(4):
        save(tmp_path / "shades" / "a" / f"{number}.png", np.full((12, 12, 3), 9, np.uint8))
        save(tmp_path / "shades" / "c" / f"{number}.png", np.full((12, 12, 3), 240, np.uint8))
    (tmp_path / "shades" / "b").mkdir()
    kernel = np.float32([[-1.0, 0.0, 1.0]] * 3)
    weights = [{}, {"kernel": kernel / 300, "bias": np.float32([1.2, -9, -1.2])}]
    layers = [GlobalAveragePooling2D(), Dense(3, activation="softmax")]
    save_model(tmp_path / "three.keras", assemble(layers, (12, 12, 3), weights))
    return tmp_path / "shades"


def test_an_empty_class_folder_keeps_its_number_in_an_evaluation(run, fails, shades):
    result = run("evaluate", "three.keras", "shades", "--cache", "cache")
    assert result.exit_code == 0, result.stderr
    assert "accuracy 1.0000" in result.stdout
    assert "8 of 8 right (100.00%), none of them of b\n" in result.stdout
    assert result.stderr == (
        "class 'b' has no photo in 'shades' that can be used; it keeps its number, 1\n"
    )
    (shades / "b").rmdir()
    line = fails("evaluate", "three.keras", "shades", "--cache", "cache")
    assert line == (
        "'shades' must hold a folder for each of the network's 3 classes, if only an empty one: "
        "their order alone tells which is which. Received: 2, 'a', 'c'"
    )


def test_a_training_with_an_empty_class_has_a_report_without_noise(run, shades):
    options = ("--cache", "cache", "--image-size", "8", "--epochs", "1", "--stratify")
    result = run("train", "shades", *options, "--report", "report.xlsx")
    assert result.exit_code == 0, result.stderr
    assert "the training part holds no 'b': it can't be learnt\n" in result.stderr
    assert read_model(Path("model.keras")).class_names == ("a", "b", "c")
    row = next(line.split() for line in result.stdout.splitlines() if line.startswith("b "))
    assert row == ["b", "0", "0", "0", "–"]
    assert "nan" not in result.stdout.lower()


def test_photos_that_cannot_be_read_are_named_and_fail_when_strict(run, fails, shades):
    for number in range(4):
        (shades / "b" / f"IMG_{number}.HEIC").write_bytes(b"no photo")
    options = ("evaluate", "three.keras", "shades", "--cache", "cache")
    result = run(*options)
    assert result.exit_code == 0, result.stderr
    unused = (
        "4 HEIC files, 'b/IMG_0.HEIC', 'b/IMG_1.HEIC', 'b/IMG_2.HEIC', …; JPEG and PNG can be read"
    )
    assert result.stderr.splitlines()[0] == f"not used, of 'shades': {unused}"
    assert fails(*options, "--strict") == (
        f"with --strict each file in 'shades' must be a photo that is read. Received: {unused}"
    )


def test_parts_of_other_names_are_said_and_taken_for_what_they_are(run, tmp_path, shades):
    (shades / "b").rmdir()
    for part in ("training_set", "test_set"):
        shutil.copytree(shades, tmp_path / "parts" / part)
    shutil.rmtree(tmp_path / "parts" / "test_set" / "c")
    options = ("--cache", "cache", "--image-size", "8", "--epochs", "1", "--stratify")
    result = run("train", "parts", *options)
    assert result.exit_code == 0, result.stderr
    said = "parts of 'parts': 'training_set' to train on, 'test_set' to test with"
    assert result.stderr.splitlines()[0] == said
    assert "2 classes: a, c" in result.stderr
    assert "Test data: " in result.stdout
    result = run("evaluate", "model.keras", "parts", "--cache", "cache")
    assert "parts, test data: " in result.stdout


def test_a_damaged_photo_cache_is_said_and_changes_no_number(run, shades):
    options = ("train", "shades", "--cache", "cache", "--image-size", "8", "--epochs", "1")
    assert run(*options, "--stratify").exit_code == 0
    before = Path("model.keras").read_bytes()
    images = next(Path("cache").rglob("images.raw"))
    images.write_bytes(b"\xff" + images.read_bytes()[1:])
    result = run(*options, "--stratify", "--force")
    assert f"the photo cache '{images.parent}' was damaged (the pixels are not" in result.stderr
    assert Path("model.keras").read_bytes() == before


def gradient(run, *options):
    arguments = ("--layer", "dense", "--at", "0,1", "--gradient", "--format", "json")
    result = run("explain", TEN, "data.npz", *arguments, "--batch-size", "4", *options)
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)["value"]


@pytest.mark.parametrize("split", [(), ("--validation-split", "0"), ("--validation-split", "0.5")])
def test_a_step_has_the_samples_that_train_has_with_the_same_share(run, split):
    save_data("npz", 9, range(9))
    options = ("--network", TEN, "--show-step", "1", "--batch-size", "4", "--format", "json")
    result = run("train", "data.npz", *options, *split)
    assert result.exit_code == 0, result.stderr
    step = json.loads(result.stdout)
    kept = {(): 6, ("--validation-split", "0"): 9}.get(split, 4)
    assert f"{kept} images of 4×4×1 to train on, {9 - kept} to validate with" in result.stderr
    (kernel,) = (each for each in step["weights"] if each["name"] == "kernel")
    assert gradient(run, *split) == pytest.approx(kernel["gradient"][0][1], rel=1e-9)
    exported = run(
        "export-xlsx", "data.npz", "-n", TEN, "--training-steps", "1", "-o", "a.xlsx", *split
    )
    assert exported.exit_code == 0, exported.stderr
    held = f", without {9 - kept} that train validates with" if kept < 9 else ""
    assert f"{kept} images of 4×4×1{held}; 10 classes" in exported.stderr


def test_a_share_is_refused_where_nothing_is_divided(fails):
    share = ("--validation-split", "0.5")
    line = fails("explain", "Flatten(); Dense(2)", "--layer", "dense", "--at", "0", *share)
    assert line.endswith(" need --gradient. Received: --validation-split without it")
    line = fails("export-xlsx", "-n", TEN, "--target", "1", "--training-steps", "1", *share)
    assert "a step has one sample. Received: --validation-split" in line


def test_what_is_read_is_what_fits_an_input_with_or_without_a_channel_axis():
    arrays = LabelledArrays(IMAGES, np.arange(9))
    data = from_arrays("data", {"training": arrays, "test": arrays}).fitting((4, 4))
    assert isinstance(data, LabelledData)
    for part in (data.training, data.test):
        images, _ = part.batch(np.array([2, 0]))
        assert part.input_shape == (4, 4)
        np.testing.assert_array_equal(images, IMAGES[[2, 0]])
