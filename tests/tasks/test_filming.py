"""Films from Python."""

import numpy as np
import pytest
from PIL import Image

import cnncalc
from cnncalc.errors import OptionError, OutputError

NETWORK = "Flatten(); Dense(2, activation='softmax')"
GRID = np.arange(16.0).reshape(4, 4)


@pytest.fixture(autouse=True)
def _folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def frames(path):
    with Image.open(path) as film:
        return film.n_frames


def test_a_calculation_plays():
    said = []
    path = cnncalc.export_film("film.gif", GRID, [[1, 2]], width=240, say=said.append)
    assert frames(path) == 12 + 2
    assert said[-1].startswith("wrote film.gif (14 frames of 240×")


def test_a_trace_plays_as_its_calculation_does():
    trace = cnncalc.calculate("article:6x6", "edge")
    cnncalc.export_film("trace.gif", trace, width=240)
    cnncalc.export_film("image.gif", "article:6x6", "edge", width=240)
    with Image.open("trace.gif") as one, Image.open("image.gif") as other:
        one.seek(7), other.seek(7)
        assert np.array_equal(np.asarray(one.convert("RGB")), np.asarray(other.convert("RGB")))


@pytest.mark.film
def test_a_network_and_its_training_play():
    assert frames(cnncalc.export_film("net.gif", GRID, network=NETWORK, width=240)) > 3
    path = cnncalc.export_film(
        "step.gif", GRID, network=NETWORK, target=1, training_steps=1, width=240
    )
    assert frames(path) > 10


def test_a_trace_goes_without_what_would_make_another():
    trace = cnncalc.calculate(GRID, "edge")
    with pytest.raises(OptionError, match=r"a trace plays as it is.*--network"):
        cnncalc.export_film("film.gif", trace, network=NETWORK)
    with pytest.raises(OptionError, match="options of a calculation"):
        cnncalc.export_film("film.gif", trace, "edge")
    with pytest.raises(OptionError, match="seed"):
        cnncalc.export_film("film.gif", trace, seed=3)


def test_a_film_that_can_not_be_written_leaves_nothing(tmp_path, full_disk):
    with full_disk(1000), pytest.raises(OutputError, match="can't be written"):
        cnncalc.export_film("film.gif", GRID, "edge", width=240)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("folder", ["frames", "a folder"])
def test_a_folder_is_named_without_an_ending(folder, tmp_path):
    path = cnncalc.export_film(tmp_path / folder, GRID, "edge", width=240)
    assert len(list(path.iterdir())) == 4 + 2
