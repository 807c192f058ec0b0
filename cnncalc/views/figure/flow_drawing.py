"""A measured flow drawn: as a whole, or as the scene of a film that is still filling up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from cnncalc.network import Array
from cnncalc.sheet.scenes import Region
from cnncalc.views.colors import (
    LOOKS,
    ColorScale,
    Look,
    ScaleKind,
    Theme,
    color_of,
    hexadecimal,
    text_on,
)
from cnncalc.views.figure.flow_layout import FlowLayout, Sign
from cnncalc.views.figure.measures import (
    CAPTION_SIZE,
    CELL_SIZE,
    GAP,
    LEGEND_SIZE,
    LINE_HEIGHT,
    MARGIN,
    TITLE_SIZE,
    NumberForm,
)
from cnncalc.views.figure.shapes import (
    Drawing,
    Picture,
    Rectangle,
    Shape,
    Text,
    arrow,
)
from cnncalc.views.figure.stage_boxes import Box, SliceBox, StageBox, bar_width

__all__ = [
    "NOTHING_SPECIAL",
    "Shown",
    "draw_flow",
    "draw_grid",
    "draw_legend",
    "draw_sign",
    "draw_stage",
    "outline",
]

_LEGEND_BAR = 6.0
# How many pixels a picture has at most for each of its lengths.
_FINEST = 3.0
_SIGN_SIZE = 20.0


@dataclass(frozen=True)
class Shown:
    """What a scene shows of a flow.

    `hidden` cells, by their slice, aren't there yet; of `regions`, those on weights have a dashed
    outline, the others a solid one; `cell`, a slice's number, a row and a column, is what is made
    of them; `sentences` stand below, where the layout has room for them.
    """

    hidden: Mapping[int, NDArray[np.bool_]] = field(default_factory=lambda: MappingProxyType({}))
    regions: tuple[Region, ...] = ()
    cell: tuple[int, int, int] | None = None
    sentences: tuple[str, ...] = ()


NOTHING_SPECIAL = Shown()


def draw_flow(
    layout: FlowLayout,
    theme: Theme = "light",
    shown: Shown = NOTHING_SPECIAL,
    title: str = "",
    description: str = "",
) -> Drawing:
    """Return a flow as a drawing.

    Arguments: its `layout`; the `theme`; what is `shown` of it, all of it unless a scene says
    otherwise; its `title` and `description`, for who doesn't see it.
    """
    look = LOOKS[theme]
    shapes: list[Shape] = [
        Text(heading.x, heading.y, heading.text, TITLE_SIZE, look.weights, is_bold=True)
        for heading in layout.headings
    ]
    for stage in layout.stages:
        shapes += draw_stage(stage, theme, shown)
    for sign in layout.signs:
        shapes += draw_sign(sign, look)
    shapes += _outlines(layout, look, shown)
    for line, sentence in enumerate(shown.sentences):
        place = (MARGIN, layout.footer + (line + 1) * LINE_HEIGHT - 4)
        shapes.append(Text(*place, sentence, CELL_SIZE, look.ink))
    return Drawing(layout.width, layout.height, look.paper, tuple(shapes), title, description)


def draw_stage(stage: StageBox, theme: Theme, shown: Shown = NOTHING_SPECIAL) -> Iterator[Shape]:
    """Yield a stage in its place: title, slices, labels, scale."""
    look, box = LOOKS[theme], stage.box
    top = box.y + TITLE_SIZE - 1
    yield Text(box.x, top, stage.title, TITLE_SIZE, look.ink, is_bold=True)
    yield Text(box.x, top + LINE_HEIGHT, stage.size, CAPTION_SIZE, look.muted)
    if stage.picture is not None:
        yield Picture(*stage.grids, stage.picture)
        yield Rectangle(*stage.grids, "", look.line, 1.0)
    elif stage.are_colors:
        yield from _color_picture(stage, look)
    else:
        for part in stage.slices:
            hidden = shown.hidden.get(part.number)
            yield from _slice(part, stage, theme, hidden)
    yield from _labels(stage, look)
    below = stage.grids.y + stage.grids.height + (2 if stage.lines else 0)
    for line in stage.lines:
        below += LINE_HEIGHT
        yield Text(stage.grids.x, below - 2, line, CAPTION_SIZE, look.muted)
    if stage.scale is not None:
        yield from draw_legend(stage.scale, stage.grids.x, below + 10, theme, stage.form)


def _slice(
    part: SliceBox, stage: StageBox, theme: Theme, hidden: NDArray[np.bool_] | None
) -> Iterator[Shape]:
    look, numbers = LOOKS[theme], part.numbers
    if part.caption:
        place = (part.box.x, part.box.y - 4)
        yield Text(*place, part.caption, LEGEND_SIZE, look.muted)
    if hidden is not None:
        numbers = np.where(hidden, np.nan, numbers)
    padding = part.padding
    if part.is_turned:
        numbers, padding = numbers.reshape(-1, 1), padding.reshape(-1, 1)
    yield from draw_grid(part.box, numbers, stage.scale, stage.form, theme, padding)


def draw_grid(
    box: Box,
    numbers: Array,
    scale: ColorScale | None,
    form: NumberForm | None,
    theme: Theme,
    padding: NDArray[np.bool_] | None = None,
) -> Iterator[Shape]:
    """Yield the cells of numbers (rows, columns), coloured on a scale.

    Arguments: the `box` around them; the `numbers`, NaN where a cell is empty; their `scale`, None
    for no colours; the `form` of the numbers in their cells, None where they are pixels; the
    `theme`; which cells are `padding`.
    """
    look = LOOKS[theme]
    if form is None:
        yield Picture(*box, _colors(*_reduced(numbers, padding, box), scale, theme))
        yield Rectangle(*box, "", look.line, 1.0)
        return
    colors = _colors(numbers, padding, scale, theme)
    rows, columns = numbers.shape
    across, down = box.width / columns, box.height / rows
    for row in range(rows):
        for column in range(columns):
            fill = hexadecimal(colors[row, column])
            place = (box.x + column * across, box.y + row * down)
            yield Rectangle(*place, across, down, fill, look.line, 1.0)
            text = form.text(float(numbers[row, column]))
            is_padding = padding is not None and bool(padding[row, column])
            color = look.muted if is_padding else text_on(fill)
            middle = (place[0] + across / 2, place[1] + down / 2 + 0.36 * CELL_SIZE)
            if text:
                yield Text(*middle, text, CELL_SIZE, color, "middle")


def _reduced(
    numbers: Array, padding: NDArray[np.bool_] | None, box: Box
) -> tuple[Array, NDArray[np.bool_] | None]:
    """Return the means of as many numbers as a box has no room for each: a photo is no larger."""
    rows, columns = numbers.shape
    step = int(min(rows / (_FINEST * box.height), columns / (_FINEST * box.width)))
    if step < 2:
        return numbers, padding
    rows, columns = rows // step, columns // step
    tiles = numbers[: rows * step, : columns * step].reshape(rows, step, columns, step)
    return tiles.mean(axis=(1, 3)), None if padding is None else padding[::step, ::step][
        :rows, :columns
    ]


def _colors(
    numbers: Array, padding: NDArray[np.bool_] | None, scale: ColorScale | None, theme: Theme
) -> NDArray[np.uint8]:
    plain = ColorScale(ScaleKind.NEUTRAL, 0, 0)
    colors = color_of(numbers, scale or plain, theme)
    if scale is None:
        colors[~np.isnan(numbers)] = _parts(LOOKS[theme].paper)
    if padding is not None:
        colors[padding & ~np.isnan(numbers)] = _parts(LOOKS[theme].padding_fill)
    return colors


def _parts(color: str) -> NDArray[np.uint8]:
    return np.frombuffer(bytes.fromhex(color[1:]), np.uint8)


def _color_picture(stage: StageBox, look: Look) -> Iterator[Shape]:
    """Yield the picture that three channels are together."""
    channels = [
        color_of(_reduced(part.numbers, None, part.box)[0], _scale(stage))[..., 0]
        for part in stage.slices
    ]
    yield Picture(*stage.slices[0].box, np.stack(channels, axis=-1))
    yield Rectangle(*stage.slices[0].box, "", look.line, 1.0)


def _scale(stage: StageBox) -> ColorScale:
    if stage.scale is None:
        message = "a stage of colours must have a scale"
        raise TypeError(message)
    return stage.scale


def _labels(stage: StageBox, look: Look) -> Iterator[Shape]:
    part = stage.slices[0]
    for row, label in enumerate(stage.labels):
        columns = part.numbers.shape[1]
        box = part.cells(*divmod(row, columns)) if part.is_turned else part.cells(row, 0)
        place = (box.x - GAP, box.y + box.height / 2 + 0.36 * LEGEND_SIZE)
        yield Text(*place, label, LEGEND_SIZE, look.muted, "end")


def draw_legend(
    scale: ColorScale, x: float, y: float, theme: Theme, form: NumberForm | None = None
) -> Iterator[Shape]:
    """Yield a scale as a bar, its ends named below it."""
    look = LOOKS[theme]
    ends = [end.replace("-", "−") for end in scale.ends]
    if scale.kind is ScaleKind.NEUTRAL:
        # A number that stands in its cells need not be said again.
        if form is None:
            yield Text(x, y + 6, f"all {ends[0]}", LEGEND_SIZE, look.muted)
        return
    wide = bar_width(scale)
    steps = np.linspace(scale.low / 2, scale.high / 2, 48)[np.newaxis] * 2
    yield Picture(x, y, wide, _LEGEND_BAR, color_of(steps, scale, theme))
    yield Rectangle(x, y, wide, _LEGEND_BAR, "", look.line, 0.5)
    base = y + _LEGEND_BAR + LEGEND_SIZE + 1
    yield Text(x, base, ends[0], LEGEND_SIZE, look.muted)
    if len(ends) == 3:
        yield Text(x + wide / 2, base, ends[1], LEGEND_SIZE, look.muted, "middle")
    yield Text(x + wide, base, ends[-1], LEGEND_SIZE, look.muted, "end")


def draw_sign(sign: Sign, look: Look) -> Iterator[Shape]:
    """Yield what stands between two stages."""
    if sign.kind in ("arrow", "back"):
        reach = 13 if sign.kind == "arrow" else -13
        yield from arrow(sign.x - reach, sign.y, sign.x + reach, sign.y, look.muted)
        return
    text = "×" if sign.kind == "times" else "="
    base = sign.y + 0.36 * _SIGN_SIZE
    yield Text(sign.x, base, text, _SIGN_SIZE, look.muted, "middle")


def _outlines(layout: FlowLayout, look: Look, shown: Shown) -> Iterator[Shape]:
    """Yield the outlines of what is read, and of what comes of it."""
    for region in shown.regions:
        part = layout.slices.get(region.slice)
        if part is None:
            continue
        box = part.cells(region.row, region.column, region.height, region.width)
        is_weight = region.slice in layout.weight_slices
        color = look.weights if is_weight else look.window
        yield from outline(box, color, look.paper, is_dashed=is_weight)
    if shown.cell is not None and shown.cell[0] in layout.slices:
        number, row, column = shown.cell
        yield from outline(layout.slices[number].cells(row, column), look.result, look.paper)


def outline(box: Box, color: str, paper: str, *, is_dashed: bool = False) -> Iterator[Shape]:
    """Yield an outline that stands out from whatever is below it."""
    yield Rectangle(*box, "", paper, 4.5)
    yield Rectangle(*box, "", color, 2.5, is_dashed=is_dashed)
