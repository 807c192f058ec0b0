from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from cnncalc.errors import InputError
from cnncalc.files.paths import check_readable, did_you_mean, file_origin, printable, quoted, sha256
from cnncalc.provenance import Origin


def test_a_name_with_line_breaks_stays_on_one_line():
    assert quoted(Path("a\nb\x1b[31m.png")) == r"'a\nb\x1b[31m.png'"


def test_a_name_that_is_not_unicode_can_be_printed():
    name = os.fsdecode(b"caf\xe9.png")
    printable(name).encode("utf-8")


def test_a_long_text_is_cut_but_a_path_is_not():
    assert quoted("x" * 100) == f"'{'x' * 59}…'"
    assert quoted(Path("x" * 100)) == f"'{'x' * 100}'"


def test_nothing_is_suggested_for_a_word_unlike_any_choice():
    assert did_you_mean("zzz", ["blur", "edge"]) == ""


def test_the_size_of_a_readable_file_is_returned(tmp_path):
    (tmp_path / "a.csv").write_text("1,2\n")
    assert check_readable(tmp_path / "a.csv") == 4


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("missing.csv", "there is no file '.*missing.csv'"),
        ("folder", "'.*folder' is a folder. Expected a file"),
        ("empty.csv", "'.*empty.csv' is an empty file"),
        ("pipe", "'.*pipe' is a pipe or a device"),
        ("full.csv/a.csv", "'.*a.csv' can't be read: not a directory"),
        ("x" * 300, "can't be read: file name too long"),
        ("nul\0.csv", r"'.*nul\\x00.csv' can't be read: embedded null byte"),
    ],
)
def test_what_is_no_readable_file_is_named(tmp_path, name, message):
    (tmp_path / "folder").mkdir()
    (tmp_path / "empty.csv").touch()
    (tmp_path / "full.csv").write_text("1")
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InputError, match=message):
        check_readable(tmp_path / name)


def test_a_file_without_permission_is_named(tmp_path, monkeypatch):
    def refuse(*_args):
        raise PermissionError(13, "Permission denied")

    (tmp_path / "secret.csv").write_text("1")
    # A test run as root may read everything.
    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(InputError, match=r"'.*secret.csv' can't be read: permission denied"):
        check_readable(tmp_path / "secret.csv")


def test_a_file_is_known_by_its_name_and_its_content_alone(tmp_path):
    content = bytes(range(256)) * 10_000  # more than one piece
    folder = tmp_path / "private"
    folder.mkdir()
    (folder / "cat.png").write_bytes(content)
    digest = hashlib.sha256(content).hexdigest()
    assert sha256(folder / "cat.png") == digest
    assert file_origin(folder / "cat.png") == Origin("file", "cat.png", digest)


def test_a_file_that_has_gone_is_said(tmp_path):
    with pytest.raises(InputError, match=r"gone\.png' can't be read: no such file"):
        sha256(tmp_path / "gone.png")
