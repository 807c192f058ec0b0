"""What stands in helper cells: smaller steps inside a stage that a workbook has cells for.

A sum over many channels is split into parts, a dilated kernel is drawn with its gaps, a dense
layer's inputs stand in a column beside its weights, a batch normalization's deviation is worked out
first, and softmax is taken apart into its largest number, its exponentials and their total.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from cnncalc.errors import ShapeError, unknown_kind
from cnncalc.geometry import Geometry
from cnncalc.layers import BatchNormalization, Combine, KernelLayer
from cnncalc.network import Array
from cnncalc.ops import convolution, normalization
from cnncalc.rules import Join, law_of
from cnncalc.rules.joins import REDUCTIONS
from cnncalc.shapes import Size
from cnncalc.trace import HelperName, LayerTrace, StageName, partial_name

__all__ = ["TERMS_A_PART", "dilate", "helper_values", "parts"]

# A term takes up to 130 characters with two long sheet names: 32 stay under half of Excel's 8,192.
TERMS_A_PART = 32


def parts(count: int, of: str = "channels") -> tuple[range, ...]:
    """Return how `count` terms are shared out among formulas: one range a formula.

    Arguments: how many terms; what they are terms `of`, for the message.
    Raises ShapeError for more terms than there can be in as many parts.

    >>> parts(70)
    (range(0, 32), range(32, 64), range(64, 70))
    """
    if count > TERMS_A_PART**2:
        message = (
            f"a workbook can add up {TERMS_A_PART**2:,} {of} at most. Received: {count:,} {of}"
        )
        raise ShapeError(message)
    starts = range(0, count, TERMS_A_PART)
    return tuple(range(start, min(start + TERMS_A_PART, count)) for start in starts)


def dilate(kernel: Array, dilation_rate: Size) -> Array:
    """Return a kernel (height, width, …) with zeros between its cells.

    >>> dilate(np.array([[1, 2]]), Size(1, 2)).tolist()
    [[1, 0, 2]]
    """
    down, across = dilation_rate
    height, width = kernel.shape[:2]
    spread = (down * (height - 1) + 1, across * (width - 1) + 1)
    result = np.zeros((*spread, *kernel.shape[2:]), kernel.dtype)
    result[::down, ::across] = kernel
    return result


def helper_values(layer: LayerTrace) -> dict[str, Array]:
    """Return the smaller steps of a traced layer by name, as far as it has any.

    "dilated kernel" (height, width, and the rest as the kernel has it); "partial sums" (height,
    width, part, filter or unit); of a dense layer on a vector its "inputs" (inputs, 1); of a batch
    normalization the "standard deviation" (channels,); of softmax the "largest" (height, width, 1),
    the "exponentials" (height, width, channels) and their "total" (height, width, 1), on a vector
    (1,), (units,) and (1,); and where many channels are joined, the "partial combined", "partial
    largest" or "partial total" (height, width, part).
    """
    result = _before_activation(layer)
    if layer.layer.has_softmax:
        result |= _softmax_steps(layer.stages[-2].values if layer.stages[1:] else layer.input)
    return result


def _before_activation(layer: LayerTrace) -> dict[str, Array]:
    """Return the smaller steps before a layer's activation."""
    match layer.layer:
        case KernelLayer():
            if layer.geometry is None:
                return _dense_steps(layer)
            return _convolution_steps(layer, layer.geometry)
        case BatchNormalization(epsilon=epsilon):
            variance = layer.weights["moving_variance"]
            deviation = normalization.standard_deviation(variance, np.float64(epsilon))
            return {HelperName.STANDARD_DEVIATION: deviation}
        case Combine():
            join = law_of(layer.layer, layer.input.shape).join
            return _partial(StageName.COMBINED, join, layer.input)
    join = law_of(layer.layer, layer.input.shape).join
    if join in REDUCTIONS or join in _IN_ONE_CELL:
        return {}
    raise TypeError(
        unknown_kind("a layer must have its smaller steps in helper_cells.py", layer.layer)
    )


# Softmax has its steps behind the numbers that it compares.
_IN_ONE_CELL = (
    *(Join.SAME, Join.EACH, Join.RESCALE, Join.SOFTMAX),
    *(Join.SUM, Join.DIFFERENCE),  # of a merge
)


def _convolution_steps(layer: LayerTrace, geometry: Geometry) -> dict[str, Array]:
    result: dict[str, Array] = {}
    kernel = layer.weights["kernel"]
    if max(geometry.dilation_rate) > 1:
        result[HelperName.DILATED_KERNEL] = dilate(kernel, geometry.dilation_rate)
    channels = law_of(layer.layer, layer.input.shape).directions[-1]
    depth = len(channels.sees(0))
    if len(parts(depth)) > 1:
        result[HelperName.PARTIAL_SUMS] = _partial_sums(layer, geometry, channels.inputs // depth)
    return result


def _dense_steps(layer: LayerTrace) -> dict[str, Array]:
    inputs, kernel = layer.input, layer.weights["kernel"]
    if inputs.ndim == 1:
        return {HelperName.INPUTS: inputs[:, np.newaxis]}
    shares = parts(inputs.shape[-1])
    if len(shares) == 1:
        return {}
    sums = [inputs[..., share] @ kernel[share.start : share.stop] for share in shares]
    return {HelperName.PARTIAL_SUMS: np.stack(sums, axis=-2)}


def _partial_sums(layer: LayerTrace, geometry: Geometry, groups: int) -> Array:
    """Convolve each part of the channels by itself."""
    kernel = layer.weights["kernel"]
    # Each group's filters see the same places among the channels of their own group.
    images = layer.input.reshape(1, *geometry.input, groups, -1)
    sums = []
    for part in parts(kernel.shape[2]):
        channels = slice(part.start, part.stop)
        image = images[..., channels].reshape(1, *geometry.input, -1)
        sums.append(convolution.convolve(image, kernel[:, :, channels], geometry, groups)[0])
    return np.stack(sums, axis=2)


def _partial(name: str, join: Join, inputs: Array) -> dict[str, Array]:
    """Join each part of the channels by itself, where there is more than one part.

    A vector's numbers stand together in one range, which needs no parts.
    """
    if join not in _IN_PARTS:
        message = f"what is joined in parts must be {' or '.join(_IN_PARTS)}. Received: {join}"
        raise TypeError(message)
    if inputs.ndim == 1:
        return {}
    shares = parts(inputs.shape[-1])
    if len(shares) == 1:
        return {}
    joined = [_IN_PARTS[join](inputs[..., share], axis=-1) for share in shares]
    return {partial_name(name): np.stack(joined, axis=-1)}


_IN_PARTS: Mapping[Join, Callable[..., Array]] = {Join.SUM: np.sum, Join.MAX: np.max}


def _softmax_steps(inputs: Array) -> dict[str, Array]:
    largest = np.max(inputs, axis=-1, keepdims=True)
    exponentials = np.exp(inputs - largest)
    total = np.sum(exponentials, axis=-1, keepdims=True)
    return {
        **_partial(HelperName.LARGEST, Join.MAX, inputs),
        HelperName.LARGEST: largest,
        HelperName.EXPONENTIALS: exponentials,
        **_partial(HelperName.TOTAL, Join.SUM, exponentials),
        HelperName.TOTAL: total,
    }
