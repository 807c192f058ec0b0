"""The origin of what a task reads, and the record that goes into what it writes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cnncalc.files.kernels import Kernel, kernel_file
from cnncalc.files.paths import file_origin, printable
from cnncalc.files.source import ARTICLE, DEFAULT_INPUT, STANDARD_INPUT
from cnncalc.provenance import Origin, Provenance

if TYPE_CHECKING:
    from cnncalc.files.labelled import LabelledData
    from cnncalc.files.pixels import PixelInput
    from cnncalc.network import Network

__all__ = ["calculated", "data_origin", "image_origin", "kernel_origin"]


def calculated(origins: Provenance, network: Network) -> Provenance:
    """Return the origins of a result with the layers that the `network` has in its calculation."""
    # Not every task has a network: those that have none needn't wait for its notation.
    from cnncalc.notation import write

    return replace(origins, layers=write(network.layers))


def image_origin(source: Any, image: PixelInput | None = None) -> Origin:  # noqa: ANN401 (INPUT)
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


def kernel_origin(text: Any, kernel: Kernel) -> Origin:  # noqa: ANN401 (or an array)
    """Return where a kernel comes from.

    Arguments: the `text` as written, or an array; the `kernel` that was read from it.
    """
    if not isinstance(text, str):
        return Origin("Python", "an array")
    path = kernel_file(text)
    if path is None:
        return Origin("command", kernel.name)
    return file_origin(path, kernel.sheet, kernel.cell_range)


def data_origin(source: Any, data: LabelledData) -> Origin:  # noqa: ANN401 (DATA)
    """Return where data comes from: of a folder its name and how many images were read of it.

    The files that the data was read from have digests; photos, which may be very many, have none.
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
    return Origin("folder", name, images=sum(map(len, parts)), files=files)
