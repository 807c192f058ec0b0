import json

import numpy as np
import pytest
from PIL import Image

from cnncalc.files.photos import PhotoShape, read_photo
from tests.cli.networks import IMAGE, LENET, save_photo, save_small, small_network
from tests.files.keras_files import parts_of
from tests.views.page import decoded

OVERVIEW = """\
Input · grid.csv · 4×4
4 rows, 4 columns, 1 channel; lowest 0, highest 8, mean 2.875

      0  1  2  3
    ┌───────────
  0 │ 1  2  3  4
  1 │ 5  6  7  8
  2 │ 0  1  0  1
  3 │ 2  2  2  2

conv2d · Conv2D(1, 3, activation="relu") · 2×2
height (4 − 3 + 2×0) / 1 + 1 = 2; width (4 − 3 + 2×0) / 1 + 1 = 2

       0   1
    ┌───────
  0 │  8  13
  1 │ 15  16

max_pooling2d · MaxPooling2D(2) · 1×1
height (2 − 2 + 2×0) / 2 + 1 = 1; width (2 − 2 + 2×0) / 2 + 1 = 1

       0
    ┌───
  0 │ 16

flatten · Flatten() · 1
1×1×1 → 1: row after row, channels innermost

       0
    ┌───
  0 │ 16

dense · Dense(2, activation="softmax") · 2
2 units: each sums 1 inputs × its weights

  class  logit   share
  cat     16.5  0.0006
  dog       24  0.9994  ██████████████████████████████████████████████████

Class: dog, with a share of 0.9994
"""

LAYER = """\
Kernel · dense · 1×2
a row an input, a column a unit

       0   1
    ┌───────
  0 │  1  -1

Bias · dense · 2

        0    1
    ┌─────────
  0 │ 0.5   40

Weighted sum · dense · 2
2 units: each sums 1 inputs × its weights

        0    1
    ┌─────────
  0 │  16  -16

Logits · dense · 2
one number added to each unit's sum; softmax makes shares of these

         0     1
    ┌───────────
  0 │ 16.5    24

Softmax · dense · 2
e^(x − the largest) / their sum: shares that add up to 1

  class  logit   share
  cat     16.5  0.0006
  dog       24  0.9994  ██████████████████████████████████████████████████

"""


@pytest.fixture
def traced(run, tmp_path):
    """Trace the small network with more options."""
    save_small(tmp_path, class_names=["cat", "dog"])
    return lambda *options: run("trace", "small.keras", "grid.csv", *options)


def test_every_layer_down_to_the_class(traced):
    result = traced()
    assert result.exit_code == 0
    assert result.stdout == OVERVIEW
    assert result.stderr == "grid.csv: CSV, 4×4\n"


def test_one_layer_with_its_weights_and_every_stage(traced):
    assert traced("--layer", "dense").stdout == LAYER


def test_class_names_of_the_users(traced):
    assert "Class: no, with a share of 0.9994" in traced("--class-names", "yes, no").stdout


def test_every_stage_as_json(traced):
    stages = json.loads(traced("--format", "json").stdout)["stages"]
    assert [(stage["layer"], stage["name"]) for stage in stages] == [
        (None, "input"),
        ("conv2d", "convolution"), ("conv2d", "bias"), ("conv2d", "activation"),
        ("max_pooling2d", "pooling"), ("flatten", "flatten"),
        ("dense", "weighted sum"), ("dense", "logits"), ("dense", "softmax"),
    ]  # fmt: skip
    assert stages[-2]["values"] == [16.5, 24]


def test_the_shares_as_csv(traced):
    [row] = traced("--format", "csv").stdout.splitlines()
    assert sum(map(float, row.split(","))) == pytest.approx(1)


@pytest.mark.parametrize("name", ["t.html", "t.svg", "t.json", "t.csv", "t.npy"])
def test_a_file_by_its_ending(traced, tmp_path, name):
    result = traced("-o", name)
    assert result.exit_code == 0
    assert f"wrote {name}" in result.stderr
    content = (tmp_path / name).read_bytes()
    if name == "t.html":
        assert "dog" in decoded.data(decoded.written(content.decode()))["texts"]
    assert b"dog" in content or name != "t.svg"


def test_a_folder_has_a_picture_for_each_activation_map(traced, tmp_path):
    result = traced("-o", "maps/")
    assert sorted(path.name for path in (tmp_path / "maps").iterdir()) == [
        "01-conv2d-000.png", "02-max_pooling2d-000.png",
    ]  # fmt: skip
    assert "wrote maps: 2 pictures, one an activation map; each from its lowest" in result.stderr
    levels = np.asarray(Image.open(tmp_path / "maps" / "01-conv2d-000.png"))
    assert levels.tolist() == [[0, 159], [223, 255]]


def test_a_folder_with_levels_as_they_are(traced, tmp_path):
    assert "0 is black, 255 is white" in traced("-o", "maps", "--scale", "clip").stderr
    levels = np.asarray(Image.open(tmp_path / "maps" / "01-conv2d-000.png"))
    assert levels.tolist() == [[8, 13], [15, 16]]


def test_a_folder_that_holds_something_is_kept_unless_forced(traced, tmp_path):
    (tmp_path / "maps").mkdir()
    (tmp_path / "maps" / "01-conv2d-000.png").write_text("mine")
    (tmp_path / "maps" / "notes.txt").write_text("mine")
    assert traced("-o", "maps").exit_code == 2
    assert traced("-o", "maps", "--force").exit_code == 0
    assert (tmp_path / "maps" / "notes.txt").read_text() == "mine"
    assert (tmp_path / "maps" / "01-conv2d-000.png").read_bytes().startswith(b"\x89PNG")


def test_without_a_shape_of_its_own_a_network_takes_the_images(run):
    result = run("trace", "Conv2D(2, 3); Flatten(); Dense(2)", "article:6x6")
    assert "conv2d · Conv2D(2, 3) · 4×4×2" in result.stdout
    assert result.stdout.endswith("Class: untrained (seed 0)\n")
    assert "weights: untrained, drawn as Keras does (Glorot uniform) from seed 0" in result.stderr


def test_the_same_seed_gives_the_same_numbers(run):
    one, same, other = (
        run("trace", "Conv2D(2, 3)", "article:6x6", "--seed", seed).stdout for seed in (1, 1, 2)
    )
    assert one == same != other


def test_the_weights_of_another_file(run, tmp_path):
    save_small(tmp_path)
    listing = 'Conv2D(1, 3, activation="relu"); MaxPooling2D(2); Flatten(); Dense(2, "softmax")'
    result = run("trace", listing, "grid.csv", "--weights", "small.keras")
    assert "Class: class 1, with a share of 0.9994" in result.stdout
    assert "weights: small.keras" in result.stderr


def test_the_weights_that_keras_saves_alone(run, tmp_path):
    save_small(tmp_path)
    content = (tmp_path / "small.keras").read_bytes()
    (tmp_path / "w.weights.h5").write_bytes(parts_of(content)["model.weights.h5"])
    listing = 'Conv2D(1, 3, activation="relu"); MaxPooling2D(2); Flatten(); Dense(2, "softmax")'
    result = run("trace", listing, "grid.csv", "--weights", "w.weights.h5")
    assert "Class: class 1, with a share of 0.9994" in result.stdout


def test_a_colour_photo_is_read_as_grey_for_one_channel(run, tmp_path):
    save_photo(tmp_path / "photo.png", 4, 4)
    result = run("trace", "Input((4, 4, 1)); Flatten()", "photo.png")
    assert result.exit_code == 0
    assert "read as grey" in result.stderr


def test_resizing_is_that_of_training(run, tmp_path):
    save_photo(tmp_path / "photo.png", 9, 7)
    result = run("trace", "Input((4, 5, 3)); Flatten()", "photo.png", "--resize", "--format", "csv")
    said = "photo.png: resized from 9×7 to 4×5, and stretched to another aspect\n"
    assert said in result.stderr
    expected = read_photo(tmp_path / "photo.png", PhotoShape(4, 5, 3)).reshape(-1)
    assert [float(number) for number in result.stdout.split(",")] == expected.tolist()


def test_an_image_of_numbers_is_not_rounded_to_be_resized(fails, tmp_path):
    Image.fromarray(np.full((4, 4), 0.4, np.float32)).save(tmp_path / "shares.tif")
    line = fails("trace", "Input((2, 2, 1)); Flatten()", "shares.tif", "--resize")
    assert line.startswith("--resize takes images of up to 16 bits a channel")


def test_resizing_as_a_trained_model_says(run, tmp_path):
    save_small(tmp_path, fit="crop")
    save_photo(tmp_path / "photo.png", 8, 16, "L")
    result = run("trace", "small.keras", "photo.png", "--resize", "--format", "json")
    pixels = read_photo(tmp_path / "photo.png", PhotoShape(4, 4, 1, "crop"))
    assert json.loads(result.stdout)["stages"][0]["values"] == pixels.tolist()


def test_a_lenet_is_shown_layer_by_layer(run, tmp_path):
    save_photo(tmp_path / "digit.png", 28, 28, "L")
    result = run("trace", LENET, "digit.png")
    assert result.exit_code == 0
    titles = [line.split(" · ")[0] for line in result.stdout.splitlines() if " · " in line]
    assert titles == [
        "Input", "rescaling", "conv2d", "average_pooling2d", "conv2d_1", "average_pooling2d_1",
        "flatten", "dense", "dense_1", "dense_2",
    ]  # fmt: skip
    assert result.stdout.count("\n  class ") == 1 + 10
    assert max(map(len, result.stdout.splitlines())) <= 100


def test_a_sigmoid_decides_between_two_classes(run, tmp_path):
    # Layers without weights: nothing is drawn, and so nothing untrained.
    (tmp_path / "grid.csv").write_text("0\n")
    listing = "Flatten(); Activation('sigmoid')"
    result = run("trace", listing, "grid.csv", "--class-names", "cat,dog")
    assert result.stdout.endswith("Class: cat, as 0.5 is not above 0.5\n")


def test_many_classes_are_sorted_and_the_first_ten_shown(run):
    listing = "Flatten(); Rescaling(1/255); Dense(30, activation='softmax')"
    short = run("trace", listing, "article:6x6").stdout
    assert "the largest 10 of 30 shares; --full shows them all." in short
    shares = [
        float(line.split()[3])
        for line in short.splitlines()
        if line.startswith("  class ") and "logit" not in line
    ]
    assert len(shares) == 10
    assert shares == sorted(shares, reverse=True)
    assert "class 29" in run("trace", listing, "article:6x6", "--full").stdout


def test_a_row_of_numbers_is_an_input_too(run, tmp_path):
    (tmp_path / "grid.csv").write_text(IMAGE)
    result = run("trace", "Flatten(); Dense(2); Softmax()", "grid.csv", "--layer", "softmax")
    assert [line.split(" · ")[0] for line in result.stdout.splitlines() if " · " in line] == [
        "Logits", "Softmax",
    ]  # fmt: skip


def test_the_network_of_a_test_is_what_it_says():
    assert small_network().shapes == ((4, 4, 1), (2, 2, 1), (1, 1, 1), (1,), (2,))


def test_one_layer_as_csv_is_its_own_output(run):
    listing = "Conv2D(1, 3); Flatten(); Dense(2)"
    rows = run("trace", listing, "article:6x6", "--layer", "conv2d", "--format", "csv").stdout
    assert len(rows.splitlines()) == 4
    assert len(run("trace", listing, "article:6x6", "--format", "csv").stdout.splitlines()) == 1


@pytest.mark.parametrize("ending", [".html", ".xlsx"])
@pytest.mark.parametrize("asked", [("trace",), ("explain", "--layer", "conv2d", "--at", "0,0,0")])
def test_a_file_that_can_not_hold_a_network_is_refused_before_it_runs(
    run, tmp_path, monkeypatch, asked, ending
):
    np.save(tmp_path / "large.npy", np.zeros((300, 300)))
    run_at_all = []
    monkeypatch.setattr("cnncalc.tasks.tracing.calculated_trace", run_at_all.append)
    command, *options = asked
    network = ("Conv2D(16, 3)", "large.npy")
    result = run(command, *network, *options, "-o", f"large{ending}")
    assert result.exit_code == 2
    assert "1,000,000 formulas" in result.stderr
    assert not run_at_all


def test_a_network_without_weights_is_not_called_untrained(run):
    said = run("trace", "MaxPooling2D(2)", "article:6x6")
    assert said.exit_code == 0
    assert "untrained" not in said.stderr


def test_a_normalization_that_was_never_trained_says_so(run):
    shown = run("trace", "BatchNormalization()", "article:6x6").stdout
    assert "× γ + β, mean 0 and variance 1 before training" in shown


def test_a_bracket_that_was_never_closed_is_named(fails):
    said = fails("trace", "Conv2D(2, 3; Flatten()", "article:6x6")
    assert said.endswith(
        "column 12: not a list of layers in Keras calls: a bracket before this ';' was never closed"
    )
