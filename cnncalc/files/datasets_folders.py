"""Data sets as folders of photos: one subfolder a class, named by it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np

from cnncalc.errors import InputError
from cnncalc.files.labelled import LabelledData
from cnncalc.files.paths import printable, quoted
from cnncalc.files.photo_cache import cache_photos
from cnncalc.files.photo_folders import (
    find_parts,
    is_worth_naming,
    subfolders,
    unused_files,
    unused_notes,
)
from cnncalc.files.photos import PhotoShape
from cnncalc.files.pixels import IMAGE_ENDINGS
from cnncalc.training.dataset import Dataset, make_dataset
from cnncalc.training.metrics import OutputClasses
from cnncalc.wording import listed

__all__ = ["find_photos", "read_photo_folders"]

NAMED = 5


def read_photo_folders(
    folder: Path,
    shape: PhotoShape,
    cache: Path,
    *,
    strict: bool = False,
    judged: bool = False,
    output: OutputClasses | None = None,
    on_photo: Callable[[int, int], None] = lambda done, total: None,
) -> LabelledData:
    """Read photos in one subfolder a class, or such in train, validation and test.

    Arguments: the `shape` to give each photo; the `cache`'s folder; `strict`, whether a photo
    that can't be decoded, and a file that isn't used, is an error rather than left out; `judged`,
    whether the data is not to be learnt from: one class is enough, and of several parts only the
    last is read; the classes of the network's `output`, if there is a network: where it names
    them, one folder is enough; `on_photo`, which hears how many of how many photos of a part were
    decoded, where they weren't in the cache.
    Returns the data; labels follow the sorted names of the training part's folders, empty ones
    included, as in Keras. A training part that isn't read has no samples.
    Raises InputError where there are too few classes, or no photos, OutputError where the cache
    can't be written.
    """
    found = find_parts(folder, judged=judged)
    last = list(found.folders)[-1]
    one_is_enough = judged or bool(output and output.names)
    place = found.folders.get("training", found.folders[last])
    classes = _class_names(place, one_is_enough)
    _require_all_classes(place, classes, output)
    reader = _Reader(classes, shape, cache, strict, on_photo, list(found.notes))
    datasets = {
        part: reader.read(place)
        for part, place in found.folders.items()
        if part == last or not judged
    }
    return LabelledData(
        datasets.get("training") or datasets[last].part(np.arange(0)),
        datasets.get("validation"),
        datasets.get("test"),
        notes=tuple(reader.notes),
        folder=found.folders[last],
    )


def find_photos(folder: Path) -> list[Path]:
    """Return the photos in a folder and all below it, sorted; hidden ones are passed over.

    Links to files are followed, those to folders below are not. Raises OSError for a folder that
    can't be read: a class must not lose photos unseen.
    """
    return _find_files(folder).photos


class _Files(NamedTuple):
    """The photos in a folder and all below it, sorted, and the files that are none."""

    photos: list[Path]
    others: list[Path]


def _find_files(folder: Path) -> _Files:
    files: list[Path] = []
    for place, below, names in os.walk(folder, onerror=_raise):
        below[:] = [name for name in below if not name.startswith(".")]
        files += [Path(place, name) for name in names if is_worth_naming(name)]
    files = sorted(path for path in files if _is_file_or_should_be(path))
    photos = [path for path in files if _is_photo(path)]
    return _Files(photos, [path for path in files if not _is_photo(path)])


def _is_photo(path: Path) -> bool:
    return path.suffix.lower() in IMAGE_ENDINGS


def _raise(error: OSError) -> None:
    raise error


def _is_file_or_should_be(path: Path) -> bool:
    """Pass over pipes and devices; a link to nothing is a photo that can't be read."""
    return path.is_file() or (path.is_symlink() and not path.exists())


def _class_names(folder: Path, one_is_enough: bool) -> list[str]:
    classes = list(subfolders(folder))
    with_photos = [name for name in classes if find_photos(folder / name)]
    if not with_photos or len(classes) < 2 - one_is_enough:
        count = "one folder" if one_is_enough else "two folders"
        message = (
            f"{quoted(folder)} must hold at least {count} with photos, one a class. "
            f"Received: {_what_is_in(folder, with_photos)}"
        )
        raise InputError(message)
    return classes


def _require_all_classes(
    folder: Path, classes: Sequence[str], output: OutputClasses | None
) -> None:
    """Raise InputError where a trained network's classes have no names, and not each a folder."""
    if output and output.trained and not output.names and len(classes) != output.count:
        message = (
            f"{quoted(folder)} must hold a folder for each of the network's {output.count} "
            "classes, if only an empty one: their order alone tells which is which. "
            f"Received: {len(classes)}, {listed(map(quoted, classes))}"
        )
        raise InputError(message)


def _what_is_in(folder: Path, classes: Sequence[str]) -> str:
    if classes:
        return f"one, {quoted(classes[0])}"
    count = len(find_photos(folder))
    if count:
        return f"{count} photos beside each other"
    return "folders without photos" if subfolders(folder) else "no folder and no photo"


def _empty_note(dataset: Dataset, folder: Path) -> Iterator[str]:
    """Say of which classes there is no photo in a folder, if of any."""
    empty = [
        (number, name)
        for number, name in enumerate(dataset.class_names)
        if not dataset.counts[number]
    ]
    if len(empty) == 1:
        [(number, name)] = empty
        yield (
            f"class {name!r} has no photo in {quoted(folder)} that can be used; it keeps its "
            f"number, {number}"
        )
    elif empty:
        names = listed((f"{name!r} ({number})" for number, name in empty), NAMED)
        yield (
            f"{len(empty):,} classes have no photo in {quoted(folder)} that can be used; they keep "
            f"their numbers: {names}"
        )


@dataclass
class _Reader:
    """Reads one part after the other, all of the same classes; `notes` is what it came across."""

    classes: Sequence[str]
    shape: PhotoShape
    cache: Path
    strict: bool
    on_photo: Callable[[int, int], None]
    notes: list[str]

    def read(self, folder: Path) -> Dataset:
        paths, labels = self._labelled_paths(folder)
        photos = cache_photos(paths, self.shape, self.cache, self.on_photo)
        if photos.damage:
            self.notes.append(
                f"the photo cache {quoted(photos.folder)} was damaged ({photos.damage}): the "
                "photos were decoded again"
            )
        if self.strict and photos.left_out:
            raise InputError(photos.left_out[0].reason)
        self.notes.extend(f"left out: {photo.reason}" for photo in photos.left_out)
        kept = np.array(photos.kept)
        names = [printable(str(paths[position].relative_to(folder))) for position in kept]
        class_names = [printable(name) for name in self.classes]
        dataset = make_dataset(photos.images, np.array(labels)[kept], class_names, names)
        self.notes.extend(_empty_note(dataset, folder))
        return dataset

    def _labelled_paths(self, folder: Path) -> tuple[list[Path], list[int]]:
        """Return a part's photos, and the class number of each; note the files beside them."""
        found = {name: _find_files(path) for name, path in subfolders(folder).items()}
        strange = [name for name, files in found.items() if name not in self.classes and files[0]]
        if strange:
            message = (
                f"{quoted(folder)} must have the classes of the training part, "
                f"{listed(map(quoted, self.classes), counted=True)}. "
                f"Received: a folder {quoted(strange[0])}"
            )
            raise InputError(message)
        paths: list[Path] = []
        labels: list[int] = []
        for label, name in enumerate(self.classes):
            photos = found[name].photos if name in found else []
            paths += photos
            labels += [label] * len(photos)
        if not paths:
            message = f"{quoted(folder)} must hold photos in folders, one a class. Received: none"
            raise InputError(message)
        self._note_unused(folder, [path for files in found.values() for path in files.others])
        return paths, labels

    def _note_unused(self, folder: Path, others: list[Path]) -> None:
        photos = (path for path in folder.iterdir() if path.is_file() and _is_photo(path))
        beside = [path for path in photos if is_worth_naming(path.name)]
        if self.strict and (others or beside):
            loose = f"{unused_files(folder, beside)} in no class folder" if beside else ""
            message = (
                f"with --strict each file in {quoted(folder)} must be a photo that is read. "
                f"Received: {'; '.join(filter(None, (loose, unused_files(folder, others))))}"
            )
            raise InputError(message)
        notes = unused_notes(folder, others)
        notes += [f"{note}: no class folder holds them" for note in unused_notes(folder, beside)]
        self.notes.extend(notes)
