import errno
import math
import os
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cnncalc.errors import InputError, OutputError
from cnncalc.files import photo_cache, photo_entries
from cnncalc.files.photo_cache import cache_photos, default_cache_folder
from cnncalc.files.photo_entries import MappedImages, write_contents
from cnncalc.files.photos import PhotoShape, read_photo
from cnncalc.training.fit import epoch_order
from tests.files.photos import pixels, save

SHAPE = PhotoShape(6, 5)


@pytest.fixture
def paths(tmp_path):
    return [save(tmp_path / "photos" / f"{i}.png", pixels(shift=i)) for i in range(5)]


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "cache"


def test_photos_come_back_as_they_were_read(paths, folder):
    photos = cache_photos(paths, SHAPE, folder)
    assert photos.images.shape == (5, 6, 5, 3)
    assert photos.kept == (0, 1, 2, 3, 4)
    expected = np.stack([read_photo(path, SHAPE) for path in paths])
    np.testing.assert_array_equal(photos.images[np.array([4, 0, 4])], expected[[4, 0, 4]])


def test_a_photo_is_decoded_once(paths, folder, monkeypatch):
    heard = []
    first = cache_photos(paths, SHAPE, folder, lambda *counts: heard.append(counts))
    assert heard == [(i, 5) for i in range(1, 6)]
    monkeypatch.setattr(photo_cache, "read_photo", None)
    again = cache_photos(paths, SHAPE, folder)
    assert again.folder == first.folder
    rows = np.arange(5)
    np.testing.assert_array_equal(again.images[rows], first.images[rows])


def test_another_content_order_or_shape_is_another_entry(paths, folder):
    entries = {cache_photos(paths, SHAPE, folder).folder}
    entries.add(cache_photos(paths[::-1], SHAPE, folder).folder)
    for shape in (PhotoShape(5, 6), PhotoShape(6, 5, 1), PhotoShape(6, 5, 3, "crop")):
        entries.add(cache_photos(paths, shape, folder).folder)
    status = paths[0].stat()
    save(paths[0], pixels(shift=99))
    os.utime(paths[0], ns=(status.st_atime_ns, status.st_mtime_ns))
    entries.add(cache_photos(paths, SHAPE, folder).folder)
    assert len(entries) == 6


def test_the_same_content_elsewhere_is_the_same_entry(paths, folder, tmp_path):
    first = cache_photos(paths, SHAPE, folder).folder
    moved = shutil.copytree(tmp_path / "photos", tmp_path / "moved")
    assert cache_photos(sorted(moved.iterdir()), SHAPE, folder).folder == first


def test_a_photo_that_cannot_be_decoded_is_left_out_and_named(paths, folder):
    paths[1].write_bytes(b"no image")
    for _ in range(2):  # decoded, and from the cache
        photos = cache_photos(paths, SHAPE, folder)
        assert photos.kept == (0, 2, 3, 4)
        assert photos.images.shape[0] == 4
        assert [left.path for left in photos.left_out] == [paths[1]]
        assert "1.png' is not an image" in photos.left_out[0].reason


def test_a_photo_that_is_left_out_has_the_name_that_it_has_now(paths, folder, tmp_path):
    paths[1].write_bytes(b"no image")
    cache_photos(paths, SHAPE, folder)
    moved = sorted(shutil.copytree(tmp_path / "photos", tmp_path / "moved").iterdir())
    photos = cache_photos(moved, SHAPE, folder)
    assert list(folder.iterdir()) == [photos.folder]
    assert photos.left_out[0].path == moved[1]
    assert photos.left_out[0].reason.startswith(f"'{moved[1]}' is not an image")


def test_a_missing_photo_is_left_out_and_the_others_are_decoded_once(paths, folder, monkeypatch):
    paths[0].unlink()
    for _ in range(2):
        photos = cache_photos(paths, SHAPE, folder)
        assert photos.kept == (1, 2, 3, 4)
        reason = f"'{paths[0]}' can't be read: no such file or directory"
        assert photos.left_out[0].reason == reason
        monkeypatch.setattr(photo_cache, "read_photo", None)


@pytest.mark.parametrize("passing", [MemoryError(), OSError(errno.EMFILE, "Too many open files")])
def test_a_photo_is_not_left_out_for_ever_for_a_reason_that_passes(
    paths, folder, monkeypatch, passing
):
    def fail_once(file, **options):
        if file.name == str(paths[1]):
            raise passing
        return open_image(file, **options)

    open_image = Image.open
    with monkeypatch.context() as patch:
        patch.setattr(Image, "open", fail_once)
        assert cache_photos(paths, SHAPE, folder).kept == (0, 2, 3, 4)
    again = cache_photos(paths, SHAPE, folder)
    assert again.kept == (0, 1, 2, 3, 4)
    assert list(folder.iterdir()) == [again.folder]


def test_no_photo_at_all_is_an_error(tmp_path, folder):
    path = tmp_path / "a.png"
    path.write_bytes(b"no image")
    with pytest.raises(InputError, match=r"none of 1 photos can be decoded; the first: .*a\.png'"):
        cache_photos([path], SHAPE, folder)


def flipped(content, place):
    return content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]


IMAGES, CONTENTS = "images.raw", "contents.json"
DAMAGES = {
    "no contents": (CONTENTS, lambda content: None, "contents.json is missing"),
    "no JSON": (CONTENTS, lambda content: b"{", "contents.json can't be read"),
    "a list": (CONTENTS, lambda content: b"[]", "contents.json can't be read"),
    "of an older form": (
        CONTENTS,
        lambda content: (
            b'{"shape": [5, 6, 5, 3], "kept": [0, 1, 2, 3, 4], "left_out": [], "lasting": true}'
        ),
        "contents.json can't be read",
    ),
    "no numbers": (
        CONTENTS,
        lambda content: content.replace(b"[0, 1, 2", b'["a", 1, 2'),
        "contents.json can't be read",
    ),
    "another position": (
        CONTENTS,
        lambda content: content.replace(b"[0, 1, 2", b"[0, 1, 3"),
        "contents.json says something else than was written",
    ),
    "no images": (IMAGES, lambda content: None, "images.raw can't be read"),
    "cut": (IMAGES, lambda content: content[:-1], "images.raw must have 450 bytes. It has 449"),
    "longer": (IMAGES, lambda content: content + b"x", "images.raw must have 450 bytes"),
    "the first byte": (IMAGES, lambda content: flipped(content, 0), "the pixels are not those"),
    "the last byte": (IMAGES, lambda content: flipped(content, -2), "the pixels are not those"),
    "two photos": (
        IMAGES,
        lambda content: content[90:180] + content[:90] + content[180:],
        "the pixels are not those",
    ),
}


@pytest.mark.parametrize(("name", "damaged", "words"), DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_entry_is_made_anew_and_that_is_said(paths, folder, name, damaged, words):
    photos = cache_photos(paths, SHAPE, folder)
    expected = photos.images[np.arange(5)]
    file = photos.folder / name
    content = damaged(file.read_bytes())
    file.unlink()
    if content is not None:
        file.write_bytes(content)
    again = cache_photos(paths, SHAPE, folder)
    np.testing.assert_array_equal(again.images[np.arange(5)], expected)
    assert words in again.damage
    assert cache_photos(paths, SHAPE, folder).damage == ""
    assert list(folder.iterdir()) == [again.folder]


@pytest.mark.parametrize(
    ("kept", "left_out"),
    [((0, 1, 2, 3, 9), ()), ((0, 1, 2, 3, -1), ()), ((1, 0, 2, 3, 4), ()), ((0, 1, 2, 3), ())],
)
def test_positions_that_are_none_of_the_photos_are_found_out(paths, folder, kept, left_out):
    photos = cache_photos(paths, SHAPE, folder)
    said = photo_entries._read_contents(photos.folder)
    other = write_contents(replace(said, kept=kept, left_out=left_out))
    (photos.folder / CONTENTS).write_bytes(other)
    again = cache_photos(paths, SHAPE, folder)
    assert again.damage == "contents.json must tell of each of 5 photos once"
    assert again.kept == (0, 1, 2, 3, 4)


def test_photos_of_another_shape_are_found_out(paths, folder):
    photos = cache_photos(paths, SHAPE, folder)
    said = photo_entries._read_contents(photos.folder)
    other = write_contents(replace(said, shape=(5, 5, 6, 3)))
    (photos.folder / CONTENTS).write_bytes(other)
    again = cache_photos(paths, SHAPE, folder)
    assert (again.damage, again.images.shape) == (
        "contents.json tells of photos of another shape",
        (5, 6, 5, 3),
    )


def test_a_new_entry_and_an_unharmed_one_are_no_damage(paths, folder):
    assert [cache_photos(paths, SHAPE, folder).damage for _ in range(2)] == ["", ""]


def test_all_photos_of_a_large_entry_are_checked(paths, folder, monkeypatch):
    monkeypatch.setattr(photo_entries, "PIECE", 200)  # two photos at a time
    photos = cache_photos(paths, SHAPE, folder)
    for place in range(0, 450, 45):
        images = photos.folder / IMAGES
        images.write_bytes(flipped(images.read_bytes(), place))
        assert cache_photos(paths, SHAPE, folder).damage == (
            "the pixels are not those that were written"
        )


def test_nothing_is_left_of_an_entry_that_could_not_be_finished(paths, folder, monkeypatch):
    def fail(*arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr(photo_cache, "read_photo", fail)
    with pytest.raises(KeyboardInterrupt):
        cache_photos(paths, SHAPE, folder)
    assert list(folder.iterdir()) == []


def test_an_entry_that_another_process_finished_first_is_used(paths, folder, monkeypatch):
    finished = cache_photos(paths, SHAPE, folder).folder
    rest = iter([(None, "")])  # asked before it was there, then again
    find = photo_cache._Entry.find
    monkeypatch.setattr(photo_cache._Entry, "find", lambda entry: next(rest, None) or find(entry))
    assert cache_photos(paths, SHAPE, folder).folder == finished
    assert list(folder.iterdir()) == [finished]


def test_an_entry_that_another_process_finishes_meanwhile_stays(paths, folder, monkeypatch):
    remove, rename, theirs = shutil.rmtree, Path.rename, []

    def finish_another():
        monkeypatch.undo()
        theirs.append((cache_photos(paths, SHAPE, folder).folder / "contents.json").stat().st_ino)

    def remove_later(path, **options):
        if not path.name.startswith("."):
            finish_another()
        remove(path, **options)

    def rename_later(path, target):
        finish_another()
        return rename(path, target)

    monkeypatch.setattr(shutil, "rmtree", remove_later)
    monkeypatch.setattr(Path, "rename", rename_later)
    ours = cache_photos(paths, SHAPE, folder).folder
    assert [(ours / "contents.json").stat().st_ino] == theirs
    assert list(folder.iterdir()) == [ours]


def test_a_damaged_entry_that_another_process_mends_meanwhile_is_used(paths, folder, monkeypatch):
    entry = cache_photos(paths, SHAPE, folder).folder
    (entry / "contents.json").unlink()
    remove, theirs = shutil.rmtree, []

    def mend_afterwards(path, **options):
        remove(path, **options)
        if path == entry:
            monkeypatch.undo()
            theirs.append(cache_photos(paths, SHAPE, folder).folder)

    monkeypatch.setattr(shutil, "rmtree", mend_afterwards)
    assert cache_photos(paths, SHAPE, folder).folder == entry
    assert theirs == [entry]


def test_an_entry_is_on_the_disk_before_it_has_its_name(paths, folder, monkeypatch):
    synced = []
    monkeypatch.setattr(os, "fsync", lambda number: synced.append(os.fstat(number).st_ino))
    entry = cache_photos(paths, SHAPE, folder).folder
    assert synced == [(entry / name).stat().st_ino for name in ("images.raw", "contents.json")]


def resident():
    """Return the bytes of this process that are in memory, files mapped into it included."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(1024 * int(line.split()[1]) for line in lines if line.startswith("VmRSS:"))


@pytest.mark.skipif(
    not Path("/proc/self/status").exists(), reason="asks Linux how much memory the process holds"
)
def test_an_epoch_of_a_large_entry_holds_no_more_than_a_batch_in_memory(tmp_path):
    shape = (800, 300, 300, 3)
    with (tmp_path / "images.raw").open("wb") as file:
        file.truncate(math.prod(shape))  # 216 MB that read as zeros and take none of the disk
    images = MappedImages(tmp_path / "images.raw", shape, "zeros")
    before = most = resident()
    for rows in np.split(epoch_order(800, seed=0, epoch=1), 25):
        assert not images[rows].any()
        most = max(most, resident())
    assert most - before < 60e6


def test_a_full_disk_is_one_clear_line(paths, folder, monkeypatch):
    usage = shutil.disk_usage("/")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage._replace(free=10))
    with pytest.raises(OutputError, match=r"cache' can't be written: not enough .*\(5 photos take"):
        cache_photos(paths, SHAPE, folder)


def test_a_disk_that_fills_up_while_writing_is_one_clear_line(paths, folder, monkeypatch):
    def full(*arguments):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(photo_cache, "_write", full)
    with pytest.raises(OutputError, match="can't be written: no space left on device"):
        cache_photos(paths, SHAPE, folder)
    assert list(folder.iterdir()) == []


def test_a_cache_below_a_file_is_one_clear_line(paths, tmp_path):
    file = save(tmp_path / "file.png")
    with pytest.raises(OutputError, match=r"the photo cache '.*file\.png' can't be written"):
        cache_photos(paths, SHAPE, file)


def test_the_users_own_cache_follows_the_environment(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert default_cache_folder() == tmp_path / "cnncalc" / "photos"
    monkeypatch.setenv("XDG_CACHE_HOME", "")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert default_cache_folder() == tmp_path / "home" / ".cache" / "cnncalc" / "photos"
