"""From options as written to an image, and a network that calculates what was asked for."""

from __future__ import annotations

from typing import Literal, cast

from cnncalc.calculator import Calculation, pooling_layer
from cnncalc.cli.console import note
from cnncalc.cli.options import CalculationOptions, InputOptions
from cnncalc.errors import OptionError
from cnncalc.files.kernels import Kernel, read_kernels, stack_kernels
from cnncalc.files.pixels import Channels, PixelInput
from cnncalc.files.source import read_input
from cnncalc.network import Array, Network
from cnncalc.shapes import pair

__all__ = ["read_calculation", "read_image"]


def read_image(given: InputOptions, channels: Channels = "as-is") -> PixelInput:
    """Read the INPUT and say what it was and how it was read."""
    image = read_input(
        given.source, sheet=given.sheet, cell_range=given.cell_range, channels=channels
    )
    note(image.description)
    return image


def read_calculation(given: InputOptions, wanted: CalculationOptions) -> tuple[PixelInput, Network]:
    """Read the kernels and the image, and put the calculation together."""
    kernels = [kernel for text in wanted.kernels for kernel in read_kernels(text)]
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
