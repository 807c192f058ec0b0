"""What a user may name as DATA: one function that finds the right reader."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cnncalc.errors import InputError
from cnncalc.files.datasets_arrays import (
    find_idx_images,
    is_idx_images,
    read_digits,
    read_idx,
    read_npz,
)
from cnncalc.files.datasets_csv import read_labelled_csv
from cnncalc.files.labelled import LabelledData
from cnncalc.files.paths import did_you_mean, quoted, reason
from cnncalc.training.metrics import OutputOf

if TYPE_CHECKING:
    from cnncalc.files.photos import Fit

__all__ = ["ReadOptions", "is_data", "is_photos", "is_text", "read_data"]

_TEXT_ENDINGS = (".csv", ".tsv", ".csv.gz", ".tsv.gz")
_EXPECTED = "a folder of photos, an .npz, .csv or .tsv file, or MNIST's IDX files"


@dataclass(frozen=True)
class ReadOptions:
    """How data is read.

    `image_size` (height, width): what photos are resized to, 300×300 where None; the size of the
    images in a .csv file, square where None. `fit` and `channels` as in `PhotoShape`.
    `label_column` of a .csv file, by name or number from 1. `strict` makes a photo that can't be
    decoded, and a file that isn't used, an error. `cache` is the photo cache's folder, None for the
    user's own. What is `judged`, not learnt from, needs no part to train on; photos may be of one
    class then, and only the part to test with is read of them. `output_of` tells the classes of the
    network that is to take the images, if there is one. `negative` as in `PhotoShape`.
    """

    image_size: tuple[int, int] | None = None
    fit: Fit = "stretch"
    channels: int = 3
    label_column: str | None = None
    strict: bool = False
    cache: Path | None = None
    judged: bool = False
    output_of: OutputOf = lambda shape: None
    negative: bool = False


DEFAULTS = ReadOptions()


def is_photos(source: Path | None) -> bool:
    """Say whether a source is a folder, and not one of IDX files."""
    return source is not None and source.is_dir() and not find_idx_images(source)


def is_text(source: Path | None) -> bool:
    """Say whether a source is a .csv or .tsv file, by its name.

    >>> is_text(Path("pets.CSV.gz"))
    True
    """
    return source is not None and source.name.lower().endswith(_TEXT_ENDINGS)


def is_data(source: Path) -> bool:
    """Say whether a source is one that `read_data` takes, by its name, or as it is a folder.

    >>> is_data(Path("digits.npz")), is_data(Path("digit.png"))
    (True, False)
    """
    is_file_of_data = is_text(source) or is_idx_images(source) or source.suffix.lower() == ".npz"
    return is_file_of_data or source.is_dir()


def read_data(
    source: Path | None = None,
    options: ReadOptions = DEFAULTS,
    on_photo: Callable[[int, int], None] = lambda done, total: None,
) -> LabelledData:
    """Read labelled images from whatever a user named.

    Arguments: `source`, a folder of photos or of IDX files, an .npz, .csv or .tsv file, an IDX
    file of images, or None for the digits that cnncalc brings along; how to read it; `on_photo`,
    which hears of the progress where photos have to be decoded.
    Raises InputError for what can't be used, OptionError for an option that doesn't fit.

    >>> len(read_data().training)
    1437
    """
    if source is None:
        return read_digits()
    if not source.exists():
        message = f"there is no file or folder {quoted(source)}. Expected {_EXPECTED}"
        raise InputError(message)
    if source.is_dir():
        return _read_folder(source, options, on_photo)
    name = source.name.lower()
    if is_idx_images(source):
        return read_idx([source], options.output_of)
    if name.endswith(".npz"):
        return read_npz(source, options.output_of, judged=options.judged)
    if is_text(source):
        return read_labelled_csv(
            source, options.label_column, options.image_size, options.output_of
        )
    hint = did_you_mean(source.suffix, [".npz", ".csv", ".tsv"])
    message = f"{quoted(source)} is no data set to train on. Expected {_EXPECTED}.{hint}"
    raise InputError(message)


def _read_folder(
    folder: Path, options: ReadOptions, on_photo: Callable[[int, int], None]
) -> LabelledData:
    # Imported here: Pillow takes longer to load than the digits take to read.
    from cnncalc.files.datasets_folders import read_photo_folders  # noqa: PLC0415 (Pillow)
    from cnncalc.files.photo_cache import default_cache_folder  # noqa: PLC0415 (likewise)
    from cnncalc.files.photos import PhotoShape  # noqa: PLC0415 (likewise)

    try:
        images = find_idx_images(folder)
        if images:
            return read_idx(images, options.output_of)
        height, width = options.image_size or (300, 300)
        shape = PhotoShape(height, width, options.channels, options.fit, options.negative)
        cache = options.cache or default_cache_folder()
        return read_photo_folders(
            folder,
            shape,
            cache,
            strict=options.strict,
            judged=options.judged,
            output=options.output_of(shape.shape),
            on_photo=on_photo,
        )
    except OSError as error:
        message = f"{quoted(Path(error.filename or folder))} can't be read: {reason(error)}"
        raise InputError(message) from error
