from __future__ import annotations

import gc
import os
import subprocess
import sys
import threading
import zipfile
from pathlib import Path

import numpy as np
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from cnncalc.errors import OutputError
from cnncalc.files import output
from cnncalc.files.grids import read_npy, read_text_grid
from cnncalc.files.output import (
    check_output,
    csv_lines,
    output_ending,
    unfinished_file,
    unfinished_folder,
    write_atomically,
    write_npy,
)

finite = st.floats(allow_nan=False, allow_infinity=False)

volumes = arrays(np.float64, array_shapes(min_dims=3, max_dims=3, max_side=4), elements=finite)


def test_a_file_appears_whole_when_the_block_ends(tmp_path):
    path = tmp_path / "a.csv"
    with write_atomically(path) as file:
        file.write(b"1,2\n")
        assert not path.exists()
    assert path.read_bytes() == b"1,2\n"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError, SystemExit])
@pytest.mark.parametrize("before", [None, b"before"])
def test_an_interrupted_writer_leaves_everything_as_it_was(tmp_path, error, before):
    path = tmp_path / "a.csv"
    if before:
        path.write_bytes(before)

    def interrupted() -> None:
        with write_atomically(path, force=True) as file:
            file.write(b"half")
            raise error

    with pytest.raises(error):
        interrupted()
    assert [p.read_bytes() for p in tmp_path.iterdir()] == ([before] if before else [])


def test_a_writer_that_fails_says_so_in_one_line(tmp_path):
    with (
        pytest.raises(OutputError, match=r"'.*a.csv' can't be written: no space left on device$"),
        write_atomically(tmp_path / "a.csv"),
    ):
        raise OSError(28, "No space left on device")
    assert list(tmp_path.iterdir()) == []


def test_an_existing_file_is_replaced_with_force_only(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"old")
    message = r"^the output file '.*a.csv' exists: name another, or add --force$"
    with pytest.raises(OutputError, match=message), write_atomically(path):
        pass
    assert path.read_bytes() == b"old"
    with write_atomically(path, force=True) as file:
        file.write(b"new")
    assert path.read_bytes() == b"new"


def test_a_file_that_appeared_meanwhile_is_kept(tmp_path):
    path = tmp_path / "a.csv"
    with pytest.raises(OutputError, match="exists"), write_atomically(path):
        path.write_bytes(b"other")
    assert [p.read_bytes() for p in tmp_path.iterdir()] == [b"other"]


def test_a_reader_never_sees_half_a_file(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"a" * 1000)
    seen = set()
    done = threading.Event()

    def watch():
        while not done.is_set():
            seen.add(path.read_bytes())

    watcher = threading.Thread(target=watch)
    watcher.start()
    for letter in b"bcdefgh":
        with write_atomically(path, force=True) as file:
            for _ in range(1000):
                file.write(bytes([letter]))
    done.set()
    watcher.join()
    assert {(len(content), len(set(content))) for content in seen} == {(1000, 1)}


def test_a_link_stays_and_the_file_it_points_to_is_replaced(tmp_path):
    (tmp_path / "folder").mkdir()
    target = tmp_path / "folder" / "target.csv"
    target.write_bytes(b"old")
    (tmp_path / "link.csv").symlink_to(target)
    with write_atomically(tmp_path / "link.csv", force=True) as file:
        file.write(b"new")
    assert target.read_bytes() == b"new"
    assert (tmp_path / "link.csv").is_symlink()


def test_a_new_file_has_the_usual_permissions(tmp_path):
    (tmp_path / "usual").touch()
    with write_atomically(tmp_path / "a.csv") as file:
        file.write(b"1")
    assert (tmp_path / "a.csv").stat().st_mode == (tmp_path / "usual").stat().st_mode


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("folder", "the output file '.*folder' is a folder. Expected a file's name"),
        ("pipe", "the output file '.*pipe' is a pipe or a device"),
        ("missing/a.csv", "there is no folder '.*missing' to write to"),
        ("old.csv/a.csv", "there is no folder '.*old.csv' to write to"),
        ("loop", "the output file '.*loop' can't be written: "),
        ("nul\0.csv", r"the output file '.*nul\\x00.csv' can't be written: embedded null byte"),
    ],
)
def test_a_place_that_takes_no_file_is_refused(tmp_path, name, message):
    (tmp_path / "folder").mkdir()
    (tmp_path / "old.csv").touch()
    (tmp_path / "loop").symlink_to("loop")
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OutputError, match=message):
        check_output(tmp_path / name, force=True)


def test_a_name_that_is_too_long_is_refused(tmp_path):
    path = tmp_path / ("x" * 300)
    with pytest.raises(OutputError, match="file name too long"), write_atomically(path):
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_may_not_be_written_to_is_refused(tmp_path, monkeypatch):
    # A test run as root may write everywhere.
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(OutputError, match=f"^the folder '{tmp_path}' can't be written to$"):
        check_output(tmp_path / "a.csv")


def test_a_known_ending_is_returned_in_small_letters():
    assert output_ending(Path("a.b.CSV"), [".csv", ".npy"]) == ".csv"


@pytest.mark.parametrize(("name", "hint"), [("a.cvs", r" Did you mean '\.csv'\?"), ("a", "")])
def test_an_unknown_ending_is_refused_with_those_that_are_known(name, hint):
    message = rf"^the output file '{name}' must end in one of \.csv, \.npy\.{hint}$"
    with pytest.raises(OutputError, match=message):
        output_ending(Path(name), [".csv", ".npy"])


def test_numbers_are_written_in_their_shortest_form():
    values = np.array([[429, 0.1, -0.0], [1e300, 1 / 3, -2.5]])
    assert list(csv_lines(values)) == ["429,0.1,0\n", "1e+300,0.3333333333333333,-2.5\n"]


def test_channels_are_separated_by_an_empty_line():
    assert "".join(csv_lines(np.array([[[1, 2], [3, 4]]]))) == "1,3\n\n2,4\n"


@settings(deadline=None)  # every file is flushed to the disk
@given(volumes)
def test_written_volumes_read_back(tmp_path_factory, volume):
    folder = tmp_path_factory.mktemp("written")
    with write_atomically(folder / "a.csv") as file:
        file.writelines(line.encode() for line in csv_lines(volume))
    with write_atomically(folder / "a.npy") as file:
        write_npy(file, volume)
    np.testing.assert_array_equal(read_text_grid(folder / "a.csv"), volume)
    np.testing.assert_array_equal(read_npy(folder / "a.npy"), volume)


def test_a_disk_that_fills_up_is_one_error_in_the_end(tmp_path, full_disk):
    with (
        full_disk(100),
        pytest.raises(OutputError, match="can't be written: file too large"),
        write_atomically(tmp_path / "a.zip") as file,
        zipfile.ZipFile(file, "w") as archive,
    ):
        archive.writestr("a", bytes(1000))
    assert list(tmp_path.iterdir()) == []


def test_a_workbook_that_fills_the_disk_leaves_nothing_behind(tmp_path, full_disk):
    # XlsxWriter leaves its zip open in an error; Python would complain of that later.
    with (
        full_disk(2000),
        pytest.raises(OutputError, match="can't be written: file too large"),
        write_atomically(tmp_path / "a.xlsx") as file,
        xlsxwriter.Workbook(file, {"in_memory": True}) as workbook,
    ):
        workbook.add_worksheet()
    gc.collect()
    assert list(tmp_path.iterdir()) == []


ROOT = Path(__file__).parents[2]

WRITER = """
import sys
from pathlib import Path
from cnncalc.files.output import write_atomically
from cnncalc.files.output import unfinished_folder

with write_atomically(Path("model.keras")) as file, unfinished_folder(Path("cache")) as folder:
    file.write(b"half")
    file.flush()
    (folder / "images.raw").write_bytes(b"half")
    print("writing", flush=True)
    sys.stdin.read()
"""

needs_locks = pytest.mark.skipif(not output.CAN_LOCK, reason="needs locks of files")


@pytest.fixture
def writer(tmp_path):
    """A process that has written half of model.keras and of a folder in cache, and waits."""
    (tmp_path / "cache").mkdir()
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    process.stdout.readline()
    with process:
        yield process
        process.kill()


def names(folder):
    return sorted(path.name for path in folder.iterdir() if path.name != "cache")


@needs_locks
def test_what_a_killed_writer_left_behind_is_swept_away(tmp_path, writer):
    writer.kill()
    writer.wait()
    (left,) = names(tmp_path)
    assert left.startswith(".cnncalc-")
    with write_atomically(tmp_path / "other.keras"):
        pass
    assert names(tmp_path) == [left, "other.keras"]
    with write_atomically(tmp_path / "model.keras"):
        pass
    assert names(tmp_path) == ["model.keras", "other.keras"]


@needs_locks
def test_what_a_living_writer_writes_stays(tmp_path, writer):
    with write_atomically(tmp_path / "model.keras") as file:
        file.write(b"whole")
    assert len(names(tmp_path)) == 2
    assert (tmp_path / "model.keras").read_bytes() == b"whole"


@needs_locks
def test_a_folder_that_a_killed_writer_left_behind_is_swept_away(tmp_path, writer):
    writer.kill()
    writer.wait()
    assert [path.suffix for path in sorted((tmp_path / "cache").iterdir())] == [".folder", ".tmp"]
    with unfinished_folder(tmp_path / "cache") as own:
        assert names(tmp_path / "cache") == [own.name, own.with_suffix(".tmp").name]
        assert list(own.iterdir()) == []
    assert names(tmp_path / "cache") == []


@needs_locks
def test_a_folder_that_a_living_writer_writes_stays(tmp_path, writer):
    with unfinished_folder(tmp_path / "cache"):
        pass
    (left,) = (tmp_path / "cache").glob("*.folder")
    assert (left / "images.raw").read_bytes() == b"half"


@needs_locks
def test_a_folder_that_was_given_its_own_name_stays(tmp_path):
    with unfinished_folder(tmp_path) as own:
        (own / "images.raw").write_bytes(b"whole")
        own.rename(tmp_path / "entry")
    assert names(tmp_path) == ["entry"]


@needs_locks
def test_a_file_swept_away_before_it_is_locked_is_made_again(tmp_path, monkeypatch):
    lock, swept = output.fcntl.flock, []

    def flock(file, kind):
        if not swept:
            swept.append(file.name)
            Path(file.name).unlink()
        lock(file, kind)

    monkeypatch.setattr(output.fcntl, "flock", flock)
    with unfinished_file(tmp_path / "a.csv") as path:
        assert path.exists()
        assert path != swept[0]
    assert names(tmp_path) == []


@needs_locks
def test_without_locks_nothing_is_swept_away(tmp_path, writer, monkeypatch):
    writer.kill()
    writer.wait()
    monkeypatch.setattr(output, "CAN_LOCK", False)
    with write_atomically(tmp_path / "model.keras"):
        pass
    assert len(names(tmp_path)) == 2
