"""Every kind of bad input ends in one clear line on standard error and exit status 2."""

import io
import subprocess
import sys

import numpy as np
import openpyxl
import pytest
from PIL import Image

KERNEL = ("--kernel", "1 0; 0 1")


def save_sheet(path, rows, title="Sheet"):
    book = openpyxl.Workbook()
    book.active.title = title
    for row in rows:
        book.active.append(row)
    book.save(path)


def test_no_such_file(fails):
    assert "no.png" in fails("show", "no.png")


def test_a_directory(fails, tmp_path):
    assert fails("show", tmp_path).count("folder") == 1


@pytest.mark.parametrize("name", ["empty.png", "empty.csv", "empty.npy", "empty.xlsx"])
def test_an_empty_file(fails, tmp_path, name):
    (tmp_path / name).touch()
    assert "empty" in fails("show", name)


def test_a_truncated_image(fails, tmp_path):
    buffer = io.BytesIO()
    Image.effect_noise((64, 64), 50).save(buffer, "PNG")
    (tmp_path / "cut.png").write_bytes(buffer.getvalue()[:1000])
    assert "cut.png" in fails("convolve", "cut.png", *KERNEL)


def test_a_text_file_named_png(fails, tmp_path):
    (tmp_path / "text.png").write_text("hello")
    assert "text.png" in fails("show", "text.png")


def test_an_xlsx_that_is_none(fails, tmp_path):
    (tmp_path / "fake.xlsx").write_text("1,2,3")
    assert "fake.xlsx" in fails("show", "fake.xlsx")


def test_a_missing_sheet_suggests_the_nearest(fails, tmp_path):
    save_sheet(tmp_path / "book.xlsx", [[1, 2], [3, 4]], "pixels")
    assert "pixels" in fails("show", "book.xlsx", "--sheet", "pixel")


@pytest.mark.parametrize("cells", ["hello", "B2:A1:C3", "A0:B2", "A1:ZZZZ9"])
def test_a_bad_range(fails, tmp_path, cells):
    save_sheet(tmp_path / "book.xlsx", [[1, 2], [3, 4]])
    assert cells in fails("show", "book.xlsx", "--range", cells)


@pytest.mark.parametrize("content", ["x", "#DIV/0!"])
def test_text_or_an_error_value_in_a_cell_is_named(fails, tmp_path, content):
    save_sheet(tmp_path / "book.xlsx", [[1, 2], [content, 4]])
    assert "A2" in fails("show", "book.xlsx", "--range", "A1:B2")


@pytest.mark.parametrize(
    ("kernel", "said"),
    [
        ("1 2; 3", "row 2"),
        ("1 x; 3 4", "'x'"),
        ("", "kernel"),
        ("1 nan; 3 4", "nan"),
        ("sobel", "sobel-x"),
        ("edgee", "edge"),
        ("1 2 | 3", "slice"),
        ("@none.csv", "none.csv"),
    ],
)
def test_an_unusable_kernel_says_where(fails, kernel, said):
    assert said in fails("convolve", "--kernel", kernel)


def test_an_even_same_kernel_is_allowed_and_says_where_the_extra_zeros_go(run):
    result = run("convolve", *KERNEL, "--padding", "same")
    assert result.exit_code == 0
    assert "bottom" in result.output
    assert "right" in result.output


def test_a_kernel_larger_than_the_padded_input(fails):
    said = fails("convolve", "--kernel", "1 1 1 1 1 1 1")
    assert "a window of 1×7 on an input of 17×4" in said


def test_a_kernel_of_another_depth_names_both(fails):
    assert "2 deep" in fails("convolve", "--kernel", "1 2 | 3 4")


@pytest.mark.parametrize("stride", ["0", "-1", "1,0"])
def test_a_stride_below_1(fails, stride):
    assert "stride must be one or two whole numbers" in fails("convolve", *KERNEL, "-s", stride)


@pytest.mark.parametrize("number", ["nan", "inf", "-inf"])
def test_numbers_that_are_not_finite(fails, tmp_path, number):
    (tmp_path / "grid.csv").write_text(f"1,2\n3,{number}\n")
    assert "line 2" in fails("show", "grid.csv")
    np.save(tmp_path / "grid.npy", np.array([[1, 2], [3, float(number)]]))
    assert "(1, 1)" in fails("show", "grid.npy")


def test_an_output_file_that_exists(fails, run, tmp_path):
    (tmp_path / "out.csv").write_text("mine")
    assert "--force" in fails("convolve", *KERNEL, "-o", "out.csv")
    assert (tmp_path / "out.csv").read_text() == "mine"
    assert run("convolve", *KERNEL, "-o", "out.csv", "--force").exit_code == 0
    assert (tmp_path / "out.csv").read_text().startswith("89,")


def test_an_unknown_ending_suggests_the_nearest(fails):
    assert ".json" in fails("convolve", *KERNEL, "-o", "out.jsn")


def test_a_folder_that_is_missing(fails):
    assert "nowhere" in fails("convolve", *KERNEL, "-o", "nowhere/out.csv")


def test_a_folder_that_cannot_be_written(fails):
    # Not even root can write here.
    assert "/proc/out.csv" in fails("convolve", *KERNEL, "-o", "/proc/out.csv")


def test_close_spellings_of_options_and_commands_are_suggested(fails):
    assert "--kernel" in fails("convolve", "--kernl", "1")
    assert "Did you mean convolve?" in fails("convolv", "--kernel", "1")
    assert "--dilation" in fails("convolve", *KERNEL, "--dilatoin", "2")


def test_options_of_a_workbook_need_a_workbook(fails):
    assert "--sheet" in fails("show", "article:6x6", "--sheet", "A")


def test_a_position_outside_the_output(fails):
    assert "row 0 to 15, column 0 to 2" in fails("convolve", *KERNEL, "--at", "16,0")


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--padding", "full"),
        ("--padding", "1,2,3"),
        ("--stride", "two"),
        ("--pool", "median:2"),
        ("--pool", "max"),
        ("--bias", "x"),
        ("--bias", "nan"),
        ("--bias", "1,inf"),
        ("--bias", "1e400"),
        ("--padding", "-1"),
        ("--at", "a,b"),
        ("--activation", "rleu"),
        ("--colors", "gren"),
        ("--decimals", "-1"),
    ],
)
def test_a_value_that_can_not_be_read_is_repeated(fails, option, value):
    assert value in fails("convolve", *KERNEL, option, value)


def test_padding_that_no_memory_holds(fails):
    said = fails("convolve", *KERNEL, "--padding", "99999999999")
    assert said.startswith("an input with its padding must have at most")


def test_a_pool_of_nothing_is_repeated_as_it_was_written(fails):
    assert fails("convolve", *KERNEL, "--pool", "max:0").endswith("Received: pool_size=0")


def test_standard_input_that_is_closed():
    program = f"{sys.executable} -m cnncalc show - <&-"
    result = subprocess.run(["bash", "-c", program], capture_output=True, text=True, check=False)
    assert result.returncode == 2
    assert result.stderr == "Error: standard input is closed: there is nothing to read\n"


def test_a_traceback_is_shown_only_on_request(run, monkeypatch):
    assert "Traceback" not in run("show", "no.png").output
    monkeypatch.setenv("CNNCALC_DEBUG", "1")
    assert "Traceback" in run("show", "no.png").output
