"""Calculations from Python: whatever is an image, and whatever is a kernel."""

import numpy as np
import pytest
from PIL import ExifTags, Image

import cnncalc
from cnncalc import calculator
from cnncalc.article import GRIDS
from cnncalc.errors import CnncalcError, InputError, NotationError, OptionError, ShapeError

GRID = np.array(GRIDS["6x6"], dtype=float)
KERNEL = [[1, 0, 1], [0, 1, 0], [1, 0, 1]]
TEXT = "1 0 1; 0 1 0; 1 0 1"


def forms(tmp_path):
    """The article's small grid in every form that an image may have."""
    pixels = GRID.astype(np.uint8)
    Image.fromarray(pixels).save(tmp_path / "grid.png")
    np.save(tmp_path / "grid.npy", GRID)
    return {
        "name": "article:6x6",
        "array": GRID,
        "bytes": pixels,
        "lists": GRID.tolist(),
        "volume": GRID[:, :, np.newaxis],
        "path": tmp_path / "grid.png",
        "text": str(tmp_path / "grid.npy"),
        "pillow": Image.fromarray(pixels),
    }


FORMS = ("name", "array", "bytes", "lists", "volume", "path", "text", "pillow")


@pytest.mark.parametrize("form", FORMS)
def test_an_image_of_any_form_gives_the_same_numbers(tmp_path, form):
    image = forms(tmp_path)[form]
    wanted = calculator.convolve(GRID, KERNEL, 3)
    assert np.array_equal(np.squeeze(cnncalc.convolve(image, KERNEL, 3)), wanted)
    assert np.array_equal(np.squeeze(cnncalc.calculate(image, KERNEL, 3).output), wanted)
    assert np.array_equal(np.squeeze(cnncalc.pool(image)), calculator.pool(GRID))
    assert np.array_equal(cnncalc.read_image(image)[:, :, 0], GRID)


def test_arrays_of_two_dimensions_stay_so():
    assert cnncalc.convolve(GRID, KERNEL).shape == (4, 4)
    assert cnncalc.pool(GRID).shape == (3, 3)


@pytest.mark.parametrize(
    "kernels",
    [
        [TEXT, "edge"],
        [np.array(KERNEL), "edge"],
        np.stack([KERNEL, [[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]]], axis=-1)[:, :, np.newaxis],
    ],
)
def test_kernels_are_texts_or_arrays(kernels):
    trace = cnncalc.calculate(GRID, kernels)
    assert trace.network.weights[0]["kernel"].shape == (3, 3, 1, 2)
    assert np.array_equal(trace.output[:, :, 0], calculator.convolve(GRID, KERNEL))
    assert np.array_equal(cnncalc.convolve("article:6x6", kernels), trace.output)


def test_every_option_of_the_command_can_be_given():
    image = np.arange(75.0).reshape(5, 5, 3)
    trace = cnncalc.calculate(
        image,
        [[1, 2], [3, 4]],
        [1.0],
        padding=(1, 0),
        strides=2,
        dilation_rate=(1, 1),
        activation="relu",
        depthwise=True,
        combine="sum",
        pooling=cnncalc.pooling_layer("average", 2),
    )
    assert [layer.name for layer in trace.layers] == [
        "depthwise_conv2d",
        "combine",
        "average_pooling2d",
    ]


def test_what_was_read_is_said(tmp_path):
    said = []
    cnncalc.calculate(forms(tmp_path)["path"], "edge", say=said.append)
    assert said == ["grid.png: PNG, 6 wide × 6 high, grey"]
    said.clear()
    cnncalc.calculate(forms(tmp_path)["pillow"], "edge", say=said.append)
    assert said == ["image: Pillow image, 6 wide × 6 high, grey"]


def test_a_colour_image_is_read_as_its_kernel_asks():
    image = Image.new("RGB", (3, 3), (30, 60, 90))
    assert cnncalc.calculate(image, "identity").input.values.shape == (3, 3, 1)
    assert cnncalc.calculate(image, np.ones((1, 1, 3))).output[0, 0].tolist() == [180.0]


def test_an_array_stays_as_it_was():
    image = GRID.copy()
    trace = cnncalc.calculate(image, "edge")
    assert image.flags.writeable
    image[0, 0] = 99
    assert trace.input.values[0, 0, 0] == GRID[0, 0]


@pytest.mark.parametrize(
    ("call", "error", "said"),
    [
        (lambda: cnncalc.calculate("none.png", "edge"), InputError, "there is no file 'none.png'"),
        (lambda: cnncalc.calculate(GRID, "egde"), CnncalcError, "Did you mean 'edge'?"),
        (lambda: cnncalc.calculate(GRID, "1 2; 3"), NotationError, ""),
        (lambda: cnncalc.calculate([1, 2, 3], "edge"), ShapeError, "Received: an array of shape"),
        (lambda: cnncalc.calculate([["a"]], "edge"), OptionError, "image must be real numbers"),
        (lambda: cnncalc.calculate(GRID, None), OptionError, "kernels must be arrays, or texts"),
        (lambda: cnncalc.read_image(GRID, channels="cmyk"), OptionError, "channels must be one"),
        (lambda: cnncalc.calculate(GRID, [1, 2]), ShapeError, "a kernel must be (height, width)"),
        (lambda: cnncalc.calculate(GRID, "edge", strides=0), CnncalcError, "stride"),
        (lambda: cnncalc.calculate(GRID, "edge", sheet="A"), OptionError, "an image in memory"),
        (lambda: cnncalc.read_image([[np.nan]]), OptionError, "image must be finite numbers"),
        (lambda: cnncalc.convolve("none.npy", KERNEL), InputError, "there is no file"),
        (lambda: cnncalc.pool("none.npy"), InputError, "there is no file"),
    ],
)
def test_what_cant_be_used_is_an_error_of_cnncalc(call, error, said):
    with pytest.raises(error) as raised:
        call()
    assert said in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_damaged_image_of_pillow_is_an_error_of_cnncalc(tmp_path):
    Image.effect_noise((64, 64), 50).save(tmp_path / "noise.png")
    content = (tmp_path / "noise.png").read_bytes()
    (tmp_path / "noise.png").write_bytes(content[: len(content) // 2])
    with (
        Image.open(tmp_path / "noise.png") as image,
        pytest.raises(InputError, match=r"noise\.png' can't be read as an image"),
    ):
        cnncalc.read_image(image)


def test_an_opened_image_keeps_its_name_and_is_turned_upright(tmp_path):
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    Image.new("L", (4, 2), 7).save(tmp_path / "lying.png", exif=exif)
    said = []
    with Image.open(tmp_path / "lying.png") as image:
        assert cnncalc.read_image(image, say=said.append).shape == (4, 2, 1)
    assert said == ["lying.png: PNG, 2 wide × 4 high, grey"]
