"""What can be wrong with data and disks: one clear line, status 2, and nothing left behind."""

from __future__ import annotations

import errno
import os
import shlex
import struct
import zlib
from contextlib import contextmanager, nullcontext
from pathlib import Path

import pytest

from cnncalc.files.checkpoints import checkpoint_path
from cnncalc.files.output import write_atomically
from cnncalc.files.trained_models import read_model
from cnncalc.tasks import training_runs
from tests.cli.training_data import NETWORK, save_npz
from tests.files.photos import pixels, save, save_classes

PHOTOS = ("pets", "--image-size", "8", "--epochs", "1", "--cache", "cache", "--stratify")
ARRAYS = ("data.npz", "--network", NETWORK, "--epochs", "1")


def save_bomb(path: Path, side: int) -> None:
    """Save a small PNG file that says it is an image of side × side pixels."""

    def chunk(kind, content):
        checksum = struct.pack(">I", zlib.crc32(kind + content))
        return struct.pack(">I", len(content)) + kind + content + checksum

    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    body = (
        chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(10**6))) + chunk(b"IEND", b"")
    )
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + body)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


@pytest.fixture
def damaged(tmp_path):
    """Photos of which four can be decoded and many files beside them can't, or are no photos."""
    folder = save_classes(tmp_path / "pets", 2)
    cats, dogs = folder / "cats", folder / "dogs"
    (cats / "text.jpg").write_text("no photo")
    (cats / "empty.gif").touch()
    cut(save(cats / "half.png", pixels(60, 60)))
    cut(save(dogs / "half.jpg", pixels(60, 60)))
    save_bomb(dogs / "bomb.png", 60_000)
    (dogs / "dead.png").symlink_to("nowhere.png")
    for name in (".DS_Store", "Thumbs.db", ".hidden.png", "notes.txt"):
        (dogs / name).write_bytes(b"no photo")
    return folder


def test_every_damaged_photo_is_left_out_and_named(run, damaged):
    result = run("train", *PHOTOS)
    assert result.exit_code == 0, result.stderr
    left_out = [line for line in result.stderr.splitlines() if line.startswith("left out: ")]
    names = [line.split("pets/")[1].split("'")[0] for line in left_out]
    assert names == [
        "cats/empty.gif",
        "cats/half.png",
        "cats/text.jpg",
        "dogs/bomb.png",
        "dogs/dead.png",
        "dogs/half.jpg",
    ]
    assert "2 images of 8×8×3 to train on, 2 to validate with" in result.stderr


def test_strict_makes_the_first_damaged_photo_an_error(fails, damaged):
    (damaged / "dogs" / "notes.txt").unlink()
    assert fails("train", *PHOTOS, "--strict") == "'pets/cats/empty.gif' is an empty file"
    assert not Path("model.keras").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (PHOTOS, "must have the network's input shape (9, 9, 3). Received: (8, 8, 3)"),
        (("pets", "--cache", "cache"), "input shape (9, 9, 2). Received: (300, 300, 3)"),
        (("data.npz",), "input shape (9, 9, 2). Received: (6, 5, 2)"),
    ],
)
def test_images_must_have_the_shape_that_the_network_names(fails, tmp_path, arguments, words):
    save_classes(tmp_path / "pets")
    save_npz(tmp_path / "data.npz")
    channels = 3 if arguments is PHOTOS else 2
    network = f"Input((9, 9, {channels})); Flatten(); Dense(2)"
    assert words in fails("train", *arguments, "--network", network)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("data.npz", "--image-size", "8"), "--image-size is for photos and .csv files"),
        (("data.npz", "--grey"), "--grey is for photos. Received: 'data.npz'"),
        (("pets", "--label-column", "y"), "--label-column is for .csv files. Received: 'pets'"),
        (("--grey",), "--grey is for photos. Received: the digits that cnncalc brings along"),
    ],
)
def test_an_option_that_says_nothing_of_the_data_is_refused(fails, tmp_path, arguments, words):
    save_classes(tmp_path / "pets")
    save_npz(tmp_path / "data.npz")
    cache = ("--cache", "cache", "--network", NETWORK)
    assert words in fails("train", *arguments, *cache)


def test_grey_photos_do_not_fit_a_network_of_colours(fails, tmp_path):
    save_classes(tmp_path / "pets")
    network = ("--network", "Input((9, 7, 3)); Flatten(); Dense(2)")
    line = fails("train", "pets", *network, "--grey", "--cache", "cache")
    assert "must have the network's input shape (9, 7, 3). Received: (9, 7, 1)" in line


def test_a_network_names_the_size_of_photos(run, tmp_path):
    save_classes(tmp_path / "pets")
    network = "Input((9, 7, 1)); Flatten(); Dense(2, activation='softmax')"
    result = run("train", "pets", "--cache", "cache", "--network", network, "--stratify")
    assert result.exit_code == 0, result.stderr
    assert read_model(Path("model.keras")).network.input_shape == (9, 7, 1)


@pytest.mark.parametrize(
    ("failing", "name"),
    [(1, "model.keras.checkpoint"), (2, "model.keras"), (3, "history.csv"), (4, "report.xlsx")],
)
def test_a_disk_that_is_full_leaves_no_half_file_and_the_training_can_go_on(
    run, tmp_path, monkeypatch, failing, name
):
    save_npz(tmp_path / "data.npz")
    options = ("train", *ARRAYS, "--history", "history.csv", "--report", "report.xlsx")
    fsync, count = os.fsync, iter(range(1, 100))

    def full(file):
        if next(count) == failing:
            raise OSError(errno.ENOSPC, "No space left on device")
        fsync(file)

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        result = run(*options)
    error = f"Error: the output file '{name}' can't be written: no space left on device"
    command = shlex.join(["cnncalc", *options, "--resume"])
    told = [f"Go on with: {command}"] if failing > 1 else []
    assert [line for line in result.stderr.splitlines() if "Go on with" in line] == told
    assert (result.exit_code, result.stderr.splitlines()[-1]) == (2, error)
    assert not Path(name).exists()
    assert Path("model.keras").exists() == (failing > 2)
    assert not list(tmp_path.glob(".cnncalc-*"))
    assert checkpoint_path(Path("model.keras")).exists() == (failing > 1)
    again = ("--resume",) if failing > 1 else ()
    assert run(*options, *again).exit_code == 0
    assert {path.name for path in tmp_path.iterdir()} == {
        "data.npz",
        "history.csv",
        "report.xlsx",
        "model.keras",
    }


@pytest.mark.parametrize("name", ["model", "report"])
def test_a_report_and_a_model_that_fill_the_disk_are_one_clear_line(
    fails, tmp_path, monkeypatch, full_disk, name
):
    save_npz(tmp_path / "data.npz")
    files = {"model": "model.keras", "report": "report.xlsx"}

    @contextmanager
    def write_on_a_full_disk(path, **options):
        disk = full_disk(8000) if path.name == files[name] else nullcontext()
        with disk, write_atomically(path, **options) as file:
            yield file

    monkeypatch.setattr(training_runs, "write_atomically", write_on_a_full_disk)
    line = fails("train", *ARRAYS, "--report", "report.xlsx")
    assert line == f"the output file '{files[name]}' can't be written: file too large"
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {"data.npz", "model.keras.checkpoint", "model.keras"} - {files[name]}


def test_a_photo_cache_that_fills_the_disk_is_one_clear_line(fails, tmp_path, full_disk):
    save_classes(tmp_path / "pets")
    with full_disk(1000):
        line = fails("train", "pets", "--cache", "cache", "--image-size", "20")
    assert line == (
        "the photo cache 'cache' can't be written: file too large (6 photos take 0.0 MB)"
    )
    assert list((tmp_path / "cache").iterdir()) == []


def test_names_of_any_bytes_go_through_report_evaluation_and_prediction(run, tmp_path):
    folder = save_classes(tmp_path / "pets", 4)
    try:
        (folder / "cats").rename(folder / os.fsdecode(b"cat\xffs\n\x1b[31m"))
    except OSError:
        pytest.skip("the system takes no such names")
    photo = next(folder.rglob("cats0.png"))
    report = ("--report", "report.xlsx", "--history", "history.json")
    for arguments in [
        ("train", *PHOTOS, *report),
        ("evaluate", "model.keras", "pets", "--cache", "cache"),
        ("predict", "model.keras", photo),
    ]:
        result = run(*arguments)
        assert result.exit_code == 0, result.stderr
        assert r"cat\udcffs\n\x1b[31m" in result.stdout
        assert "\x1b" not in result.stdout
