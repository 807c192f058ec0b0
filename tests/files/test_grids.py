from __future__ import annotations

import io
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from cnncalc.errors import InputError
from cnncalc.files import grids
from cnncalc.files.grids import parse_grid, read_npy, read_standard_input, read_text_grid
from cnncalc.files.output import csv_lines

finite = st.floats(allow_nan=False, allow_infinity=False)
volumes = arrays(np.float64, array_shapes(min_dims=3, max_dims=3, max_side=5), elements=finite)


@given(volumes)
def test_a_volume_reads_back_from_its_csv(volume):
    np.testing.assert_array_equal(parse_grid("".join(csv_lines(volume)), "x"), volume)


@pytest.mark.parametrize(
    "text",
    [
        "1,2\n3,4",
        "1, 2\r\n3, 4\r\n",
        "1;2\r3;4\r",
        "1\t2\n3\t4\n",
        "1 2\n  3   4  \n\n\n",
        "\n\n1,2\n3,4\n,\n;\n",
        '"1","2"\n"3","4"\n',
        "+1,2.0\n3e0,4\n",
        '1, "2"\n"3",4\n',
        '"1" "2"\n 3\t4 \n',
        "sep=|\n1|2\n3|4\n",
        "sep=;\r\n1;2,0\r\n3;4,00\r\n",
        "1;2,0\n3,;4\n",
        "1,0;2,0\r\n3,0;4,0\r\n",
        "1,0\t2,0\n3,0\t4,0\n",
        '"1,0","2,0"\n"3,0","4,0"\n',
        '"1,0" 2\n3 4\n',
    ],
)
def test_the_usual_ways_of_writing_a_grid_are_read_alike(text):
    np.testing.assert_array_equal(parse_grid(text, "x")[:, :, 0], [[1, 2], [3, 4]])


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("0,5;-1,25;,5;3,\n", [[0.5, -1.25, 0.5, 3]]),
        ("1,5e3;2\n", [[1500, 2]]),
        # Semicolons are what spreadsheets write where decimals have a comma.
        ("1,234;5\n", [[1.234, 5]]),
        # As many decimals everywhere, as a program writes them.
        ("1.234;5.678\n", [[1.234, 5.678]]),
        ("1.5;1.234\n", [[1.5, 1.234]]),
        ('"0,123","1,234"\n', [[0.123, 1.234]]),
        ("1,234.5\n", [[1, 234.5]]),
    ],
)
def test_decimals_have_a_comma_where_nothing_else_can_be_meant(text, rows):
    np.testing.assert_array_equal(parse_grid(text, "x")[:, :, 0], rows)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1,5;2.5\n", "a point, or all a comma. Received: '1,5' in x, line 1, column 1 and '2.5' "),
        ('"1,5",2.5\n', "decimals must all have a point, or all a comma"),
        (
            '"1,234",5\n',
            r"x, line 1, column 1: '1,234' may be 1\.234 or 1234\. Expected thousands ",
        ),
        ("5\t1,234\n", r"x, line 1, column 2: '1,234' may be 1\.234 or 1234\."),
        ("512;1.024\n", r"x, line 1, column 2: '1.024' may be 1\.024 or 1024\. Expected thousands"),
        ("1.234,5;2\n", r"'1.234,5' is not a number \(write thousands without a separator"),
        ('"1,234,567",2\n', r"'1,234,567' is not a number \(write thousands without"),
        ("1\u202f234;2\n", r"'1.u202f234' is not a number \(write thousands without"),
    ],
)
def test_decimals_that_may_be_thousands_or_are_mixed_are_refused(text, message):
    with pytest.raises(InputError, match=message):
        parse_grid(text, "x")


def test_points_between_semicolons_that_may_be_those_of_thousands_are_noted():
    notes: list[str] = []
    values = parse_grid("1.234;5.678\n2.345;3.456\n", "x", on_note=notes.append)
    assert values[0, 0, 0] == 1.234
    assert notes == ["points read as those of decimals, '1.234' as 1.234, not 1234"]


@pytest.mark.parametrize("text", ["1.5;1.234\n", "1,234;5,678\n", "1.234,5.678\n", "1;2\n"])
def test_decimals_that_nobody_doubts_are_not_noted(text):
    notes: list[str] = []
    parse_grid(text, "x", on_note=notes.append)
    assert notes == []


def test_what_would_settle_a_doubted_point_does_settle_it():
    doubted = "1.234;2.345\n1;2\n"
    message = (
        r"'1\.234' may be 1\.234 or 1234\. Expected thousands without a point \(1234\), and "
        r"decimals with a comma, .* semicolons \(1,234\), or tabs or commas in place of the semicol"
    )
    with pytest.raises(InputError, match=message):
        parse_grid(doubted, "x")
    for settled in (doubted.replace(".", ","), *(doubted.replace(";", sign) for sign in "\t,")):
        assert parse_grid(settled, "x")[0, 0, 0] == 1.234
    assert parse_grid(doubted.replace(".", ""), "x")[0, 0, 0] == 1234


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('1,2\n3,"4\n5,6\n', "^x, line 2: a quote is opened and never closed$"),
        ('1,2\n3,"4', "^x, line 2: a cell in quotes must be closed, and followed by a separator"),
        ('"1"x,2\n', "^x, line 1: a cell in quotes must be closed, and followed by a separator"),
        ('1,"2""3"\n', "^x, line 1, column 2: '2\"3' is not a number$"),
        ('1,2\n3,4"5\n', "^x, line 2, column 2: '4\"5' is not a number$"),
        ('1,"2\n3"\n', r"^x, line 1, column 2: '2\\n3' is not a number$"),
        ('1,"2 3"\n"4\n",x\n', "^x, line 1, column 2: '2 3' is not a number$"),
        ('"1\n",2\n3,x\n', "^x, line 3, column 2: 'x' is not a number$"),
        ('1,2\n"' + "3" * 200_000, "^x, line 2: a cell in quotes must be closed"),
        ('1,2\n"' + "3\n" * 200_000, "^x, line 2: a quote is opened and never closed$"),
    ],
)
def test_quotes_are_those_of_rfc_4180(text, message):
    with pytest.raises(InputError, match=message):
        parse_grid(text, "x")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_byte_order_mark_is_not_part_of_a_number(tmp_path, encoding):
    path = tmp_path / "grid.csv"
    path.write_text("1,2\n", encoding=encoding)
    np.testing.assert_array_equal(read_text_grid(path)[:, :, 0], [[1, 2]])


def test_blocks_between_empty_lines_are_channels():
    values = parse_grid("1,2\n\n,,\n3,4\n\n5,6\n", "x")
    np.testing.assert_array_equal(values, [[[1, 3, 5], [2, 4, 6]]])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1,2\n3,x\n", "x, line 2, column 2: 'x' is not a number"),
        ("a,b\n1,2\n", "x, line 1, column 1: 'a' is not a number"),
        ("1,2,\n", "x, line 1, column 3: a number is missing"),
        ("1,2\n3,nan\n", "x, line 2, column 2: 'nan' is not a finite number"),
        ("1;2\n3;inf\n", "x, line 2, column 2: 'inf' is not a finite number"),
        ("1,2\n3\n", "as many numbers. Received: 2 in line 1, 1 in line 2"),
        ("1,2\n\n3\n", "as many numbers. Received: 2 in line 1, 1 in line 3"),
        ("1\n2\n\n3\n", "as many lines. Received: 2 from line 1, 1 from line 4"),
        ("", "x holds no numbers"),
        ("\n , \n", "x holds no numbers"),
    ],
)
def test_a_text_that_is_no_grid_is_refused_where_it_goes_wrong(text, message):
    with pytest.raises(InputError, match=message):
        parse_grid(text, "x")


@pytest.mark.parametrize("content", [b"\x89PNG\r\n\x1a\n", b"\xff\xfe1", b"1,\xb2"])
def test_a_file_that_is_no_text_is_refused(tmp_path, content):
    (tmp_path / "grid.csv").write_bytes(content)
    with pytest.raises(InputError, match=r"'.*grid.csv' is not a text file in UTF-8"):
        read_text_grid(tmp_path / "grid.csv")


def standard_input(monkeypatch, content: bytes) -> None:
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(content)))


def test_standard_input_is_read_as_csv(monkeypatch):
    standard_input(monkeypatch, b"1,2\n\n3,4\n")
    np.testing.assert_array_equal(read_standard_input(), [[[1, 3], [2, 4]]])


def test_empty_standard_input_is_refused(monkeypatch):
    standard_input(monkeypatch, b"")
    with pytest.raises(InputError, match="standard input holds no numbers"):
        read_standard_input()


def test_a_text_that_is_too_large_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(grids, "MOST_BYTES", 2**20)
    (tmp_path / "grid.csv").write_bytes(b"1\n" * 2**20)
    with pytest.raises(InputError, match=r"'.*grid.csv' is too large: at most 1 MiB of text"):
        read_text_grid(tmp_path / "grid.csv")
    standard_input(monkeypatch, b"1\n" * 2**20)
    with pytest.raises(InputError, match="standard input is too large: at most 1 MiB of text"):
        read_standard_input()


def saved(folder: Path, array: np.ndarray) -> Path:
    np.save(folder / "grid.npy", array)
    return folder / "grid.npy"


@settings(deadline=None)
@given(array=volumes)
@example(array=np.asfortranarray(np.arange(24.0).reshape(2, 3, 4)))
def test_a_volume_reads_back_from_npy(tmp_path_factory, array):
    path = saved(tmp_path_factory.mktemp("npy"), array)
    np.testing.assert_array_equal(read_npy(path), array)


@pytest.mark.parametrize("dtype", ["?", "u1", "<i8", ">i2", "<f2", ">f4", "g"])
def test_every_type_of_real_number_is_read(tmp_path, dtype):
    values = read_npy(saved(tmp_path, np.array([[0, 1]], dtype=dtype)))
    assert values.dtype == np.float64
    np.testing.assert_array_equal(values, [[0, 1]])


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (np.zeros((2, 2), complex), "must hold real numbers. Received: dtype=complex128"),
        (np.array([["a"]]), "must hold real numbers. Received: dtype=<U1"),
        (np.zeros(5), r"must hold a 2-D or 3-D array. Received: shape=\(5,\)"),
        (np.zeros((1, 2, 3, 4)), r"2-D or 3-D array. Received: shape=\(1, 2, 3, 4\)"),
        (np.zeros((0, 3)), r"2-D or 3-D array. Received: shape=\(0, 3\)"),
        (np.array([[1, 2], [3, np.nan]]), r"finite numbers. Received: nan at index \(1, 1\)"),
        (np.array([[-np.inf, 2]]), r"finite numbers. Received: -inf at index \(0, 0\)"),
        (np.array([["1e999"]], dtype="g"), r"finite numbers. Received: inf at index \(0, 0\)"),
    ],
)
def test_an_array_that_is_no_grid_is_refused(tmp_path, array, message):
    with pytest.raises(InputError, match=message):
        read_npy(saved(tmp_path, array))


def test_pickled_objects_are_never_loaded(tmp_path):
    np.save(tmp_path / "grid.npy", np.array([[print]]), allow_pickle=True)
    with pytest.raises(InputError, match=r"is not a NumPy .npy file of numbers, or is damaged"):
        read_npy(tmp_path / "grid.npy")


def npy(header: str, data: bytes = bytes(32)) -> bytes:
    padded = header.encode().ljust(117) + b"\n"
    return b"\x93NUMPY\x01\x00" + len(padded).to_bytes(2, "little") + padded + data


@pytest.mark.parametrize(
    "content",
    [
        b"1,2\n3,4\n",
        b"PK\x03\x04",
        b"\x93NUMPY\x01\x00",
        npy("{'descr': '<f8', 'fortran_order': False, 'shape': (2, 2)}")[:-1],
        npy("{'descr': '<f8', 'fortran_order': False, 'shape': (10**6, 10**6)}"),
        npy("{'descr': '<f8', 'fortran_order': False, 'shape': (99999999, 99999999)}"),
        npy("{'descr': '<f8', 'fortran_order': False, 'shape': (-2, -2)}"),
        npy("(" * 100),
        npy("{'descr': '<q9', 'fortran_order': False, 'shape': (2, 2)}"),
    ],
)
def test_a_damaged_npy_file_is_refused(tmp_path, content):
    (tmp_path / "grid.npy").write_bytes(content)
    with pytest.raises(InputError, match=r"is not a NumPy .npy file of numbers, or is damaged"):
        read_npy(tmp_path / "grid.npy")


def refusal(path: Path) -> str:
    try:
        read_npy(path)
    except InputError as error:
        return str(error)
    return ""


@settings(deadline=None)
@given(st.integers(0, 200), st.integers(0, 255))
def test_a_changed_byte_of_an_npy_file_is_read_or_refused(tmp_path_factory, position, byte):
    path = saved(tmp_path_factory.mktemp("npy"), np.arange(12.0).reshape(3, 4))
    content = bytearray(path.read_bytes())
    content[position] = byte
    path.write_bytes(content)
    assert "\n" not in refusal(path)
