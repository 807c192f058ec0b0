"""Many images go through a model together; what each comes to doesn't show who did the work."""

import numpy as np
import pytest
from PIL import Image

from cnncalc.errors import InputError
from cnncalc.files.network_input import read_network_input
from cnncalc.layers import Conv2D, Dense, Flatten, Rescaling
from cnncalc.network import assemble, forward, forward_pass, initialize
from cnncalc.ops import threads
from cnncalc.tasks.arguments import Caller, ignore
from cnncalc.tasks.predicting import judge_images, predict
from cnncalc.tasks.training_options import TakingOptions

RANDOM = np.random.default_rng(0)
IMAGES = [RANDOM.integers(0, 256, (6, 6, 1), np.uint8) for _ in range(23)]


@pytest.fixture
def network():
    layers = [Rescaling(1 / 255), Conv2D(4, 3), Flatten(), Dense(3, activation="softmax")]
    return initialize(layers, (6, 6, 1), seed=1)


@pytest.mark.parametrize("numbers", [1, 300, 1 << 22])
def test_the_number_of_threads_changes_no_byte_of_a_prediction(network, monkeypatch, numbers):
    monkeypatch.setattr(forward_pass, "PIECE_NUMBERS", numbers)
    found = []
    for count in (1, 2):
        monkeypatch.setattr(threads, "cores", lambda count=count: count)
        monkeypatch.setattr("cnncalc.training.evaluation.cores", lambda count=count: count)
        found.append([prediction.outputs.tobytes() for prediction in predict(network, *IMAGES)])
    assert found[0] == found[1]


def test_predictions_come_in_the_images_order_and_are_those_of_each_alone(network):
    together = predict(network, *IMAGES)
    for prediction, image in zip(together, IMAGES, strict=True):
        alone = forward(network, image[np.newaxis].astype(np.float32))[0]
        assert prediction.outputs == pytest.approx(alone, rel=1e-6)


def test_images_are_read_piece_by_piece(network, monkeypatch, tmp_path):
    """Of ten thousand photos a few are in memory at a time."""
    monkeypatch.setattr(forward_pass, "PIECE_NUMBERS", 1)
    monkeypatch.setattr(threads, "cores", lambda: 1)
    events = []
    for number in range(6):
        Image.fromarray(IMAGES[number][..., 0]).save(tmp_path / f"{number}.png")
    read, go = told_of(events)
    monkeypatch.setattr("cnncalc.tasks.predicting.read_network_input", read)
    monkeypatch.setattr("cnncalc.tasks.predicting.forward", go)
    predict(network, *(tmp_path / f"{number}.png" for number in range(6)))
    held = [events[: place + 1].count("read") for place in range(len(events))]
    done = [events[: place + 1].count("done") for place in range(len(events))]
    assert (held[-1], done[-1]) == (6, 6)
    assert all(read - done <= 3 for read, done in zip(held, done, strict=True))


def told_of(events):
    """The two functions that read an image and take it through the network, each told of."""

    def read(*given, **options):
        events.append("read")
        return read_network_input(*given, **options)

    def go(network, images):
        result = forward(network, images)
        events.extend(["done"] * len(images))
        return result

    return read, go


def test_images_that_cannot_be_read_are_named_and_the_others_predicted(network, tmp_path):
    Image.fromarray(IMAGES[0][..., 0]).save(tmp_path / "good.png")
    (tmp_path / "bad.png").write_text("no picture")
    paths = [tmp_path / name for name in ("bad.png", "good.png", "none.png")]
    found = judge_images(network, paths, TakingOptions(), Caller(ignore))
    assert [prediction.name for prediction in found.shown] == ["good.png"]
    assert ["bad.png" in found.failures[0], "none.png" in found.failures[1]] == [True, True]
    assert len(found.failures) == 2
    with pytest.raises(InputError, match=r"bad\.png"):
        found.require_all()


def test_where_none_of_a_piece_can_be_read_nothing_is_calculated(network, tmp_path):
    found = judge_images(network, [tmp_path / "none.png"], TakingOptions(), Caller(ignore))
    assert found.shown == ()
    assert len(found.failures) == 1


def test_an_image_that_overflows_spoils_no_other():
    kernel = np.full((1, 2), 1e38, np.float32)
    layers = [Flatten(), Dense(2, use_bias=False)]
    network = assemble(layers, (1, 1, 1), [{}, {"kernel": kernel}])
    images = [np.full((1, 1, 1), number) for number in (1.0, 1e9)]
    found = judge_images(network, images, TakingOptions(), Caller())
    assert [prediction.outputs.tolist() for prediction in found.shown] == [kernel[0].tolist()]
    assert "the model puts out inf" in found.failures[0]
