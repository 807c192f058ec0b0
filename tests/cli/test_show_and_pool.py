import numpy as np
import openpyxl
import pytest
from PIL import Image

SHOWN = """\
Input · article:6x6 · 6×6
6 rows, 6 columns, 1 channel; lowest 0, highest 253, mean 122.7222

        0    1    2    3    4    5
    ┌─────────────────────────────
  0 │  18   54   51  239  244  188
  1 │  55  121   75   78   95   88
  2 │  35   24  204  113  109  221
  3 │   3  154  104  235   25  130
  4 │  15  253  225  159   78  233
  5 │  68   85  180  214  245    0
"""


def plain(text):
    return "\n".join(line.rstrip() for line in text.rstrip().splitlines()) + "\n"


def test_a_grid_is_shown_as_numbers(run):
    result = run("show", "article:6x6")
    assert plain(result.stdout) == SHOWN


def test_flatten_shows_the_single_row_of_numbers(run):
    result = run("show", "article:digit4", "--flatten", "--full")
    assert "17×4 = 68 numbers" in result.stdout
    rows = [line.split("│")[1].split() for line in result.stdout.splitlines() if "0 │" in line]
    numbers = [int(number) for row in rows for number in row]
    assert numbers[:6] == [86, 4, 8, 184, 252, 3]
    assert len(numbers) == 68


def test_flatten_is_one_row_in_every_form(run):
    result = run("show", "-", "--flatten", "--format", "csv", input="1,2\n3,4\n\n5,6\n7,8\n")
    assert result.stdout == "1,5,2,6,3,7,4,8\n"


def test_a_range_of_a_sheet_is_read(run, tmp_path):
    book = openpyxl.Workbook()
    book.create_sheet("pixels")
    for row in ([1, 2, 3], [4, 5, 6]):
        book["pixels"].append(row)
    book.save(tmp_path / "book.xlsx")
    result = run("show", "book.xlsx", "--sheet", "pixels", "--range", "B1:C2", "--format", "csv")
    assert result.stdout == "2,3\n5,6\n"
    assert "B1:C2" in result.stderr


def test_the_pixels_are_written_as_a_workbook(run, tmp_path):
    assert run("show", "article:6x6", "-o", "pixels.xlsx").exit_code == 0
    result = run("show", "pixels.xlsx", "--format", "csv")
    assert result.stdout == run("show", "article:6x6", "--format", "csv").stdout


@pytest.mark.parametrize(
    ("mode", "expected"),
    [("max", "121,239"), ("average", "62,110.75"), ("l2", "144.58907289280197,")],
)
def test_every_mode_of_pooling(run, mode, expected):
    result = run("pool", "article:6x6", "--size", "2", "--mode", mode, "--format", "csv")
    assert result.stdout.startswith(expected)


def test_pooling_works_on_each_depth_slice_by_itself(run, tmp_path):
    values = np.random.default_rng(0).normal(size=(4, 4, 3))
    np.save(tmp_path / "volume.npy", values)
    run("pool", "volume.npy", "--size", "2,4", "--stride", "1,1", "-o", "out.npy")
    expected = [[values[i : i + 2, :, c].max() for c in range(3)] for i in range(3)]
    np.testing.assert_array_equal(np.load(tmp_path / "out.npy")[:, 0], expected)


def test_padding_never_wins(run):
    options = ["--size", "2", "--padding", "1", "--format", "csv"]
    result = run("pool", "-", *options, input="-1,-2\n-3,-4\n")
    assert result.stdout == "-1,-2\n-3,-4\n"


def test_padding_as_large_as_the_window_is_refused(fails):
    said = fails("pool", "--size", "2", "--padding", "2")
    assert "padding of a pooling layer must be smaller than its pool_size" in said


@pytest.mark.parametrize("command", [("show",), ("pool", "--size", "8")])
def test_a_page_of_too_many_pixels_is_refused_before_it_is_decoded(fails, tmp_path, command):
    Image.new("L", (4000, 3000)).save(tmp_path / "big.png")
    said = fails(*command, "big.png", "-o", "big.html")
    assert said.startswith("a page holds 1,000,000 numbers of an image at most")
    assert "--resize" in said
    assert said.endswith("Received: 3000×4000, 12,000,000 numbers")


@pytest.mark.parametrize("command", ["show", "pool", "convolve"])
def test_a_scale_of_no_picture_is_refused(fails, command):
    kernel = ("--kernel", "edge") if command == "convolve" else ()
    said = fails(command, "article:6x6", *kernel, "--scale", "clip")
    assert said == "--scale is for a picture that -o writes. Received: --scale without -o"
