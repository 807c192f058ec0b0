"""From options as written to an image, and a network that calculates what was asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

from cnncalc.calculator import Calculation, pooling_layer
from cnncalc.cli.memory import require_memory
from cnncalc.cli.options import CalculationOptions, InputOptions
from cnncalc.cli.provenance import image_origin, kernel_origin, provenance
from cnncalc.cli.remarks import remark
from cnncalc.errors import OptionError
from cnncalc.files.kernels import Kernel, read_kernels, stack_kernels
from cnncalc.files.pixels import Channels, PixelHeader, PixelInput, Requirement
from cnncalc.files.source import read_input
from cnncalc.files.spreadsheet_places import WORKBOOK_ENDINGS, WorkbookReference, parse_reference
from cnncalc.network import Array, Network
from cnncalc.provenance import Provenance
from cnncalc.shapes import pair

__all__ = ["CalculationRequest", "read_calculation", "read_image", "require_room"]


@dataclass(frozen=True)
class CalculationRequest:
    """An image, the network that calculates on it, and where both come from."""

    image: PixelInput
    network: Network
    provenance: Provenance


def read_image(
    given: InputOptions, channels: Channels = "as-is", require: Requirement | None = None
) -> PixelInput:
    """Read the INPUT and say what it was and how it was read.

    Arguments: its options; an image's `channels`; `require`, which may refuse the INPUT by its
    header: an image before it is decoded, anything else after it was read.
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
    remark(image.description)
    return image


def _exported_image(given: InputOptions) -> PixelInput | None:
    """Read the image of a workbook that cnncalc exported, whose sheets hold other numbers too."""
    path = Path(given.source or "")
    if path.suffix.lower() not in WORKBOOK_ENDINGS or given.cell_range is not None:
        return None
    # Imported here: the writer of workbooks takes longer to load than a small grid to convolve.
    from cnncalc.cli.exported import exported_image

    return exported_image(path, given.sheet)


def _read_kernels(text: str, given: InputOptions) -> tuple[Kernel, ...]:
    """Read what was given as a kernel; of an exported workbook, all its first layer's kernels.

    Which sheet of a workbook they stand on is said.
    """
    own = WorkbookReference(Path(given.source or ""), given.sheet) if given.sheet else None
    kernels = _exported_kernels(text.strip()) or read_kernels(text, own)
    for each in dict.fromkeys(kernel.description for kernel in kernels if kernel.description):
        remark(f"kernel from {each}")
    return kernels


def _exported_kernels(text: str) -> tuple[Kernel, ...]:
    reference = parse_reference(text[1:]) if text.startswith("@") else None
    if reference is None or reference.cell_range is not None:
        return ()
    from cnncalc.cli.exported import exported_kernels

    return exported_kernels(reference.path, reference.sheet)


def read_calculation(
    given: InputOptions,
    wanted: CalculationOptions,
    require: Callable[[Network], None] | None = None,
) -> CalculationRequest:
    """Read the kernels and the image, and put the calculation together.

    Arguments: the options of the INPUT and of the calculation; `require`, which may refuse it by
    its shapes, as it may in `read_image`.
    Raises ShapeError for a calculation whose trace does not fit into memory.
    """
    read = [(text, _read_kernels(text, given)) for text in wanted.kernels]
    kernels = [kernel for _, found in read for kernel in found]

    def network(header: PixelHeader) -> Network:
        depth = 1 if wanted.depthwise else header.shape[2]
        return _calculation(stack_kernels(kernels, depth), wanted).network(header.shape)

    def check(header: PixelHeader) -> None:
        calculation = network(header)
        if require is not None:
            require(calculation)
        require_room(calculation, header)

    image = read_image(given, _channels(kernels, wanted.depthwise), check)
    origins = provenance(
        kernels=tuple(kernel_origin(text, kernel) for text, found in read for kernel in found),
        image=image_origin(given.source, image),
    )
    return CalculationRequest(image, network(image.header), origins)


def require_room(calculation: Network, header: PixelHeader) -> None:
    """Raise ShapeError for a calculation whose trace does not fit into memory."""
    smaller = "name a smaller image, or fewer filters"
    require_memory(calculation.layers, header.shape, header, smaller=smaller)


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
