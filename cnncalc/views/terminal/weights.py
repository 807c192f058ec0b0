"""The weights of a layer: kernels filter by filter, those of other layers as matrices."""

from __future__ import annotations

from collections.abc import Iterator

from rich.text import Text

from cnncalc.layers import ConvolutionLayer
from cnncalc.network import Array
from cnncalc.trace import LayerTrace
from cnncalc.views.terminal.excerpts import draw_corners, draw_full, draw_whole
from cnncalc.views.terminal.kernels import draw_kernels
from cnncalc.views.terminal.matrix import Matrix
from cnncalc.views.terminal.screen import Screen
from cnncalc.views.terminal.sections import body_screen, draw_section
from cnncalc.views.terminal.slices import MOST_NUMBERS
from cnncalc.views.terminal.volumes import size_text

__all__ = ["draw_matrix", "draw_weights"]


def draw_weights(layer: LayerTrace, screen: Screen, *, is_image: bool) -> Iterator[Text]:
    """Draw the weights of a layer, if it has any; `is_image` names the channels of its input."""
    if isinstance(layer.layer, ConvolutionLayer):
        yield from draw_kernels(layer, screen, is_image=is_image)
        return
    for name, weight in layer.weights.items():
        notes = ["a row an input, a column a unit"] if weight.ndim == 2 else []
        title = (name.replace("_", " ").capitalize(), layer.name, size_text(weight.shape))
        body = draw_matrix(weight.reshape(-1, weight.shape[-1]), body_screen(screen))
        yield from draw_section(title, notes, body, screen)


def draw_matrix(weight: Array, screen: Screen) -> Iterator[Text]:
    """Draw a (rows, columns) weight, its corners alone where it is large."""
    matrix = Matrix(weight)
    if screen.display.full and weight.size <= MOST_NUMBERS:
        yield from draw_full(matrix, screen)
    else:
        yield from draw_whole(matrix, screen) or draw_corners(matrix, screen)
