"""What a convolution draws of its filters: kernels slice by slice, and biases."""

from __future__ import annotations

from collections.abc import Sequence

from cnncalc.geometry import Geometry
from cnncalc.helper_cells import dilate
from cnncalc.layers import ConvolutionLayer
from cnncalc.network import Array
from cnncalc.rules import law_of
from cnncalc.rules.directions import Copies, Direction
from cnncalc.shapes import pair
from cnncalc.sheet import formulas
from cnncalc.sheet.blocks import Draw, Finder, Index, entered, whole
from cnncalc.sheet.layers.windows import spread
from cnncalc.sheet.plan import Formula, Quantity, Step
from cnncalc.sheet.quantities import GradientStep, helper
from cnncalc.sheet.volumes import Item, Slot, Source, Volume, bias_items, numbered
from cnncalc.trace.stage_names import HelperName

__all__ = [
    "bias_quantity",
    "channels_of",
    "flipped_kernel_steps",
    "flipped_kernel_volumes",
    "kernel_items",
    "kernel_quantity",
    "output_captions",
    "seen_kernel",
    "turned_kernel",
    "weight_volumes",
]


_FLIPPED = "Each kernel turned by 180°: an input cell met a window's last weight first."

_WEIGHTS = "The weights and biases: type over any of them."


def bias_quantity(layer: ConvolutionLayer) -> Quantity:
    """Return the name of a layer's biases."""
    return Quantity("weight", layer.name, "bias")


def kernel_quantity(layer: ConvolutionLayer) -> Quantity:
    """Return the name of a layer's kernel."""
    return Quantity("weight", layer.name, "kernel")


def seen_kernel(layer: ConvolutionLayer, geometry: Geometry) -> Quantity:
    """Return the kernel that fits the window cell by cell: the dilated one where there is one."""
    if max(geometry.dilation_rate) > 1:
        return Quantity("helper", layer.name, HelperName.DILATED_KERNEL)
    return kernel_quantity(layer)


def output_captions(layer: ConvolutionLayer, source: Source) -> tuple[str, ...]:
    """Return what each channel of a convolution's result is called."""
    channels = channels_of(layer, source)
    if not isinstance(channels, Copies):
        count = channels.outputs
        alone = count == 1 and not source.numbers
        return ("",) if alone else numbered("filter", count, source.numbers)
    if channels.copies == 1:
        return source.captions
    named = [caption or "filter" for caption in source.captions]
    return tuple(f"{caption} {copy}" for caption in named for copy in range(channels.copies))


def channels_of(layer: ConvolutionLayer, source: Source) -> Direction:
    """Return which channels each filter sees, and which filters see a channel.

    The weights that it tells are slices of the kernel.
    """
    return law_of(layer, source.shape).directions[-1]


def weight_volumes(
    layer: ConvolutionLayer, source: Source, geometry: Geometry, captions: Sequence[str]
) -> list[Volume]:
    """Return the kernel, its dilated form where it has one, and the biases."""
    kernel = kernel_quantity(layer)
    items = kernel_items(layer, source, captions)
    draw = entered(kernel, *geometry.kernel, "weights")
    volumes = [
        Volume(
            "Weights", layer.name, kernel, *geometry.kernel, items, draw, _WEIGHTS, noun="weight"
        )
    ]
    if max(geometry.dilation_rate) > 1:
        volumes.append(_dilated_volume(layer, geometry, items))
    if layer.use_bias:
        bias = bias_quantity(layer)
        biases = bias_items(len(captions))
        draw = entered(bias, 1, 1, "weights")
        volumes.append(Volume("Weights", layer.name, bias, 1, 1, biases, draw, "", noun="weight"))
    return volumes


def kernel_items(
    layer: ConvolutionLayer, source: Source, captions: Sequence[str]
) -> tuple[Item, ...]:
    """Return one item a slice of the kernel, the slices of a filter side by side."""
    channels = channels_of(layer, source)
    return tuple(
        Item(index, Slot(output, place), _slice_caption(caption, source, channel, len(seen)))
        for output, caption in enumerate(captions)
        for seen in [channels.sees(output)]
        for place, (channel, index) in enumerate(seen)
    )


def _slice_caption(caption: str, source: Source, channel: int, depth: int) -> str:
    channel_caption = source.captions[channel] if depth > 1 else ""
    return " on ".join(filter(None, (caption, channel_caption)))


def _dilated_volume(layer: ConvolutionLayer, geometry: Geometry, items: Sequence[Item]) -> Volume:
    size = geometry.vertical.window, geometry.horizontal.window
    named = tuple(Item(item.index, item.slot, "dilated") for item in items)
    draw = _dilated(layer, geometry)
    rule = "Dilated, they have zeros between them, so that all under the window is one range."
    what = ("Weights", layer.name, seen_kernel(layer, geometry), *size, named, draw, rule)
    return Volume(*what, noun="weight")


def _dilated(layer: ConvolutionLayer, geometry: Geometry) -> Draw:
    """Return the rule for a kernel with gaps: each weight a copy, the gaps zeros."""
    dilated = seen_kernel(layer, geometry)
    return spread(kernel_quantity(layer), dilated, geometry.kernel, geometry.dilation_rate)


def turned_kernel(layer: ConvolutionLayer, geometry: Geometry) -> Quantity:
    """Return the kernel turned by 180°; one of a single cell is as it is."""
    if (geometry.vertical.window, geometry.horizontal.window) == (1, 1):
        return seen_kernel(layer, geometry)
    return helper(layer.name, GradientStep.FLIPPED_KERNEL)


def flipped_kernel_volumes(layer: ConvolutionLayer, source: Source) -> list[Volume]:
    """Return the kernel turned by 180°, with the zeros between where it is dilated."""
    geometry = layer.geometry(source.shape)
    result, kernel = turned_kernel(layer, geometry), seen_kernel(layer, geometry)
    if result == kernel:
        return []
    height, width = geometry.vertical.window, geometry.horizontal.window

    def formula(index: Index, find: Finder) -> Formula:
        last = find(kernel, index, steps=(Step(-1, 0), Step(0, -1))).moved(height - 1, width - 1)
        return formulas.apply(formulas.COPY, last)

    items = kernel_items(layer, source, output_captions(layer, source))
    draw = whole(result, height, width, formula)
    return [Volume("Kernels turned", layer.name, result, height, width, items, draw, _FLIPPED)]


def flipped_kernel_steps(layer: ConvolutionLayer, kernel: Array) -> dict[str, Array]:
    """Return the numbers of the turned kernel by the step's name, where it has one."""
    turned = dilate(kernel, pair(layer.dilation_rate, "dilation_rate"))[::-1, ::-1]
    return {} if turned.shape[:2] == (1, 1) else {GradientStep.FLIPPED_KERNEL: turned}
