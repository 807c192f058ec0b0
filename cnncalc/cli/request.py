"""From options as written to an image, and a network that calculates what was asked for."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal, cast

from cnncalc.calculator import Calculation, pooling_layer
from cnncalc.cli.options import CalculationOptions, InputOptions
from cnncalc.cli.remarks import remark
from cnncalc.errors import OptionError
from cnncalc.files.kernels import Kernel, read_kernels, stack_kernels
from cnncalc.files.pixels import Channels, PixelInput
from cnncalc.files.source import read_input
from cnncalc.network import Array, Network
from cnncalc.shapes import pair

__all__ = ["read_calculation", "read_image"]

_EXPORTED_KERNELS = re.compile(r"@(?P<file>.+?\.xlsx)(?:!(?P<sheet>[^!:]+))?", re.IGNORECASE)


def read_image(given: InputOptions, channels: Channels = "as-is") -> PixelInput:
    """Read the INPUT and say what it was and how it was read."""
    image = _exported_image(given) or read_input(
        given.source, sheet=given.sheet, cell_range=given.cell_range, channels=channels
    )
    remark(image.description)
    return image


def _exported_image(given: InputOptions) -> PixelInput | None:
    """Read the image of a workbook that cnncalc exported, whose sheets hold other numbers too."""
    path = Path(given.source or "")
    if path.suffix.lower() != ".xlsx" or given.cell_range is not None:
        return None
    # Imported here: openpyxl takes longer to load than a small grid takes to convolve.
    from cnncalc.cli.exported import exported_image

    return exported_image(path, given.sheet)


def _read_kernels(text: str) -> tuple[Kernel, ...]:
    """Read what was given as a kernel; of an exported workbook, all its first layer's kernels."""
    found = _EXPORTED_KERNELS.fullmatch(text.strip())
    if found is None:
        return read_kernels(text)
    from cnncalc.cli.exported import exported_kernels

    return exported_kernels(Path(found["file"]), found["sheet"]) or read_kernels(text)


def read_calculation(given: InputOptions, wanted: CalculationOptions) -> tuple[PixelInput, Network]:
    """Read the kernels and the image, and put the calculation together."""
    kernels = [kernel for text in wanted.kernels for kernel in _read_kernels(text)]
    image = read_image(given, _channels(kernels, wanted.depthwise))
    depth = 1 if wanted.depthwise else image.values.shape[2]
    calculation = _calculation(stack_kernels(kernels, depth), wanted)
    return image, calculation.network(image.values.shape)


def _channels(kernels: list[Kernel], depthwise: bool) -> Channels:
    """Grey where every kernel is 2-D, colour where one is three deep or each channel has it."""
    depths = {kernel.values.shape[2] for kernel in kernels}
    if depthwise and depths != {1}:
        message = f"--depthwise takes 2-D kernels. Received: a kernel {max(depths)} deep"
        raise OptionError(message)
    if depthwise:
        return "as-is"
    return "rgb" if 3 in depths else "grey"


def _calculation(kernel: Array, wanted: CalculationOptions) -> Calculation:
    biases = [number for numbers in wanted.biases for number in numbers]
    return Calculation(
        kernel,
        biases or None,
        wanted.padding,
        pair(wanted.stride, "stride"),
        pair(wanted.dilation, "dilation"),
        wanted.activation,
        wanted.depthwise,
        cast("Literal['sum', 'max'] | None", wanted.combine),
        pooling_layer(*wanted.pooling) if wanted.pooling else None,
    )
