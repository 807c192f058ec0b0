"""The photos that are made up where none are at hand."""

from __future__ import annotations

from benchmarks.from_disk import FEW_PHOTOS, folder_of_photos
from benchmarks.reporting import Asked
from cnncalc.files.datasets_folders import read_photo_folders
from cnncalc.files.photos import PhotoShape


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
