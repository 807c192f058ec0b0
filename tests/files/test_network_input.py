import numpy as np
import pytest

from cnncalc.errors import InputError, ShapeError
from cnncalc.files.network_input import read_network_input
from cnncalc.files.photos import PhotoShape, read_photo
from tests.files.photos import save


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("fit", ["stretch", "crop", "pad"])
def test_a_photo_is_made_to_fit_as_for_training(tmp_path, channels, fit):
    path = save(tmp_path / "photo.png")
    image = read_network_input(str(path), (6, 4, channels), fit)
    assert image.dtype == np.float32
    np.testing.assert_array_equal(image, read_photo(path, PhotoShape(6, 4, channels, fit)))


def test_a_grid_stays_as_it_is():
    assert read_network_input("article:6x6", (6, 6, 1))[0, 0, 0] == 18


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
