"""The origin of what a command reads, and the record that goes into what it writes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from cnncalc.cli.console import calculating_command
from cnncalc.files.kernels import Kernel, kernel_file
from cnncalc.files.paths import file_origin, printable
from cnncalc.files.source import ARTICLE, DEFAULT_INPUT, STANDARD_INPUT
from cnncalc.provenance import Origin, Provenance

if TYPE_CHECKING:
    from cnncalc.files.labelled import LabelledData
    from cnncalc.files.pixels import PixelInput
    from cnncalc.network import Network

__all__ = ["calculated", "data_origin", "image_origin", "kernel_origin", "provenance"]


def provenance(
    network: Origin | None = None,
    weights: Origin | None = None,
    kernels: tuple[Origin, ...] = (),
    image: Origin | None = None,
    data: Origin | None = None,
) -> Provenance:
    """Return what the command that runs made its numbers from; arguments as `Provenance` has."""
    return Provenance(
        calculating_command(), network, weights, kernels=kernels, image=image, data=data
    )


def calculated(origins: Provenance, network: Network) -> Provenance:
    """Return the origins of a result with the layers that the `network` has in its calculation."""
    # Not every command has a network: those that have none needn't wait for its notation.
    from cnncalc.notation import write

    return replace(origins, layers=write(network.layers))


def image_origin(source: str | None, image: PixelInput | None = None) -> Origin:
    """Return where INPUT, as written, comes from.

    Arguments: the `source`, None for the article's digit; the `image` that was read, which tells
    where in a workbook it stood.
    """
    text = DEFAULT_INPUT if source is None else source
    if text == STANDARD_INPUT:
        return Origin("standard input")
    if text.startswith(ARTICLE):
        return Origin("article", text)
    sheet, cells = (image.sheet, image.cell_range) if image else (None, None)
    return file_origin(Path(text), sheet, cells)


def kernel_origin(text: str, kernel: Kernel) -> Origin:
    """Return where a kernel comes from.

    Arguments: the `text` as written; the `kernel` that was read from it.
    """
    path = kernel_file(text)
    if path is None:
        return Origin("command", kernel.name)
    return file_origin(path, kernel.sheet, kernel.cell_range)


def data_origin(source: Path | None, data: LabelledData) -> Origin:
    """Return where DATA comes from: of a folder its name and how many images were read of it.

    The files that the data was read from have digests; photos, which may be very many, have none.
    """
    if source is None:
        return Origin("built-in", "handwritten digits")
    files = tuple(map(file_origin, data.files))
    if not source.is_dir():
        return replace(files[0], files=files[1:])
    parts = [part for part in (data.training, data.validation, data.test) if part is not None]
    name = printable(source.name or str(source))
    return Origin("folder", name, images=sum(map(len, parts)), files=files)
