"""How a number came about, as a figure: its window, window × kernel = products, and the sum."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from heapq import nlargest

import numpy as np

from cnncalc.explanation import Explanation, Term
from cnncalc.layers import MergeLayer
from cnncalc.network import Array
from cnncalc.rules import Join
from cnncalc.rules.joins import SIGNS
from cnncalc.rules.ranges import PIXELS, network_ranges, range_of_numbers
from cnncalc.trace import LayerTrace, Trace
from cnncalc.trace.stage_names import StageName
from cnncalc.views.colors import ColorScale, Theme, fitted_scale, image_scale, scale_of
from cnncalc.views.figure.pen import Grid, GridRow, Outline, Pen, cell
from cnncalc.views.figure.shapes import Drawing
from cnncalc.views.terminal.explanations import largest_channels, notes_of
from cnncalc.views.terminal.formulas import by_channel, draw_result, joined_place, place
from cnncalc.views.terminal.screen import Display, Screen
from cnncalc.views.terminal.volumes import channel_labels

__all__ = ["ExplainedNumber", "draw_explanations", "explained"]

_MOST_CHANNELS = 3
# An input of more rows or columns is drawn as far as this around its window.
_MOST_SIDE, _MOST_CELLS, _AROUND = 18, 144, 2
# Of so many terms the numbers are drawn where they don't lie side by side.
_MOST_TERMS = 12
# How many characters wide formulas are.
_CHARACTERS = 96


@dataclass(frozen=True, eq=False)
class ExplainedNumber:
    """An explanation, and what its layer takes in: the scale of that, for its colours."""

    explanation: Explanation
    scale: ColorScale


def explained(
    trace: Trace, explanations: Sequence[Explanation], *, is_article: bool = False
) -> list[ExplainedNumber]:
    """Return explanations of a trace with the scales of their layers' inputs.

    Arguments: the `trace`; the `explanations`; whether its image is a grid of the article's.
    """
    image, network = range_of_numbers(trace.input.values), trace.network
    found = network_ranges(network.layers, network.input_shape, image)
    given = {layer.name: of.given for layer, of in zip(network.layers, found, strict=True)}
    scales: dict[str, ColorScale] = {}
    for layer in trace.layers:
        of = given[layer.name]
        is_image = of == image and not of.is_signed and of.high <= PIXELS.high
        scales[layer.name] = (
            image_scale(trace.input.values, is_article=is_article)
            if is_image
            else scale_of(layer.input, of)
        )
    return [ExplainedNumber(one, scales[one.layer.name]) for one in explanations]


def draw_explanations(
    numbers: Sequence[ExplainedNumber],
    decimals: int,
    theme: Theme,
    title: str = "",
) -> Drawing:
    """Return numbers and how they came about, one below the other.

    Arguments: the `numbers`; at most so many `decimals`; the `theme`; the figure's `title`, for who
    doesn't see it.
    """
    pen = Pen(theme, decimals)
    for position, number in enumerate(numbers):
        if position:
            pen.rule()
        _draw(number, pen)
    return pen.finished(title)


def _draw(number: ExplainedNumber, pen: Pen) -> None:
    """Draw one number: what it is, its window, its formulas."""
    explanation = number.explanation
    screen = Screen(_CHARACTERS, 24, None, "utf-8", Display(pen.decimals))
    value = screen.number(explanation.results[-1][1]).replace("-", "−")
    pen.heading(f"{place(explanation)} = {value}")
    for note in notes_of(explanation):
        pen.note(note.replace("-", "−"))
    pen.gap(6)
    rows = list(_rows(number))
    room = max((pen.room(row.grids) for row in rows), default=0.0)
    for row in rows:
        pen.row(row, room)
    for line in draw_result(explanation, screen):
        # What stands behind an equation says whose number it is; alone it would say no more.
        text = line.plain.replace(f"  {place(explanation)}", f"  ·  {place(explanation)}")
        if line.plain.strip() != place(explanation):
            pen.text(text)
    pen.gap()


def _rows(number: ExplainedNumber) -> Iterator[GridRow]:
    """Yield what is drawn of each input channel: the window, and its products if it has any."""
    explanation = number.explanation
    if explanation.layer.geometry is None:
        if isinstance(explanation.layer.layer, MergeLayer):
            yield _joined(number)
        else:
            yield _products(number) if explanation.rule is Join.PRODUCTS else _read(number)
        return
    channels = by_channel(explanation)
    labels = channel_labels(explanation.layer.input.shape[-1])
    for channel in largest_channels(channels, _MOST_CHANNELS):
        label = labels[channel] if len(channels) > 1 else ""
        grids = tuple(_channel_grids(number, channels[channel], label))
        yield GridRow(grids, ("", "×", "=")[: len(grids) - 1])


def _joined(number: ExplainedNumber) -> GridRow:
    """Return one number of each result that a merge joins, under its name, and what they give."""
    explanation, note = number.explanation, ""
    terms, layer = explanation.terms, explanation.layer
    if len(terms) > _MOST_TERMS:
        note = f"The first {_MOST_TERMS} of {len(terms):,} results:"
        terms = terms[:_MOST_TERMS]
    grids = [
        Grid(joined_place(layer, term), np.array([[term.value]]), number.scale) for term in terms
    ]
    result = cell("result", explanation.results[-1][1])
    sign = SIGNS.get(explanation.rule, "")
    return GridRow((*grids, result), (*[sign] * (len(grids) - 1), "→"), note)


def _products(number: ExplainedNumber) -> GridRow:
    """Return inputs × weights = products and their sum, the largest where there are many."""
    explanation, note = number.explanation, ""
    terms = explanation.terms
    if len(terms) > _MOST_TERMS:
        note = f"The {_MOST_TERMS} largest of {len(terms):,} products:"
        terms = tuple(nlargest(_MOST_TERMS, terms, key=lambda term: abs(term.product)))
    columns: tuple[tuple[str, list[float], ColorScale | None, Outline], ...] = (
        ("inputs", [term.value for term in terms], number.scale, "window"),
        ("weights", [term.weight or 0.0 for term in terms], None, "weights"),
        ("products", [term.product for term in terms], None, "products"),
    )
    grids = [
        _column(caption, values, scale or fitted_scale(np.array(values), is_signed=True), kind)
        for caption, values, scale, kind in columns
    ]
    total = cell("sum of all" if note else "sum", explanation.total)
    return GridRow((*grids, total), ("×", "=", "→"), note)


def _read(number: ExplainedNumber) -> GridRow:
    """Return what a number was made of, beside the numbers of its rule, and what comes of it."""
    explanation = number.explanation
    terms, note = explanation.terms, ""
    index, is_padding = terms[0].index, any(term.padding for term in terms)
    if len(index) == 3 and len({term.index[2] for term in terms}) == 1 and not is_padding:
        label = f"input, channel {index[2]}" if explanation.layer.input.shape[2] > 1 else ""
        grids = [_window(number, terms, label)]
    else:
        if len(terms) > _MOST_TERMS:
            note = f"The first {_MOST_TERMS} of {len(terms):,} numbers:"
        values = [term.value for term in terms[:_MOST_TERMS]]
        caption = "input" if len(values) == 1 else "inputs"
        grids = [_column(caption, values, number.scale, "window")]
    grids += [cell(name, value) for name, value in explanation.parameters]
    result = cell("result", explanation.results[-1][1])
    return GridRow((*grids, result), (*[""] * (len(grids) - 1), "→"), note)


def _column(caption: str, values: list[float], scale: ColorScale, kind: Outline) -> Grid:
    numbers = np.array(values)[:, np.newaxis]
    return Grid(caption, numbers, scale, None, (0, 0, *numbers.shape), kind)


def _channel_grids(number: ExplainedNumber, terms: Sequence[Term], label: str) -> list[Grid]:
    explanation = number.explanation
    grids = [_window(number, terms, label)]
    geometry = explanation.layer.geometry
    if explanation.rule is not Join.PRODUCTS or geometry is None or len(terms) == 1:
        return grids
    size = (geometry.kernel.height, geometry.kernel.width)
    columns: tuple[tuple[str, list[float], ColorScale | None, Outline], ...] = (
        ("values", [term.value for term in terms], number.scale, "window"),
        ("kernel", [term.weight or 0.0 for term in terms], None, "weights"),
        ("products", [term.product for term in terms], None, "products"),
    )
    padding = np.reshape([term.padding for term in terms], size)
    for caption, values, scale, kind in columns:
        numbers = np.reshape(values, size)
        colors = scale or fitted_scale(numbers, is_signed=True)
        added = padding if caption == "values" else None
        whole = (0, 0, *size)
        grids.append(Grid(caption, numbers, colors, added, whole, kind))
    return grids


def _window(number: ExplainedNumber, terms: Sequence[Term], label: str) -> Grid:
    """Return one channel of the input, or as much as there is room for, its window marked."""
    layer = number.explanation.layer
    values, pads = _padded(layer)
    channel = values[:, :, terms[0].index[2]]
    rows = [term.index[0] + pads[0] for term in terms]
    columns = [term.index[1] + pads[1] for term in terms]
    down, across = _part(rows, channel.shape[0]), _part(columns, channel.shape[1])
    if channel.size <= _MOST_CELLS and max(channel.shape) <= _MOST_SIDE:
        down, across = (0, channel.shape[0]), (0, channel.shape[1])
    part = channel[slice(*down), slice(*across)]
    added = np.ones(channel.shape, dtype=bool)
    height, wide = layer.input.shape[:2]
    added[pads[0] : pads[0] + height, pads[1] : pads[1] + wide] = False
    marked = (
        min(rows) - down[0],
        min(columns) - across[0],
        max(rows) - min(rows) + 1,
        max(columns) - min(columns) + 1,
    )
    caption = label or "input"
    if part.shape != channel.shape:
        caption += f", rows {down[0] - pads[0]} to {down[1] - pads[0] - 1}, "
        caption += f"columns {across[0] - pads[1]} to {across[1] - pads[1] - 1}"
    padding = added[slice(*down), slice(*across)]
    return Grid(caption, part, number.scale, padding, marked, "window")


def _padded(layer: LayerTrace) -> tuple[Array, tuple[int, int]]:
    """Return a layer's input with the padding around it, and how much is above and left of it."""
    first = layer.stages[0]
    if first.name == StageName.PADDED_INPUT and layer.geometry is not None:
        return first.values, (layer.geometry.pads.top, layer.geometry.pads.left)
    return layer.input, (0, 0)


def _part(indices: Sequence[int], size: int) -> tuple[int, int]:
    return max(0, min(indices) - _AROUND), min(size, max(indices) + 1 + _AROUND)
