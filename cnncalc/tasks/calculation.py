"""Calculations: from an image and options to a network, and every step of its work."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal, cast

from cnncalc.calculator import Calculation, pooling_layer, pooling_network
from cnncalc.errors import InputError, OptionError, ShapeError
from cnncalc.files.kernels import Kernel, read_kernels, stack_kernels
from cnncalc.files.paths import quoted
from cnncalc.files.pixels import Channels, PixelHeader, PixelInput, pixel_values
from cnncalc.files.spreadsheet_places import WorkbookReference, parse_reference
from cnncalc.files.states import is_state
from cnncalc.layers import Layer, MaxPooling2D, PoolingLayer, Shape
from cnncalc.network import Array, Network, walk
from cnncalc.ops.numbers import finite_numbers
from cnncalc.provenance import Provenance
from cnncalc.shapes import pair
from cnncalc.tasks.arguments import Caller, KernelLike
from cnncalc.tasks.inputs import image_origin, image_remarks, kernel_origin, read_given
from cnncalc.tasks.memory import require_memory
from cnncalc.tasks.options import NO_CALCULATION, CalculationOptions, InputOptions, PoolingText
from cnncalc.trace import LayerTrace, PassingTrace, Trace, layer_bytes, record
from cnncalc.wording import size_text

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from cnncalc.tasks.saved_states import SavedState

__all__ = [
    "CalculationRequest",
    "RequireNetwork",
    "announced_layers",
    "calculated_trace",
    "read_calculation",
    "read_pooling",
]

# Measured on photos of 12 megapixels, and on networks of 3×3 convolutions. What makes the wait is
# to write each stage and to check it, and with large kernels the products.
BYTES_A_SECOND = 300_000_000
PRODUCTS_A_SECOND = 2_000_000_000

RequireNetwork = Callable[[Network], None]


def calculated_trace(
    network: Network,
    image: PixelInput,
    provenance: Provenance,
    caller: Caller,
    keep: Collection[str] | None = None,
) -> Trace:
    """Record a network's work on an image, announced where it takes long; see `record`.

    Arguments: the `network`; the `image`; where both come from; the `caller`; the names of the
    layers to `keep`, None for all.
    """
    with caller.working(f"Calculating on {image.name}", _seconds(network)):
        return replace(record(network, image.values, keep=keep), provenance=provenance)


def announced_layers(
    trace: PassingTrace, image: PixelInput, caller: Caller
) -> Iterator[LayerTrace]:
    """Yield the layers of a passing trace, each announced by itself where it takes long."""
    network, layers = trace.network, trace.layers
    for layer, shape in walk(network.layers, network.input_shape):
        with caller.working(f"Calculating on {image.name}", _layer_seconds(layer, shape)):
            traced = next(layers)
        yield traced
        # Whoever took it decides how long it stays.
        del traced


def _seconds(network: Network) -> float:
    walked = walk(network.layers, network.input_shape)
    return sum(_layer_seconds(layer, shape) for layer, shape in walked)


def _layer_seconds(layer: Layer, input_shape: Shape) -> float:
    products, size = layer.multiply_adds(input_shape), layer_bytes(layer, input_shape)
    return size / BYTES_A_SECOND + products / PRODUCTS_A_SECOND


@dataclass(frozen=True)
class CalculationRequest:
    """An image, the network that calculates on it, and where both come from."""

    image: PixelInput
    network: Network
    provenance: Provenance


def _read_kernels(text: KernelLike, given: InputOptions, caller: Caller) -> tuple[Kernel, ...]:
    """Read what was given as a kernel; of an exported workbook, all its first layer's kernels.

    Which sheet of a workbook they stand on is said.
    """
    if isinstance(text, Path):
        text = f"@{text}"
    if not isinstance(text, str):
        return (_array_kernel(text),)
    beside = WorkbookReference(Path(given.text or ""), given.sheet) if given.sheet else None
    kernels = _exported_kernels(text.strip()) or read_kernels(text, beside)
    said = (kernel.description for kernel in kernels if kernel.description)
    for description in dict.fromkeys(said):
        caller.remark(f"kernel from {description}")
    return kernels


def _array_kernel(array: ArrayLike) -> Kernel:
    values = finite_numbers(array, "kernel")
    if values.ndim not in (2, 3) or not values.size:
        message = (
            "a kernel must be (height, width) or (height, width, channels). "
            f"Received: shape {values.shape}"
        )
        raise ShapeError(message)
    return Kernel("array", pixel_values(values.copy()))


def _exported_kernels(text: str) -> tuple[Kernel, ...]:
    reference = parse_reference(text[1:]) if text.startswith("@") else None
    if reference is None or reference.cell_range is not None:
        return ()
    from cnncalc.tasks.workbook_reading import exported_kernels

    return exported_kernels(reference.path, reference.sheet)


def read_calculation(
    given: InputOptions,
    wanted: CalculationOptions,
    caller: Caller,
    require: RequireNetwork | None = None,
) -> CalculationRequest:
    """Read the kernels and the image, and put the calculation together.

    Arguments: the options of the image and of the calculation; the `caller`; `require`, which may
    refuse it by its shapes, as it may in `read_given`. The state of a page brings all of it; of one
    beside kernels only the image is taken.
    Raises ShapeError for a calculation whose trace does not fit into memory, OptionError without
    any kernel.
    """
    if not wanted.kernels:
        return _saved_calculation(given, wanted, caller, require)
    read = [(text, _read_kernels(text, given, caller)) for text in wanted.kernels]
    kernels = [kernel for _, found in read for kernel in found]

    def network(header: PixelHeader) -> Network:
        depth = 1 if wanted.depthwise else header.shape[2]
        return _calculation(stack_kernels(kernels, depth), wanted).network(header.shape)

    def check(header: PixelHeader) -> None:
        calculation = network(header)
        if require is not None:
            require(calculation)
        _require_room(calculation, header)

    image = read_given(given, caller, _channels(kernels, wanted.depthwise), check)
    origins = Provenance(
        caller.command,
        kernels=tuple(kernel_origin(text, kernel) for text, found in read for kernel in found),
        image=image_origin(given.source, image),
        remarks=image_remarks(image),
    )
    return CalculationRequest(image, network(image.header), origins)


def _saved_calculation(
    given: InputOptions,
    wanted: CalculationOptions,
    caller: Caller,
    require: RequireNetwork | None,
) -> CalculationRequest:
    """Return the calculation of a page's state, which brings its kernels and options."""
    if not is_state(given.text):
        message = "a calculation needs --kernel, or the state of a page as INPUT. Received: none"
        raise OptionError(message)
    if wanted != NO_CALCULATION:
        message = (
            "the state of a page brings its own options, unless --kernel makes another "
            f"calculation. Received: other options beside {quoted(str(given.text))}"
        )
        raise OptionError(message)
    state = _saved(given)
    if not state.is_calculation:
        message = (
            f"{quoted(state.path)} must be the state of one calculation. Received: that of a whole "
            "network, which trace, explain, export-xlsx, export-html and animate take"
        )
        raise InputError(message)
    # Imported here, as in `with_layers`: those that have no network of others needn't wait for it.
    from cnncalc.notation import write

    network, image = state.network, state.image
    if require is not None:
        require(network)
    _require_room(network, image.header)
    caller.remark(f"{image.name}: {write(network.layers)} on {size_text(image.values.shape)}")
    kernels = (state.origin,) if any(network.weights) else ()
    origins = Provenance(caller.command, kernels=kernels, image=state.origin)
    return CalculationRequest(image, network, origins)


def _saved(given: InputOptions) -> SavedState:
    # Imported here: hardly any calculation waits for it.
    from cnncalc.tasks.saved_states import saved_state

    return saved_state(Path(str(given.text)))


def _is_pooling(state: SavedState) -> bool:
    return state.is_calculation and isinstance(state.network.layers[0], PoolingLayer)


def read_pooling(
    given: InputOptions,
    layer: PoolingLayer | None,
    caller: Caller,
    require: RequireNetwork | None = None,
) -> CalculationRequest:
    """Read the image, and put its pooling together; as `read_calculation`.

    Without a `layer` it is that of the state of a page of a pooling, else max pooling of 2×2.
    """
    if layer is None and is_state(given.text) and _is_pooling(_saved(given)):
        return _saved_calculation(given, NO_CALCULATION, caller, require)
    layer = MaxPooling2D(2) if layer is None else layer

    def check(header: PixelHeader) -> None:
        network = pooling_network(header.shape, layer)
        if require is not None:
            require(network)
        _require_room(network, header)

    image = read_given(given, caller, require=check)
    origins = Provenance(
        caller.command, image=image_origin(given.source, image), remarks=image_remarks(image)
    )
    return CalculationRequest(image, pooling_network(image.values.shape, layer), origins)


def _require_room(calculation: Network, header: PixelHeader) -> None:
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
    pooling = wanted.pooling
    return Calculation(
        kernel,
        biases or None,
        "valid" if wanted.padding is None else wanted.padding,
        pair(1 if wanted.stride is None else wanted.stride, "stride"),
        pair(1 if wanted.dilation is None else wanted.dilation, "dilation"),
        wanted.activation,
        wanted.depthwise,
        cast("Literal['sum', 'max'] | None", wanted.combine),
        pooling_layer(*pooling) if isinstance(pooling, PoolingText) else pooling,
    )
