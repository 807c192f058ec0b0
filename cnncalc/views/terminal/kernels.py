"""The kernels of a convolution and their biases, filter by filter."""

from __future__ import annotations

from collections.abc import Iterator

from rich.text import Text

from cnncalc.network import Array
from cnncalc.rules import law_of
from cnncalc.rules.directions import Copies, Direction
from cnncalc.rules.ranges import ANY
from cnncalc.trace import LayerTrace
from cnncalc.views.colors import scale_of
from cnncalc.views.terminal.blocks import body_screen, draw_section
from cnncalc.views.terminal.matrix import Matrix, draw_corners, draw_full, draw_whole
from cnncalc.views.terminal.screen import FAINT, Screen
from cnncalc.views.terminal.slices import MOST_NUMBERS, draw_volume
from cnncalc.views.terminal.volumes import Volume, channel_labels
from cnncalc.wording import size_text

__all__ = ["draw_filters", "draw_kernels", "draw_matrix", "draw_weights"]


def draw_kernels(layer: LayerTrace, screen: Screen, *, is_image: bool) -> Iterator[Text]:
    """Draw the weights of a convolution layer; `is_image` names the channels of its input."""
    body = draw_filters(layer, body_screen(screen), is_image=is_image)
    yield from draw_section(_title(layer), _notes(layer), body, screen)


def draw_filters(layer: LayerTrace, screen: Screen, *, is_image: bool) -> Iterator[Text]:
    """Draw the numbers of a convolution's kernels, filter by filter, as `draw_kernels` does."""
    one_slice_each = layer.weights["kernel"].shape[2] == 1
    is_flat = one_slice_each or isinstance(_channels(layer), Copies)
    draw = _draw_flat if is_flat else _draw_deep
    yield from draw(layer, screen, is_image=is_image)


def _channels(layer: LayerTrace) -> Direction:
    """Return which channels each filter sees."""
    return law_of(layer.layer, layer.input.shape).directions[-1]


def _title(layer: LayerTrace) -> tuple[str, str, str]:
    kernel = layer.weights["kernel"]
    is_depthwise = isinstance(_channels(layer), Copies)
    size = size_text(kernel.shape[:2] if is_depthwise else kernel.shape[:3])
    filters = layer.output.shape[2]
    if filters == 1:
        return "Kernel", layer.name, size
    return "Kernels", layer.name, f"{filters} of {size}"


def _notes(layer: LayerTrace) -> list[str]:
    geometry = layer.geometry
    if geometry is None:
        return []
    notes = []
    if geometry.strides != (1, 1):
        notes.append(f"strides: {geometry.strides.height} down, {geometry.strides.width} across")
    if geometry.dilation_rate != (1, 1):
        spans = size_text((geometry.vertical.window, geometry.horizontal.window))
        notes.append(
            f"dilation {size_text(geometry.dilation_rate)}: the weights reach over {spans}"
        )
    return notes


def _draw_flat(layer: LayerTrace, screen: Screen, *, is_image: bool) -> Iterator[Text]:
    """Draw kernels of one slice, all of them side by side."""
    kernel = layer.weights["kernel"]
    slices = kernel.reshape(*kernel.shape[:2], -1)
    count = slices.shape[2]
    channels = _channels(layer)
    if isinstance(channels, Copies):
        names = channel_labels(channels.inputs, is_image=is_image)
        labels = [
            _joined(names[channel], _numbered("kernel", copy, channels.copies))
            for index in range(count)
            for _, (channel, copy) in channels.sees(index)
        ]
    else:
        labels = [_numbered("filter", index, count) for index in range(count)]
    labels = [_joined(label, _bias(layer, index, screen)) for index, label in enumerate(labels)]
    yield from draw_volume(Volume(slices, labels, scale_of(kernel, ANY), indexed=False), screen)


def _draw_deep(layer: LayerTrace, screen: Screen, *, is_image: bool) -> Iterator[Text]:
    """Draw each filter with its slices side by side."""
    kernel = layer.weights["kernel"]
    depth, filters = kernel.shape[2:]
    scale = scale_of(kernel, ANY)
    display = screen.display
    shown = filters if display.full else min(filters, max(1, display.most_slices // depth))
    names = channel_labels(layer.input.shape[2], is_image=is_image)
    channels = _channels(layer)
    for index in range(shown):
        if index:
            yield screen.line()
        label = _joined(_numbered("filter", index, filters), _bias(layer, index, screen))
        if label:
            yield screen.line(label, "bold")
        # With groups, a filter sees some of the channels: its group's.
        labels = tuple(names[tap.at] for tap in channels.sees(index))
        volume = Volume(kernel[:, :, :, index], labels, scale, indexed=False)
        yield from draw_volume(volume, screen)
    if shown < filters:
        yield from screen.sentences(f"… and {filters - shown} more; --full shows them all.", FAINT)


def _numbered(noun: str, index: int, count: int) -> str:
    return f"{noun} {index} of {count}" if count > 1 else ""


def _bias(layer: LayerTrace, index: int, screen: Screen) -> str:
    bias = layer.weights.get("bias")
    return "" if bias is None else f"bias {screen.number(float(bias[index]))}"


def _joined(*parts: str) -> str:
    return ", ".join(part for part in parts if part)


def draw_weights(layer: LayerTrace, screen: Screen, *, is_image: bool) -> Iterator[Text]:
    """Draw the weights of a layer, if it has any; `is_image` names the channels of its input."""
    if layer.layer.has_filters:
        yield from draw_kernels(layer, screen, is_image=is_image)
        return
    for name, weight in layer.weights.items():
        notes = ["a row an input, a column a unit"] if weight.ndim == 2 else []
        title = (name.replace("_", " ").capitalize(), layer.name, size_text(weight.shape))
        body = draw_matrix(weight.reshape(-1, weight.shape[-1]), body_screen(screen))
        yield from draw_section(title, notes, body, screen)


def draw_matrix(weight: Array, screen: Screen) -> Iterator[Text]:
    """Draw a (rows, columns) weight, its corners alone where it is large."""
    matrix = Matrix(weight)
    if screen.display.full and weight.size <= MOST_NUMBERS:
        yield from draw_full(matrix, screen)
    else:
        yield from draw_whole(matrix, screen) or draw_corners(matrix, screen)
