"""Where one number of a gradient came from, as a figure: errors × inputs = products, the sum."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from cnncalc.training_step.structure import GradientExplanation, StepRecord
from cnncalc.views.colors import Theme, fitted_scale
from cnncalc.views.figure.pen import Grid, Pen
from cnncalc.views.figure.shapes import Drawing
from cnncalc.views.terminal.equations import draw_equation
from cnncalc.views.terminal.gradient_formulas import draw_gradient_equation, gradient_place
from cnncalc.views.terminal.losses import loss_equation
from cnncalc.views.terminal.screen import Display, Screen

__all__ = ["draw_gradient"]

# Of so many samples the numbers are drawn, where a map is no larger.
_MOST_SAMPLES, _LONGEST, _MOST_CELLS = 3, 12, 100
_CHARACTERS = 96


def draw_gradient(
    record: StepRecord,
    explanation: GradientExplanation,
    decimals: int,
    theme: Theme,
    title: str = "",
) -> Drawing:
    """Return where one number of a gradient came from, as a figure.

    Arguments: the `record` of the step and the `explanation` of the number; at most so many
    `decimals`; the `theme`; the figure's `title`, for who doesn't see it.
    """
    pen = Pen(theme, decimals)
    screen = Screen(_CHARACTERS, 24, None, "utf-8", Display(decimals, significant=True))
    several = len(record.labels) > 1
    value = screen.number(explanation.value).replace("-", "−")
    pen.heading(f"Gradient of the loss by {gradient_place(explanation, several=several)} = {value}")
    pen.note(explanation.note)
    pen.gap(6)
    if explanation.layer.has_filters and explanation.name == "kernel":
        for sample in range(min(len(record.images), _MOST_SAMPLES)):
            _draw_products(record, explanation, sample, pen)
    for line in draw_gradient_equation(explanation, screen, several=several):
        pen.text(line.plain)
    for text in _loss(record, explanation, screen):
        pen.text(text)
    if explanation.vanished:
        pen.note(explanation.vanished)
    pen.gap()
    return pen.finished(title)


def _draw_products(
    record: StepRecord, explanation: GradientExplanation, sample: int, pen: Pen
) -> None:
    """Draw a sample's input with the cells under the weight, and its errors × these."""
    step, terms = record.layer(explanation.layer.name), explanation.terms
    size = step.layer_output.shape[1:3]
    count = size[0] * size[1]
    part = range(sample * count, (sample + 1) * count)
    places = [terms.locate(index) for index in part]
    channel = places[0].factor_at[2]
    pixels = step.layer_input[sample, :, :, channel]
    if max(pixels.shape) > _LONGEST or pixels.size > _MOST_CELLS:
        return
    errors, factors = (
        numbers[part.start : part.stop].reshape(size) for numbers in (terms.errors, terms.factors)
    )
    under = [(at.factor_at[0], at.factor_at[1]) for at in places if not at.padding]
    top, left = (min(place[axis] for place in under) for axis in (0, 1))
    bottom, right = (max(place[axis] for place in under) for axis in (0, 1))
    marked = (top, left, bottom - top + 1, right - left + 1)
    whole = (0, 0, *size)
    padding = np.reshape([at.padding for at in places], size)
    scale = fitted_scale(pixels, is_signed=bool((pixels < 0).any()))
    name = f"input of sample {sample}" if len(record.labels) > 1 else "input"
    if step.layer_input.shape[-1] > 1:
        name += f", channel {channel}"
    products = errors * factors
    of_errors, of_products = (fitted_scale(part, is_signed=True) for part in (errors, products))
    grids = [
        Grid(name, pixels, scale, None, marked),
        Grid("errors", errors, of_errors, None, whole, "weights"),
        Grid("input under the weight", factors, scale, padding, whole),
        Grid("products", products, of_products, None, whole, "products"),
    ]
    pen.grids(grids, ("", "×", "="), pen.room(grids))


def _loss(record: StepRecord, explanation: GradientExplanation, screen: Screen) -> Iterator[str]:
    """Yield the loss that the gradient is of: of its sample, or of the only one."""
    if len(record.losses) == 1 or explanation.sample is not None:
        for line in draw_equation(loss_equation(record, explanation.sample or 0, screen), screen):
            yield line.plain
    else:
        yield f"mean loss of {len(record.losses)} samples: {screen.number(record.loss)}"
