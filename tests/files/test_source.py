from __future__ import annotations

import io
import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from cnncalc.article import GRIDS
from cnncalc.errors import InputError, OptionError
from cnncalc.files.kernels import read_kernels
from cnncalc.files.source import read_input


@pytest.mark.parametrize("name", GRIDS)
def test_a_grid_of_the_article_is_read_by_its_name(name):
    image = read_input(f"article:{name}")
    grid = np.atleast_3d(GRIDS[name])
    np.testing.assert_array_equal(image.values, grid)
    assert (image.name, image.kind) == (f"article:{name}", "article")


def test_nothing_is_the_second_digit_of_the_article():
    image = read_input()
    np.testing.assert_array_equal(image.values[:, :, 0], GRIDS["digit4"])
    assert image.description == "article:digit4: a grid of the article, 17×4"


def test_the_32x32x3_volume_says_its_depth():
    assert read_input("article:32x32x3").description.endswith("32×32×3")


def test_an_unknown_grid_of_the_article_is_refused_with_the_nearest():
    message = (
        r"^the article has no grid 'digt4'\. Did you mean 'article:digit4'\? "
        r"Expected article:digit4-first, article:digit4, article:6x6"
    )
    with pytest.raises(InputError, match=message):
        read_input("article:digt4")


def test_an_image_is_read_in_the_channels_asked_for(tmp_path):
    Image.new("RGB", (3, 2), "red").save(tmp_path / "a.PNG")
    assert read_input(str(tmp_path / "a.PNG"), channels="grey").values.shape == (2, 3, 1)
    assert read_input(str(tmp_path / "a.PNG")).values.shape == (2, 3, 3)


@pytest.mark.parametrize(
    ("name", "text", "form"), [("a.csv", "1,2\n", "CSV"), ("a.tsv", "1\t2\n", "TSV")]
)
def test_a_text_grid_is_described(tmp_path, name, text, form):
    (tmp_path / name).write_text(text)
    image = read_input(str(tmp_path / name))
    np.testing.assert_array_equal(image.values, [[[1], [2]]])
    assert (image.name, image.kind, image.bit_depth) == (name, "grid", None)
    assert image.description == f"{name}: {form}, 1×2"


def test_an_npy_file_is_described(tmp_path):
    np.save(tmp_path / "a.npy", np.zeros((2, 3, 4)))
    assert read_input(str(tmp_path / "a.npy")).description == "a.npy: NumPy array, 2×3×4"


def test_a_workbook_is_described_with_its_sheet_and_range(make_workbook):
    path = make_workbook(Pixels=[[1, 2], [3, 4]], Weights=[[5]])
    image = read_input(str(path))
    assert image.description == (
        "grid.xlsx: sheet 'Pixels', A1:B2, 2×2, the active one of 2 sheets with numbers"
    )
    assert (image.kind, image.sheet, image.cell_range) == ("sheet", "Pixels", "A1:B2")
    image = read_input(str(path), sheet="Pixels", cell_range="B1:B2")
    assert image.description == "grid.xlsx: sheet 'Pixels', B1:B2, 2×1"


def test_the_description_says_how_doubtful_points_were_read(tmp_path, monkeypatch):
    (tmp_path / "grid.csv").write_text("1.234;5.678\n")
    words = "CSV, 1×2, points read as those of decimals, '1.234' as 1.234, not 1234"
    assert read_input(str(tmp_path / "grid.csv")).description == f"grid.csv: {words}"
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(b"1.234;5.678\n")))
    assert read_input("-").description == f"standard input: {words}"


def test_standard_input_is_read(monkeypatch):
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(b"1 2\n3 4\n")))
    image = read_input("-")
    np.testing.assert_array_equal(image.values[:, :, 0], [[1, 2], [3, 4]])
    assert image.description == "standard input: CSV, 2×2"


@pytest.mark.parametrize("source", [None, "-", "article:6x6", "article:a.xlsx", "a.png", "a.csv"])
@pytest.mark.parametrize(
    ("option", "words"),
    [({"sheet": "S"}, "--sheet needs .* --sheet 'S'"), ({"cell_range": "A1"}, "--range needs .*")],
)
def test_an_option_for_workbooks_is_refused_elsewhere(source, option, words):
    with pytest.raises(OptionError, match=f"{words}.* with '{source or 'article:digit4'}'"):
        read_input(source, **option)


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("a.pgn", r"Did you mean '\.png'\?$"),
        ("a.xlsz", r"Did you mean '\.xlsx'\?$"),
        ("a", r"\.npy\.$"),
        ("a.zzz", r"\.npy\.$"),
    ],
)
def test_an_unknown_ending_is_refused_with_the_nearest(tmp_path, name, hint):
    (tmp_path / name).write_text("1")
    with pytest.raises(InputError, match=rf"'.*{name}' must end in one of \.png, .*{hint}"):
        read_input(str(tmp_path / name))


@pytest.mark.parametrize(
    ("ending", "what"),
    [
        (".xls", "an old Excel workbook"),
        (".XLSB", "a binary Excel workbook"),
        (".ods", "an OpenDocument spreadsheet"),
        (".numbers", "a Numbers spreadsheet"),
    ],
)
def test_another_kind_of_spreadsheet_is_named_with_the_way_out(tmp_path, ending, what):
    (tmp_path / f"a{ending}").write_text("1")
    message = f"a{ending}' is {what}, which isn't read. Open it in .* save or export it as .xlsx"
    with pytest.raises(InputError, match=message):
        read_input(str(tmp_path / f"a{ending}"))
    with pytest.raises(InputError, match=message):
        read_kernels(f"@{tmp_path}/a{ending}")


@pytest.mark.parametrize("ending", [".xlsm", ".XLTX"])
def test_the_options_of_workbooks_are_those_of_their_whole_family(make_workbook, ending):
    path = make_workbook(One=[[1, 2]], Two=[[3, 4]])
    path = path.rename(path.with_suffix(ending))
    assert read_input(str(path), sheet="Two", cell_range="B1").values.item() == 4


@pytest.mark.parametrize("ending", [".png", ".xlsx", ".csv", ".npy", ".zzz", ""])
def test_a_missing_file_and_a_folder_are_refused_whatever_their_ending(tmp_path, ending):
    with pytest.raises(InputError, match=r"^there is no file '"):
        read_input(str(tmp_path / f"missing{ending}"))
    (tmp_path / f"folder{ending}").mkdir()
    with pytest.raises(InputError, match="is a folder"):
        read_input(str(tmp_path / f"folder{ending}"))


def test_a_name_with_a_line_break_is_escaped_everywhere(tmp_path):
    path = tmp_path / "two\nlines.csv"
    path.write_text("1,2\n")
    image = read_input(str(path))
    assert image.name == r"two\nlines.csv"
    assert "\n" not in image.description


@pytest.mark.parametrize("source", ["article:6x6", "grid.csv"])
def test_a_small_grid_is_read_without_openpyxl_or_pillow(tmp_path, source):
    (tmp_path / "grid.csv").write_text("1,2\n")
    program = (
        "import sys\n"
        "from cnncalc.files.source import read_input\n"
        f"read_input({source!r})\n"
        "print({'openpyxl', 'PIL'} & set(sys.modules))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    assert done.stdout == "set()\n"
