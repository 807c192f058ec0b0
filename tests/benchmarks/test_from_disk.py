"""The photos that are trained on: the user's, or made up where none are at hand."""

from __future__ import annotations

import pytest

from benchmarks.errors import MissingDataError
from benchmarks.from_disk import FEW_PHOTOS, folder_of_photos, photos_by_class
from benchmarks.reporting import Asked
from cnncalc.files.datasets_folders import read_photo_folders
from cnncalc.files.photos import PhotoShape
from tests.files.photos import save_classes


def test_photos_are_made_up_for_as_long_as_they_are_needed(tmp_path):
    with folder_of_photos(Asked(tiny=True)) as folder:
        data = read_photo_folders(folder, PhotoShape(300, 300), tmp_path)
        assert data.training.class_names == ("cool", "warm")
        assert list(data.training.counts) == [FEW_PHOTOS["train"] / 2] * 2
        assert len(data.test) == FEW_PHOTOS["test"]
        photo, _ = data.training.batch(data.training.rows[:1])
        # Neither flat nor chance alone, so that decoding takes as long as a photo's.
        assert 20 < photo.std() < 90
        sizes = [path.stat().st_size for path in folder.rglob("*.jpg")]
        assert 20_000 < min(sizes) < max(sizes) < 80_000
    assert not folder.exists()


def yielded(folder):
    with folder_of_photos(Asked(folder=folder)) as place:
        return place


def test_a_folder_must_hold_the_same_classes_in_train_and_test(tmp_path):
    expected = f"'{tmp_path}' must hold train and test, each with the same two or more folders of "
    with pytest.raises(MissingDataError, match=r"train with none; test with none$") as error:
        yielded(tmp_path)
    assert str(error.value).startswith(expected)
    save_classes(tmp_path / "train")
    save_classes(tmp_path / "test", names=("cats",))
    (tmp_path / "test" / "dogs").mkdir()
    with pytest.raises(MissingDataError, match=r"train with cats, dogs; test with cats$"):
        yielded(tmp_path)
    save_classes(tmp_path / "test", names=("dogs",))
    assert yielded(tmp_path) == tmp_path


def test_one_class_is_too_few(tmp_path):
    for part in ("train", "test"):
        save_classes(tmp_path / part, names=("cats",))
    with pytest.raises(MissingDataError, match=r"train with cats; test with cats$"):
        yielded(tmp_path)


def test_photos_are_counted_by_class_and_nothing_else_is(tmp_path):
    save_classes(tmp_path, count=2, names=("dogs", "cats", ".hidden"))
    (tmp_path / "cats" / "notes.txt").touch()
    (tmp_path / "list.txt").touch()
    assert photos_by_class(tmp_path) == {"cats": 2, "dogs": 2}
    assert photos_by_class(tmp_path / "nowhere") == {}
