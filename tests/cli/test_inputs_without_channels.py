"""Networks that take an image as (height, width), as `Flatten(input_shape=(28, 28))` does."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from cnncalc.files.keras_archive import KerasModel, read_keras, write_keras
from cnncalc.layers import Dense, Flatten, Rescaling
from cnncalc.network import forward, initialize
from tests.files.photos import pixels, save, save_classes
from tests.keras_peer import import_keras
from tests.peers import requires

NETWORK = "Input((6, 5)); Flatten(); Dense(4, 'relu'); Dropout(0.5); Dense(3, 'softmax')"
ROWS = "Input((6, 5)); Dense(4, 'relu'); BatchNormalization(); Flatten(); Dense(3, 'softmax')"
IMAGES = np.random.default_rng(0).integers(0, 256, (30, 6, 5)).astype(np.uint8)
SAID = "the network takes 6×5 numbers without a channel axis: images are read as grey"


@pytest.fixture
def model(tmp_path):
    """A model on (6, 5), its image as image.png, and a data set of such images."""
    layers = [Rescaling(1 / 255), Flatten(), Dense(4, activation="relu"), Dense(3, "softmax")]
    network = initialize(layers, (6, 5), seed=3)
    with (tmp_path / "model.keras").open("wb") as file:
        write_keras(file, KerasModel(network))
    save(tmp_path / "image.png", IMAGES[0][..., np.newaxis])
    np.savetxt(tmp_path / "image.csv", IMAGES[0], "%d", ",")
    np.savez(tmp_path / "data.npz", x_train=IMAGES, y_train=np.arange(30) % 3)
    return network


def expected(network):
    return forward(network, IMAGES[:1].astype(np.float32))[0]


@pytest.mark.parametrize("image", ["image.png", "image.csv"])
def test_predict_takes_a_grey_image(run, model, image):
    result = run("predict", "model.keras", image, "--format", "json", "--explain")
    assert result.exit_code == 0, result.stderr
    assert result.stderr == f"{SAID}\n"
    (found,) = json.loads(result.stdout)
    numbers = [found["probability"][f"class {label}"] for label in range(3)]
    np.testing.assert_allclose(numbers, expected(model), rtol=1e-6)


def test_a_colour_photo_is_made_grey_and_fits(run, model, tmp_path):
    save(tmp_path / "colour.png", pixels(20, 30))
    result = run("predict", "model.keras", "colour.png")
    assert result.exit_code == 0, result.stderr


@pytest.mark.parametrize("image", ["image.png", "image.csv"])
def test_a_trace_and_its_explanations_have_the_same_numbers(run, model, image):
    result = run("trace", "model.keras", image, "--format", "json")
    assert result.exit_code == 0, result.stderr
    stages = json.loads(result.stdout)["stages"]
    assert stages[0]["shape"] == [6, 5, 1]
    np.testing.assert_allclose(stages[-1]["values"], expected(model), rtol=1e-6)
    assert SAID in result.stderr
    result = run("explain", "model.keras", image, "--layer", "dense_1", "--at", "1")
    assert result.exit_code == 0, result.stderr
    assert f"= {expected(model)[1]:.4f}" in result.stdout
    assert "the whole image, 6×5" in result.stdout
    options = ("--layer", "dense", "--at", "3,1", "--gradient", "--target", "1")
    assert run("explain", "model.keras", image, *options).exit_code == 0


@pytest.mark.parametrize(
    "network",
    [
        "model.keras",
        "Flatten(input_shape=(6, 5)); Dense(3, 'softmax')",
        "Input((6, 5)); ReLU(); Flatten(); Dense(3)",
    ],
)
def test_workbooks_are_written(run, model, network):
    options = ("image.png", "-n", network)
    assert run("export-xlsx", *options, "-o", "forward.xlsx").exit_code == 0
    steps = ("--training-steps", "1", "--target", "1", "--loss", "mean_squared_error")
    result = run("export-xlsx", *options, *steps, "-o", "training.xlsx")
    assert result.exit_code == 0, result.stderr


def test_what_is_trained_is_saved_as_keras_has_it_and_evaluated(run, model):
    options = ("--epochs", "2", "--network", NETWORK, "--report", "report.xlsx")
    result = run("train", "data.npz", *options, "-o", "trained.keras")
    assert result.exit_code == 0, result.stderr
    assert SAID in result.stderr
    assert "21 images of 6×5 to train on" in result.stderr
    trained = read_keras(Path("trained.keras")).network
    assert (trained.input_shape, trained.shapes[1:3]) == ((6, 5), ((6, 5), (30,)))
    result = run("evaluate", "trained.keras", "data.npz", "--format", "json")
    outputs = forward(trained, IMAGES.astype(np.float32))
    right = float((outputs.argmax(axis=1) == np.arange(30) % 3).mean())
    assert json.loads(result.stdout)["accuracy"] == pytest.approx(right)


def test_it_is_trained_to_the_same_weights_as_with_a_channel_axis(run, model):
    options = ("train", "data.npz", "--epochs", "3", "--seed", "5", "--batch-size", "8")
    for name, network in [("a", NETWORK), ("b", NETWORK.replace("(6, 5)", "(6, 5, 1)"))]:
        assert run(*options, "--network", network, "-o", f"{name}.keras").exit_code == 0
    first, second = (read_keras(Path(f"{name}.keras")).network for name in "ab")
    for one, other in zip(first.weights, second.weights, strict=True):
        for key in one:
            np.testing.assert_allclose(one[key], other[key], rtol=1e-5, atol=1e-8)


def test_a_step_is_shown_on_the_image_with_its_channel(run, model):
    options = ("--show-step", "1", "--format", "json", "--batch-size", "2")
    result = run("train", "data.npz", "--network", "model.keras", *options)
    assert result.exit_code == 0, result.stderr
    step = json.loads(result.stdout)
    assert np.shape(step["samples"][0]["stages"][0]["values"]) == (6, 5, 1)
    arguments = ("--layer", "dense", "--at", "7,2", "--gradient", "--format", "json")
    explained = run("explain", "model.keras", "data.npz", *arguments, "--batch-size", "2")
    (kernel,) = (w for w in step["weights"] if (w["layer"], w["name"]) == ("dense", "kernel"))
    gradient = json.loads(explained.stdout)["value"]
    assert gradient == pytest.approx(kernel["gradient"][7][2], rel=1e-9, abs=1e-12)


def test_photos_are_read_as_grey_in_its_size(run, tmp_path):
    save_classes(tmp_path / "pets")
    network = "Input((6, 5)); Flatten(); Dense(2, 'softmax')"
    options = ("--network", network, "--cache", "cache", "--epochs", "1", "--stratify")
    result = run("train", "pets", *options)
    assert result.exit_code == 0, result.stderr
    assert "images of 6×5 to train on" in result.stderr
    assert run("evaluate", "model.keras", "pets", "--cache", "cache").exit_code == 0


def test_layers_that_work_along_rows_are_trained_but_not_shown(run, fails, model):
    result = run("train", "data.npz", "--network", ROWS, "--epochs", "1", "-o", "rows.keras")
    assert result.exit_code == 0, result.stderr
    assert run("predict", "rows.keras", "image.png").exit_code == 0
    line = fails("trace", "rows.keras", "image.png")
    assert line.startswith("layer dense: what is shown of an input (6, 5) must take each number")
    assert line.endswith("works along its rows; Input((6, 5, 1)) is a grey image")


def test_a_convolution_needs_the_channel_axis(fails, model):
    line = fails("trace", "Conv2D(2, 3, input_shape=(6, 5)); Flatten(); Dense(2)", "image.png")
    assert line == (
        "layer conv2d: Conv2D must be given (height, width, channels). Received: input shape "
        "(6, 5); (6, 5, 1) is a grey image"
    )


def test_an_image_of_another_size_is_refused(fails, model, tmp_path):
    save(tmp_path / "large.png", pixels(8, 8, channels=1))
    line = fails("trace", "model.keras", "large.png")
    assert line.startswith("the network takes 6×5×1, the image large.png is 8×8×1; add --resize")


@requires("keras")
@pytest.mark.peer
@pytest.mark.filterwarnings("ignore:__array__:DeprecationWarning")  # Keras's own
@pytest.mark.parametrize("network", [NETWORK, ROWS])
def test_keras_loads_what_was_trained_and_predicts_the_same(run, model, network):
    keras = import_keras()
    result = run("train", "data.npz", "--network", network, "--epochs", "2", "-o", "a.keras")
    assert result.exit_code == 0, result.stderr
    loaded = keras.saving.load_model("a.keras")
    assert loaded.input_shape == (None, 6, 5)
    found = loaded.predict(IMAGES.astype(np.float32), verbose=0)
    ours = forward(read_keras(Path("a.keras")).network, IMAGES.astype(np.float32))
    np.testing.assert_allclose(found, ours, rtol=1e-5, atol=1e-6)


@requires("keras")
@pytest.mark.peer
@pytest.mark.filterwarnings("ignore:__array__:DeprecationWarning")  # Keras's own
def test_the_beginners_network_of_keras_takes_grey_images(run, model, tmp_path):
    keras = import_keras()
    layers = keras.layers
    theirs = keras.Sequential(
        [
            keras.Input((28, 28)),
            layers.Rescaling(1 / 255),
            layers.Flatten(),
            layers.Dense(16, activation="relu"),
            layers.Dense(10, activation="softmax"),
        ]
    )
    theirs.save("quick.keras")
    image = pixels(28, 28, channels=1)
    save(tmp_path / "x.png", image)
    expected = theirs.predict(image[np.newaxis, ..., 0].astype(np.float32), verbose=0)[0]
    found = json.loads(run("predict", "quick.keras", "x.png", "--format", "json").stdout)[0]
    numbers = [found["probability"][f"class {label}"] for label in range(10)]
    np.testing.assert_allclose(numbers, expected, rtol=1e-5)
    stages = json.loads(run("trace", "quick.keras", "x.png", "--format", "json").stdout)["stages"]
    np.testing.assert_allclose(stages[-1]["values"], expected, rtol=1e-5)
