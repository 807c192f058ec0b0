from __future__ import annotations

import numpy as np
import pytest

from cnncalc.errors import InputError
from cnncalc.files.pixels import pixel_values, refuse_other_photos
from cnncalc.files.source import read_input


def test_values_are_float64_in_three_dimensions_and_read_only():
    values = pixel_values(np.array([[1, 2]], dtype=np.uint8))
    assert (values.dtype, values.shape) == (np.float64, (1, 2, 1))
    with pytest.raises(ValueError, match="read-only"):
        values[0, 0, 0] = 5


@pytest.mark.parametrize("shape", [(2, 3), (2, 3, 4)])
def test_the_array_they_are_made_of_stays_writable(shape):
    array = np.zeros(shape)
    pixel_values(array)
    array[0] = 1


@pytest.mark.parametrize(
    ("name", "kind"), [("a.HEIC", "HEIC"), ("a.dng", "RAW"), ("a.jxl", "JPEG XL")]
)
def test_a_photo_of_another_kind_is_named_with_the_way_out(tmp_path, name, kind):
    (tmp_path / name).write_bytes(b"photo")
    message = (
        rf"{name}' is of a kind that isn't read, {kind}\. JPEG and PNG can be read: open it in an "
        "image program and save or export it as one of them$"
    )
    with pytest.raises(InputError, match=message):
        read_input(str(tmp_path / name))


def test_other_files_are_let_through(tmp_path):
    refuse_other_photos(tmp_path / "a.png")
    refuse_other_photos(tmp_path / "a")


@pytest.mark.parametrize("name", ["flow.svg", "flow.PDF"])
def test_a_drawing_is_refused_with_what_writes_its_pixels(tmp_path, name):
    (tmp_path / name).write_bytes(b"<svg/>")
    with pytest.raises(InputError) as raised:
        read_input(tmp_path / name)
    assert "-o x.png of show, convolve or pool, or -o x.csv" in str(raised.value)
