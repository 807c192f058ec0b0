"""What a trained model takes images for: the likeliest classes, and the pixels that mattered."""

from __future__ import annotations

from collections.abc import Iterator
from math import inf

import numpy as np
from rich.text import Text

from cnncalc.network import Array
from cnncalc.rules.ranges import Range
from cnncalc.views.colors import scale_of
from cnncalc.views.predictions import Prediction
from cnncalc.views.terminal.blocks import body_screen, draw_section
from cnncalc.views.terminal.classes import share_bar
from cnncalc.views.terminal.screen import Display, Drawing, Screen
from cnncalc.views.terminal.slices import draw_volume
from cnncalc.views.terminal.volumes import Volume
from cnncalc.wording import size_text

__all__ = ["render_prediction"]

LONGEST_BAR = 40


def render_prediction(prediction: Prediction, display: Display, top: int) -> Drawing:
    """Render the likeliest classes of an image, at most `top`, each with a bar."""

    def draw(screen: Screen) -> Iterator[Text]:
        title = (prediction.name, prediction.label)
        yield from draw_section(title, [], _classes(prediction, top, body_screen(screen)), screen)
        if prediction.influence is not None:
            yield from _influence(prediction, prediction.influence, screen)

    return Drawing(display, draw)


def _classes(prediction: Prediction, top: int, screen: Screen) -> Iterator[Text]:
    shown = prediction.best[:top]
    names = [screen.spell(prediction.class_names[label]) for label in shown]
    numbers = [screen.number(float(prediction.outputs[label])) for label in shown]
    wide, narrow = max(map(len, names)), max(map(len, numbers))
    room = max(1, min(LONGEST_BAR, screen.width - wide - narrow - 4))
    for label, name, number in zip(shown, names, numbers, strict=True):
        line = screen.line(f"{name:<{wide}}  {number:>{narrow}}  ")
        if prediction.kind == "probability":
            line.append(share_bar(float(prediction.outputs[label]), room, screen))
        yield line


def _influence(prediction: Prediction, influence: Array, screen: Screen) -> Iterator[Text]:
    title = ("Pixels that mattered", size_text(influence.shape))
    note = (
        f"how much the score of {prediction.label} changes with each pixel: its gradient by the "
        "input, without the sign; the largest mattered most"
    )
    row, column = np.unravel_index(int(influence.argmax()), influence.shape[:2])
    most = f"most of all the pixel in row {row}, column {column}, counted from 0"
    scale = scale_of(influence, Range(0, inf))
    body = draw_volume(Volume(influence, ("",), scale), body_screen(screen))
    yield from draw_section(title, [note, most], body, screen)
