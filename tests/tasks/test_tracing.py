"""Networks on images from Python: whatever is a network, and whatever is an image."""

import numpy as np
import pytest
from PIL import Image

import cnncalc
from cnncalc.errors import InputError, NotationError, OptionError, ShapeError
from cnncalc.files.keras_archive import KerasModel, write_keras
from cnncalc.layers import Conv2D, Dense, Flatten
from cnncalc.network import initialize
from cnncalc.notation import parse

TEXT = 'Conv2D(2, 3, activation="relu"); Flatten(); Dense(2, activation="softmax")'
PIXELS = np.random.default_rng(0).integers(0, 256, (6, 6)).astype(np.uint8)


@pytest.fixture
def network():
    return initialize(parse(TEXT).layers, (6, 6, 1), seed=0)


@pytest.fixture
def model_file(tmp_path, network):
    with (tmp_path / "model.keras").open("wb") as file:
        write_keras(file, KerasModel(network))
    return tmp_path / "model.keras"


def networks(network, model_file, tmp_path):
    (tmp_path / "listing.txt").write_text(TEXT.replace("; ", "\n"))
    return {
        "text": TEXT,
        "listing": tmp_path / "listing.txt",
        "file": model_file,
        "file's name": str(model_file),
        "layers": parse(TEXT).layers,
        "network": network,
    }


@pytest.mark.parametrize("form", ["text", "listing", "file", "file's name", "layers", "network"])
def test_a_network_of_any_form_gives_the_same_numbers(network, model_file, tmp_path, form):
    given = networks(network, model_file, tmp_path)[form]
    trace = cnncalc.record(given, PIXELS)
    assert np.allclose(trace.output, cnncalc.record(network, PIXELS).output, atol=1e-6)


@pytest.mark.parametrize("form", ["array", "volume", "path", "pillow"])
def test_an_image_of_any_form_gives_the_same_numbers(network, tmp_path, form):
    Image.fromarray(PIXELS).save(tmp_path / "photo.png")
    images = {
        "array": PIXELS,
        "volume": PIXELS[:, :, np.newaxis],
        "path": tmp_path / "photo.png",
        "pillow": Image.fromarray(PIXELS),
    }
    wanted = cnncalc.record(network, PIXELS).output
    assert np.array_equal(cnncalc.record(network, images[form]).output, wanted)
    assert np.array_equal(cnncalc.record(TEXT, images[form]).output, wanted)


def test_weights_come_from_a_seed_or_a_file(network, model_file):
    drawn = cnncalc.record(TEXT, PIXELS, seed=5).network.weights[0]["kernel"]
    assert not np.array_equal(drawn, network.weights[0]["kernel"])
    read = cnncalc.record(TEXT, PIXELS, weights=model_file).network.weights[0]["kernel"]
    assert np.array_equal(read, network.weights[0]["kernel"].astype(np.float32))


def test_what_was_read_and_assumed_is_said():
    said = []
    cnncalc.record("Flatten(); Dense(2)", PIXELS, say=said.append)
    assert said == [
        "image: array, 6×6",
        "weights: untrained, drawn as Keras does (Glorot uniform) from seed 0",
    ]


def test_a_photo_is_resized_where_that_is_asked_for(network):
    photo = Image.fromarray(np.kron(PIXELS, np.ones((2, 2), np.uint8)))
    with pytest.raises(ShapeError, match="the network takes 6×6×1, the image image is 12×12×1"):
        cnncalc.record(network, photo)
    assert cnncalc.record(network, photo, resize=True).input.values.shape == (6, 6, 1)


def test_without_an_image_it_is_the_articles_digit():
    assert cnncalc.record("Flatten()").input.values.shape == (17, 4, 1)


@pytest.mark.parametrize(
    ("call", "error", "said"),
    [
        (lambda: cnncalc.record("Conv2D(", PIXELS), NotationError, ""),
        (lambda: cnncalc.record("none.keras", PIXELS), InputError, "there is no file"),
        (lambda: cnncalc.record(" ", PIXELS), InputError, "NETWORK is empty"),
        (lambda: cnncalc.record(TEXT, PIXELS, seed=-1), OptionError, "seed must be one whole"),
        (lambda: cnncalc.record(TEXT, PIXELS, input_shape="6,6"), OptionError, "input_shape must"),
        (lambda: cnncalc.record([], PIXELS), OptionError, "a network must be a text"),
        (lambda: cnncalc.record(7, PIXELS), OptionError, "Received: 7"),
        (lambda: cnncalc.record(TEXT, PIXELS, [()]), OptionError, "drawn goes with a Network"),
        (lambda: cnncalc.record([Conv2D(1, 9)], PIXELS), ShapeError, "layer conv2d"),
        (lambda: cnncalc.summarize("Flatten()"), OptionError, "shape of the network's input"),
    ],
)
def test_what_cant_be_used_is_an_error_of_cnncalc(call, error, said):
    with pytest.raises(error) as raised:
        call()
    assert said in str(raised.value)
    assert "\n" not in str(raised.value)


def test_any_network_can_be_summarized(network, model_file, tmp_path):
    for given in networks(network, model_file, tmp_path).values():
        assert cnncalc.summarize(given, (6, 6, 1)).parameters == 20 + 66
    assert cnncalc.summarize(model_file).input_shape == (6, 6, 1)
    assert cnncalc.summarize([Flatten(), Dense(3)], (2, 2, 1)).parameters == 15
