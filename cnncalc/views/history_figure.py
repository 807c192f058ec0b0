"""A training's curves as a figure: loss and accuracy, epoch by epoch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from cnncalc.training.history import EpochRecord
from cnncalc.views.colors import LOOKS, Look, Theme
from cnncalc.views.figure.measures import CAPTION_SIZE, MARGIN, TITLE_SIZE
from cnncalc.views.figure.shapes import Drawing, Line, Polygon, Shape, Text
from cnncalc.views.figure.stage_boxes import Box
from cnncalc.views.numbers import format_number

__all__ = ["draw_history"]

_WIDTH, _HEIGHT, _BETWEEN, _LABEL = 320.0, 160.0, 72.0, 48.0
_POINT = 3.0


def draw_history(history: Sequence[EpochRecord], theme: Theme = "light") -> Drawing:
    """Return the curves of a training, those of validation dashed, each with its ends written out.

    Arguments: the `history`, a record an epoch; the `theme`.

    >>> records = [EpochRecord(1, 0.9, 0.5, None, None, 0.1, 9, 1.0)]
    >>> draw_history(records).title
    'Loss and accuracy of 1 epoch'
    """
    look = LOOKS[theme]
    top = MARGIN + 2 * TITLE_SIZE
    boxes = [
        Box(MARGIN + _LABEL + number * (_WIDTH + _BETWEEN), top, _WIDTH, _HEIGHT)
        for number in range(2)
    ]
    shapes: list[Shape] = []
    for name, box in zip(("loss", "accuracy"), boxes, strict=True):
        shapes += _chart(name, history, box, look)
    count = len(history)
    title = f"Loss and accuracy of {count} epoch{'s' * (count > 1)}"
    size = (boxes[1].x + _WIDTH + MARGIN + _LABEL, top + _HEIGHT + 2 * MARGIN)
    return Drawing(*size, look.paper, tuple(shapes), title)


def _chart(name: str, history: Sequence[EpochRecord], box: Box, look: Look) -> Iterator[Shape]:
    curves = {key: [getattr(record, key) for record in history] for key in (name, f"val_{name}")}
    known = {key: values for key, values in curves.items() if None not in values}
    low = min(0.0, *(min(values) for values in known.values()))
    high = 1.0 if name == "accuracy" else max(max(values) for values in known.values())
    yield Text(box.x, box.y - TITLE_SIZE, name.capitalize(), TITLE_SIZE, look.ink, is_bold=True)
    for share, number in ((0.0, high), (1.0, low)):
        y = box.y + share * box.height
        yield Line(box.x, y, box.x + box.width, y, look.line)
        text = format_number(number, 2)
        yield Text(box.x - 8, y + 4, text, CAPTION_SIZE, look.muted, "end")
    for column, epoch in ((box.x, 1), (box.x + box.width, len(history))):
        place = (column, box.y + box.height + CAPTION_SIZE + 6)
        yield Text(*place, f"epoch {epoch}", CAPTION_SIZE, look.muted, "middle")
    for key, values in known.items():
        is_validation = key.startswith("val_")
        color = look.weights if is_validation else look.window
        yield from _curve(values, (low, high), box, color, is_dashed=is_validation)
        y = _height(values[-1], (low, high), box)
        last = f"{'validation ' * is_validation}{format_number(values[-1], 3)}"
        yield Text(box.x + box.width - 6, y - 7, last, CAPTION_SIZE, color, "end")


def _height(value: float, ends: tuple[float, float], box: Box) -> float:
    span = (ends[1] - ends[0]) or 1.0
    return box.y + box.height * (1 - (value - ends[0]) / span)


def _curve(
    values: Sequence[float], ends: tuple[float, float], box: Box, color: str, *, is_dashed: bool
) -> Iterator[Shape]:
    step = box.width / max(1, len(values) - 1)
    points = [(box.x + n * step, _height(v, ends, box)) for n, v in enumerate(values)]
    for (x, y), (to_x, to_y) in pairwise(points):
        yield Line(x, y, to_x, to_y, color, 2.0, is_dashed)
    if len(points) <= 40:
        for x, y in points:
            corners = ((x - _POINT, y), (x, y - _POINT), (x + _POINT, y), (x, y + _POINT))
            yield Polygon(corners, color)
