"""How a number came about, as a figure: its window, window × kernel = products, and the sum."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cnncalc.explanation import Explanation, Term
from cnncalc.network import Array
from cnncalc.rules import Join
from cnncalc.rules.ranges import PIXELS, layer_ranges, range_of_numbers
from cnncalc.trace import LayerTrace, Trace
from cnncalc.trace.stage_names import StageName
from cnncalc.views.colors import LOOKS, ColorScale, Theme, fitted_scale, pixel_scale, scale_of
from cnncalc.views.figure.flow_drawing import draw_grid, outline
from cnncalc.views.figure.fonts import width, wrapped
from cnncalc.views.figure.measures import (
    CAPTION_SIZE,
    CELL_SIZE,
    LEGEND_SIZE,
    LINE_HEIGHT,
    MARGIN,
    TITLE_SIZE,
    NumberForm,
    number_form,
)
from cnncalc.views.figure.shapes import Drawing, Line, Shape, Text
from cnncalc.views.figure.stage_boxes import Box
from cnncalc.views.terminal.explanations import largest_channels, notes_of
from cnncalc.views.terminal.formulas import by_channel, draw_result, place
from cnncalc.views.terminal.screen import Display, Screen
from cnncalc.views.terminal.volumes import channel_labels

__all__ = ["ExplainedNumber", "draw_explanations", "explained"]

_SIGN_SIZE, _BETWEEN, _BELOW = 20.0, 40.0, 16.0
_MOST_CHANNELS = 3
# An input of more rows or columns is drawn as far as this around its window.
_MOST_SIDE, _MOST_CELLS, _AROUND = 18, 144, 2
_HIGHEST_CELL = 34.0
# How many characters wide formulas are, and the figure's text.
_CHARACTERS, _TEXT_WIDTH = 96, 900.0


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
    of = image = range_of_numbers(trace.input.values)
    scales: dict[str, ColorScale] = {}
    for layer in trace.layers:
        is_image = of == image and not of.is_signed and of.high <= PIXELS.high
        scales[layer.name] = (
            pixel_scale(of.high, is_article=is_article) if is_image else scale_of(layer.input, of)
        )
        of = layer_ranges(layer.layer, layer.input.shape, of).output
    return [ExplainedNumber(one, scales[one.layer.name]) for one in explanations]


def draw_explanations(
    numbers: Sequence[ExplainedNumber],
    decimals: int,
    theme: Theme,
    title: str = "",
    sentences: Sequence[str] = (),
) -> Drawing:
    """Return numbers and how they came about, one below the other.

    Arguments: the `numbers`; at most so many `decimals`; the `theme`; the figure's `title`, for who
    doesn't see it; `sentences` that stand below.
    """
    pen = _Pen(theme, decimals)
    for position, number in enumerate(numbers):
        if position:
            pen.rule()
        pen.number(number)
    for sentence in sentences:
        pen.text(sentence, CELL_SIZE, LOOKS[theme].ink)
    return pen.finished(title)


_Kind = Literal["window", "weights", "products"]


class _Block(NamedTuple):
    """A grid with a caption: where its window or outline is, and whether that is dashed."""

    caption: str
    numbers: Array
    scale: ColorScale | None
    padding: NDArray[np.bool_] | None
    marked: tuple[int, int, int, int] | None
    outline: _Kind


class _Pen:
    """Lays explanations out from top to bottom."""

    def __init__(self, theme: Theme, decimals: int) -> None:
        self._theme, self._decimals, self._look = theme, decimals, LOOKS[theme]
        self._shapes: list[Shape] = []
        self._said: list[str] = []
        self._rules: list[float] = []
        self._y, self._right = MARGIN, 0.0

    def finished(self, title: str) -> Drawing:
        """Return the figure."""
        size = (self._right + MARGIN, self._y + MARGIN - _BELOW / 2)
        rules = [Line(MARGIN, y, self._right, y, self._look.line) for y in self._rules]
        shapes = (*rules, *self._shapes)
        return Drawing(*size, self._look.paper, shapes, title, " ".join(self._said))

    def rule(self) -> None:
        """Draw a thin line above what comes next, as long as the widest part of the figure."""
        self._rules.append(self._y + _BELOW / 2)
        self._y += _BELOW * 1.5

    def text(self, text: str, size: float, color: str, *, is_bold: bool = False) -> None:
        """Write a text, in lines."""
        for line in wrapped(text, _TEXT_WIDTH, size) if not is_bold else [text]:
            self._y += LINE_HEIGHT
            self._shapes.append(Text(MARGIN, self._y - 4, line, size, color, is_bold=is_bold))
            self._right = max(self._right, MARGIN + width(line, size, is_bold=is_bold))

    def number(self, number: ExplainedNumber) -> None:
        """Draw one number: what it is, its window, its formulas."""
        explanation, look = number.explanation, self._look
        screen = Screen(_CHARACTERS, 24, None, "utf-8", Display(self._decimals))
        value = screen.number(explanation.results[-1][1]).replace("-", "−")
        heading = f"{place(explanation)} = {value}"
        self._said.append(f"{heading}.")
        self.text(heading, TITLE_SIZE, look.ink, is_bold=True)
        for note in notes_of(explanation):
            self.text(note.replace("-", "−"), CAPTION_SIZE, look.muted)
        self._y += 6
        for blocks in _blocks(number):
            self._row(blocks)
        for line in draw_result(explanation, screen):
            # What stands behind an equation says whose number it is.
            text = line.plain.replace(f"  {place(explanation)}", f"  ·  {place(explanation)}")
            self.text(text, CELL_SIZE, look.ink)
        self._y += _BELOW

    def _row(self, blocks: Sequence[_Block]) -> None:
        """Draw blocks side by side, × and = between them."""
        x, top, bottom = MARGIN, self._y + LINE_HEIGHT, self._y
        signs = ("", " ", "×", "=") if len(blocks) > 1 else ("",)
        forms = [number_form(block.numbers, self._decimals) for block in blocks]
        room = max(form.room(b.numbers) for form, b in zip(forms, blocks, strict=True))
        cell = (room, min(room, _HIGHEST_CELL))
        middle = top + blocks[-1].numbers.shape[0] * cell[1] / 2
        for block, sign, form in zip(blocks, signs, forms, strict=True):
            if sign:
                base = middle + 0.36 * _SIGN_SIZE
                place_ = (x + _BETWEEN / 2, base)
                self._shapes.append(Text(*place_, sign, _SIGN_SIZE, self._look.muted, "middle"))
                x += _BETWEEN
            box = self._block(block, (x, top), cell, form)
            x, bottom = box.x + box.width, max(bottom, box.y + box.height)
        self._right = max(self._right, x)
        self._y = bottom + 10

    def _block(
        self,
        block: _Block,
        corner: tuple[float, float],
        cell: tuple[float, float],
        form: NumberForm,
    ) -> Box:
        rows, columns = block.numbers.shape
        look, (x, y), (across, down) = self._look, corner, cell
        box = Box(x, y, columns * across, rows * down)
        if block.caption:
            self._shapes.append(Text(x, y - 5, block.caption, LEGEND_SIZE, look.muted))
        grid = draw_grid(box, block.numbers, block.scale, form, self._theme, block.padding)
        self._shapes += grid
        if block.marked is not None:
            row, column, height, wide = block.marked
            inner = Box(x + column * across, y + row * down, wide * across, height * down)
            is_dashed = block.outline == "weights"
            color = getattr(look, block.outline)
            self._shapes += outline(inner, color, look.paper, is_dashed=is_dashed)
        return box


def _blocks(number: ExplainedNumber) -> Iterator[list[_Block]]:
    """Yield what is drawn of each input channel: the window, and its products if it has any."""
    explanation = number.explanation
    if explanation.layer.geometry is None:
        return
    channels = by_channel(explanation)
    labels = channel_labels(explanation.layer.input.shape[-1])
    for channel in largest_channels(channels, _MOST_CHANNELS):
        label = labels[channel] if len(channels) > 1 else ""
        yield _channel_blocks(number, channels[channel], label)


def _channel_blocks(number: ExplainedNumber, terms: Sequence[Term], label: str) -> list[_Block]:
    explanation = number.explanation
    blocks = [_window(number, terms, label)]
    geometry = explanation.layer.geometry
    if explanation.rule is not Join.PRODUCTS or geometry is None or len(terms) == 1:
        return blocks
    size = (geometry.kernel.height, geometry.kernel.width)
    columns: tuple[tuple[str, list[float], ColorScale | None, _Kind], ...] = (
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
        blocks.append(_Block(caption, numbers, colors, added, whole, kind))
    return blocks


def _window(number: ExplainedNumber, terms: Sequence[Term], label: str) -> _Block:
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
    return _Block(caption, part, number.scale, padding, marked, "window")


def _padded(layer: LayerTrace) -> tuple[Array, tuple[int, int]]:
    """Return a layer's input with the padding around it, and how much is above and left of it."""
    first = layer.stages[0]
    if first.name == StageName.PADDED_INPUT and layer.geometry is not None:
        return first.values, (layer.geometry.pads.top, layer.geometry.pads.left)
    return layer.input, (0, 0)


def _part(indices: Sequence[int], size: int) -> tuple[int, int]:
    return max(0, min(indices) - _AROUND), min(size, max(indices) + 1 + _AROUND)
