import re

import numpy as np
import openpyxl
import pytest
from PIL import Image

from cnncalc.trace import record
from cnncalc.views.workbook.export import WorkbookOptions, write_workbook
from tests.cli.networks import save_small, small_network

DERIVATION = """\
dense (0) = 0.0006

  16 = 16×1
  16 + bias 0.5 = 16.5
  largest = max(16.5, 24)
  e^(16.5 − 24) / (e^(16.5 − 24) + e^(24 − 24)) = 0.0006  dense (0)

Receptive field · the whole image, 4×4

The numbers that it came from

  flatten (0) = 16  adds 16×1 = 16
    16 stood at (0, 0, 0) of its input  flatten (0)

    max_pooling2d (0, 0) = 16
      max(8, 13, 15, 16) = 16  max_pooling2d (0, 0)

      conv2d (1, 1) = 16
        18 = 6×1 + 7×0 + 8×1 + 1×0 + 0×1 + 1×0 + 2×1 + 2×0 + 2×1
        18 + bias (−2) = 16
        relu(16) = 16  conv2d (1, 1)

"""

CONVOLUTION = """\
conv2d (1, 0) = 15
the window covers rows 1 to 3 and columns 0 to 2 of its input

      0  1  2  3      values        kernel        products
    ┌───────────       5  6  7       1  0  1       5  0  7
  0 │ 1  2  3  4       0  1  0   ×   0  1  0   =   0  1  0
  1 │[5][6][7] 8       2  2  2       1  0  1       2  0  2
  2 │[0][1][0] 1
  3 │[2][2][2] 2

  17 = 5×1 + 6×0 + 7×1 + 0×0 + 1×1 + 0×0 + 2×1 + 2×0 + 2×1
  17 + bias (−2) = 15
  relu(15) = 15  conv2d (1, 0)

Receptive field · 3×3 · 9 of the image's 16 pixels
it depends on rows 1 to 3 and columns 0 to 2 of the image

      0  1  2  3
    ┌───────────
  0 │ 1  2  3  4
  1 │[5][6][7] 8
  2 │[0][1][0] 1
  3 │[2][2][2] 2

"""


@pytest.fixture
def explained(run, tmp_path):
    """Explain a number of the small network."""
    save_small(tmp_path)
    return lambda *options: run("explain", "small.keras", "grid.csv", *options)


def test_one_number_with_its_products_and_its_pixels(explained):
    result = explained("--layer", "conv2d", "--at", "1,0")
    assert result.exit_code == 0
    assert result.stdout == CONVOLUTION


def test_the_way_back_as_far_as_depth_says(explained):
    assert explained("--layer", "dense", "--at", "0", "--depth", "3").stdout == DERIVATION


def test_the_terms_that_contribute_most_are_followed(run):
    options = ("--layer", "conv2d_1", "--at", "0,0,0", "--depth", "2")
    listing = "Conv2D(2, 2); Conv2D(1, 2)"
    short = run("explain", listing, "article:6x6", *options).stdout
    text = "of each number the 3 terms that contribute most, here of 8; --full follows them all"
    assert text in short
    contributions = [
        abs(float(re.split(" [=≈] ", line)[-1].replace("−", "-")))
        for line in short.splitlines()
        if "  adds " in line
    ]
    assert len(contributions) == 3
    assert contributions == sorted(contributions, reverse=True)
    full = run("explain", listing, "article:6x6", *options, "--full").stdout
    assert full.count("  adds ") == 8


def test_of_many_channels_those_that_contribute_most_are_drawn(run):
    options = ("--layer", "conv2d_1", "--at", "0,0,0")
    listing = "Conv2D(5, 1); Conv2D(1, 2)"
    short = run("explain", listing, "article:6x6", *options).stdout
    assert short.count("  channel ") == 3
    assert "… and 2 more channels; --full shows them all." in short
    assert (
        run("explain", listing, "article:6x6", *options, "--full").stdout.count("  channel ") == 5
    )


def test_pixels_that_a_stride_leaves_out(run):
    listing = "MaxPooling2D(1, strides=2); Conv2D(1, 2)"
    text = run("explain", listing, "article:6x6", "--layer", "conv2d", "--at", "0,1,0").stdout
    assert "it depends on rows 0 and 2 and columns 2 and 4 of the image" in text


def test_a_channel_by_itself_is_named(run, tmp_path):
    listing = "MaxPooling2D(2)"
    text = run("explain", listing, "article:32x32x3", "--layer", "max_pooling2d", "--at", "0,0,2")
    assert (
        "it depends on rows 0 to 1 and columns 0 to 1 of the image, in channel 2\n" in text.stdout
    )


def test_a_number_of_padding_alone(run):
    listing = "ZeroPadding2D(1)"
    text = run("explain", listing, "article:6x6", "--layer", "zero_padding2d", "--at", "0,0").stdout
    assert "0 is a zero that was added" in text
    assert "Receptive field · padding alone" in text


def export(path, network):
    trace = record(network, [[[1], [2], [3], [4]]] * 4)
    with path.open("wb") as file:
        write_workbook(file, trace, WorkbookOptions())
    return trace


def test_the_cell_of_an_exported_workbook(run, tmp_path):
    save_small(tmp_path, count=2)
    trace = export(tmp_path / "small.xlsx", small_network(count=2))
    options = ("--layer", "conv2d", "--at", "1,0", "--workbook", "small.xlsx")
    text = run("explain", "small.keras", "grid.csv", *options).stdout
    sheet, cell = re.search(r"In the workbook it stands in '?(.+?)'?!(\w+)\.\n", text).groups()
    stored = openpyxl.load_workbook(tmp_path / "small.xlsx", data_only=True)[sheet][cell].value
    assert stored == trace.layers[0].output[1, 0, 0]


def test_the_cell_of_a_merge_in_an_exported_workbook(run, tmp_path):
    network = "Conv2D(1, 2); Conv2D(1, 2)(input); Average()([conv2d, conv2d_1]); Flatten()"
    run("export-xlsx", "article:6x6", "--network", network, "-o", "merge.xlsx")
    options = ("--layer", "average", "--at", "1,0")
    text = run("explain", network, "article:6x6", *options, "--workbook", "merge.xlsx").stdout
    [cell] = re.findall(r"In the workbook it stands in average!(\w+)\.\n", text)
    stored = openpyxl.load_workbook(tmp_path / "merge.xlsx", data_only=True)["average"][cell].value
    assert f"average (1, 0) = {stored:.4f}".rstrip("0") in text


def test_the_workbook_of_another_network(fails, tmp_path):
    save_small(tmp_path)
    export(tmp_path / "other.xlsx", small_network(count=1))
    options = ("--layer", "conv2d", "--at", "1,0", "--workbook", "other.xlsx")
    said = fails("explain", "small.keras", "grid.csv", *options)
    assert said == "'other.xlsx' must be a workbook of this network. Received: one of another"


@pytest.mark.parametrize("ending", ["png", "jpg", "gif"])
def test_no_picture_is_made_of_a_row_of_numbers(fails, tmp_path, ending):
    listing = "Conv2D(2, 3); Flatten(); Dense(2)"
    asked = ("--layer", "dense", "--at", "0", "--figure", "pixels", "-o", f"a.{ending}")
    line = fails("explain", listing, *asked)
    assert line.endswith("Received: a row of 2 numbers")
    assert not (tmp_path / f"a.{ending}").exists()


def test_files_of_one_matrix_hold_the_layers_that_is_explained(run, tmp_path):
    asked = ("explain", "Conv2D(1, 3); Flatten(); Dense(2)", "article:6x6", "--layer", "conv2d")
    assert len(run(*asked, "--at", "0,0,0", "--format", "csv").stdout.splitlines()) == 4
    result = run(*asked, "--at", "0,0,0", "-o", "c.npy")
    assert "wrote c.npy (the layer's output)" in result.stderr
    assert np.load(tmp_path / "c.npy").shape == (4, 4, 1)
    run(*asked, "--at", "0,0,0", "--figure", "pixels", "-o", "c.png")
    with Image.open(tmp_path / "c.png") as picture:
        assert picture.size == (4, 4)
