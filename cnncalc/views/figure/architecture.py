"""A network's architecture as a figure: a block for what each layer gives, as large as that is.

A layer that takes the result before it has an arrow from that; what else is taken comes over the
blocks in a line. Merges are small squares with a sign.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
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
    MergeLayer,
    PassingLayer,
    PoolingLayer,
)
from cnncalc.layers import Shape as LayerShape
from cnncalc.layers.base import size_text
from cnncalc.layers.graph import IMAGE
from cnncalc.layers.merging import of_merge_mode
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
from cnncalc.views.figure.skips import Skip, draw_skips, lanes_of, room_above

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
    ((MergeLayer,), "#f2e6ae", "#665a1e"),
    ((ActivationLayer, BatchNormalization, Dropout, PassingLayer), "#e7cfe0", "#6b3f5e"),
)
_OTHER = ("#e2e6e9", "#3a444b")

# What stands in the square of a merge, and how large that is.
_SIGNS: Mapping[str, str] = {
    "sum": "+",
    "difference": "−",
    "product": "×",
    "average": "mean",
    "max": "max",
    "min": "min",
    "concatenate": "join",
}
_SQUARE = 34.0


@dataclass(frozen=True)
class _Block:
    """A layer's output: its name, call and counts in lines, its shape, its colour.

    `taken` are the blocks that it takes, by their numbers; a merge has a `sign`.
    """

    name: str
    lines: tuple[str, ...]
    shape: LayerShape
    fill: str
    taken: tuple[int, ...] = ()
    sign: str = ""


def draw_architecture(summary: Summary, theme: Theme = "light", title: str = "") -> Drawing:
    """Return a network's architecture as a figure.

    Arguments: its `summary`; the `theme`; a `title` for the network.
    """
    look = LOOKS[theme]
    numbers = {IMAGE: 0} | {row.layer.name: i for i, row in enumerate(summary.layers, 1)}
    blocks = [_input(summary.input_shape, theme)]
    blocks += (_block(row, numbers, theme) for row in summary.layers)
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
    for row in _rows(blocks, largest):
        drawn, size = _row(blocks, row, largest, look)
        shapes += (moved(shape, MARGIN, y) for shape in drawn)
        right, y = max(right, MARGIN + size[0]), y + size[1] + _GAP
    total = _total(summary)
    shapes.append(Text(MARGIN, y, total, CELL_SIZE, look.muted))
    right = max(right, MARGIN + width(total, CELL_SIZE))
    return Drawing(
        right + MARGIN, y + MARGIN, look.paper, tuple(shapes), clean(title), _said(blocks, total)
    )


def _said(blocks: Sequence[_Block], total: str) -> str:
    texts = (
        f"{block.name} {size_text(block.shape)}"
        + (f" of {' and '.join(blocks[i].name for i in block.taken)}" if skipping else "")
        for number, block in enumerate(blocks)
        for skipping in [block.taken not in ((), (number - 1,))]
    )
    return "; ".join(texts) + f". {total}"


def _total(summary: Summary) -> str:
    return f"{summary.parameters:,} parameters · {summary.multiply_adds:,} multiply-adds an image"


def _input(shape: LayerShape, theme: Theme) -> _Block:
    return _Block("input", (), shape, _OTHER[theme == "dark"])


def _block(row: LayerSummary, numbers: Mapping[str, int], theme: Theme) -> _Block:
    layer = row.layer
    call = write_layer(replace(layer, name="", inputs=()))
    counted = f"{row.parameters:,} parameters" if row.parameters else ""
    hues = next((hues for kinds, *hues in _HUES if isinstance(layer, kinds)), _OTHER)
    lines = (*wrapped(call, _LABEL_WIDTH, CAPTION_SIZE)[:_LINES], counted)
    sign = of_merge_mode(_SIGNS, layer) if isinstance(layer, MergeLayer) else ""
    taken = tuple(numbers[name] for name in row.connected_to)
    what = (layer.name, tuple(filter(None, lines)), row.output_shape, hues[theme == "dark"])
    return _Block(*what, taken, sign)


def _size(block: _Block, largest: int) -> tuple[float, float, float]:
    """Return how high, how deep and how thick a block is drawn."""
    shape = block.shape
    if block.sign:
        return _SQUARE, 0.0, _SQUARE
    if len(shape) != 3:
        return min(_HIGHEST, 10 + 13 * math.log2(1 + shape[-1])), 0.0, _VECTOR_WIDTH
    height, wide, channels = shape
    sides = (max(_LOWEST, _HIGHEST * (side / largest) ** 0.7) for side in (height, wide))
    down, deep = sides
    return down, deep * _OBLIQUE, 5 + 6 * math.log2(1 + channels)


def _wide(block: _Block, largest: int) -> float:
    """Return how much room a block takes, with what stands below it."""
    _, deep, thick = _size(block, largest)
    texts = [width(line, CAPTION_SIZE) for line in (*block.lines, size_text(block.shape))]
    name = width(shortened(clean(block.name), _NAME_WIDTH, CELL_SIZE, is_bold=True), CELL_SIZE)
    return max(thick + deep, 1.06 * name, *texts)


def _rows(blocks: Sequence[_Block], largest: int) -> Iterator[list[int]]:
    """Yield the numbers of the blocks in each row."""
    row: list[int] = []
    used = 0.0
    for number, block in enumerate(blocks):
        wide = _wide(block, largest) + _GAP
        if row and used + wide > _ROW_WIDTH:
            yield row
            row, used = [], _GAP
        row.append(number)
        used += wide
    yield row


def _row(
    all_blocks: Sequence[_Block], numbers: Sequence[int], largest: int, look: Look
) -> tuple[list[Shape], tuple[float, float]]:
    """Return the shapes of a row from (0, 0) on, and how wide and high it is."""
    blocks = [all_blocks[number] for number in numbers]
    sizes = [_size(block, largest) for block in blocks]
    is_continued = numbers[0] > 0
    highest = max(down + deep for down, deep, _ in sizes)
    places = _places(blocks, largest, _GAP if is_continued else 0.0)
    tops = {
        number: (x + (deep + thick) / 2, highest - down - deep)
        for number, x, (down, deep, thick) in zip(numbers, places, sizes, strict=True)
    }
    skips = list(_skips(all_blocks, numbers, tops))
    lanes = lanes_of(skips)
    lift = room_above(lanes)
    floor, middle = highest + lift, highest + lift - min(highest, 60) / 2
    shapes: list[Shape] = []
    for number, block, x, size in zip(numbers, blocks, places, sizes, strict=True):
        if number - 1 in block.taken:
            shapes += arrow(x - _GAP + 7, middle, x - 5, middle, look.muted)
        if block.sign:
            shapes += _square(block, x, floor, look)
        else:
            shapes += _solid(block, (x, floor), size, look)
        shapes += _label(block, x, floor, look)
    shapes += (moved(shape, 0, lift) for shape in draw_skips(skips, lanes, 0.0, look.muted))
    lines = 2 + max(len(block.lines) for block in blocks)
    right = places[-1] + _wide(blocks[-1], largest)
    return shapes, (right, floor + lines * LINE_HEIGHT + 4)


def _places(blocks: Sequence[_Block], largest: int, x: float) -> list[float]:
    """Return where each block of a row begins."""
    found = []
    for block in blocks:
        found.append(x)
        x += _wide(block, largest) + _GAP
    return found


def _skips(
    blocks: Sequence[_Block], numbers: Sequence[int], tops: Mapping[int, tuple[float, float]]
) -> Iterator[Skip]:
    """Yield what the blocks of a row take from others than the one before."""
    for number in numbers:
        taken = [source for source in blocks[number].taken if source != number - 1]
        x, y = tops[number]
        for place, source in enumerate(taken):
            aside = (place - (len(taken) - 1) / 2) * 9
            yield Skip((x + aside, y), _departure(tops.get(source)), clean(blocks[source].name))


def _departure(top: tuple[float, float] | None) -> tuple[float, float] | None:
    """Return where a line leaves a block: beside those that end there."""
    return None if top is None else (top[0] + 12, top[1])


def _square(block: _Block, x: float, floor: float, look: Look) -> Iterator[Shape]:
    """Yield a merge: a square with its sign."""
    size = TITLE_SIZE + 4 if len(block.sign) == 1 else CAPTION_SIZE
    yield Rectangle(x, floor - _SQUARE, _SQUARE, _SQUARE, block.fill, look.muted, 1.0, radius=6.0)
    middle = x + _SQUARE / 2, floor - _SQUARE / 2 + 0.36 * size
    yield Text(*middle, block.sign, size, look.ink, "middle", is_bold=True)


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
