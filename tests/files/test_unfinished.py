from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from cnncalc.files import unfinished
from cnncalc.files.output import write_atomically
from cnncalc.files.unfinished import unfinished_file, unfinished_folder

ROOT = Path(__file__).parents[2]
WRITER = """
import sys
from pathlib import Path
from cnncalc.files.output import write_atomically
from cnncalc.files.unfinished import unfinished_folder

with write_atomically(Path("model.keras")) as file, unfinished_folder(Path("cache")) as folder:
    file.write(b"half")
    file.flush()
    (folder / "images.raw").write_bytes(b"half")
    print("writing", flush=True)
    sys.stdin.read()
"""

pytestmark = pytest.mark.skipif(not unfinished.CAN_LOCK, reason="needs locks of files")


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


def test_what_a_living_writer_writes_stays(tmp_path, writer):
    with write_atomically(tmp_path / "model.keras") as file:
        file.write(b"whole")
    assert len(names(tmp_path)) == 2
    assert (tmp_path / "model.keras").read_bytes() == b"whole"


def test_a_folder_that_a_killed_writer_left_behind_is_swept_away(tmp_path, writer):
    writer.kill()
    writer.wait()
    assert [path.suffix for path in sorted((tmp_path / "cache").iterdir())] == [".folder", ".tmp"]
    with unfinished_folder(tmp_path / "cache") as own:
        assert names(tmp_path / "cache") == [own.name, own.with_suffix(".tmp").name]
        assert list(own.iterdir()) == []
    assert names(tmp_path / "cache") == []


def test_a_folder_that_a_living_writer_writes_stays(tmp_path, writer):
    with unfinished_folder(tmp_path / "cache"):
        pass
    (left,) = (tmp_path / "cache").glob("*.folder")
    assert (left / "images.raw").read_bytes() == b"half"


def test_a_folder_that_was_given_its_own_name_stays(tmp_path):
    with unfinished_folder(tmp_path) as own:
        (own / "images.raw").write_bytes(b"whole")
        own.rename(tmp_path / "entry")
    assert names(tmp_path) == ["entry"]


def test_a_file_swept_away_before_it_is_locked_is_made_again(tmp_path, monkeypatch):
    lock, swept = unfinished.fcntl.flock, []

    def flock(file, kind):
        if not swept:
            swept.append(file.name)
            Path(file.name).unlink()
        lock(file, kind)

    monkeypatch.setattr(unfinished.fcntl, "flock", flock)
    with unfinished_file(tmp_path / "a.csv") as path:
        assert path.exists()
        assert path != swept[0]
    assert names(tmp_path) == []


def test_without_locks_nothing_is_swept_away(tmp_path, writer, monkeypatch):
    writer.kill()
    writer.wait()
    monkeypatch.setattr(unfinished, "CAN_LOCK", False)
    with write_atomically(tmp_path / "model.keras"):
        pass
    assert len(names(tmp_path)) == 2
