from __future__ import annotations

import struct
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image

from cnncalc.errors import InputError, ShapeError
from cnncalc.files.images import holds_numbers, image_size, read_image
from cnncalc.files.pixels import PixelHeader
from tests.drawn_examples import of_examples

LOSSLESS = ["png", "bmp", "webp", "tiff"]
COLOUR = np.random.default_rng(1).integers(0, 256, (5, 7, 3), dtype=np.uint8)
GREY = COLOUR[:, :, 0]


def saved(folder: Path, name: str, pixels: np.ndarray | Image.Image, **options: object) -> Path:
    image = pixels if isinstance(pixels, Image.Image) else Image.fromarray(pixels)
    if name.endswith("webp"):
        options |= {"lossless": True, "exact": True}
    image.save(folder / name, **options)
    return folder / name


def luma(colour: np.ndarray) -> np.ndarray:
    """ITU-R 601 luma in 16-bit fixed point, as Pillow documents its mode L."""
    weights = np.array([19595, 38470, 7471])
    return ((colour.astype(int) @ weights + 0x8000) >> 16)[:, :, np.newaxis]


@pytest.mark.parametrize("ending", LOSSLESS)
def test_colour_is_read_as_it_is_as_rgb_and_as_grey(tmp_path, ending):
    path = saved(tmp_path, f"a.{ending}", COLOUR)
    np.testing.assert_array_equal(read_image(path).values, COLOUR)
    np.testing.assert_array_equal(read_image(path, "rgb").values, COLOUR)
    np.testing.assert_array_equal(read_image(path, "grey").values, luma(COLOUR))


@pytest.mark.parametrize("ending", ["png", "bmp", "tiff", "gif"])
def test_grey_has_one_channel_unless_colour_is_asked_for(tmp_path, ending):
    path = saved(tmp_path, f"a.{ending}", GREY)
    np.testing.assert_array_equal(read_image(path, "grey").values, GREY[:, :, np.newaxis])
    np.testing.assert_array_equal(read_image(path, "rgb").values, np.dstack([GREY] * 3))
    if ending != "gif":
        assert read_image(path).values.shape == (5, 7, 1)


@settings(deadline=None)
@given(arrays(np.uint8, st.tuples(st.integers(1, 6), st.integers(1, 6), st.just(3))))
def test_any_png_reads_back(tmp_path_factory, pixels):
    path = saved(tmp_path_factory.mktemp("png"), "a.png", pixels)
    np.testing.assert_array_equal(read_image(path).values, pixels)


def test_a_jpeg_is_described_with_its_size_and_how_it_was_read(tmp_path):
    path = saved(tmp_path, "photo.jpg", COLOUR)
    image = read_image(path, "grey")
    assert image.description == "photo.jpg: JPEG, 7 wide × 5 high, RGB, read as grey"
    assert (image.name, image.kind, image.bit_depth) == ("photo.jpg", "image", 8)
    assert read_image(path).description == "photo.jpg: JPEG, 7 wide × 5 high, RGB"


def test_the_content_counts_and_not_the_ending(tmp_path):
    path = saved(tmp_path, "a.png", COLOUR).rename(tmp_path / "a.jpg")
    assert read_image(path).description.startswith("a.jpg: PNG, ")


def test_black_and_white_becomes_0_and_255(tmp_path):
    path = saved(tmp_path, "a.png", GREY > 127)
    image = read_image(path)
    np.testing.assert_array_equal(image.values[:, :, 0], np.where(GREY > 127, 255, 0))
    assert image.bit_depth == 1
    assert image.description.endswith("black and white")


def test_a_palette_is_resolved_to_colours(tmp_path):
    palette = Image.fromarray(COLOUR).quantize(8)
    image = read_image(saved(tmp_path, "a.png", palette))
    np.testing.assert_array_equal(image.values, np.asarray(palette.convert("RGB")))
    assert image.description.endswith("palette, read as RGB")


def test_a_transparent_palette_entry_becomes_white(tmp_path):
    palette = Image.fromarray(np.array([[0, 1]], np.uint8), "L").convert("P")
    palette.putpalette([10, 20, 30, 40, 50, 60])
    for name, transparency in [("one.gif", 1), ("one.png", 1), ("each.png", bytes([255, 0]))]:
        image = read_image(saved(tmp_path, name, palette, transparency=transparency))
        np.testing.assert_array_equal(image.values, [[[10, 20, 30], [255, 255, 255]]])
        assert "alpha composited on white" in image.description


def test_alpha_is_composited_on_white(tmp_path):
    pixels = np.array([[[100, 0, 200, 255], [100, 0, 200, 0], [100, 0, 200, 51]]], np.uint8)
    image = read_image(saved(tmp_path, "a.png", pixels))
    np.testing.assert_array_equal(image.values, [[[100, 0, 200], [255, 255, 255], [224, 204, 244]]])
    assert image.description.endswith("RGB with alpha, alpha composited on white")


def test_grey_with_alpha_stays_one_channel(tmp_path):
    pixels = Image.merge("LA", [Image.new("L", (1, 1), 100), Image.new("L", (1, 1), 51)])
    np.testing.assert_array_equal(read_image(saved(tmp_path, "a.png", pixels)).values, [[[224]]])


@pytest.mark.parametrize("ending", ["png", "tiff"])
def test_16_bit_grey_keeps_its_fractions(tmp_path, ending):
    pixels = np.array([[0, 1, 257, 32768, 65535]], np.uint16)
    image = read_image(saved(tmp_path, f"a.{ending}", pixels), "grey")
    np.testing.assert_array_equal(image.values[:, :, 0], pixels / 257)
    assert image.bit_depth == 16
    assert image.description.endswith("16-bit grey, values divided by 257")


def test_16_bit_grey_as_rgb_repeats_itself(tmp_path):
    image = read_image(saved(tmp_path, "a.png", np.array([[514]], np.uint16)), "rgb")
    np.testing.assert_array_equal(image.values, [[[2, 2, 2]]])


def test_a_transparent_16_bit_grey_becomes_white(tmp_path):
    pixels = np.array([[514, 771]], np.uint16)
    image = read_image(saved(tmp_path, "a.png", pixels, transparency=771))
    np.testing.assert_array_equal(image.values[0, :, 0], [2, 255])


def chunk(kind: bytes, content: bytes) -> bytes:
    checksum = struct.pack(">I", zlib.crc32(kind + content))
    return struct.pack(">I", len(content)) + kind + content + checksum


def png(width: int, height: int, depth: int, colour: int, rows: bytes) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    parts = [(b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*part) for part in parts)


def test_16_bit_colour_says_that_it_was_cut_to_8(tmp_path):
    row = b"\x00" + struct.pack(">3H", 0x1234, 0xFFFF, 0x80)
    (tmp_path / "a.png").write_bytes(png(1, 1, 16, 2, row))
    image = read_image(tmp_path / "a.png")
    np.testing.assert_array_equal(image.values, [[[0x12, 255, 0]]])
    assert image.bit_depth == 16
    assert image.description.endswith("16-bit RGB, the upper 8 of 16 bits")


def test_cmyk_becomes_rgb(tmp_path):
    cmyk = Image.new("CMYK", (2, 1), (0, 255, 255, 0))
    image = read_image(saved(tmp_path, "a.tiff", cmyk))
    np.testing.assert_array_equal(image.values, [[[255, 0, 0]] * 2])
    assert image.description.endswith("CMYK, read as RGB")


def test_32_bit_values_are_kept(tmp_path):
    pixels = np.array([[-0.5, 1e6]], np.float32)
    image = read_image(saved(tmp_path, "a.tiff", pixels))
    np.testing.assert_array_equal(image.values[:, :, 0], pixels)
    assert image.bit_depth == 32
    assert image.description.endswith("32-bit fractions, values kept as stored")


def test_a_pixel_that_is_not_a_number_is_named(tmp_path):
    pixels = np.array([[1, 2], [np.nan, 4]], np.float32)
    path = saved(tmp_path, "a.tiff", pixels)
    with pytest.raises(InputError, match="Received: nan in row 1, column 0, counted from 0"):
        read_image(path)


UPRIGHT = np.arange(6, dtype=np.uint8).reshape(2, 3)
# What a camera stores under each orientation of an upright picture; EXIF 2.3, tag 0x0112.
STORED = {
    1: UPRIGHT,
    2: UPRIGHT[:, ::-1],
    3: UPRIGHT[::-1, ::-1],
    4: UPRIGHT[::-1],
    5: UPRIGHT.T,
    6: np.rot90(UPRIGHT),
    7: UPRIGHT[::-1, ::-1].T,
    8: np.rot90(UPRIGHT, -1),
}


@pytest.mark.parametrize("ending", ["png", "tiff"])
@pytest.mark.parametrize("orientation", STORED)
def test_the_exif_orientation_is_applied(tmp_path, orientation, ending):
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = np.ascontiguousarray(STORED[orientation])
    image = read_image(saved(tmp_path, f"a.{ending}", stored, exif=exif))
    np.testing.assert_array_equal(image.values[:, :, 0], UPRIGHT)
    assert "3 wide × 2 high" in image.description


@pytest.mark.parametrize("ending", ["jpg", "png", "tiff", "webp"])
@pytest.mark.parametrize("orientation", STORED)
def test_a_header_knows_the_upright_shape(tmp_path, orientation, ending):
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = np.ascontiguousarray(STORED[orientation])
    headers: list[PixelHeader] = []
    image = read_image(saved(tmp_path, f"a.{ending}", stored, exif=exif), "rgb", headers.append)
    assert headers == [image.header] == [PixelHeader(f"a.{ending}", "image", (2, 3, 3))]


@pytest.mark.parametrize("channels", ["grey", "rgb", "as-is"])
@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16", "I", "F"])
def test_a_header_knows_the_channels(tmp_path, mode, channels):
    headers: list[PixelHeader] = []
    path = saved(tmp_path, "a.tiff", Image.new(mode, (3, 2)))
    assert [read_image(path, channels, headers.append).header] == headers


def test_an_image_is_refused_before_it_is_decoded(tmp_path):
    def refuse(header: PixelHeader) -> None:
        raise ShapeError(str(header.shape))

    noise = np.random.default_rng(2).integers(0, 256, (64, 60, 3), dtype=np.uint8)
    path = saved(tmp_path, "a.jpg", noise)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(ShapeError, match=r"\(64, 60, 3\)"):
        read_image(path, require=refuse)


@pytest.mark.parametrize("ending", ["gif", "webp", "png", "tiff"])
def test_the_first_of_several_frames_is_read(tmp_path, ending):
    frames = [Image.new("RGB", (2, 1), colour) for colour in ("red", "blue")]
    path = saved(tmp_path, f"a.{ending}", frames[0], save_all=True, append_images=frames[1:])
    image = read_image(path)
    np.testing.assert_array_equal(image.values, [[[255, 0, 0]] * 2])
    assert "first frame" in image.description


@pytest.mark.parametrize("ending", [*LOSSLESS, "gif", "jpg"])
def test_a_truncated_image_is_refused(tmp_path, ending):
    noise = np.random.default_rng(2).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    path = saved(tmp_path, f"a.{ending}", noise)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(InputError, match=rf"'.*a.{ending}' "):
        read_image(path)


@pytest.mark.parametrize("content", [b"this is text\n", b"\x00" * 100, b"%PDF-1.7", b"P5 1 1 1 0"])
def test_a_file_that_is_no_image_is_refused(tmp_path, content):
    (tmp_path / "a.png").write_bytes(content)
    with pytest.raises(
        InputError, match=r"'.*a.png' is not an image, or is damaged. Expected PNG, J"
    ):
        read_image(tmp_path / "a.png")


@pytest.mark.parametrize("side", [9500, 65535])
def test_an_image_that_would_fill_the_memory_is_refused(tmp_path, side):
    (tmp_path / "a.png").write_bytes(png(side, side, 8, 0, b""))
    with pytest.raises(InputError, match="has too many pixels: at most 89,478,485 are read"):
        read_image(tmp_path / "a.png")


def test_damaged_tiffs_leave_standard_error_to_the_program(tmp_path):
    noise = np.random.default_rng(2).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    content = saved(tmp_path, "a.tiff", noise, compression="tiff_lzw").read_bytes()
    middle = len(content) // 2
    (tmp_path / "packed.tiff").write_bytes(content[:middle] + b"\xff" * 30 + content[middle + 30 :])
    # The tag of the samples a pixel, 277, with the value 2048.
    samples = struct.pack("<HHIHH", 277, 3, 1, 3, 0)
    assert samples in content
    (tmp_path / "samples.tiff").write_bytes(
        content.replace(samples, struct.pack("<HHIHH", 277, 3, 1, 2048, 0))
    )
    program = (
        "import sys\n"
        "from pathlib import Path\n"
        "from cnncalc.errors import InputError\n"
        "from cnncalc.files.images import read_image\n"
        "for name in ['packed.tiff', 'samples.tiff', 'packed.tiff']:\n"
        "    try:\n"
        "        read_image(Path(name))\n"
        "    except InputError as error:\n"
        "        print(error, file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    assert done.stderr.splitlines() == [
        "'packed.tiff' can't be read as an image: decoder error -2",
        "'samples.tiff' is not an image, or is damaged. Expected PNG, JPEG, GIF, BMP, WEBP, TIFF",
        "'packed.tiff' can't be read as an image: decoder error -2",
    ]


def refusal(read: Callable[[Path], object], path: Path) -> str:
    try:
        read(path)
    except InputError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("ending", [*LOSSLESS, "gif", "jpg"])
@settings(max_examples=of_examples(40), deadline=None)  # a changed size makes a large image
@given(position=st.floats(0, 0.999), byte=st.integers(0, 255))
def test_a_changed_byte_is_read_or_refused_in_one_line(tmp_path_factory, ending, position, byte):
    path = saved(tmp_path_factory.mktemp("images"), f"a.{ending}", COLOUR)
    content = bytearray(path.read_bytes())
    content[int(position * len(content))] = byte
    path.write_bytes(content)
    assert "\n" not in refusal(read_image, path)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs Linux to measure")
def test_a_photo_of_12_megapixels_is_read_as_grey_in_400_megabytes(tmp_path):
    photo = Image.radial_gradient("L").resize((4000, 3000)).convert("RGB")
    program = (
        "import sys\n"
        "from pathlib import Path\n"
        "from cnncalc.files.images import read_image\n"
        "assert read_image(Path(sys.argv[1]), 'grey').values.shape == (3000, 4000, 1)\n"
        "print(Path('/proc/self/status').read_text().split('VmHWM:')[1].split()[0])\n"
    )
    path = saved(tmp_path, "photo.jpg", photo)
    done = subprocess.run(
        [sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=True
    )
    kilobytes = int(done.stdout)
    assert kilobytes < 400_000


@pytest.mark.parametrize("ending", [*LOSSLESS, "jpg"])
def test_the_size_of_an_image_is_told_by_its_header(tmp_path, ending):
    assert image_size(saved(tmp_path, f"a.{ending}", COLOUR)) == (5, 7)


def test_the_size_of_a_photo_that_lies_on_its_side_is_the_upright_one(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    assert image_size(saved(tmp_path, "a.jpg", COLOUR, exif=exif)) == (7, 5)


def test_fractions_are_told_from_levels(tmp_path):
    assert holds_numbers(saved(tmp_path, "fractions.tif", GREY.astype(np.float32)))
    assert holds_numbers(saved(tmp_path, "long.tif", GREY.astype(np.int32)))
    assert not holds_numbers(saved(tmp_path, "deep.png", GREY.astype(np.uint16)))
    assert not holds_numbers(saved(tmp_path, "grey.tif", GREY))


def test_what_is_no_image_has_no_size_and_no_numbers(tmp_path):
    (tmp_path / "a.png").write_text("no image")
    for name in ("a.png", "none.png", "."):
        assert image_size(tmp_path / name) is None
        assert not holds_numbers(tmp_path / name)
