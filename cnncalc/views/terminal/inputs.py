"""How a machine sees an image: a grid of numbers, or one row of them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from rich.text import Text

from cnncalc.network import Array
from cnncalc.views.colors import ColorScale
from cnncalc.views.terminal.blocks import body_screen, draw_section
from cnncalc.views.terminal.pictures import draw_strip, range_sentence
from cnncalc.views.terminal.screen import Display, Drawing, Screen
from cnncalc.views.terminal.slices import draw_row, draw_volume
from cnncalc.views.terminal.volumes import Volume, channel_labels
from cnncalc.views.trace_colors import input_scale
from cnncalc.wording import size_text

__all__ = ["draw_input", "render_flattened", "render_input"]


def render_input(
    values: Array, display: Display, name: str = "", *, is_article: bool = False
) -> Drawing:
    """Render an image: its numbers, or a picture where they are too many.

    Arguments: `values` (height, width, channels); how to `display` them; the input's `name`;
    whether it is a grid of the article's.

    >>> from cnncalc.views.terminal.plain import plain_lines
    >>> for line in plain_lines(render_input(np.array([[[0.0], [255.0]]]), Display()))[3:6]:
    ...     print(line.rstrip())
            0    1
        ┌─────────
      0 │   0  255
    """
    scale = input_scale(values, is_article=is_article)
    return Drawing(display, lambda screen: draw_input(values, scale, name, screen))


def draw_input(values: Array, scale: ColorScale, name: str, screen: Screen) -> Iterator[Text]:
    """Draw an image (height, width, channels) with its name, size and range of values."""
    nouns = ("row", "column", "channel")
    counts = [_count(size, noun) for size, noun in zip(values.shape, nouns, strict=True)]
    note = f"{', '.join(counts)}; {range_sentence(values, screen)}"
    labels = channel_labels(values.shape[2], is_image=True)
    volume = Volume(values, labels, scale, is_image=True)
    body = draw_volume(volume, body_screen(screen))
    yield from draw_section(("Input", name, size_text(values.shape)), [note], body, screen)


def render_flattened(
    values: Array, display: Display, name: str = "", *, is_article: bool = False
) -> Drawing:
    """Render an image as the single row of numbers that a fully connected network sees.

    Arguments: as for `render_input`.
    """
    scale = input_scale(values, is_article=is_article)
    return Drawing(display, lambda screen: _draw_flattened(values, scale, name, screen))


def _draw_flattened(values: Array, scale: ColorScale, name: str, screen: Screen) -> Iterator[Text]:
    note = (
        f"A fully connected network sees {size_text(values.shape)} = "
        f"{_count(values.size, 'number')} in one row, row after row of the image. "
        "Which of them were neighbours is lost."
    )
    title = ("Flattened", name, _count(values.size, "number"))
    body = _draw_row_and_strip(values.reshape(-1), scale, body_screen(screen))
    yield from draw_section(title, [note], body, screen)


def _draw_row_and_strip(values: Array, scale: ColorScale, screen: Screen) -> Iterator[Text]:
    yield from draw_row(values, scale, screen)
    yield screen.line()
    yield from draw_strip(values[np.newaxis], scale, screen)


def _count(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
