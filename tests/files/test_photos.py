from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from cnncalc.errors import InputError, OptionError, ShapeError
from cnncalc.files import photos
from cnncalc.files.images import read_image
from cnncalc.files.photos import PhotoShape, fitted, read_photo, resize
from cnncalc.provenance import Provenance
from cnncalc.views.figure.figure_file import FIGURE_FORMS, encode_figure
from cnncalc.views.figure.shapes import Drawing
from tests.files.photos import pixels, save
from tests.keras_peer import import_keras
from tests.peers import requires

sizes = st.integers(1, 12)


def slow_resize(image, height, width):
    """Bilinear between the four nearest pixel centres, one output pixel at a time."""
    result = np.empty((height, width, image.shape[2]))
    for i in range(height):
        for j in range(width):
            y = min(max((i + 0.5) * image.shape[0] / height - 0.5, 0), image.shape[0] - 1)
            x = min(max((j + 0.5) * image.shape[1] / width - 0.5, 0), image.shape[1] - 1)
            top, left = int(y), int(x)
            bottom, right = min(top + 1, image.shape[0] - 1), min(left + 1, image.shape[1] - 1)
            b, r = y - top, x - left
            result[i, j] = (
                image[top, left] * (1 - b) * (1 - r)
                + image[top, right] * (1 - b) * r
                + image[bottom, left] * b * (1 - r)
                + image[bottom, right] * b * r
            )
    return result


@given(sizes, sizes, sizes, sizes, st.integers(0, 2**32 - 1))
def test_resizing_is_bilinear_rounded_to_whole_numbers(height, width, tall, wide, seed):
    image = np.random.default_rng(seed).integers(0, 256, (height, width, 2)).astype(np.uint8)
    result = resize(image, tall, wide)
    assert result.dtype == np.uint8
    assert np.abs(result - slow_resize(image, tall, wide)).max() <= 0.5 + 1e-4


def test_a_photo_is_resized_in_pieces_as_it_is_in_one(monkeypatch):
    image = np.random.default_rng(1).integers(0, 256, (90, 70, 3)).astype(np.uint8)
    in_pieces = resize(image, 2 * photos.ROWS_AT_ONCE + 1, 40)
    monkeypatch.setattr(photos, "ROWS_AT_ONCE", 1000)
    assert np.array_equal(in_pieces, resize(image, len(in_pieces), 40))


def test_threads_resize_photos_of_any_sizes_beside_each_other():
    random = np.random.default_rng(2)
    images = [random.integers(0, 256, (*random.integers(1, 90, 2), 3), np.uint8) for _ in range(60)]
    alone = [resize(image, 50, 60) for image in images]
    with ThreadPoolExecutor(4) as pool:
        beside = list(pool.map(lambda image: resize(image, 50, 60), images))
    assert all(map(np.array_equal, beside, alone))


@pytest.mark.peer
@requires("keras")
@pytest.mark.filterwarnings("ignore:__array__:DeprecationWarning")  # Keras's own
@pytest.mark.parametrize("size", [(5, 7), (24, 18), (12, 9), (1, 1)])
def test_resizing_equals_that_of_keras(size):
    keras = import_keras()
    theirs = keras.ops.image.resize(
        pixels().astype(np.float32), size, interpolation="bilinear", antialias=False
    )
    theirs = keras.ops.convert_to_numpy(theirs)
    assert np.abs(resize(pixels(), *size) - theirs).max() <= 0.5 + 1e-3


@pytest.mark.peer
@requires("keras")
@pytest.mark.filterwarnings("ignore:__array__:DeprecationWarning")  # Keras's own
@pytest.mark.parametrize("fit", ["crop", "pad"])
@pytest.mark.parametrize("size", [(8, 8), (4, 10), (10, 4), (7, 6)])
def test_fitting_equals_that_of_keras(fit, size):
    keras = import_keras()
    option = {"crop": "crop_to_aspect_ratio", "pad": "pad_to_aspect_ratio"}[fit]
    layer = keras.layers.Resizing(*size, interpolation="bilinear", **{option: True})
    theirs = keras.ops.convert_to_numpy(layer(pixels().astype(np.float32)))
    shape = PhotoShape(*size, 3, fit)
    assert np.abs(resize(fitted(pixels(), shape), *size) - theirs).max() <= 0.5 + 1e-3


def test_cropping_takes_the_middle_and_padding_adds_black_around():
    image = np.arange(1, 9, dtype=np.uint8).reshape(2, 4, 1)
    assert fitted(image, PhotoShape(3, 3, 1, "crop"))[:, :, 0].tolist() == [[2, 3], [6, 7]]
    padded = fitted(image, PhotoShape(3, 3, 1, "pad"))[:, :, 0].tolist()
    assert padded == [[0] * 4, [1, 2, 3, 4], [5, 6, 7, 8], [0] * 4]
    assert fitted(image, PhotoShape(3, 3, 1, "stretch")) is image


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16"])
def test_a_photo_of_any_mode_is_decoded_as_an_image_is(tmp_path, mode, channels):
    if mode == "I;16":
        image = Image.fromarray(pixels()[..., 0].astype(np.uint16) * 257)
    else:
        image = Image.fromarray(pixels()).convert(mode)
    if "A" in mode:
        image.putalpha(Image.fromarray(pixels(shift=9)[..., 1]))
    path = tmp_path / ("photo.tif" if mode == "CMYK" else "photo.png")
    image.save(path)
    expected = read_image(path, "grey" if channels == 1 else "rgb").values
    photo = read_photo(path, PhotoShape(12, 9, channels))
    assert photo.shape == (12, 9, channels)
    np.testing.assert_array_equal(photo, np.rint(expected))


def test_a_photo_that_lies_on_its_side_is_turned_upright(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6  # turn clockwise
    path = save(tmp_path / "photo.png", exif=exif)
    turned = np.rot90(pixels(), k=-1)
    np.testing.assert_array_equal(read_photo(path, PhotoShape(9, 12)), turned)


@pytest.mark.parametrize("content", [b"", b"no image", None])
def test_a_photo_that_cannot_be_decoded_is_named(tmp_path, content):
    path = tmp_path / "photo.jpg"
    if content is None:  # cut off in the middle
        save(path, pixels(200, 200))
        path.write_bytes(path.read_bytes()[:1500])
    else:
        path.write_bytes(content)
    with pytest.raises(InputError, match=r"photo\.jpg' (can't be read|is)"):
        read_photo(path, PhotoShape())


def test_a_photo_of_too_many_pixels_is_refused(tmp_path, monkeypatch):
    path = save(tmp_path / "photo.png")
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    with pytest.raises(InputError, match="too many pixels"):
        read_photo(path, PhotoShape())


def test_numbers_of_32_bits_are_no_photo(tmp_path):
    path = tmp_path / "heights.tif"
    Image.fromarray(np.ones((3, 3), np.float32)).save(path)
    with pytest.raises(InputError, match=r"holds 32-bit numbers. Expected a photo of values from"):
        read_photo(path, PhotoShape())


def test_an_unusable_shape_is_refused():
    with pytest.raises((OptionError, ShapeError), match="image_size must be"):
        PhotoShape(0, 300)
    with pytest.raises(OptionError, match=r"channels must be 1 or 3. Received: channels=4"):
        PhotoShape(channels=4)
    with pytest.raises(OptionError, match=r"fit must be stretch, crop or pad. Received: fit='x'"):
        PhotoShape(fit="x")


@pytest.mark.parametrize("ending", ["png", "jpg", "gif", "webp"])
def test_a_figure_among_the_photos_is_no_photo(tmp_path, ending):
    drawing = Drawing(40, 30, "#ffffff", ())
    path = tmp_path / f"figure.{ending}"
    path.write_bytes(encode_figure(drawing, FIGURE_FORMS[f".{ending}"], Provenance("cnncalc show")))
    with pytest.raises(InputError, match="is a figure that cnncalc drew"):
        read_photo(path, PhotoShape(8, 8))
