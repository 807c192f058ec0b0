"""The image of a task: read from whatever names or is one, and said what it was."""

from __future__ import annotations

from pathlib import Path

from cnncalc.errors import OutputError
from cnncalc.files.paths import quoted
from cnncalc.files.pixels import Channels, PixelInput, Requirement
from cnncalc.files.source import read_input
from cnncalc.files.spreadsheet_places import WORKBOOK_ENDINGS
from cnncalc.network import Array
from cnncalc.tasks.callers import Caller, Say, ignore
from cnncalc.tasks.checks import require_choice
from cnncalc.tasks.options import ImageLike, InputOptions

__all__ = ["keep_input", "read_given", "read_image"]


def read_image(
    image: ImageLike | None = None,
    *,
    sheet: str | None = None,
    cell_range: str | None = None,
    channels: Channels = "as-is",
    say: Say = ignore,
) -> Array:
    """Read an image, or a grid of pixels, as the numbers that a machine sees.

    Arguments: the `image`, a path to an image, .xlsx, .csv, .tsv or .npy, an array, a Pillow image,
    "article:NAME" for a grid of the article, None for its digit; of a workbook, the `sheet` and the
    `cell_range`; an image's `channels`, "grey", "rgb" or "as-is"; `say`, which hears what was read.
    Returns (height, width, channels) in float64, an image's values from 0 to 255.
    Raises InputError, OptionError or ShapeError for what can't be read.

    >>> read_image("article:6x6", say=print).shape
    article:6x6: a grid of the article, 6×6
    (6, 6, 1)
    """
    require_choice(channels, "channels", ("grey", "rgb", "as-is"))
    return read_given(InputOptions(image, sheet, cell_range), Caller(say), channels).values


def read_given(
    given: InputOptions,
    caller: Caller,
    channels: Channels = "as-is",
    require: Requirement | None = None,
) -> PixelInput:
    """Read an image and say what it was and how it was read.

    Arguments: its options; the `caller`; an image's `channels`; `require`, which may refuse it by
    its header: an image before it is decoded, anything else after it was read.
    """
    image = _exported_image(given) or read_input(
        given.source,
        sheet=given.sheet,
        cell_range=given.cell_range,
        channels=channels,
        require=require,
    )
    if require is not None and image.kind != "image":
        require(image.header)
    caller.remark(image.description)
    return image


def _exported_image(given: InputOptions) -> PixelInput | None:
    """Read the image of a workbook that cnncalc exported, whose sheets hold other numbers too."""
    path = Path(given.text or "")
    if path.suffix.lower() not in WORKBOOK_ENDINGS or given.cell_range is not None:
        return None
    # Imported here: the writer of workbooks takes longer to load than a small grid to convolve.
    from cnncalc.tasks.exported import exported_image

    return exported_image(path, given.sheet)


def keep_input(output: Path, given: InputOptions) -> None:
    """Refuse to replace what is read, with --force as well."""
    source = Path(given.text or "")
    if given.text and source.exists() and output.exists() and output.samefile(source):
        message = f"the output file {quoted(output)} is the INPUT itself. Expected another name"
        raise OutputError(message)
