"""What predict and evaluate say of images that are unlike those that a model learnt."""

import json
import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from cnncalc.cli.commands import cli
from cnncalc.files.datasets_arrays import read_digits
from cnncalc.files.keras_archive import KerasModel, read_keras, write_keras
from cnncalc.files.trained_models import read_model
from cnncalc.layers import Dense, Flatten
from cnncalc.network import forward, initialize
from cnncalc.notation import write
from cnncalc.training.learnt_images import BYTES
from tests.cli.test_train import stop_after
from tests.cli.training_data import NETWORK, save_npz
from tests.files.photos import save, save_classes

COUNT = 30


@pytest.fixture(scope="module")
def digits(tmp_path_factory):
    """A model of the digits, and some of them as PNG files: of one size or ten times as large."""
    folder = tmp_path_factory.mktemp("digits")
    before = Path.cwd()
    os.chdir(folder)
    try:
        result = CliRunner().invoke(cli, ["train", "--epochs", "8", "-o", "digits.keras"])
    finally:
        os.chdir(before)
    assert result.exit_code == 0, result.stderr
    images, labels = read_digits().test.batch(np.arange(COUNT))
    levels = np.rint(images * (255 / 16)).astype(np.uint8)
    for number, (image, label) in enumerate(zip(levels, labels, strict=True)):
        large = image.repeat(10, axis=0).repeat(10, axis=1)
        for kind, pixels in {"own": image, "large": large, "negative": 255 - large}.items():
            save(folder / kind / str(label) / f"{number:02}.png", pixels)
    return folder


@pytest.fixture
def model(digits, tmp_path):
    return shutil.copy(digits / "digits.keras", tmp_path / "digits.keras")


@pytest.fixture
def predicted(run, digits, model):
    """Predict all digits of a kind; return how many are right, and how many are warned of."""

    def predict(kind, *options):
        images = sorted((digits / kind).rglob("*.png"))
        result = run("predict", model, *images, *options, "--format", "json")
        assert result.exit_code == 0, result.stderr
        right, warned = 0, 0
        for path, record in zip(images, json.loads(result.stdout), strict=True):
            right += record["class"] == path.parent.name
            warned += "negative" in [each["kind"] for each in record["differences"]]
        return right, warned

    return predict


def of_the_data_itself(model):
    """How many of the same digits are right as they stand in the data."""
    images, labels = read_digits().test.batch(np.arange(COUNT))
    outputs = forward(read_model(Path(model)).network, images.astype(np.float32))
    return int((outputs.argmax(axis=1) == labels).sum())


@pytest.mark.parametrize("kind", ["own", "large"])
def test_digits_as_photos_are_as_often_right_as_in_the_data_without_a_warning(
    predicted, model, kind
):
    right, warned = predicted(kind)
    assert right == pytest.approx(of_the_data_itself(model), abs=1)
    assert right > 0.8 * COUNT
    assert warned == 0


def test_dark_digits_on_white_are_warned_of_and_right_by_invert(predicted, model):
    right, warned = predicted("negative")
    assert warned >= 0.95 * COUNT
    assert right < 0.3 * COUNT
    right, warned = predicted("negative", "--invert")
    assert warned == 0
    assert right == pytest.approx(of_the_data_itself(model), abs=1)


def test_what_is_said_of_one_image_and_of_many(run, digits, model):
    one, *others = sorted((digits / "negative").rglob("*.png"))[:4]
    said = run("predict", model, one).stderr.splitlines()
    assert [line.removeprefix("Warning: ").split(": ")[0] for line in said] == [one.name] * 3
    assert [line.split(f"{one.name}: ")[1] for line in said] == [
        "resized from 80×80 to 8×8",
        "0 to 255 was brought to 0 to 16, which the model learnt; --raw keeps the values as they "
        "are",
        "looks like the negative of what the model learnt, dark where that is bright; --invert "
        "takes its negative",
    ]
    assert said[2].startswith("Warning: ")
    said = run("predict", model, one, *others, "--format", "csv").stderr.splitlines()
    assert [line.split(one.name)[0] for line in said] == [
        "4 of 4 images, such as ",
        "4 of 4 images, such as ",
        "Warning: 4 of 4 images, such as ",
    ]
    said = run("predict", model, one, "--invert").stderr
    assert "Warning" not in said
    own = next((digits / "own").rglob("*.png"))
    assert "try it without --invert" in run("predict", model, own, "--invert").stderr


def test_an_image_that_fails_hides_no_warning(run, digits, model):
    one = next((digits / "negative").rglob("*.png"))
    result = run("predict", model, one, "none.png", "--format", "csv")
    assert result.exit_code == 2
    assert "looks like the negative" in result.stderr
    assert result.stderr.splitlines()[-1] == "Error: there is no file 'none.png'"


def test_a_grid_of_numbers_is_warned_about_and_kept(run, model, tmp_path):
    image = read_digits().test.batch(np.array([0]))[0][0, ..., 0].astype(float)
    shares = {}
    for name, values in {"own": image, "bytes": image * 255 / 16, "dark": image / 16}.items():
        np.savetxt(tmp_path / f"{name}.csv", values, delimiter=",")
        result = run("predict", model, f"{name}.csv", "--format", "json")
        record = json.loads(result.stdout)[0]
        shares[name] = list(record["probability"].values())
        kinds = [each["kind"] for each in record["differences"]]
        assert kinds == ([] if name == "own" else ["range"])
        assert ("Warning: " in result.stderr) == (name != "own")
    assert shares["bytes"] != shares["own"] != shares["dark"]
    said = run("predict", model, "bytes.csv").stderr
    assert said == (
        "Warning: bytes.csv: holds 0 to 255, the model learnt 0 to 16; the numbers are taken as "
        "they are\n"
    )


def test_raw_keeps_the_values_of_a_photo_which_a_warning_says(run, digits, model, tmp_path):
    one = next((digits / "own").rglob("*.png"))
    result = run("predict", model, one, "--raw", "--format", "json")
    record = json.loads(result.stdout)[0]
    assert [each["kind"] for each in record["differences"]] == ["range"]
    pixels = read_digits().test.batch(np.array([0]))[0][0]
    save(tmp_path / "levels.png", pixels)  # 0 to 16, as no image file should be
    np.savetxt(tmp_path / "levels.csv", pixels[..., 0], delimiter=",")
    shares = [
        json.loads(run("predict", model, *each, "--format", "json").stdout)[0]["probability"]
        for each in (("levels.png", "--raw"), ("levels.csv",))
    ]
    assert shares[0] == shares[1]
    assert "though no value is above 16" in run("predict", model, "levels.png").stderr


@pytest.mark.parametrize(
    ("kind", "options", "kinds"),
    [
        ("own", (), ["scaled"]),
        ("large", (), ["resized", "scaled"]),
        ("negative", (), ["resized", "scaled", "negative"]),
        ("negative", ("--invert",), ["resized", "scaled"]),
        ("own", ("--raw",), ["range"]),
    ],
)
def test_a_folder_is_evaluated_as_its_photos_are_predicted(
    run, predicted, digits, model, kind, options, kinds
):
    result = run("evaluate", model, digits / kind, *options, "--format", "json", "--cache", "cache")
    assert result.exit_code == 0, result.stderr
    record = json.loads(result.stdout)
    assert record["accuracy"] == pytest.approx(predicted(kind, *options)[0] / COUNT)
    assert [each["kind"] for each in record["differences"]] == kinds
    for each in record["differences"]:
        assert each["text"] in result.stderr


def test_a_data_set_of_numbers_is_warned_about_and_kept(run, model, tmp_path):
    test = read_digits().test
    images, labels = test.batch(np.arange(COUNT))
    for name, values in {"own": images, "bytes": images / 16 * 255, "not": 16 - images}.items():
        np.savez(tmp_path / f"{name}.npz", x_train=values, y_train=labels)
    scores = {}
    for arguments in ("own.npz",), ("bytes.npz",), ("not.npz",), ("not.npz", "--invert"):
        result = run("evaluate", model, *arguments, "--format", "json")
        assert result.exit_code == 0, result.stderr
        record = json.loads(result.stdout)
        scores[arguments] = record["accuracy"], [each["kind"] for each in record["differences"]]
    assert scores["own.npz",][1] == []
    assert scores["bytes.npz",][1] == ["range"]
    assert scores["not.npz",][1] == ["negative"]
    assert scores["not.npz", "--invert"] == scores["own.npz",]
    said = run("evaluate", model, "bytes.npz").stderr
    assert "Warning: the data holds 0 to 255, the model learnt 0 to 16; " in said
    assert run("evaluate", model).stderr == ""  # its own digits


def test_a_model_without_memory_predicts_as_ever(run, fails, digits, model, tmp_path):
    with (tmp_path / "plain.keras").open("wb") as file:
        write_keras(file, KerasModel(read_keras(Path(model)).network))
    for kind in ("own", "negative"):
        one = next((digits / kind).rglob("*.png"))
        result = run("predict", "plain.keras", one)
        resized = "" if kind == "own" else f"{one.name}: resized from 80×80 to 8×8\n"
        assert (result.exit_code, result.stderr) == (0, resized)
    assert run("evaluate", "plain.keras").stderr == ""
    np.savez(tmp_path / "a.npz", x_train=np.zeros((2, 8, 8)), y_train=[0, 1])
    line = fails("evaluate", "plain.keras", "a.npz", "--invert")
    assert line.startswith("--invert needs the range of the values that the model learnt")


def test_a_model_that_tells_of_no_range_is_said_to_get_bytes(run, digits, tmp_path):
    layers = [Flatten(), Dense(2, activation="softmax")]
    with (tmp_path / "plain.keras").open("wb") as file:
        write_keras(file, KerasModel(initialize(layers, (8, 8, 1))))
    result = run("predict", "plain.keras", next((digits / "own").rglob("*.png")))
    assert result.exit_code == 0
    assert result.stderr == (
        "the model's file does not say which range it learnt: pixels are taken as 0 to 255\n"
    )


@pytest.mark.parametrize(
    "command",
    [
        ("trace", "digits.keras", "{}"),
        ("explain", "digits.keras", "{}", "--layer", "dense", "--at", "0"),
        ("export-xlsx", "{}", "--network", "digits.keras", "-o", "a.xlsx"),
    ],
)
def test_who_takes_an_image_as_it_stands_warns_of_another_range(run, digits, model, command):
    one = next((digits / "own").rglob("*.png"))
    result = run(*(part.format(one) for part in command))
    assert result.exit_code == 0, result.stderr
    warning = f"Warning: {one.name}: holds 0 to 255, the model learnt 0 to 16; "
    assert warning in result.stderr
    assert "Warning" not in run("trace", "digits.keras", "own.csv").stderr


def test_a_trace_of_a_learnt_image_warns_of_nothing_and_of_a_negative(run, model, tmp_path):
    image = read_digits().test.batch(np.array([0]))[0][0, ..., 0].astype(float)
    np.savetxt(tmp_path / "own.csv", image, delimiter=",")
    np.savetxt(tmp_path / "not.csv", 16 - image, delimiter=",")
    assert "Warning" not in run("trace", model, "own.csv").stderr
    warning = (
        "Warning: not.csv: looks like the negative of what the model learnt, dark where that is "
        "bright; predict --invert takes its negative\n"
    )
    assert warning in run("trace", model, "not.csv").stderr


def test_whichever_file_gave_the_weights_says_what_was_learnt(run, model, tmp_path):
    image = read_digits().test.batch(np.array([0]))[0][0, ..., 0].astype(float)
    np.savetxt(tmp_path / "not.csv", 16 - image, delimiter=",")
    trained = read_model(Path(model)).network
    with (tmp_path / "plain.keras").open("wb") as file:
        write_keras(file, KerasModel(trained))
    for network in (write(trained.layers), "digits.keras", "plain.keras"):
        result = run("trace", network, "not.csv", "--weights", "digits.keras")
        assert result.exit_code == 0, result.stderr
        assert "Warning: not.csv: looks like the negative" in result.stderr
        result = run("trace", network, "not.csv", "--weights", "plain.keras")
        assert result.exit_code == 0, result.stderr
        assert "Warning" not in result.stderr


def test_photos_are_learnt_as_bytes_and_predicted_without_a_word(run, tmp_path):
    save_classes(tmp_path / "pets", 4)
    options = ("--image-size", "9", "--epochs", "1", "--cache", "cache", "--stratify")
    network = ("--network", "Flatten(); Dense(2, activation='softmax')")
    assert run("train", "pets", *network, *options).exit_code == 0
    assert read_model(Path("model.keras")).learnt.values == BYTES
    result = run("predict", "model.keras", "pets/cats/cats0.png")
    assert (result.exit_code, result.stderr) == (0, "")
    assert run("evaluate", "model.keras", "pets", "--cache", "cache").stderr == ""


def test_a_resumed_training_remembers_the_same(run, tmp_path, monkeypatch):
    save_npz(tmp_path / "data.npz")
    options = ("train", "data.npz", "--network", NETWORK, "--batch-size", "16")
    assert run(*options, "--epochs", "1", "-o", "first.keras").exit_code == 0
    further = (*options[:2], "--network", "first.keras", "--batch-size", "16", "--epochs", "2")
    assert run(*further, "-o", "whole.keras").exit_code == 0
    with monkeypatch.context() as patch:
        stop_after(patch, 3)
        assert run(*further).exit_code == 130
    assert run(*further, "--resume").exit_code == 0
    assert Path("model.keras").read_bytes() == Path("whole.keras").read_bytes()
    first, whole = (read_model(Path(f"{name}.keras")).learnt for name in ("first", "whole"))
    assert first == whole
    assert (first.shape, first.values) == ((6, 5, 2), BYTES)


def test_going_on_with_images_of_another_range_is_warned_of_and_remembered(run, tmp_path):
    save_npz(tmp_path / "data.npz")
    with np.load(tmp_path / "data.npz") as archive:
        arrays = {name: archive[name] for name in archive.files}
    shares = {name: each / 255 if name[0] == "x" else each for name, each in arrays.items()}
    np.savez(tmp_path / "shares.npz", **shares)
    options = ("--network", NETWORK, "--epochs", "1")
    assert run("train", "data.npz", *options).exit_code == 0
    result = run("train", "shares.npz", "--network", "model.keras", "-o", "b.keras")
    warning = (
        "Warning: the data holds 0 to 0.996078, the model learnt 0 to 255; the numbers are taken"
    )
    assert warning in result.stderr
    assert read_model(Path("b.keras")).learnt.values == (0, 1)


def test_a_network_without_a_channel_axis_remembers_its_grey_images(run, digits, tmp_path):
    network = "Flatten(input_shape=(8, 8)); Dense(10, activation='softmax')"
    assert run("train", "--network", network, "--epochs", "2").exit_code == 0
    assert read_model(Path("model.keras")).learnt.shape == (8, 8, 1)
    one = next((digits / "negative").rglob("*.png"))
    assert "looks like the negative" in run("predict", "model.keras", one).stderr
    result = run("predict", "model.keras", one, "--invert", "--format", "json")
    (record,) = json.loads(result.stdout)
    assert [each["kind"] for each in record["differences"]] == ["resized", "scaled"]
    image = 16 - read_digits().test.batch(np.array([0]))[0][0, ..., 0].astype(float)
    np.savetxt(tmp_path / "not.csv", image, delimiter=",")
    assert "looks like the negative" in run("trace", "model.keras", "not.csv").stderr
    result = run("evaluate", "model.keras", digits / "negative", "--cache", "cache")
    assert f"Warning: {COUNT} of {COUNT} images" in result.stderr


def test_raw_where_it_would_do_nothing_is_refused(run, fails, digits, model, tmp_path):
    meant = "--raw is for image files, where the model learnt another range than 0 to 255. "
    np.save(tmp_path / "own.npy", np.zeros((8, 8)))
    own = next((digits / "own").rglob("*.png"))
    assert fails("predict", model, "own.npy", "--raw") == (
        f"{meant}Received: the numbers of 'own.npy', and a model that learnt 0 to 16"
    )
    assert run("predict", model, "own.npy", own, "--raw").exit_code == 0
    assert fails("evaluate", model, "--raw") == (
        f"{meant}Received: the numbers of the digits that cnncalc brings along, and a model that "
        "learnt 0 to 16"
    )
    with (tmp_path / "plain.keras").open("wb") as file:
        write_keras(file, KerasModel(read_keras(Path(model)).network))
    plain = f"{meant}Received: a model whose file doesn't say what it learnt"
    assert fails("predict", "plain.keras", own, "--raw") == plain
    assert fails("evaluate", "plain.keras", digits / "own", "--raw") == plain


def test_raw_for_a_model_of_bytes_is_refused(run, fails, tmp_path):
    save_classes(tmp_path / "pets", 4)
    options = ("--image-size", "9", "--epochs", "1", "--cache", "cache", "--stratify")
    network = ("--network", "Flatten(); Dense(2, activation='softmax')")
    assert run("train", "pets", *network, *options).exit_code == 0
    line = fails("evaluate", "model.keras", "pets", "--raw")
    assert line.endswith("Received: 'pets', and a model that learnt 0 to 255")
    line = fails("predict", "model.keras", "pets/cats/cats0.png", "--raw")
    assert line.endswith("Received: 'pets/cats/cats0.png', and a model that learnt 0 to 255")
