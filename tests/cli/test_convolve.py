import json
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

import cnncalc
from cnncalc.article import GRIDS

CROSS = "1 0 1; 0 1 0; 1 0 1"

AT = """\
conv2d (1, 1) = 292
the window covers rows 1 to 3 and columns 1 to 3 of its input

        0    1    2    3    4    5      values              kernel        products
    ┌─────────────────────────────       121   75   78       1  0  1       121    0   78
  0 │  18   54   51  239  244  188        24  204  113   ×   0  1  0   =     0  204    0
  1 │  55 [121] [75] [78]  95   88       154  104  235       1  0  1       154    0  235
  2 │  35  [24][204][113] 109  221
  3 │   3 [154][104][235]  25  130
  4 │  15  253  225  159   78  233
  5 │  68   85  180  214  245    0

  792 = 121×1 + 75×0 + 78×1 + 24×0 + 204×1 + 113×0 + 154×1 + 104×0 + 235×1
  792 + bias (−500) = 292
  relu(292) = 292  conv2d (1, 1)

max_pooling2d (0, 0) = 292
the window covers rows 0 to 1 and columns 0 to 1 of its input

        0    1    2    3
    ┌───────────────────
  0 │  [0]  [5] 186  356
  1 │  [0][292]   0  140
  2 │ 133  153  351  251
  3 │ 108  413  213  157

  max(0, 5, 0, 292) = 292  max_pooling2d (0, 0)
"""


def test_one_number_is_traced_to_its_pixels(run):
    options = ["--bias", "-500", "-a", "relu", "--pool", "max:2", "--at", "1,1"]
    result = run("convolve", "article:6x6", "-k", CROSS, *options)
    assert result.exit_code == 0
    lines = result.stdout.rstrip().splitlines()
    assert "\n".join(line.rstrip() for line in lines) + "\n" == AT
    assert result.stderr == "article:6x6: a grid of the article, 6×6\n"


def test_without_a_channel_each_filter_is_explained(run):
    result = run("convolve", "article:6x6", "-k", CROSS, "-k", "identity", "--at", "0,0")
    assert "429 = 18×1" in result.stdout
    assert "conv2d (0, 0, 1) = 121" in result.stdout
    only = run("convolve", "article:6x6", "-k", CROSS, "-k", "identity", "--at", "0,0,1")
    assert "429" not in only.stdout


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--steps", "--at", "0,0"], "--at explains one number and --steps all of them"),
        (["--steps", "--format", "csv"], "Received: --format csv as well"),
        (["--at", "0,0", "--format", "json"], "Received: --format json as well"),
    ],
)
def test_options_that_exclude_each_other_are_refused(fails, options, said):
    assert said in fails("convolve", "-k", "1", *options)


def test_a_number_that_pooling_leaves_out_is_said(run):
    options = ["--pool", "max:3:3", "--at", "3,3"]
    result = run("convolve", "article:6x6", "-k", CROSS, *options)
    assert "No window of max_pooling2d reaches this number." in result.stderr


def test_every_stage_stands_under_a_heading_with_its_size(run):
    options = ["--bias", "1,2", "--padding", "1", "-a", "relu", "--combine", "sum"]
    result = run("convolve", "article:6x6", "-k", CROSS, "-k", "edge", *options, "--pool", "max:2")
    headings = [line for line in result.stdout.splitlines() if "·" in line]
    assert headings == [
        "Input · 6×6",
        "Padded input · conv2d · 8×8",
        "Kernels · conv2d · 2 of 3×3",
        "Convolution · conv2d · 6×6×2",
        "Bias · conv2d · 6×6×2",
        "Activation · conv2d · 6×6×2",
        "Combined · combine · 6×6",
        "Max pooling 2×2 · max_pooling2d · 3×3",
    ]


def test_steps_go_window_by_window(run):
    result = run("convolve", "article:6x6", "-k", CROSS, "--steps")
    assert result.stdout.count("the window covers") == 16
    assert "429 = 18×1 + 54×0 + 51×1" in result.stdout
    assert result.stdout.index("429 =") < result.stdout.index("505 =")


def test_csv_is_the_last_matrix_and_an_empty_line_parts_channels(run):
    result = run("convolve", "-k", "1 0.3", "-k", "0.1 5", "--format", "csv")
    first, second = result.stdout.split("\n\n")
    image = np.array(GRIDS["digit4"])
    rows = [[float(cell) for cell in line.split(",")] for line in second.splitlines()]
    np.testing.assert_allclose(rows, 0.1 * image[:, :-1] + 5 * image[:, 1:])
    assert first.startswith("87.2,6.4,63.1")


def test_json_is_every_stage(run):
    result = run("convolve", "article:6x6", "-k", CROSS, "-a", "relu", "--format", "json")
    stages = json.loads(result.stdout)["stages"]
    assert [stage["name"] for stage in stages] == ["input", "convolution", "activation"]
    assert stages[1]["shape"] == [4, 4, 1]
    assert stages[1]["values"][0][0] == [429]


@pytest.mark.parametrize(
    "ending", ["csv", "npy", "json", "png", "jpg", "gif", "webp", "html", "svg", "pdf"]
)
def test_the_ending_chooses_the_form_of_the_output_file(run, tmp_path, ending):
    result = run("convolve", "article:6x6", "-k", CROSS, "--scale", "minmax", "-o", f"out.{ending}")
    assert result.exit_code == 0
    assert f"wrote out.{ending}" in result.stderr
    content = (tmp_path / f"out.{ending}").read_bytes()
    starts = {
        "csv": b"429,505,686,856\n", "npy": b"\x93NUMPY", "json": b'{"stages"', "png": b"\x89PNG",
        "jpg": b"\xff\xd8", "gif": b"GIF89a", "html": b"<!doctype html>", "svg": b"<svg",
        "webp": b"RIFF", "pdf": b"%PDF",
    }  # fmt: skip
    assert content.startswith((starts[ending], b"GIF87a"))


def test_how_values_become_grey_levels_is_said_and_chosen(run, tmp_path):
    run("convolve", "article:6x6", "-k", CROSS, "--scale", "minmax", "-o", "stretched.png")
    result = run("convolve", "article:6x6", "-k", CROSS, "-o", "clipped.png")
    assert "above 255 became 255: 100 % of them" in result.stderr
    assert np.asarray(Image.open(tmp_path / "clipped.png")).tolist() == [[255] * 4] * 4
    stretched = np.asarray(Image.open(tmp_path / "stretched.png"))
    assert (stretched.min(), stretched.max()) == (0, 255)
    assert stretched[0, 0] == round((429 - 261) / (913 - 261) * 255)


def colour_photo(path):
    values = np.random.default_rng(3).integers(0, 256, (9, 8, 3), dtype=np.uint8)
    Image.fromarray(values).save(path)
    return values.astype(float)


def test_a_colour_image_is_grey_for_2d_kernels_and_rgb_for_deep_ones(run, tmp_path):
    values = colour_photo(tmp_path / "photo.png")
    grey = run("convolve", "photo.png", "-k", "1 2; 3 4", "--format", "csv")
    assert "read as grey" in grey.stderr
    deep = run("convolve", "photo.png", "-k", "1 2 | 3 4 | 5 6", "-o", "deep.npy")
    assert "read as grey" not in deep.stderr
    expected = cnncalc.convolve(values, np.array([[[1, 3, 5], [2, 4, 6]]]))
    np.testing.assert_allclose(np.load(tmp_path / "deep.npy"), expected)


def test_depthwise_applies_a_kernel_to_each_channel(run, tmp_path):
    values = colour_photo(tmp_path / "photo.png")
    options = ["--depthwise", "--bias", "10", "--stride", "2,1", "--dilation", "1,2"]
    assert run("convolve", "photo.png", "-k", "1 -1", *options, "-o", "o.npy").exit_code == 0
    np.testing.assert_allclose(np.load(tmp_path / "o.npy"), values[::2, :-2] - values[::2, 2:] + 10)


def test_depthwise_needs_2d_kernels(fails, tmp_path):
    colour_photo(tmp_path / "photo.png")
    said = fails("convolve", "photo.png", "-k", "1|2|3", "--depthwise")
    assert said == "--depthwise takes 2-D kernels. Received: a kernel 3 deep"


def test_biases_may_be_repeated_or_separated_by_commas(run):
    once = run("convolve", "-k", "1", "-k", "2", "--bias", "1,2", "--format", "csv")
    twice = run("convolve", "-k", "1", "-k", "2", "--bias", "1", "--bias", "2", "--format", "csv")
    assert once.stdout == twice.stdout
    assert once.stdout.startswith("87,5,9,185\n")


def test_a_grid_comes_through_standard_input(run):
    result = run("convolve", "-", "-k", "1 1", "--format", "csv", input="1,2,3\n4,5,6\n")
    assert result.stdout == "3,5\n9,11\n"


@pytest.mark.parametrize("width", [40, 80, 200])
def test_no_line_is_wider_than_the_terminal(run, monkeypatch, width):
    monkeypatch.setenv("COLUMNS", str(width))
    for options in ([], ["--steps"], ["--at", "0,0"]):
        result = run("convolve", "article:32x32x3", "-k", "1 2 3|4 5 6|7 8 9", *options)
        assert result.exit_code == 0
        assert max(map(len, result.stdout.splitlines())) <= width


def test_a_terminal_is_shaded_unless_no_color_is_set(run, monkeypatch):
    assert "\x1b" not in run("convolve", "-k", "1").stdout
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    assert "\x1b[" in run("convolve", "-k", "1").stdout
    assert "48;5" in run("convolve", "-k", "1").stdout
    monkeypatch.setenv("NO_COLOR", "1")
    assert "48;5" not in run("convolve", "-k", "1").stdout


def test_a_photo_of_12_megapixels_goes_through_in_bounded_memory(tmp_path):
    Image.effect_noise((4000, 3000), 60).save(tmp_path / "photo.jpg")
    options = ["--kernel", "edge", "--activation", "relu", "--pool", "max:2", "-o", "out.png"]
    program = (
        "import sys\n"
        "from cnncalc.cli.commands import cli\n"
        "try:\n"
        f"    cli(['convolve', 'photo.jpg', *{options!r}])\n"
        "except SystemExit as end:\n"
        "    assert end.code == 0\n"
        # The peak of this process alone: ru_maxrss would start with its parent's.
        "text = open('/proc/self/status').read()\n"
        "print(text.split('VmHWM:')[1].split()[0])\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    with Image.open(tmp_path / "out.png") as picture:
        assert picture.size == (1999, 1499)
    assert int(result.stdout.splitlines()[-1]) < 1_000_000  # kB
