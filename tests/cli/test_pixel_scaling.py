"""Of a gradient: pixels are scaled first, as in train, and are the same by every way in."""

import json

import numpy as np
import openpyxl
import pytest
from PIL import Image

from cnncalc.files.keras_archive import read_keras
from tests.cli.networks import save_small

LAYERS = 'Conv2D(1, 3, activation="relu"); MaxPooling2D(2); Flatten(); '
NETWORK = f'{LAYERS}Dense(2, activation="softmax")'
SCALED = f"network: Rescaling(1/255); {NETWORK}"
ONE = ("--gradient", "--layer", "conv2d", "--at", "1,1,0,0")
IDLE = (
    "--raw is for a new network that doesn't scale pixels itself, and for image files where "
    "the model learnt another range than 0 to 255. Received: --raw"
)
STEP = ("--training-steps", "1", "-o", "step.xlsx")


def explained(run, network, *arguments):
    """Return an explanation without where it came from."""
    result = run("explain", network, *arguments, *ONE, "--format", "json")
    assert result.exit_code == 0, result.stderr
    shown = json.loads(result.stdout)
    return {key: value for key, value in shown.items() if key != "provenance"}


def said(run, *arguments):
    result = run(*arguments)
    assert result.exit_code == 0, result.stderr
    return result.stderr.splitlines()


def are_scaled(lines):
    return any(line.startswith("network: Rescaling(") for line in lines)


def test_the_articles_4_teaches_something(run):
    assert abs(explained(run, NETWORK, "--target", "1")["value"]) > 0.01


def test_a_gradient_says_that_pixels_are_scaled_first(run):
    assert SCALED in said(run, "explain", NETWORK, "--target", "1", *ONE)
    assert SCALED in said(run, "export-xlsx", "-n", NETWORK, "--target", "1", *STEP)


def test_the_workbook_has_the_rescaling_and_is_found_and_verified(run, tmp_path):
    said(run, "export-xlsx", "-n", NETWORK, "--target", "1", *STEP)
    about = openpyxl.load_workbook(tmp_path / "step.xlsx")["About"]
    assert f"Rescaling(1/255); {NETWORK}" in [row[1] for row in about.values if row[1:]]
    told = run("explain", NETWORK, "--target", "1", *ONE, "--workbook", "step.xlsx").stdout
    assert "In the workbook it stands in 'Step 1'!" in told
    assert run("verify", "step.xlsx", "--engine", "formualizer").exit_code == 0


def test_what_is_written_is_what_is_calculated(run):
    implied = explained(run, NETWORK, "article:6x6", "--target", "0")
    written = explained(run, f"Rescaling(1/255); {NETWORK}", "article:6x6", "--target", "0")
    assert implied == written


@pytest.mark.parametrize("data", [("--target", "1"), ("two.csv", "--batch-size", "1")])
def test_raw_pixels_stay_as_they_are(run, tmp_path, data):
    save_rows(tmp_path)
    name, *options = data if data[0] == "two.csv" else ("article:6x6", *data)
    lines = said(run, "explain", NETWORK, name, *options, *ONE, "--raw")
    assert not are_scaled(lines)
    raw, scaled = (explained(run, NETWORK, name, *options, *way) for way in (["--raw"], []))
    assert raw["terms"][0]["factor"] == pytest.approx(255 * scaled["terms"][0]["factor"])
    lines = said(run, "export-xlsx", name, "-n", NETWORK, *options, *STEP, "--raw")
    assert not are_scaled(lines)


def test_a_network_that_scales_or_has_weights_stays_as_it_is(run, tmp_path):
    save_small(tmp_path)
    for network in (f"Rescaling(0.01); {NETWORK}", "small.keras"):
        lines = said(run, "explain", network, "grid.csv", "--target", "1", *ONE)
        assert not are_scaled(lines)
    given = ("--weights", "small.keras")
    lines = said(run, "explain", NETWORK, "grid.csv", *given, "--target", "1", *ONE)
    assert not are_scaled(lines)
    save_rows(tmp_path)
    explanation = ("explain", NETWORK, "two.csv", "--batch-size", "1", *given, *ONE)
    assert not are_scaled(said(run, *explanation))


def test_the_articles_own_network_is_raw(run, fails, tmp_path):
    Image.new("RGB", (300, 300), "teal").save(tmp_path / "teal.png")
    command = ("explain", "article", "teal.png", "--target", "cat", *ONE)
    assert not are_scaled(said(run, *command))
    assert fails(*command, "--raw") == IDLE


def test_pixels_up_to_1_are_not_scaled(run, tmp_path):
    (tmp_path / "grid.csv").write_text("0,0.5,1,0\n1,0,0.25,1\n0,0.5,1,0\n1,0,0.25,1\n")
    lines = said(run, "explain", NETWORK, "grid.csv", "--target", "1", *ONE)
    assert not are_scaled(lines)


def test_an_image_of_a_few_levels_is_still_one_of_255(run, tmp_path):
    Image.fromarray(np.eye(4, dtype=np.uint8)).save(tmp_path / "dark.png")
    assert SCALED in said(run, "explain", NETWORK, "dark.png", "--target", "1", *ONE)


def test_what_needs_no_gradient_keeps_its_numbers(run):
    for command in (
        ("trace", NETWORK, "article:6x6"),
        ("explain", NETWORK, "article:6x6", "--layer", "conv2d", "--at", "0,0,0"),
        ("export-xlsx", "article:6x6", "-n", NETWORK, "--target", "1", "-o", "forward.xlsx"),
    ):
        assert not are_scaled(said(run, *command))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ("explain", NETWORK, "--layer", "conv2d", "--at", "0,0,0", "--raw"),
            "options of a gradient need --gradient. Received: --raw without it",
        ),
        (
            ("export-xlsx", "-n", NETWORK, "--raw"),
            "options of a training need --training-steps N. Received: --raw without it",
        ),
        (
            ("explain", f"Rescaling(1/255); {NETWORK}", "--target", "1", *ONE, "--raw"),
            IDLE,
        ),
        (
            ("export-xlsx", "grid.csv", "-n", "small.keras", "--target", "1", *STEP, "--raw"),
            IDLE,
        ),
        (
            ("explain", NETWORK, "two.csv", *ONE, "--weights", "small.keras", "--raw"),
            IDLE,
        ),
    ],
)
def test_raw_where_it_would_do_nothing_is_refused(fails, tmp_path, arguments, message):
    save_small(tmp_path)
    save_rows(tmp_path)
    assert fails(*arguments) == message


# Numbers that float32 would round, and whole ones, as an 8-bit image has them.
DECIMALS = np.round(np.random.default_rng(3).uniform(0, 250, (4, 4)), 3)
WHOLE = np.random.default_rng(4).integers(0, 256, (4, 4))
# Bytes of 0 and 1 need no scaling, whatever file they are in.
BITS = np.random.default_rng(5).integers(0, 2, (4, 4), dtype=np.uint8)


def save_rows(folder, image=WHOLE):
    """Save an image of class 0 and its mirror image of class 1 as two.csv and two.npz."""
    images = np.stack([image, image[:, ::-1]])
    rows = [",".join(map(str, (label, *each.ravel()))) for label, each in enumerate(images)]
    (folder / "two.csv").write_text("\n".join(["label" + ",p" * image.size, *rows]))
    np.savez(folder / "two.npz", x_train=images, y_train=np.array([0, 1]))


def save_alone(folder, image):
    """Save an image as a grid of numbers in every form."""
    np.save(folder / "one.npy", image)
    (folder / "one.csv").write_text("\n".join(",".join(map(str, row)) for row in image))
    book = openpyxl.Workbook()
    for row in image.tolist():
        book.active.append(row)
    book.save(folder / "one.xlsx")


def first_step(run, *arguments, number="gradient"):
    result = run("train", *arguments, "--show-step", "1", "--batch-size", "1", "--format", "json")
    assert result.exit_code == 0, result.stderr
    weights = json.loads(result.stdout)["weights"]
    return {f"{weight['layer']} {weight['name']}": weight[number] for weight in weights}


@pytest.mark.parametrize("image", [DECIMALS, WHOLE, BITS], ids=["decimals", "whole", "bits"])
def test_the_same_pixels_give_the_same_gradient_by_every_way_in(run, tmp_path, image):
    save_rows(tmp_path, image)
    save_alone(tmp_path, image)
    ways = [("two.csv", "--batch-size", "1"), ("two.npz", "--batch-size", "1")]
    ways += [(name, "--target", "0") for name in ("one.csv", "one.npy", "one.xlsx")]
    found = [explained(run, NETWORK, *way) for way in ways]
    assert all(each == found[0] for each in found)
    stored = image[1:3, 1:3].ravel() * (1 / 255 if image.max() > 1 else 1.0)
    assert [term["factor"] for term in found[0]["terms"]] == stored.tolist()
    steps = [first_step(run, name, "--network", NETWORK) for name in ("two.csv", "two.npz")]
    assert steps[0] == steps[1]
    assert steps[0]["conv2d kernel"][1][1] == [[found[0]["value"]]]


def test_a_photo_gives_the_gradient_of_its_pixels(run, tmp_path):
    save_rows(tmp_path)
    for label, pixels in (("a", WHOLE), ("b", WHOLE[:, ::-1])):
        (tmp_path / "photos" / label).mkdir(parents=True)
        Image.fromarray(pixels.astype(np.uint8)).save(tmp_path / "photos" / label / "1.png")
    expected = explained(run, NETWORK, "two.csv", "--batch-size", "1")
    alone = explained(run, NETWORK, "photos/a/1.png", "--target", "0")
    shape = ("--input-shape", "4,4,1", "--batch-size", "1")
    assert alone == explained(run, NETWORK, "photos", *shape) == expected
    grey = ("--grey", "--image-size", "4", "--cache", "cache")
    step = first_step(run, "photos", "--network", NETWORK, *grey)
    assert step == first_step(run, "two.csv", "--network", NETWORK)


def test_a_workbook_of_data_has_the_files_decimals(run, tmp_path):
    save_rows(tmp_path, DECIMALS)
    said(run, "export-xlsx", "two.npz", "-n", NETWORK, "--batch-size", "1", *STEP)
    book = openpyxl.load_workbook(tmp_path / "step.xlsx", data_only=True)["Step 1"]
    cells = {cell for row in book.values for cell in row}
    assert set(DECIMALS.ravel().tolist()) <= cells


def test_weights_of_a_file_are_the_numbers_that_they_are(run, tmp_path):
    (tmp_path / "one.csv").write_text("\n".join(",".join(map(str, row)) for row in DECIMALS))
    save_rows(tmp_path, DECIMALS)
    options = ("--network", NETWORK, "--epochs", "1", "--validation-split", "0", "--raw")
    said(run, "train", "two.csv", *options, "-o", "model.keras")
    alone = explained(run, "model.keras", "one.csv", "--target", "0")
    batch = explained(run, "model.keras", "two.csv", "--batch-size", "1")
    assert alone == batch
    step = first_step(run, "two.csv", "--network", "model.keras")
    assert step["conv2d kernel"][1][1] == [[alone["value"]]]
    before = first_step(run, "two.csv", "--network", "model.keras", number="before")
    kernel = read_keras(tmp_path / "model.keras", None).network.weights[0]["kernel"]
    assert before["conv2d kernel"] == kernel.astype(np.float64).tolist()


def test_a_training_rounds_the_files_decimals_to_float32(run, tmp_path):
    images = np.random.default_rng(5).uniform(0, 250, (8, 4, 4))
    models = []
    for dtype in (np.float64, np.float32):
        np.savez(tmp_path / "data.npz", x_train=images.astype(dtype), y_train=np.arange(8) % 2)
        said(run, "train", "data.npz", "--network", NETWORK, "--epochs", "2", "--force")
        models.append(read_keras(tmp_path / "model.keras", None).network.weights)
    for first, second in zip(*models, strict=True):
        assert first.keys() == second.keys()
        assert all((first[name] == second[name]).all() for name in first)
