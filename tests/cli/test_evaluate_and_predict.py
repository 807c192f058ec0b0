import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest

from cnncalc.files import photo_cache
from cnncalc.files.keras_archive import KerasModel, write_keras
from cnncalc.files.photos import read_photo
from cnncalc.files.trained_models import read_model
from cnncalc.layers import Conv2D, Dense, Flatten, GlobalAveragePooling2D
from cnncalc.network import assemble, initialize
from tests.cli.training_data import NETWORK, save_npz
from tests.files.photos import pixels, save, save_classes

BRIGHT = np.array([[-1.0, 1.0]] * 3)


@pytest.fixture
def photos(tmp_path):
    """Dark and light photos, and a model that tells them apart by their mean."""
    for number in range(3):
        save(
            tmp_path / "photos" / "dark" / f"{number}.png",
            np.full((9, 7, 3), 20 + number, np.uint8),
        )
        save(tmp_path / "photos" / "light" / f"{number}.png", np.full((9, 7, 3), 230, np.uint8))
    layers = [GlobalAveragePooling2D(), Dense(2, activation="softmax")]
    weights = [{}, {"kernel": BRIGHT / 300, "bias": np.array([1.28, -1.28])}]
    network = assemble(
        layers, (4, 4, 3), [{k: np.float32(v) for k, v in w.items()} for w in weights]
    )
    model = KerasModel(network, metadata={"class_names": ["dark", "light"], "fit": "crop"})
    with (tmp_path / "model.keras").open("wb") as file:
        write_keras(file, model)
    return tmp_path / "photos"


def test_a_model_is_evaluated_on_a_folder(run, photos):
    result = run("evaluate", "model.keras", "photos", "--cache", "cache")
    assert result.exit_code == 0, result.stderr
    lines = result.stdout.splitlines()
    assert lines[0].startswith("loss 0.")
    assert lines[0].endswith("accuracy 1.0000")
    assert lines[2] == "photos: 6 of 6 right (100.00%)"


def test_what_a_model_says_and_is_worth_can_be_drawn(run, photos, tmp_path):
    asked = ("model.keras", "photos/dark/1.png", "photos/light/2.png")
    assert "wrote p.svg (a figure)" in run("predict", *asked, "-o", "p.svg").stderr
    said = (tmp_path / "p.svg").read_text()
    assert [name in said for name in ("1.png", "2.png", "dark", "light")] == [True] * 4
    result = run("evaluate", "model.keras", "photos", "--cache", "cache", "-o", "e.svg")
    assert "wrote e.svg (a figure)" in result.stderr
    assert "photos: 6 of 6 right (100.00%)" in (tmp_path / "e.svg").read_text()


def test_no_table_replaces_a_photo_that_is_predicted(fails, photos):
    photo = photos / "light" / "2.png"
    before = photo.read_bytes()
    asked = ("model.keras", "photos/dark/1.png", "photos/light/2.png")
    line = fails("predict", *asked, "-o", "photos/light/2.png", "--force")
    assert line.endswith("is the INPUT itself. Expected another name")
    assert photo.read_bytes() == before


def test_a_model_is_evaluated_on_photos_of_one_class(run, fails, photos):
    shutil.rmtree(photos / "dark")
    result = run("evaluate", "model.keras", "photos", "--cache", "cache")
    assert result.exit_code == 0, result.stderr
    assert "photos: 3 of 3 right (100.00%), none of them of dark\n" in result.stdout
    assert "at least two folders" in fails("train", "photos", "--cache", "cache", "--force")
    line = fails("evaluate", "model.keras", "photos/light", "--cache", "cache")
    assert "must hold at least one folder with photos, one a class. Received: 3 photos" in line


def test_classes_are_told_apart_by_name(run, photos):
    save(photos / "test" / "light" / "a.png", np.full((5, 5, 3), 250, np.uint8))
    (photos / "dark").rename(photos / "test" / "dark")
    (photos / "light").rename(photos / "test" / "other")
    line = run("evaluate", "model.keras", photos / "test", "--cache", "cache").stderr
    assert "the classes must be among 'dark', 'light'. Received: 'other'" in line


def test_an_evaluation_as_json(run, photos):
    result = run("evaluate", "model.keras", "photos", "--cache", "cache", "--format", "json")
    record = json.loads(result.stdout)
    assert record["accuracy"] == 1
    assert record["confusion_matrix"] == [[3, 0], [0, 3]]
    assert record["classes"][1] == {"class": "light", "samples": 3, "precision": 1, "recall": 1}


def test_of_several_parts_the_test_part_is_taken_and_named(run, tmp_path):
    save_npz(tmp_path / "data.npz")
    assert run("train", "data.npz", "--network", NETWORK, "--epochs", "1").exit_code == 0
    result = run("evaluate", "model.keras", "data.npz")
    assert re.search(r"^data\.npz, test data: \d+ of 15 right", result.stdout, re.MULTILINE)


def test_where_there_is_no_test_part_the_one_to_validate_with_is_taken(run, photos):
    for part in ("train", "validation"):
        for name in ("dark", "light"):
            shutil.copytree(photos / name, photos.parent / "parts" / part / name)
    shutil.rmtree(photos.parent / "parts" / "train" / "dark")
    save(photos.parent / "parts" / "train" / "dark" / "a.png", np.full((5, 5, 3), 25, np.uint8))
    result = run("evaluate", "model.keras", "parts", "--cache", "cache")
    assert "\nparts, validation data: 6 of 6 right" in result.stdout


def test_only_the_part_to_evaluate_on_is_decoded(run, photos, monkeypatch):
    for part in ("train", "validation", "test"):
        shutil.copytree(photos, photos.parent / "parts" / part)
    decoded = []
    monkeypatch.setattr(
        photo_cache, "read_photo", lambda *own: decoded.append(own[0]) or read_photo(*own)
    )
    result = run("evaluate", "model.keras", "parts", "--cache", "cache")
    assert "\nparts, test data: 6 of 6 right" in result.stdout
    assert {path.parts[1] for path in decoded} == {"test"}
    assert len(decoded) == 6


def test_a_model_of_one_output_is_evaluated_by_its_own_loss(run, photos, tmp_path):
    network = initialize([Flatten(), Dense(1, activation="sigmoid")], (4, 4, 3))
    with (tmp_path / "yes.keras").open("wb") as file:
        write_keras(file, KerasModel(network))
    result = run("evaluate", "yes.keras", "photos", "--cache", "cache")
    assert result.exit_code == 0, result.stderr


def test_photos_are_predicted(run, photos):
    result = run("predict", "model.keras", "photos/dark/0.png", "photos/light/0.png")
    assert result.exit_code == 0, result.stderr
    lines = [line.split() for line in result.stdout.splitlines() if line]
    assert lines[0] == ["dark/0.png", "·", "dark"]  # of one name: so much of the folders stays
    assert lines[1][0] == "dark"
    assert float(lines[1][1]) > 0.8
    assert lines[1][2].startswith("████")
    assert lines[3] == ["light/0.png", "·", "light"]


def test_photos_are_made_to_fit_as_in_training(run, photos, tmp_path):
    wide = np.full((4, 12, 3), 0, np.uint8)
    wide[:, 4:8] = 255  # what a crop keeps
    save(tmp_path / "wide.png", wide)
    result = run("predict", "model.keras", "wide.png", "--format", "json")
    record = json.loads(result.stdout)[0]
    assert record["class"] == "light"
    assert sum(record["probability"].values()) == pytest.approx(1)


def test_predictions_as_csv(run, photos):
    result = run("predict", "model.keras", "photos/dark/0.png", "--format", "csv")
    heading, line = result.stdout.splitlines()
    assert heading == "image,class,dark,light"
    assert line.startswith("0.png,dark,0.")


def test_a_grid_of_numbers_is_predicted_as_it_is(run, tmp_path, fails):
    kernel = np.array([[3.0, 0.0], [0.0, 1.0]])
    weights = [{}, {"kernel": np.float32(kernel), "bias": np.zeros(2, np.float32)}]
    with (tmp_path / "scores.keras").open("wb") as file:
        write_keras(file, KerasModel(assemble([Flatten(), Dense(2)], (1, 2, 1), weights)))
    (tmp_path / "grid.csv").write_text("1,4\n")
    result = run("predict", "scores.keras", "grid.csv", "--format", "json")
    record = json.loads(result.stdout)[0]
    assert record["class"] == "class 1"
    assert record["score"] == {"class 0": 3, "class 1": 4}
    (tmp_path / "long.csv").write_text("1,4,5\n")
    line = fails("predict", "scores.keras", "long.csv")
    assert "must have the network's input shape (1, 2, 1). Received: (1, 3, 1)" in line


def test_the_pixels_that_mattered_are_marked(run, fails, tmp_path):
    kernel = np.zeros((6, 2), np.float32)
    kernel[4, 1] = 1
    weights = [{}, {"kernel": kernel, "bias": np.zeros(2, np.float32)}]
    with (tmp_path / "model.keras").open("wb") as file:
        write_keras(file, KerasModel(assemble([Flatten(), Dense(2)], (2, 3, 1), weights)))
    (tmp_path / "grid.csv").write_text("1,2,3\n4,5,6\n")
    result = run("predict", "model.keras", "grid.csv", "--explain")
    assert "most of all the pixel in row 1, column 1" in result.stdout
    result = run("predict", "model.keras", "grid.csv", "--explain", "--format", "json")
    assert json.loads(result.stdout)[0]["influence"] == [[0, 0, 0], [0, 1, 0]]
    line = fails("predict", "model.keras", "grid.csv", "--explain", "--format", "csv")
    assert line == "--explain is shown as a table or as json. Received: --format csv"


@pytest.mark.parametrize("form", ["table", "csv", "json"])
def test_an_image_that_cannot_be_read_does_not_hide_the_others(run, photos, tmp_path, form):
    (tmp_path / "bad.png").write_text("no photo")
    images = ("photos/dark/0.png", "bad.png", "none.png", "photos/light/0.png")
    result = run("predict", "model.keras", *images, "--format", form)
    assert result.exit_code == 2
    shown = [result.stdout.count(f"{name}/0.png") for name in ("dark", "light")]
    assert shown == [1, 1]
    line = result.stderr.splitlines()[-1]
    assert line.startswith("Error: 'bad.png' is not an image, or is damaged. ")
    assert line.endswith("; there is no file 'none.png'")


def test_images_that_cannot_be_read_are_named_in_one_sentence(fails, photos, tmp_path):
    for name in ("a.HEIC", "b.zzz"):
        (tmp_path / name).write_text("no photo")
    line = fails("predict", "model.keras", "a.HEIC", "b.zzz", "none.png")
    assert line.startswith("'a.HEIC' is of a kind that isn't read, HEIC. JPEG and PNG can be read")
    assert line.endswith(", .npy; there is no file 'none.png'")


def test_top_limits_the_classes(run, tmp_path):
    save_npz(tmp_path / "data.npz")
    run("train", "data.npz", "--network", NETWORK, "--epochs", "1")
    save(tmp_path / "x.npy".replace("npy", "png"))
    np.save(tmp_path / "x.npy", np.zeros((6, 5, 2)))
    result = run("predict", "model.keras", "x.npy", "--top", "2")
    assert result.exit_code == 0, result.stderr
    assert len(result.stdout.splitlines()) == 5


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("evaluate", "no.keras"), "there is no file 'no.keras'"),
        (("predict", "no.keras", "a.png"), "there is no file 'no.keras'"),
        (("predict", "model.keras", "a.png"), "there is no file 'a.png'"),
        (("predict", "bad.keras", "a.png"), "expected a .keras file"),
        (("predict", "maps.keras", "a.png"), "must take images"),
        (("predict", "one.keras", "a.png"), "must end in one number a class"),
        (("evaluate", "model.keras", "pets", "--cache", "cache"), "the classes must be among"),
        (("evaluate", "model.keras"), "the classes must be among"),
    ],
)
def test_bad_input_is_one_clear_line(fails, photos, tmp_path, arguments, words):
    (tmp_path / "bad.keras").write_text("no model")
    for name, layers in {"maps": [Conv2D(1, 1)], "one": [Flatten(), Dense(1)]}.items():
        with (tmp_path / f"{name}.keras").open("wb") as file:
            write_keras(file, KerasModel(initialize(layers, (4, 4, 3))))
    save_classes(tmp_path / "pets")
    assert words in fails(*arguments)


def test_a_trained_model_names_its_classes(run, tmp_path):
    save_npz(tmp_path / "data.npz")
    run("train", "data.npz", "--network", NETWORK, "--epochs", "1")
    assert read_model(Path("model.keras")).classes == ("0", "1", "2")
    assert pixels().shape == (12, 9, 3)
