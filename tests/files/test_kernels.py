from __future__ import annotations

import zipfile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from cnncalc.errors import InputError, NotationError, ShapeError
from cnncalc.files.kernels import NAMED_KERNELS, read_kernels, stack_kernels
from cnncalc.files.spreadsheet_places import WorkbookReference

finite = st.floats(allow_nan=False, allow_infinity=False)

volumes = arrays(np.float64, array_shapes(min_dims=3, max_dims=3, max_side=4), elements=finite)


def only(notation: str) -> np.ndarray:
    (kernel,) = read_kernels(notation)
    return kernel.values


@given(volumes, st.sampled_from([" ", ",", ", ", "  "]), st.sampled_from([";", " ; ", "\n", ";\n"]))
def test_a_kernel_reads_back_from_its_notation(volume, between, end):
    slices = [
        end.join(between.join(map(repr, row.tolist())) for row in volume[:, :, channel])
        for channel in range(volume.shape[2])
    ]
    np.testing.assert_array_equal(only(" | ".join(slices)), volume)


def test_a_written_kernel_is_called_as_it_is_written():
    (kernel,) = read_kernels(" 1 0 1; 0 1 0; 1 0 1 ")
    assert (kernel.name, kernel.size) == ("1 0 1; 0 1 0; 1 0 1", "3×3")
    with pytest.raises(ValueError, match="read-only"):
        kernel.values[0] = 5


def test_one_number_is_a_kernel():
    np.testing.assert_array_equal(only("3"), [[[3]]])


def test_fractions_and_typographic_minus_signs_are_numbers():
    np.testing.assert_array_equal(only("1/9 −2,-.5"), [[[1 / 9], [-2], [-0.5]]])


@pytest.mark.parametrize(
    ("notation", "message"),
    [
        ("", "row 1 of the kernel '' is empty. Expected rows separated by ;"),
        ("1 2;;3 4", "row 2 of the kernel '1 2;;3 4' is empty"),
        ("1 2;", "row 2 of the kernel '1 2;' is empty"),
        ("1 2 | ", "row 1 of the kernel '1 2 |' is empty"),
        ("1 0; 1", "as many numbers. Received: 2 in row 1, 1 in row 2 of '1 0; 1'"),
        ("1 0 | 1", "one size. Received: 1×2 first, 1×1 as slice 2 of '1 0 | 1'"),
        ("1 x; 0 1", "row 1 of the kernel '1 x; 0 1': 'x' is not a number"),
        ("1 0; 0 nan", "row 2 of the kernel '1 0; 0 nan': 'nan' is not a finite number"),
        ("1 1e999", "row 1 of the kernel '1 1e999': '1e999' is not a finite number"),
        ("1,,2", "row 1 of the kernel '1,,2': a number is missing"),
        ("1/0", "row 1 of the kernel '1/0': '1/0' divides by zero"),
        ("[1, 2]", r"row 1 of the kernel '\[1, 2\]': '\[1' is not a number"),
    ],
)
def test_what_is_no_kernel_is_refused_with_its_row(notation, message):
    with pytest.raises(NotationError, match=f"(^|every .*){message}"):
        read_kernels(notation)


@pytest.mark.parametrize("name", ["sobel-x", "Sobel_X", "SOBEL-X"])
def test_a_named_kernel_is_found_however_it_is_spelled(name):
    (kernel,) = read_kernels(name)
    assert kernel.name == "sobel-x"
    np.testing.assert_array_equal(kernel.values[:, :, 0], [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("soble-x", r"no kernel 'soble-x'\. Did you mean 'sobel-x'\? Expected numbers, @FILE, or"),
        ("zzz", r"no kernel 'zzz'\. Expected numbers, @FILE, or one of identity, blur, "),
        ("weights/edge.csv", r"To read it from a file, write '@weights/edge\.csv'$"),
    ],
)
def test_an_unknown_name_is_refused_with_what_may_be_meant(name, message):
    with pytest.raises(NotationError, match=message):
        read_kernels(name)


def test_a_text_file_holds_one_kernel_whose_slices_are_blocks(tmp_path):
    (tmp_path / "k.csv").write_text("1/2,0\n0,1\n\n2,0\n0,2\n")
    (kernel,) = read_kernels(f"@{tmp_path}/k.csv")
    assert (kernel.name, kernel.size) == ("k.csv", "2×2×2")
    np.testing.assert_array_equal(kernel.values[0, 0], [0.5, 2])


@pytest.mark.parametrize("shape", [(2, 3), (2, 3, 4)])
def test_an_npy_file_of_two_or_three_dimensions_holds_one_kernel(tmp_path, shape):
    array = np.arange(np.prod(shape)).reshape(shape)
    np.save(tmp_path / "k.npy", array)
    np.testing.assert_array_equal(only(f"@{tmp_path}/k.npy"), np.atleast_3d(array))


def test_an_npy_file_of_four_dimensions_holds_a_kernel_a_filter_as_keras_orders_them(tmp_path):
    array = np.arange(2 * 3 * 4 * 5.0).reshape(2, 3, 4, 5)
    np.save(tmp_path / "k.npy", array)
    kernels = read_kernels(f"@{tmp_path}/k.npy")
    assert [kernel.name for kernel in kernels][::4] == ["k.npy filter 1", "k.npy filter 5"]
    np.testing.assert_array_equal(stack_kernels(kernels, 4), array)


def replaced(path, name, new):
    """Give a sheet of a workbook another name."""
    with zipfile.ZipFile(path) as archive:
        contents = {part: archive.read(part) for part in archive.namelist()}
    book = contents["xl/workbook.xml"].decode()
    assert name in book
    contents["xl/workbook.xml"] = book.replace(name, new).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for part, content in contents.items():
            archive.writestr(part, content)


@pytest.mark.parametrize(
    ("place", "values"),
    [
        ("", [[1, 2], [3, 4]]),
        ("!Other", [[5, 6]]),
        ("!B1:B2", [[2], [4]]),
        ("!Other!B1:B1", [[6]]),
        ("!other!b1", [[6]]),
        ("!$B$1:$B$2", [[2], [4]]),
        ("!$B$2", [[4]]),
        ("!'Other'!$B$1", [[6]]),
        ("!'Bob''s A1:B2!'!A1:B1", [[7, 8]]),
        ("!'Bob''s A1:B2!'", [[7, 8]]),
        ("!Wörter", [[9]]),
        ("!W1", [[10]]),
    ],
)
def test_a_workbook_holds_a_kernel_at_a_sheet_and_range(make_workbook, place, values):
    sheets = {"Weights": [[1, 2], [3, 4]], "Other": [[5, 6]], "Bob's A1B2": [[7, 8]]}
    path = make_workbook(**sheets, Wörter=[[9]], W1=[[10]])
    # openpyxl writes no sheet whose name needs more than apostrophes.
    replaced(path, "Bob's A1B2", "Bob's A1:B2!")
    np.testing.assert_array_equal(only(f"@{path}{place}")[:, :, 0], values)


def test_how_doubtful_points_of_a_kernel_were_read_is_told(tmp_path):
    (tmp_path / "edge.csv").write_text("1.234;5.678\n")
    (kernel,) = read_kernels(f"@{tmp_path}/edge.csv")
    words = "edge.csv, points read as those of decimals, '1.234' as 1.234, not 1234"
    assert kernel.description == words
    (tmp_path / "edge.csv").write_text("1;2\n")
    assert read_kernels(f"@{tmp_path}/edge.csv")[0].description == ""


@pytest.mark.parametrize("text", ["1/9", "7"])
def test_a_kernel_with_a_number_stored_as_text_is_refused(make_workbook, text):
    path = make_workbook(Edge=[[text, 2], [3, 4]])
    with pytest.raises(InputError, match=f"numbers: the text '{text}' in A1. Turn text into num"):
        read_kernels(f"@{path}")


def test_where_a_kernel_stands_in_a_workbook_is_told(make_workbook):
    path = make_workbook(Weights=[[1, 2], [3, 4]])
    kernel = read_kernels(f"@{path}")[0]
    assert kernel.description == "grid.xlsx: sheet 'Weights', A1:B2, 2×2"
    assert (kernel.sheet, kernel.cell_range) == ("Weights", "A1:B2")
    kernel = read_kernels("1 2")[0]
    assert (kernel.description, kernel.sheet, kernel.cell_range) == ("", None, None)


def test_a_kernel_without_a_sheet_stands_on_that_of_the_image_in_the_same_workbook(make_workbook):
    path = make_workbook(One=[[1, 2]], Two=[[3, 4]])
    image = WorkbookReference(path, "Two")
    for place, value in [("!A1:A1", 3), ("!One!A1:A1", 1)]:
        (kernel,) = read_kernels(f"@{path}{place}", image)
        assert kernel.values.item() == value
    elsewhere = WorkbookReference(path.with_name("other.xlsx"), "Two")
    assert read_kernels(f"@{path}!A1:A1", elsewhere)[0].values.item() == 1


@pytest.mark.parametrize(
    ("notation", "error", "message"),
    [
        ("@", NotationError, "expected a file's name after @"),
        ("@missing.csv", InputError, "there is no file 'missing.csv'"),
        ("@missing.xlsx!A!B", NotationError, "expected @FILE.xlsx!SHEET!RANGE, such as"),
        ("@missing.xlsx!", NotationError, "expected @FILE.xlsx!SHEET!RANGE, such as @weights.xls"),
        ("@missing.xlsm!A1:", NotationError, "expected @FILE.xlsx!SHEET!RANGE, such as"),
        ("@missing.xlsx!'A!A1:B2", NotationError, "Received: '@missing.xlsx!'A!A1:B2'"),
        ("@missing.xlsx!A!A1:B2!C", NotationError, "expected @FILE.xlsx!SHEET!RANGE, such as"),
        ("@missing.xlsx!A!ZZZZ1", NotationError, "expected @FILE.xlsx!SHEET!RANGE, such as"),
        ("@missing.txt", InputError, "there is no file 'missing.txt'"),
        ("@k.cvs", InputError, r"must end in one of .*Did you mean '\.csv'\? Received: '.*k.cvs'"),
        ("@bad.csv", InputError, "'.*bad.csv', line 2, column 1: 'x' is not a number"),
        ("@five.npy", InputError, r"a 2-D or 3-D or 4-D array. Received: shape=\(1, 1, 1, 1, 1\)"),
    ],
)
def test_a_file_that_holds_no_kernel_is_refused(tmp_path, monkeypatch, notation, error, message):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "k.cvs").write_text("1")
    (tmp_path / "bad.csv").write_text("1\nx\n")
    np.save(tmp_path / "five.npy", np.zeros((1, 1, 1, 1, 1)))
    with pytest.raises(error, match=message):
        read_kernels(notation)


def test_kernels_are_stacked_as_keras_orders_them():
    stack = stack_kernels(read_kernels("1 2; 3 4") + read_kernels("5 6; 7 8"), channels=1)
    assert stack.shape == (2, 2, 1, 2)
    np.testing.assert_array_equal(stack[:, :, 0, 1], [[5, 6], [7, 8]])


@pytest.mark.parametrize(
    ("notations", "channels", "message"),
    [
        (["1 0; 0 1"], 3, "input, which has 3 channels. Received: '1 0; 0 1', 1 deep"),
        (["1 | 2 | 3"], 1, r"input, which has 1 channel. Received: '1 \| 2 \| 3', 3 deep"),
        (["blur", "gaussian-5"], 1, "one size. Received: 'blur', 3×3, and 'gaussian-5', 5×5"),
    ],
)
def test_kernels_that_do_not_fit_are_refused(notations, channels, message):
    kernels = [kernel for notation in notations for kernel in read_kernels(notation)]
    with pytest.raises(ShapeError, match=message):
        stack_kernels(kernels, channels)


def values(name: str) -> np.ndarray:
    return read_kernels(name)[0].values[:, :, 0]


@pytest.mark.parametrize("name", NAMED_KERNELS)
def test_every_named_kernel_is_square_and_odd(name):
    height, width = values(name).shape
    assert height == width
    assert height % 2 == 1


@pytest.mark.parametrize(
    "name", ["identity", "blur", "gaussian", "gaussian-5", "sharpen", "unsharp", "emboss"]
)
def test_a_kernel_that_keeps_the_brightness_sums_to_one(name):
    assert values(name).sum() == pytest.approx(1, abs=1e-15)


@pytest.mark.parametrize("name", ["edge", "outline", "laplacian"])
def test_an_edge_kernel_sums_to_zero_and_looks_alike_from_all_sides(name):
    assert values(name).sum() == 0
    np.testing.assert_array_equal(values(name), np.rot90(values(name)))


@pytest.mark.parametrize("operator", ["sobel", "prewitt", "scharr"])
def test_a_gradient_is_positive_where_it_grows_brighter_to_the_right_or_downwards(operator):
    ramp = np.tile([0, 1, 2], (3, 1))
    assert (values(f"{operator}-x") * ramp).sum() > 0
    assert (values(f"{operator}-x") * ramp.T).sum() == 0
    np.testing.assert_array_equal(values(f"{operator}-y"), values(f"{operator}-x").T)


def test_gaussians_are_binomial():
    three, five = np.array([1, 2, 1]) / 4, np.array([1, 4, 6, 4, 1]) / 16
    np.testing.assert_array_equal(values("gaussian"), np.outer(three, three))
    np.testing.assert_array_equal(values("gaussian-5"), np.outer(five, five))
    identity = np.zeros((5, 5))
    identity[2, 2] = 1
    np.testing.assert_array_equal(values("unsharp"), 2 * identity - values("gaussian-5"))
