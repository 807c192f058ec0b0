"""The size of an output as a figure: a row of the input, the window's places on it, the formula."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cnncalc.geometry import Axis
from cnncalc.views.colors import LOOKS, Look, Theme
from cnncalc.views.figure.fonts import width
from cnncalc.views.figure.measures import (
    CAPTION_SIZE,
    CELL_SIZE,
    LEGEND_SIZE,
    LINE_HEIGHT,
    MARGIN,
    TITLE_SIZE,
)
from cnncalc.views.figure.shapes import Drawing, Rectangle, Shape, Text, hatching

__all__ = ["draw_outsize"]

# A row is so wide; cells are no larger, and have no number where they are smaller than that.
_ROOM, _LARGEST, _NUMBERED = 1040.0, 28.0, 17.0
# So many cells are drawn one by one, and are left out in the middle where they are more than few.
_MOST_CELLS, _FEW_CELLS = 200, 36
# The window's places: all, or the first and the last ones.
_FEW_PLACES, _FIRST, _LAST = 6, 3, 2
_HIGH, _THIN, _BELOW = 28.0, 15.0, 7.0


@dataclass(frozen=True)
class _Row:
    """Cells in a row, of which the `first` and the `last` are drawn: all where none is left out."""

    count: int
    first: int
    last: int

    @property
    def cell(self) -> float:
        """How wide a cell is."""
        return min(_LARGEST, _ROOM / (self.first + self.last + (self.first < self.count)))

    @property
    def wide(self) -> float:
        """How wide the row is."""
        return self.at(self.count) - MARGIN

    @property
    def drawn(self) -> list[int]:
        """The cells that are drawn, by their numbers."""
        return [*range(self.first), *range(self.count - self.last, self.count)]

    def at(self, number: int) -> float:
        """Return where a cell begins."""
        left_out = 0 if number <= self.first else self.count - self.first - self.last - 1
        return MARGIN + self.cell * (number - max(0, left_out))

    def gap(self) -> float | None:
        """Return the middle of what is left out, None where that is nothing."""
        return self.at(self.first) + self.cell / 2 if self.first + self.last < self.count else None


def draw_outsize(axis: Axis, formula: str, filters: int | None, theme: Theme) -> Drawing:
    """Return why an output is as large as it is, as a figure.

    Arguments: one direction of the window, an `axis`; the `formula` in letters; how many `filters`
    there are, None for unknown; the `theme`.
    """
    look, places = LOOKS[theme], _places(axis)
    row = _row(axis, places)
    size = "×".join(map(str, [axis.output, axis.output, filters] if filters else [axis.output]))
    title, said = f"Output size {size}", _said(axis, formula)
    shapes: list[Shape] = [
        Text(MARGIN, MARGIN + TITLE_SIZE, title, TITLE_SIZE, look.ink, is_bold=True)
    ]
    y = MARGIN + LINE_HEIGHT
    for text in said:
        y += LINE_HEIGHT + 2
        shapes.append(Text(MARGIN, y - 4, text, CELL_SIZE, look.ink))
    y = _captioned(shapes, _input_caption(axis), y, look)
    shapes += _input(axis, row, y, look)
    y += _HIGH + _BELOW
    for place in places:
        shapes += _window(axis, row, place, y, look)
        y += _THIN + _BELOW
    output = _shortened_row(axis.output)
    y = _captioned(shapes, f"output: {size}, a number for each place of the window", y - 4, look)
    shapes += _cells(output, y, range(axis.output), look.result, look)
    wide = max(_end(shapes), MARGIN + row.wide, MARGIN + output.wide)
    size_of_all = (wide + MARGIN, y + _HIGH + MARGIN)
    return Drawing(*size_of_all, look.paper, tuple(shapes), title, ". ".join(said) + ".")


def _said(axis: Axis, formula: str) -> list[str]:
    """Return the formula with its numbers, and what no window reaches."""
    left = f"no window covers the last {axis.uncovered} of {axis.padded} cells (hatched)"
    return [f"{formula} = {axis.formula}", *([left] if axis.uncovered else [])]


def _end(shapes: Sequence[Shape]) -> float:
    """Return where the longest text ends."""
    texts = [shape for shape in shapes if isinstance(shape, Text) and shape.anchor == "start"]
    return max(text.x + width(text.text, text.size, is_bold=text.is_bold) for text in texts)


def _input_caption(axis: Axis) -> str:
    """Return what the cells of the row are, and what lies on it."""
    spread = f", spread over {axis.window}" if axis.dilation > 1 else ""
    window = f"window F = {axis.kernel}{spread}, stride S = {axis.stride}"
    padding = f"padding P = {axis.before}"
    return f"a row of the input, W = {axis.size}, {padding}; {window}"


def _captioned(shapes: list[Shape], text: str, y: float, look: Look) -> float:
    """Add a caption, and return where what it is of begins."""
    shapes.append(Text(MARGIN, y + LINE_HEIGHT + 4, text, CAPTION_SIZE, look.muted))
    return y + LINE_HEIGHT + 4 + _BELOW


def _places(axis: Axis) -> list[int | None]:
    """Return which of the window's places are drawn, None for those that are left out."""
    if axis.output <= _FEW_PLACES:
        return list(range(axis.output))
    return [*range(_FIRST), None, *range(axis.output - _LAST, axis.output)]


def _row(axis: Axis, places: Sequence[int | None]) -> _Row:
    """Return the cells of the input with its padding, as far as the drawn places reach."""
    first = axis.window + (_FIRST - 1) * axis.stride + 1
    last = axis.window + (_LAST - 1) * axis.stride + axis.uncovered + 1
    is_long = axis.padded > _FEW_CELLS and None in places
    if is_long and first + last < axis.padded:
        return _Row(axis.padded, first, last)
    return _Row(axis.padded, axis.padded, 0)


def _shortened_row(count: int) -> _Row:
    return _Row(count, count, 0) if count <= _FEW_CELLS else _Row(count, 10, 4)


def _input(axis: Axis, row: _Row, y: float, look: Look) -> Iterator[Shape]:
    """Yield the row: cells, or where these are too many the parts that it consists of."""
    parts = ((0, axis.before), (axis.before, axis.size), (axis.before + axis.size, axis.after))
    if row.first + row.last > _MOST_CELLS:
        for first, count in parts:
            wide = row.at(first + count) - row.at(first)
            fill = look.empty if first == axis.before else look.padding_fill
            yield Rectangle(row.at(first), y, wide, _HIGH, fill, look.line)
    else:
        numbers = range(-axis.before, axis.padded - axis.before)
        padding = {*range(axis.before), *range(axis.before + axis.size, axis.padded)}
        yield from _cells(row, y, numbers, look.ink, look, padding)
    if axis.uncovered:
        start = row.at(axis.padded - axis.uncovered)
        wide = row.at(axis.padded) - start
        yield from hatching(start, y, wide, _HIGH, look.window)
        yield Rectangle(start, y, wide, _HIGH, "", look.window, 1.5)


def _cells(
    row: _Row,
    y: float,
    numbers: Sequence[int],
    color: str,
    look: Look,
    padding: frozenset[int] | set[int] = frozenset(),
) -> Iterator[Shape]:
    """Yield cells with their numbers where there is room for these, a zero in the padding."""
    for cell in row.drawn:
        is_padding = cell in padding
        fill = look.padding_fill if is_padding else look.paper
        yield Rectangle(row.at(cell), y, row.cell, _HIGH, fill, look.line)
        text = "0" if is_padding else str(numbers[cell])
        if row.cell >= max(_NUMBERED, width(text, LEGEND_SIZE) + 4):
            place = (row.at(cell) + row.cell / 2, y + _HIGH / 2 + 0.36 * LEGEND_SIZE)
            yield Text(*place, text, LEGEND_SIZE, look.muted if is_padding else color, "middle")
    gap = row.gap()
    if gap is not None:
        yield Text(gap, y + _HIGH / 2 + 4, "…", CELL_SIZE, look.muted, "middle")


def _window(axis: Axis, row: _Row, place: int | None, y: float, look: Look) -> Iterator[Shape]:
    """Yield the window at one of its places: the cells that it reads, and which output it gives."""
    if place is None:
        yield Text(row.at(0) + row.wide / 2, y + _THIN - 4, "…", CELL_SIZE, look.muted, "middle")
        return
    covered = axis.covered_by(place)
    start, end = row.at(covered[0]), row.at(covered[-1]) + row.cell
    is_spread = axis.dilation > 1 and axis.kernel > 1
    for cell in covered if is_spread and axis.kernel <= _MOST_CELLS else ():
        yield Rectangle(row.at(cell), y, row.cell, _THIN, look.weight_fill, look.window, 1.0)
    fill = "" if is_spread else look.weight_fill
    yield Rectangle(start, y, end - start, _THIN, fill, look.window, 2.0, is_dashed=is_spread)
    text, room = str(place), width(str(place), LEGEND_SIZE)
    base = y + _THIN / 2 + 0.36 * LEGEND_SIZE
    if is_spread or end - start < room + 6:
        before = start - 5 > MARGIN + room and end + room + 5 > row.at(axis.padded)
        x, anchor = (start - 5, "end") if before else (end + 5, "start")
        yield Text(x, base, text, LEGEND_SIZE, look.result, "end" if anchor == "end" else "start")
    else:
        yield Text((start + end) / 2, base, text, LEGEND_SIZE, look.result, "middle")
