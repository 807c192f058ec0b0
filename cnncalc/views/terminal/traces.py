"""A trace, stage by stage: each matrix under what it is and how its size came about."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from rich.text import Text

from cnncalc.layers import Concatenate, MergeLayer, WindowLayer
from cnncalc.layers.graph import IMAGE_PLACE, sources
from cnncalc.rules import law_of
from cnncalc.trace import LayerTrace, Stage, Trace
from cnncalc.trace.parts import taken_results
from cnncalc.trace.stage_names import StageName
from cnncalc.views.colors import ColorScale
from cnncalc.views.terminal.blocks import body_screen, draw_section
from cnncalc.views.terminal.inputs import draw_input
from cnncalc.views.terminal.kernels import draw_weights
from cnncalc.views.terminal.matrix import PADDING_MARK
from cnncalc.views.terminal.screen import Display, Drawing, Screen
from cnncalc.views.terminal.slices import draw_vector, draw_volume
from cnncalc.views.terminal.volumes import Volume, channel_labels, output_labels
from cnncalc.views.trace_colors import LayerScales, trace_scales
from cnncalc.wording import size_text

__all__ = ["draw_layer", "image_takers", "render_trace"]


def render_trace(trace: Trace, display: Display) -> Drawing:
    """Render every stage of a trace, from the input to the result.

    Arguments: the `trace`; how to `display` it.

    >>> from cnncalc.views.terminal.plain import plain_lines
    >>> from cnncalc import calculate
    >>> trace = calculate("article:6x6", "edge")
    >>> plain_lines(render_trace(trace, Display()))[:3]
    ['Input · 6×6', '6 rows, 6 columns, 1 channel; lowest 0, highest 253, mean 122.7222', '']
    """
    scales = trace_scales(trace)

    def draw(screen: Screen) -> Iterator[Text]:
        if trace.input.values.ndim == 3:
            yield from draw_input(trace.input.values, scales.image, "", screen)
        on_image = image_takers(trace)
        for place, layer in enumerate(trace.layers):
            what = (layer, scales.layers[layer.name], screen)
            yield from draw_layer(*what, on_image=place in on_image)

    return Drawing(display, draw)


def image_takers(trace: Trace) -> frozenset[int]:
    """Return the places of the layers whose input is the image itself.

    >>> from cnncalc import calculate
    >>> from cnncalc.layers import MaxPooling2D
    >>> sorted(image_takers(calculate("article:6x6", "edge", pooling=MaxPooling2D(2))))
    [0]
    """
    taken = enumerate(sources(trace.network.layers))
    return frozenset(place for place, places in taken if places == (IMAGE_PLACE,))


def draw_layer(
    layer: LayerTrace,
    scales: LayerScales,
    screen: Screen,
    class_names: Sequence[str] = (),
    *,
    on_image: bool,
) -> Iterator[Text]:
    """Draw the weights and every stage of a layer.

    Arguments: the layer's trace; the `scales` of its stages; the screen; the `class_names` for a
    softmax; whether the layer works `on_image`, its input being that. A merge begins with the
    results that it joins, apart.
    """
    if isinstance(layer.layer, MergeLayer) and not isinstance(layer.layer, Concatenate):
        yield from _draw_results(layer, scales.input, screen)
    for index, stage in enumerate(layer.stages):
        if index == int(layer.stages[0].name == StageName.PADDED_INPUT):
            yield from draw_weights(layer, screen, is_image=on_image)
        title = (_title(layer, stage), layer.name, size_text(stage.values.shape))
        notes = [stage.note, *_padding_notes(layer, stage, screen)]
        inner, scale = body_screen(screen), scales.stages[stage.name]
        if stage.name == StageName.SOFTMAX:
            # Only classes need what training measures, which is slow to load.
            from cnncalc.views.terminal.classes import draw_shares  # noqa: PLC0415 (see above)

            logits = layer.stages[index - 1].values
            body = draw_shares(logits, stage.values, class_names, inner)
        elif stage.values.ndim == 3:
            body = draw_volume(_volume(layer, stage, scale, on_image=on_image), inner)
        else:
            body = draw_vector(stage.values, scale, inner)
        yield from draw_section(title, notes, body, screen)


def _draw_results(layer: LayerTrace, scale: ColorScale, screen: Screen) -> Iterator[Text]:
    """Draw each of the results that a merge joins, as it was before it was repeated."""
    for name, result in zip(layer.layer.inputs, taken_results(layer), strict=True):
        size, inner = size_text(result.shape), body_screen(screen)
        is_repeated = result.ndim < layer.output.ndim or result.shape != layer.output.shape
        notes = [f"repeated to {size_text(layer.output.shape)}"] if is_repeated else []
        if result.ndim == 3:
            volume = Volume(result, channel_labels(result.shape[2]), scale)
            body = draw_volume(volume, inner)
        else:
            body = draw_vector(result, scale, inner)
        yield from draw_section((f"What {layer.name} joins", name, size), notes, body, screen)


def _title(layer: LayerTrace, stage: Stage) -> str:
    if stage.name != StageName.POOLING:
        return stage.name.capitalize()
    size = size_text(layer.geometry.kernel) if layer.geometry else ""
    join = law_of(layer.layer, layer.input.shape).join
    return f"{join.capitalize()} pooling {size}"


def _volume(layer: LayerTrace, stage: Stage, scale: ColorScale, *, on_image: bool) -> Volume:
    channels = stage.values.shape[2]
    if stage.name == StageName.PADDED_INPUT and layer.geometry:
        labels = channel_labels(channels, is_image=on_image)
        return Volume(stage.values, labels, scale, layer.geometry.pads, is_image=on_image)
    labels = output_labels(layer.layer, layer.input.shape, layer.taken)
    return Volume(stage.values, labels, scale)


def _padding_notes(layer: LayerTrace, stage: Stage, screen: Screen) -> list[str]:
    """Say how padding is marked without colours, and where "same" puts what does not split."""
    if stage.name != StageName.PADDED_INPUT or layer.geometry is None:
        return []
    notes = []
    pads = layer.geometry.pads
    if isinstance(layer.layer, WindowLayer) and layer.layer.padding == "same":
        if pads.bottom > pads.top:
            notes.append("same needs an odd number of rows here: the extra one goes to the bottom")
        if pads.right > pads.left:
            notes.append(
                "same needs an odd number of columns here: the extra one goes to the right"
            )
    if screen.colors is None and not np.isnan(stage.values).any():
        notes.append(f"{PADDING_MARK} marks the zeros of the padding")
    return notes
