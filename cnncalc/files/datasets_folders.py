"""Data sets as folders of photos: one subfolder a class, named by it."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from cnncalc.errors import InputError
from cnncalc.files.labelled import LabelledData
from cnncalc.files.paths import printable, quoted
from cnncalc.files.photo_cache import cache_photos
from cnncalc.files.photos import PhotoShape
from cnncalc.training.dataset import Dataset, make_dataset

__all__ = ["PHOTO_ENDINGS", "find_photos", "read_photo_folders"]

PHOTO_ENDINGS = (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".webp", ".tif", ".tiff")

_PARTS = {
    "training": ("train", "training"),
    "validation": ("validation", "valid", "val"),
    "test": ("test", "testing"),
}


def read_photo_folders(
    folder: Path,
    shape: PhotoShape,
    cache: Path,
    *,
    strict: bool = False,
    judged: bool = False,
    on_photo: Callable[[int, int], None] = lambda done, total: None,
) -> LabelledData:
    """Read photos in one subfolder a class, or such in train, validation and test.

    Arguments: the `shape` to give each photo; the `cache`'s folder; `strict`, whether a photo
    that can't be decoded is an error rather than left out; `judged`, whether the data is not to
    be learnt from: one class is enough, and of several parts only the last is read; `on_photo`,
    which hears how many of how many photos of a part were decoded, where they weren't in the cache.
    Returns the data; labels follow the sorted names of the training part's folders. A training part
    that isn't read has no samples.
    Raises InputError where there are too few classes with photos, OutputError where the cache can't
    be written.
    """
    folders = _part_folders(folder)
    classes = _class_names(folders["training"], 1 if judged else 2)
    last = list(folders)[-1]
    notes: list[str] = []
    datasets = {
        part: _read_part(place, classes, shape, cache, strict, on_photo, notes)
        for part, place in folders.items()
        if part == last or not judged
    }
    if "training" in datasets:
        _require_all_classes(folders["training"], datasets["training"])
    return LabelledData(
        datasets.get("training") or datasets[last].part(np.arange(0)),
        datasets.get("validation"),
        datasets.get("test"),
        notes=tuple(notes),
        folder=folders[last],
    )


def find_photos(folder: Path) -> list[Path]:
    """Return the photos in a folder and all below it, sorted; hidden ones are passed over.

    Links to files are followed, those to folders below are not. Raises OSError for a folder that
    can't be read: a class must not lose photos unseen.
    """
    photos: list[Path] = []
    for place, below, names in os.walk(folder, onerror=_raise):
        below[:] = [name for name in below if not name.startswith(".")]
        paths = (Path(place, name) for name in names if not name.startswith("."))
        photos += [path for path in paths if path.suffix.lower() in PHOTO_ENDINGS]
    return sorted(path for path in photos if _is_file_or_should_be(path))


def _raise(error: OSError) -> None:
    raise error


def _is_file_or_should_be(path: Path) -> bool:
    """Pass over pipes and devices; a link to nothing is a photo that can't be read."""
    return path.is_file() or (path.is_symlink() and not path.exists())


def _subfolders(folder: Path) -> dict[str, Path]:
    return {
        path.name: path
        for path in sorted(folder.iterdir())
        if path.is_dir() and not path.name.startswith(".")
    }


def _part_folders(folder: Path) -> dict[str, Path]:
    """Return the folder of each part; the folder itself is the training part if there is none."""
    found = {name.lower(): path for name, path in _subfolders(folder).items()}
    parts = {
        part: found[name]
        for part, names in _PARTS.items()
        for name in reversed(names)
        if name in found
    }
    return parts if "training" in parts else {"training": folder}


def _class_names(folder: Path, least: int) -> list[str]:
    classes = [name for name, path in _subfolders(folder).items() if find_photos(path)]
    if len(classes) < least:
        count = "two folders" if least == 2 else "one folder"
        message = (
            f"{quoted(folder)} must hold at least {count} with photos, one a class. "
            f"Received: {_what_is_in(folder, classes)}"
        )
        raise InputError(message)
    return classes


def _what_is_in(folder: Path, classes: Sequence[str]) -> str:
    if classes:
        return f"one, {quoted(classes[0])}"
    count = len(find_photos(folder))
    if count:
        return f"{count} photos beside each other"
    return "folders without photos" if _subfolders(folder) else "no folder and no photo"


def _read_part(
    folder: Path,
    classes: Sequence[str],
    shape: PhotoShape,
    cache: Path,
    strict: bool,
    on_photo: Callable[[int, int], None],
    notes: list[str],
) -> Dataset:
    paths, labels = _labelled_paths(folder, classes)
    photos = cache_photos(paths, shape, cache, on_photo)
    if strict and photos.left_out:
        raise InputError(photos.left_out[0].reason)
    notes.extend(f"left out: {photo.reason}" for photo in photos.left_out)
    kept = np.array(photos.kept)
    names = [printable(str(paths[position].relative_to(folder))) for position in kept]
    class_names = [printable(name) for name in classes]
    return make_dataset(photos.images, np.array(labels)[kept], class_names, names)


def _require_all_classes(folder: Path, training: Dataset) -> None:
    for name, count in zip(training.class_names, training.counts, strict=True):
        if count == 0:
            message = f"none of the photos in {quoted(folder / name)} can be decoded"
            raise InputError(message)


def _labelled_paths(folder: Path, classes: Sequence[str]) -> tuple[list[Path], list[int]]:
    folders = _subfolders(folder)
    strange = [name for name in folders if name not in classes and find_photos(folders[name])]
    if strange:
        message = (
            f"{quoted(folder)} must have the classes of the training part, "
            f"{', '.join(map(quoted, classes))}. Received: a folder {quoted(strange[0])}"
        )
        raise InputError(message)
    paths: list[Path] = []
    labels: list[int] = []
    for label, name in enumerate(classes):
        photos = find_photos(folders[name]) if name in folders else []
        paths += photos
        labels += [label] * len(photos)
    if not paths:
        message = f"{quoted(folder)} must hold photos in folders, one a class. Received: none"
        raise InputError(message)
    return paths, labels
