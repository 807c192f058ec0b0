"""How each number of each layer came about, in turn, and how the output fills up."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from math import prod

import numpy as np
from rich.text import Text

from cnncalc.explanation import Position, explain
from cnncalc.trace import LayerTrace, Trace
from cnncalc.views.terminal.blocks import Block, body_screen, indented, labelled
from cnncalc.views.terminal.explanations import FEW_ROWS, draw_explanation
from cnncalc.views.terminal.matrix import Matrix, draw_near_window, draw_whole
from cnncalc.views.terminal.screen import Display, Drawing, Screen
from cnncalc.views.terminal.volumes import output_labels
from cnncalc.views.trace_colors import LayerScales, trace_scales
from cnncalc.wording import size_text

__all__ = ["render_steps"]

MOST_STEPS = 64


def render_steps(trace: Trace, display: Display) -> Drawing:
    """Render how each number of each layer came about, filter by filter, row by row.

    Arguments: the `trace`; how to `display` it: the first 64 numbers of a layer, unless `full`.

    >>> from cnncalc.views.terminal.plain import plain_lines
    >>> from cnncalc import calculate
    >>> trace = calculate("article:6x6", "edge")
    >>> next(line for line in plain_lines(render_steps(trace, Display())) if "=" in line)
    'conv2d (0, 0) = 452'
    """
    scales = trace_scales(trace)

    def draw(screen: Screen) -> Iterator[Text]:
        for layer in trace.layers:
            yield from _draw_steps(layer, scales.layers[layer.name], screen)

    return Drawing(display, draw)


def _draw_steps(layer: LayerTrace, scales: LayerScales, screen: Screen) -> Iterator[Text]:
    height, width, channels = layer.output.shape
    count = prod(layer.output.shape)
    shown = count if screen.display.full else min(count, MOST_STEPS)
    yield screen.line(f"Step by step · {layer.name} · {size_text(layer.output.shape)}", "bold")
    yield screen.line()
    for channel, row, column in islice(np.ndindex(channels, height, width), shown):
        at = (row, column, channel)
        yield from draw_explanation(explain(layer, at), scales.input, screen, small=True)
        yield from indented(_so_far(layer, scales, at, body_screen(screen)), screen)
        yield screen.line()
    if shown < count:
        text = f"… and {count - shown} more; --full shows them all, --at shows a single one."
        yield from screen.sentences(text, "dim")


def _so_far(layer: LayerTrace, scales: LayerScales, at: Position, screen: Screen) -> Block:
    """Draw a layer's output as far as it is filled, its latest number marked."""
    row, column, channel = at
    values = layer.output[:, :, channel]
    hidden = np.arange(values.size).reshape(values.shape) > row * values.shape[1] + column
    scale = scales.stages[layer.stages[-1].name]
    matrix = Matrix(values, window=frozenset({(row, column)}), scale=scale, hidden=hidden)
    whole = draw_whole(matrix, screen) if matrix.height <= FEW_ROWS else None
    label = output_labels(layer.layer, layer.input.shape, layer.taken)[channel]
    name = ", ".join(part for part in (f"{layer.name} so far", label) if part)
    return labelled(name, whole or draw_near_window(matrix, screen) or [], screen)
