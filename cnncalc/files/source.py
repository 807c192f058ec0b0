"""What a user may name as INPUT: one function that finds the right reader."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from cnncalc.article_grids import GRIDS
from cnncalc.errors import InputError, OptionError, ShapeError
from cnncalc.files.grids import read_npy, read_standard_input, read_text_grid
from cnncalc.files.paths import check_readable, did_you_mean, printable, quoted
from cnncalc.files.pixels import (
    IMAGE_ENDINGS,
    Channels,
    PixelInput,
    Requirement,
    Values,
    pixel_values,
    refuse_other_photos,
)
from cnncalc.files.spreadsheet_places import WORKBOOK_ENDINGS, refuse_other_spreadsheets
from cnncalc.ops.numbers import finite_numbers
from cnncalc.wording import size_text

__all__ = ["ARTICLE", "DEFAULT_INPUT", "INPUT_ENDINGS", "STANDARD_INPUT", "is_pillow", "read_input"]

ARTICLE = "article:"
DEFAULT_INPUT = "article:digit4"
STANDARD_INPUT = "-"

_TEXT_ENDINGS = (".csv", ".tsv")
INPUT_ENDINGS = (*IMAGE_ENDINGS, *WORKBOOK_ENDINGS, *_TEXT_ENDINGS, ".npy")


def read_input(
    source: Any = None,  # noqa: ANN401 (a name, or anything that holds pixels)
    *,
    sheet: str | None = None,
    cell_range: str | None = None,
    channels: Channels = "as-is",
    require: Requirement | None = None,
) -> PixelInput:
    """Read a grid of pixels from whatever a user named.

    Arguments: `source`, an image, .xlsx (.xlsm, .xltx, .xltm), .csv, .tsv or .npy file, "-" for CSV
    on standard input, "article:NAME" for a grid of the article, None for "article:digit4", or the
    image itself: a Pillow image or an array (height, width[, channels]); for a workbook, the
    `sheet` and `cell_range` to read; for an image, its `channels`: "grey", "rgb" or "as-is", and
    `require`, which may refuse it by its header, before a large one is decoded.
    Returns values (height, width, channels) with their name and description.
    Raises InputError for what can't be read, OptionError for an option that doesn't apply, and what
    `require` raises.

    >>> read_input("article:6x6").description
    'article:6x6: a grid of the article, 6×6'
    """
    source = DEFAULT_INPUT if source is None else source
    if not isinstance(source, str | Path):
        _refuse_options("an image in memory", {"--sheet": sheet, "--range": cell_range})
        return _in_memory(source, channels, require)
    source = str(source)
    ending = Path(source).suffix.lower()
    in_file = source != STANDARD_INPUT and not source.startswith(ARTICLE)
    if not (in_file and ending in WORKBOOK_ENDINGS):
        _refuse_options(source, {"--sheet": sheet, "--range": cell_range})
    if source == STANDARD_INPUT:
        notes: list[str] = []
        return _grid("standard input", "CSV", read_standard_input(notes.append), notes)
    if not in_file:
        return _article_grid(source)
    if ending in WORKBOOK_ENDINGS:
        return _sheet(Path(source), sheet, cell_range)
    return _file(Path(source), ending, channels, require)


def is_pillow(source: object) -> bool:
    """Say whether an object is an image of Pillow's, which need not be imported for that.

    >>> is_pillow("cat.png")
    False
    """
    return any(kind.__module__ == "PIL.Image" for kind in type(source).__mro__)


def _in_memory(source: Any, channels: Channels, require: Requirement | None) -> PixelInput:  # noqa: ANN401
    """Take an image that is in memory already."""
    if is_pillow(source):
        from cnncalc.files.images import convert_image  # noqa: PLC0415 (Pillow, where needed)

        return convert_image(source, channels, require)
    array = finite_numbers(source, "image")
    if array.ndim not in (2, 3) or not array.size:
        message = (
            "an image must be an array (height, width) or (height, width, channels), a Pillow "
            f"image, or a file's name. Received: an array of shape {array.shape}"
        )
        raise ShapeError(message)
    return _grid("image", "array", pixel_values(array.copy()))


def _refuse_options(source: str, options: dict[str, str | None]) -> None:
    """Raise OptionError where an option is given that only a workbook has a use for."""
    for option, value in options.items():
        if value is not None:
            message = (
                f"{option} needs an .xlsx workbook as its input. Received: {option} "
                f"{quoted(value)} with {quoted(source)}"
            )
            raise OptionError(message)


def _article_grid(source: str) -> PixelInput:
    name = source.removeprefix(ARTICLE)
    if name not in GRIDS:
        names = [ARTICLE + known for known in GRIDS]
        message = (
            f"the article has no grid {quoted(name)}.{did_you_mean(source, names)} "
            f"Expected {', '.join(names)}"
        )
        raise InputError(message)
    values = pixel_values(np.array(GRIDS[name]))
    description = f"{source}: a grid of the article, {size_text(values.shape)}"
    return PixelInput(values, source, description, "article")


def _sheet(path: Path, sheet: str | None, cell_range: str | None) -> PixelInput:
    # zipfile and expat take longer to load than a small grid takes to convolve.
    from cnncalc.files.sheet_blocks import read_block  # noqa: PLC0415 (where needed)

    block = read_block(path, sheet, cell_range)
    name = printable(path.name)
    description = f"{name}: {block.description}"
    return PixelInput(
        block.values, name, description, "sheet", sheet=block.sheet, cell_range=block.cell_range
    )


def _file(path: Path, ending: str, channels: Channels, require: Requirement | None) -> PixelInput:
    """Read a file other than a workbook."""
    name = printable(path.name)
    if ending in IMAGE_ENDINGS:
        from cnncalc.files.images import read_image  # noqa: PLC0415 (Pillow, likewise)

        return read_image(path, channels, require)
    if ending in _TEXT_ENDINGS:
        notes: list[str] = []
        values = read_text_grid(path, on_note=notes.append)
        return _grid(name, ending[1:].upper(), values, notes)
    if ending == ".npy":
        return _grid(name, "NumPy array", pixel_values(read_npy(path)))
    check_readable(path)
    refuse_other_spreadsheets(path)
    refuse_other_photos(path)
    message = (
        f"the input file {quoted(path)} must end in one of {', '.join(INPUT_ENDINGS)}."
        f"{did_you_mean(ending, INPUT_ENDINGS)}"
    )
    raise InputError(message)


def _grid(name: str, form: str, values: Values, notes: Iterable[str] = ()) -> PixelInput:
    description = ", ".join((f"{name}: {form}", size_text(values.shape), *notes))
    return PixelInput(values, name, description, "grid")
