"""What a task reads: the image, from whatever names or is one; and where all of it came from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from cnncalc.errors import OutputError
from cnncalc.files.kernels import Kernel, kernel_file
from cnncalc.files.paths import file_origin, printable, quoted
from cnncalc.files.pixels import Channels, PixelInput, Requirement
from cnncalc.files.source import ARTICLE, DEFAULT_INPUT, STANDARD_INPUT, read_input
from cnncalc.files.spreadsheet_places import WORKBOOK_ENDINGS
from cnncalc.files.states import is_state
from cnncalc.network import Array, Network
from cnncalc.provenance import Origin, Provenance
from cnncalc.tasks.argument_checks import named
from cnncalc.tasks.arguments import Caller, ImageLike, KernelLike, Say, ignore
from cnncalc.tasks.options import InputOptions, require_choice

if TYPE_CHECKING:
    from cnncalc.files.labelled import LabelledData
    from cnncalc.training.dataset import Dataset

__all__ = [
    "data_origin",
    "image_origin",
    "image_remarks",
    "keep_input",
    "kernel_origin",
    "read_given",
    "read_image",
    "with_layers",
]


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
    return read_given(
        InputOptions(named(image, "image"), sheet, cell_range), Caller(say), channels
    ).values


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
    image = (
        _exported_image(given)
        or _saved_image(given)
        or read_input(
            given.source,
            sheet=given.sheet,
            cell_range=given.cell_range,
            channels=channels,
            require=require,
        )
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
    from cnncalc.tasks.workbook_reading import exported_image

    return exported_image(path, given.sheet)


def _saved_image(given: InputOptions) -> PixelInput | None:
    """Read the image of a page's saved state."""
    if not is_state(given.text) or given.sheet is not None or given.cell_range is not None:
        return None
    # Imported here, as what reads workbooks is.
    from cnncalc.tasks.saved_states import saved_state

    return saved_state(Path(given.text or "")).image


def keep_input(output: Path, given: InputOptions) -> None:
    """Refuse to replace what is read, with --force as well."""
    source = Path(given.text or "")
    if given.text and source.exists() and output.exists() and output.samefile(source):
        message = f"the output file {quoted(output)} is the INPUT itself. Expected another name"
        raise OutputError(message)


def with_layers(origins: Provenance, network: Network) -> Provenance:
    """Return the origins of a result with the layers that the `network` has in its calculation."""
    # Not every task has a network: those that have none needn't wait for its notation.
    from cnncalc.notation import write

    return replace(origins, layers=write(network.layers))


def image_origin(source: object, image: PixelInput | None = None) -> Origin:
    """Return where an image comes from.

    Arguments: the `source`, anything that `read_image` takes, None for the article's digit; the
    `image` that was read, which tells where in a workbook it stood.
    """
    if source is not None and not isinstance(source, str | Path):
        return Origin("Python", "an image" if image is None else image.description)
    text = DEFAULT_INPUT if source is None else str(source)
    if text == STANDARD_INPUT:
        return Origin("standard input")
    if text.startswith(ARTICLE):
        return Origin("article", text)
    sheet, cells = (image.sheet, image.cell_range) if image else (None, None)
    return file_origin(Path(text), sheet, cells)


def kernel_origin(text: KernelLike, kernel: Kernel) -> Origin:
    """Return where a kernel comes from.

    Arguments: the `text` as written, or an array; the `kernel` that was read from it.
    """
    if isinstance(text, Path):
        text = f"@{text}"
    if not isinstance(text, str):
        return Origin("Python", "an array")
    path = kernel_file(text)
    if path is None:
        return Origin("command", kernel.name)
    return file_origin(path, kernel.sheet, kernel.cell_range)


def data_origin(source: object, data: LabelledData) -> Origin:
    """Return where data comes from: of a folder its name and how many images were read of it.

    The files that the data was read from have digests; photos, which may be very many, have one
    together: of their names, labels, and pixels as they were taken.
    """
    if source is None:
        return Origin("built-in", "handwritten digits")
    if not isinstance(source, Path):
        return Origin("Python", f"arrays, {len(data.training):,} images")
    files = tuple(map(file_origin, data.files))
    if not source.is_dir():
        return replace(files[0], files=files[1:])
    parts = [part for part in (data.training, data.validation, data.test) if part is not None]
    name = printable(source.name or str(source))
    digest = None if files else _photos_digest(parts)
    return Origin("folder", name, images=sum(map(len, parts)), digest=digest, files=files)


def _photos_digest(parts: Sequence[Dataset]) -> str:
    from hashlib import blake2b  # a calculation doesn't wait for it

    digest = blake2b(digest_size=16)
    for part in parts:
        digest.update("\n".join((part.digest(), *map(part.name, range(len(part))))).encode())
    return digest.hexdigest()


def image_remarks(image: PixelInput, *others: str) -> tuple[str, ...]:
    """Return what goes with an image into files: how it was read, and `others` said of it."""
    return (*(f"{image.name}: {note}" for note in image.notes), *others)
