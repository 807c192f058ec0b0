"""A network's architecture as a figure: a block for what each layer gives, as large as that is."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from cnncalc.layers import (
    ActivationLayer,
    BatchNormalization,
    Combine,
    ConvolutionLayer,
    Dense,
    Dropout,
    GlobalPoolingLayer,
    Layer,
    PassingLayer,
    PoolingLayer,
)
from cnncalc.layers import Shape as LayerShape
from cnncalc.layers.base import size_text
from cnncalc.notation import write_layer
from cnncalc.summary import LayerSummary, Summary
from cnncalc.views.colors import LOOKS, Look, Theme
from cnncalc.views.figure.fonts import clean, shortened, width, wrapped
from cnncalc.views.figure.measures import (
    CAPTION_SIZE,
    CELL_SIZE,
    LINE_HEIGHT,
    MARGIN,
    TITLE_SIZE,
)
from cnncalc.views.figure.shapes import Drawing, Polygon, Rectangle, Shape, Text, arrow, moved

__all__ = ["draw_architecture"]

# The front of the largest volume, how oblique its depth is drawn, and the room of a row.
_HIGHEST, _LOWEST, _OBLIQUE = 150.0, 12.0, 0.32
_GAP, _ROW_WIDTH, _LABEL_WIDTH, _LINES = 34.0, 1160.0, 136.0, 3
_NAME_WIDTH = 180.0
_VECTOR_WIDTH = 12.0

# What a kind of layer does, in the hue of one of Okabe and Ito's colours: on light, and on dark.
_HUES: tuple[tuple[tuple[type[Layer], ...], str, str], ...] = (
    ((ConvolutionLayer,), "#b9d7ee", "#23587d"),
    ((PoolingLayer, GlobalPoolingLayer, Combine), "#f6d3b8", "#84451d"),
    ((Dense,), "#bfe3d4", "#1d6b50"),
    ((ActivationLayer, BatchNormalization, Dropout, PassingLayer), "#e7cfe0", "#6b3f5e"),
)
_OTHER = ("#e2e6e9", "#3a444b")


@dataclass(frozen=True)
class _Block:
    """A layer's output: its name, call and counts in lines, its shape, its colour."""

    name: str
    lines: tuple[str, ...]
    shape: LayerShape
    fill: str


def draw_architecture(summary: Summary, theme: Theme = "light", title: str = "") -> Drawing:
    """Return a network's architecture as a figure.

    Arguments: its `summary`; the `theme`; a `title` for the network.
    """
    look = LOOKS[theme]
    blocks = [_input(summary.input_shape, theme), *(_block(row, theme) for row in summary.layers)]
    sides = (max(block.shape[:2]) for block in blocks if len(block.shape) == 3)
    largest = max(sides, default=1)
    shapes: list[Shape] = []
    y, right = MARGIN, 0.0
    if title:
        shapes.append(
            Text(MARGIN, y + TITLE_SIZE, clean(title), TITLE_SIZE, look.ink, is_bold=True)
        )
        right = MARGIN + width(clean(title), TITLE_SIZE, is_bold=True)
        y += 2 * LINE_HEIGHT
    for number, row in enumerate(_rows(blocks, largest)):
        drawn, size = _row(row, largest, look, is_continued=number > 0)
        shapes += (moved(shape, MARGIN, y) for shape in drawn)
        right, y = max(right, MARGIN + size[0]), y + size[1] + _GAP
    total = _total(summary)
    shapes.append(Text(MARGIN, y, total, CELL_SIZE, look.muted))
    right = max(right, MARGIN + width(total, CELL_SIZE))
    return Drawing(
        right + MARGIN, y + MARGIN, look.paper, tuple(shapes), clean(title), _said(blocks, total)
    )


def _said(blocks: Sequence[_Block], total: str) -> str:
    return "; ".join(f"{block.name} {size_text(block.shape)}" for block in blocks) + f". {total}"


def _total(summary: Summary) -> str:
    return f"{summary.parameters:,} parameters · {summary.multiply_adds:,} multiply-adds an image"


def _input(shape: LayerShape, theme: Theme) -> _Block:
    return _Block("input", (), shape, _OTHER[theme == "dark"])


def _block(row: LayerSummary, theme: Theme) -> _Block:
    layer = row.layer
    call = write_layer(replace(layer, name=""))
    counted = f"{row.parameters:,} parameters" if row.parameters else ""
    hues = next((hues for kinds, *hues in _HUES if isinstance(layer, kinds)), _OTHER)
    lines = (*wrapped(call, _LABEL_WIDTH, CAPTION_SIZE)[:_LINES], counted)
    return _Block(layer.name, tuple(filter(None, lines)), row.output_shape, hues[theme == "dark"])


def _size(shape: LayerShape, largest: int) -> tuple[float, float, float]:
    """Return how high, how deep and how thick a block is drawn."""
    if len(shape) != 3:
        return min(_HIGHEST, 10 + 13 * math.log2(1 + shape[-1])), 0.0, _VECTOR_WIDTH
    height, wide, channels = shape
    sides = (max(_LOWEST, _HIGHEST * (side / largest) ** 0.7) for side in (height, wide))
    down, deep = sides
    return down, deep * _OBLIQUE, 5 + 6 * math.log2(1 + channels)


def _wide(block: _Block, largest: int) -> float:
    """Return how much room a block takes, with what stands below it."""
    _, deep, thick = _size(block.shape, largest)
    texts = [width(line, CAPTION_SIZE) for line in (*block.lines, size_text(block.shape))]
    name = width(shortened(clean(block.name), _NAME_WIDTH, CELL_SIZE, is_bold=True), CELL_SIZE)
    return max(thick + deep, 1.06 * name, *texts)


def _rows(blocks: Sequence[_Block], largest: int) -> Iterator[list[_Block]]:
    row: list[_Block] = []
    used = 0.0
    for block in blocks:
        wide = _wide(block, largest) + _GAP
        if row and used + wide > _ROW_WIDTH:
            yield row
            row, used = [], _GAP
        row.append(block)
        used += wide
    yield row


def _row(
    blocks: Sequence[_Block], largest: int, look: Look, *, is_continued: bool
) -> tuple[list[Shape], tuple[float, float]]:
    """Return the shapes of a row from (0, 0) on, and how wide and high it is."""
    sizes = [_size(block.shape, largest) for block in blocks]
    floor = max(down + deep for down, deep, _ in sizes)
    shapes: list[Shape] = []
    x = _GAP if is_continued else 0.0
    for block, size in zip(blocks, sizes, strict=True):
        if shapes or is_continued:
            middle = floor - min(floor, 60) / 2
            shapes += arrow(x - _GAP + 7, middle, x - 5, middle, look.muted)
        wide = _wide(block, largest)
        shapes += _solid(block, (x, floor), size, look)
        shapes += _label(block, x, floor, look)
        x += wide + _GAP
    lines = 2 + max(len(block.lines) for block in blocks)
    return shapes, (x - _GAP, floor + lines * LINE_HEIGHT + 4)


def _solid(
    block: _Block, corner: tuple[float, float], size: tuple[float, float, float], look: Look
) -> Iterator[Shape]:
    """Yield a block that stands on a floor: its front, its top and its side."""
    (x, floor), (down, deep, thick) = corner, size
    line = look.muted
    top = floor - down
    if not deep:
        yield Rectangle(x, top, thick, down, block.fill, line, 1.0)
        return
    yield Polygon(
        ((x, top), (x + deep, top - deep), (x + deep + thick, top - deep), (x + thick, top)),
        _shade(block.fill, 0.5), line,
    )  # fmt: skip
    yield Polygon(
        (
            (x + thick, top),
            (x + thick + deep, top - deep),
            (x + thick + deep, floor - deep),
            (x + thick, floor),
        ),
        _shade(block.fill, -0.12), line,
    )  # fmt: skip
    yield Polygon(((x, top), (x + thick, top), (x + thick, floor), (x, floor)), block.fill, line)


def _shade(color: str, by: float) -> str:
    """Return a colour that is lighter, or by a negative number darker."""
    parts = (int(color[at : at + 2], 16) for at in (1, 3, 5))
    end = 255 if by > 0 else 0
    return "#" + "".join(f"{round(part + (end - part) * abs(by)):02x}" for part in parts)


def _label(block: _Block, x: float, floor: float, look: Look) -> Iterator[Shape]:
    y = floor + LINE_HEIGHT + 2
    name = shortened(clean(block.name), _NAME_WIDTH, CELL_SIZE, is_bold=True)
    yield Text(x, y, name, CELL_SIZE, look.ink, is_bold=True)
    yield Text(x, y + LINE_HEIGHT, size_text(block.shape), CAPTION_SIZE, look.ink)
    for number, line in enumerate(block.lines, start=2):
        yield Text(x, y + number * LINE_HEIGHT, line, CAPTION_SIZE, look.muted)
