import numpy as np
import pytest
from PIL import Image

from cnncalc.errors import InputError, OptionError, ShapeError
from cnncalc.files.network_input import read_network_input
from cnncalc.files.photos import PhotoShape, read_photo
from cnncalc.training.learnt_images import BYTES, LearntImages, Spread, ValueRange
from tests.files.photos import save


def learnt(values, shape=(4, 4, 1)):
    """Bright strokes on a dark ground, of a range of values."""
    return LearntImages(shape, values, Spread(0.25, 0.05), Spread(0.0, 0.01))


def kinds(given):
    return [difference.kind for difference in given.differences]


STROKE = np.zeros((4, 4, 1), np.uint8)
STROKE[1:3, 1:3] = 255


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("fit", ["stretch", "crop", "pad"])
def test_a_photo_is_made_to_fit_as_for_training(tmp_path, channels, fit):
    path = save(tmp_path / "photo.png")
    image = read_network_input(str(path), (6, 4, channels), fit).values
    assert image.dtype == np.float32
    np.testing.assert_array_equal(image, read_photo(path, PhotoShape(6, 4, channels, fit)))


def test_a_grid_stays_as_it_is():
    given = read_network_input("article:6x6", (6, 6, 1))
    assert given.values[0, 0, 0] == 18
    assert given.differences == ()


def test_numbers_beyond_float32_are_refused(tmp_path):
    (tmp_path / "huge.csv").write_text("1,1e39\n")
    with pytest.raises(InputError, match=r"huge.csv' must hold numbers within ±3.4e38, .* 1e\+39"):
        read_network_input(str(tmp_path / "huge.csv"), (1, 2, 1))


def test_a_grid_of_another_size_is_refused():
    with pytest.raises(ShapeError, match=r"input shape \(8, 8, 1\)\. Received: \(6, 6, 1\)"):
        read_network_input("article:6x6", (8, 8, 1))


def test_a_missing_photo_is_one_clear_line():
    with pytest.raises(InputError, match=r"there is no file 'no\.png'"):
        read_network_input("no.png", (8, 8, 1))


@pytest.mark.parametrize("values", [ValueRange(0, 16), ValueRange(-1, 1), ValueRange(0, 1)])
def test_a_photo_is_brought_to_the_values_that_were_learnt(tmp_path, values):
    path = save(tmp_path / "stroke.png", STROKE)
    given = read_network_input(str(path), (4, 4, 1), learnt=learnt(values))
    assert sorted(set(given.values.ravel().tolist())) == list(values)
    assert given.values.dtype == np.float32
    (said,) = given.differences
    assert said.kind == "scaled"
    assert said.text == f"0 to 255 was brought to {values}, which the model learnt"


def test_whatever_values_a_photo_holds_it_is_from_0_to_255(tmp_path):
    path = save(tmp_path / "dark.png", STROKE // 16)
    given = read_network_input(str(path), (4, 4, 1), learnt=learnt(ValueRange(0, 16)))
    assert given.values.max() == pytest.approx(15 * 16 / 255)
    assert given.differences[0].text.endswith("though no value is above 15")


def test_a_photo_of_the_values_that_were_learnt_stays_as_it_is_without_a_word(tmp_path):
    path = save(tmp_path / "dark.png", STROKE // 16)
    given = read_network_input(str(path), (4, 4, 1), learnt=learnt(BYTES))
    np.testing.assert_array_equal(given.values, STROKE // 16)
    assert given.differences == ()


def test_raw_keeps_a_photo_and_warns_of_values_that_were_not_learnt(tmp_path):
    known = learnt(ValueRange(0, 16))
    path = save(tmp_path / "stroke.png", STROKE)
    given = read_network_input(str(path), (4, 4, 1), learnt=known, raw=True)
    np.testing.assert_array_equal(given.values, STROKE)
    assert kinds(given) == ["range"]
    path = save(tmp_path / "dark.png", STROKE // 16)
    assert kinds(read_network_input(str(path), (4, 4, 1), learnt=known, raw=True)) == []


@pytest.mark.parametrize("values", [ValueRange(0, 16), BYTES])
def test_a_negative_is_found_and_made_good_by_invert(tmp_path, values):
    path = save(tmp_path / "stroke.png", 255 - STROKE)
    given = read_network_input(str(path), (4, 4, 1), learnt=learnt(values))
    assert kinds(given)[-1] == "negative"
    given = read_network_input(str(path), (4, 4, 1), learnt=learnt(values), invert=True)
    assert "negative" not in kinds(given)
    assert given.values.max() == values.largest
    assert given.values[0, 0, 0] == values.least


def test_a_padded_negative_is_made_before_black_is_added(tmp_path):
    wide = np.full((4, 8, 1), 255, np.uint8)
    wide[1:3, 2:6] = 0
    path = save(tmp_path / "wide.png", wide)
    known = learnt(BYTES, (8, 8, 1))
    assert kinds(read_network_input(str(path), (8, 8, 1), "pad", known))[-1] == "negative"
    given = read_network_input(str(path), (8, 8, 1), "pad", known, invert=True)
    assert kinds(given) == ["resized"]
    assert given.values[0, 0, 0] == 0


def test_without_knowledge_a_photo_keeps_its_values_and_is_inverted_by_its_kind(tmp_path):
    path = save(tmp_path / "stroke.png", STROKE)
    given = read_network_input(str(path), (4, 4, 1), invert=True)
    np.testing.assert_array_equal(given.values, 255 - STROKE.astype(np.float32))
    assert given.differences == ()


def test_sixteen_bits_are_brought_to_255_first(tmp_path):
    Image.fromarray(STROKE[..., 0].astype(np.uint16) * 257).save(tmp_path / "deep.png")
    given = read_network_input(str(tmp_path / "deep.png"), (4, 4, 1), learnt=learnt(BYTES))
    np.testing.assert_array_equal(given.values, STROKE)


@pytest.mark.parametrize("channels", [1, 3])
def test_a_plain_photo_is_opened_once(tmp_path, monkeypatch, channels):
    Image.fromarray(STROKE[..., 0]).save(tmp_path / "plain.png")
    opened, before = [], Image.open
    monkeypatch.setattr(
        Image, "open", lambda *given, **rest: opened.append(1) or before(*given, **rest)
    )
    given = read_network_input(tmp_path / "plain.png", (4, 4, channels))
    np.testing.assert_array_equal(given.values[..., :1], STROKE)
    assert len(opened) == 1


def test_an_image_of_fractions_is_a_grid_of_numbers(tmp_path):
    Image.fromarray(STROKE[..., 0].astype(np.float32) / 255).save(tmp_path / "fractions.tif")
    given = read_network_input(str(tmp_path / "fractions.tif"), (4, 4, 1))
    assert given.values.max() == 1
    known = learnt(ValueRange(0, 16))
    given = read_network_input(str(tmp_path / "fractions.tif"), (4, 4, 1), learnt=known)
    assert given.values.max() == 1
    assert kinds(given) == ["range"]
    with pytest.raises(ShapeError, match=r"input shape \(8, 8, 1\)\. Received: \(4, 4, 1\)"):
        read_network_input(str(tmp_path / "fractions.tif"), (8, 8, 1))


def test_a_grid_is_inverted_in_the_range_that_was_learnt(tmp_path):
    np.save(tmp_path / "grid.npy", STROKE / 255)
    path = str(tmp_path / "grid.npy")
    given = read_network_input(path, (4, 4, 1), learnt=learnt(ValueRange(-1, 1)), invert=True)
    assert given.values[0, 0, 0] == 0
    assert given.values[1, 1, 0] == -1
    with pytest.raises(OptionError, match=r"--invert needs the range .* the numbers of"):
        read_network_input(path, (4, 4, 1), invert=True)
