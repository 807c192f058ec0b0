"""An exported workbook read again: as INPUT, and as the weights of --kernel."""

import json

import numpy as np
import openpyxl
import pytest

from cnncalc.calculator import Calculation
from cnncalc.files.engines.libreoffice import convert
from cnncalc.sheet.values import as_written
from cnncalc.tasks.workbook_reading import exported_image, exported_kernels
from cnncalc.trace import record
from tests.views.workbook.drawn import draw, written

DEEP = "1 2; 3 4 | 5 6; 7 8 | 9 10; 11 12"


@pytest.fixture
def workbook(run, tmp_path):
    """A workbook of a one-channel calculation with two filters."""
    path = tmp_path / "made.xlsx"
    kernels = ("--kernel", "1 0.5; -2 3", "--kernel", "0 1; 1 0")
    run("export-xlsx", "article:6x6", *kernels, "--padding", 1, "--activation", "relu", "-o", path)
    return path


def change(path, **cells):
    book = openpyxl.load_workbook(path)
    for address, number in cells.items():
        book["Calculation"][address] = number
    book.save(path)


def shown(run, *arguments):
    """The stages of a command's result, by their names."""
    result = run(*arguments, "--format", "json")
    assert result.exit_code == 0, result.output
    stages = json.loads(result.stdout)["stages"]
    return {stage["name"]: np.array(stage["values"]) for stage in stages}


def test_an_exported_workbook_is_an_input(run, workbook):
    result = run("convolve", workbook, "--kernel", "identity", "--format", "csv")
    assert result.exit_code == 0, result.output
    assert result.stderr == "made.xlsx: the exported image on sheet 'Calculation', 6×6×1\n"


def test_its_weights_are_kernels(workbook):
    kernels = exported_kernels(workbook)
    assert [kernel.name for kernel in kernels] == ["made.xlsx filter 1", "made.xlsx filter 2"]
    assert kernels[0].values[..., 0].tolist() == [[1, 0.5], [-2, 3]]
    assert kernels[1].values[..., 0].tolist() == [[0, 1], [1, 0]]


def test_one_kernel_has_the_files_name(run, tmp_path):
    run("export-xlsx", "article:6x6", "--kernel", "1 0.5", "-o", "one.xlsx")
    assert [kernel.name for kernel in exported_kernels(tmp_path / "one.xlsx")] == ["one.xlsx"]


def test_the_same_calculation_comes_of_it_after_changes(run, workbook):
    change(workbook, C7=1000.25, K6=-7)
    stages = shown(run, "convolve", workbook, "--kernel", f"@{workbook}", "--padding", 1)
    image, kernels = exported_image(workbook), exported_kernels(workbook)
    assert image.values[0, 0, 0] == 1000.25
    assert kernels[0].values[0, 0, 0] == -7
    kernel = np.stack([each.values for each in kernels], axis=-1)
    expected = record(Calculation(kernel, padding=1).network((6, 6, 1)), image.values).output
    np.testing.assert_array_equal(stages["convolution"], expected)


@pytest.mark.recalculation
def test_libreoffice_may_have_saved_it(run, workbook, tmp_path):
    change(workbook, C7=1000.25, D7="=C7*2")
    convert([workbook], tmp_path)
    saved = tmp_path / "converted" / "made.xlsx"
    assert exported_image(saved).values[0, :3, 0].tolist() == [1000.25, 2000.5, 51]
    assert exported_kernels(saved)[0].values[..., 0].tolist() == [[1, 0.5], [-2, 3]]


def test_channels_and_deep_kernels_come_back(run, tmp_path):
    run("export-xlsx", "article:32x32x3", "--kernel", DEEP, "--stride", 5, "-o", "deep.xlsx")
    image = exported_image(tmp_path / "deep.xlsx")
    assert image.values.shape == (32, 32, 3)
    assert image.values[3, 4].tolist() == [(7 * 3 + 3 * 4 + 50 * channel) for channel in range(3)]
    (kernel,) = exported_kernels(tmp_path / "deep.xlsx")
    assert kernel.values[0, 0].tolist() == [1, 5, 9]
    result = run("convolve", "deep.xlsx", "--kernel", "@deep.xlsx", "--format", "csv")
    assert result.exit_code == 0, result.output


def test_depthwise_kernels_come_back_two_dimensional(run, workbook, tmp_path):
    options = ("--kernel", "1 2; 3 4", "--kernel", "identity", "--depthwise")
    failed = run("export-xlsx", "article:32x32x3", *options, "-o", "depthwise.xlsx")
    assert failed.exit_code == 2  # kernels of two sizes
    options = ("--kernel", "1 2; 3 4", "--kernel", "0 1; 1 0", "--depthwise")
    run("export-xlsx", "article:32x32x3", *options, "-o", "depthwise.xlsx")
    kernels = exported_kernels(tmp_path / "depthwise.xlsx")
    assert [kernel.values.tolist() for kernel in kernels] == [
        [[[1], [2]], [[3], [4]]],
        [[[0], [1]], [[1], [0]]],
    ]


@pytest.mark.parametrize("seed", range(12))
def test_every_drawn_export_gives_its_image_and_kernels_back(tmp_path, seed):
    network, image = draw(seed)
    path = tmp_path / "drawn.xlsx"
    path.write_bytes(written(record(network, image)))
    np.testing.assert_array_equal(exported_image(path).values, as_written(image))
    kernel = network.weights[0]["kernel"]
    if type(network.layers[0]).__name__ == "DepthwiseConv2D":
        kernel = kernel[:, :, :1]
    found = np.stack([each.values for each in exported_kernels(path)], axis=-1)
    np.testing.assert_array_equal(found, as_written(kernel))


def test_the_articles_workbook_gives_the_case_of_a_sheet(run, tmp_path):
    run("export-xlsx", "-o", "article.xlsx")
    path = tmp_path / "article.xlsx"
    names = openpyxl.load_workbook(path, read_only=True).sheetnames
    sheet = next(name for name in names if "5" in name)
    assert exported_image(path, sheet.upper()).values.shape == (17, 4, 1)
    (kernel,) = exported_kernels(path, sheet)
    assert kernel.values[..., 0].tolist() == [[1, 0.3], [0.5, 2]]
    assert exported_kernels(path)[0].values.tolist() == [[[3]]]
    stages = shown(run, "convolve", path, "--sheet", sheet, "--kernel", f"@{path}!{sheet}")
    assert stages["convolution"][0, 0, 0] == pytest.approx(219.2)


def test_a_range_is_read_as_from_any_workbook(run, workbook):
    stages = shown(run, "convolve", workbook, "--range", "C7:D8", "--kernel", "2")
    assert stages["input"].shape == (2, 2, 1)


def test_another_sheet_is_read_as_from_any_workbook(run, workbook):
    book = openpyxl.load_workbook(workbook)
    book.create_sheet("Mine").append([1, 2, 3])
    book.save(workbook)
    stages = shown(run, "pool", workbook, "--sheet", "Mine", "--size", "1,3")
    assert stages["input"].tolist() == [[[1], [2], [3]]]
    assert exported_image(workbook, "Mine") is None
    assert exported_kernels(workbook, "Mine") == ()


@pytest.mark.parametrize("title", ["Sheet", "About"])
def test_somebody_elses_workbook_is_read_as_ever(run, tmp_path, title):
    book = openpyxl.Workbook()
    book.active.title = title
    book.active.append([1, 2, 3])
    book.save(tmp_path / "other.xlsx")
    stages = shown(run, "convolve", "other.xlsx", "--kernel", "@other.xlsx")
    assert stages["convolution"].tolist() == [[[14]]]


def test_a_pixel_or_weight_that_is_no_number_is_named(fails, workbook):
    change(workbook, C7="x", K7="y")
    assert fails("convolve", workbook, "--kernel", "edge") == (
        "C7 of sheet 'Calculation' must hold a number, as all pixels do. Received: 'x'"
    )
    assert fails("convolve", "article:6x6", "--kernel", f"@{workbook}") == (
        "K7 of sheet 'Calculation' must hold a number, as all weights do. Received: 'y'"
    )


def test_depthwise_kernels_that_differ_by_channel_are_refused(fails, run, tmp_path):
    options = ("--kernel", "1 2; 3 4", "--depthwise", "--stride", 9)
    run("export-xlsx", "article:32x32x3", *options, "-o", "depthwise.xlsx")
    book = openpyxl.load_workbook(tmp_path / "depthwise.xlsx")
    name = book.defined_names["weight_2"].attr_text if "weight_2" in book.defined_names else None
    sheet, address = (name or next(iter(book.defined_names.values())).attr_text).split("!")
    book[sheet.strip("'")][address.split(":")[0].replace("$", "")] = 77
    book.save(tmp_path / "depthwise.xlsx")
    said = fails("convolve", "article:32x32x3", "--kernel", "@depthwise.xlsx", "--depthwise")
    assert said == (
        "a depthwise kernel can be read where it is the same for every channel. "
        "Received: one that differs from channel to channel"
    )


def test_a_missing_or_damaged_workbook_is_told_as_ever(fails, tmp_path):
    assert fails("show", "missing.xlsx") == "there is no file 'missing.xlsx'"
    (tmp_path / "a.xlsx").write_bytes(b"nothing")
    assert "is not an .xlsx workbook" in fails("convolve", "--kernel", "@a.xlsx")
