"""Where one number of a gradient came from, as a figure: errors × inputs = products, the sum."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from cnncalc.training_step.structure import GradientExplanation, StepRecord
from cnncalc.views.colors import Theme
from cnncalc.views.figure.gradient_grids import gradient_rows
from cnncalc.views.figure.measures import NumberForm
from cnncalc.views.figure.pen import Pen, cell
from cnncalc.views.figure.shapes import Drawing
from cnncalc.views.terminal.equations import draw_equation
from cnncalc.views.terminal.gradient_formulas import draw_gradient_equation, gradient_place
from cnncalc.views.terminal.losses import loss_equation
from cnncalc.views.terminal.screen import Display, Screen

__all__ = ["draw_gradient"]

_UPDATE_DECIMALS = 4
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
    for row in gradient_rows(record, explanation):
        pen.row(row, pen.room(row.grids))
    for line in draw_gradient_equation(explanation, screen, several=several):
        pen.text(_set_apart(line.plain, gradient_place(explanation, several=several)))
    for text in _loss(record, explanation, screen):
        pen.text(text)
    if explanation.vanished:
        pen.note(explanation.vanished)
    _draw_update(record, explanation, pen)
    pen.gap()
    return pen.finished(title)


def _draw_update(record: StepRecord, explanation: GradientExplanation, pen: Pen) -> None:
    """Draw what the step makes of a weight, in all decimals: it changes by little."""
    if explanation.sample is not None:
        return
    pen.gap(6)
    update = record.update(explanation.layer.name, explanation.name)
    method = type(record.optimizer).__name__
    before, after = (float(array[explanation.at]) for array in (update.before, update.after))
    form = NumberForm(max(pen.decimals, _UPDATE_DECIMALS))
    cells = (cell("weight", before), cell("gradient", explanation.value), cell("new weight", after))
    pen.note(f"What {method} with a learning rate of {record.rate:g} makes of the weight:")
    grids = [replace(one, form=form) for one in cells]
    pen.grids(grids, ("", "→"), pen.room(grids))


def _set_apart(line: str, label: str) -> str:
    """Return a line of an equation with a point before the label behind it."""
    before, found, after = line.partition(f"  {label}")
    return f"{before}  ·  {label}{after}" if found and before.strip() else line.strip()


def _loss(record: StepRecord, explanation: GradientExplanation, screen: Screen) -> Iterator[str]:
    """Yield the loss that the gradient is of: of its sample, or of the only one."""
    if len(record.losses) == 1 or explanation.sample is not None:
        for line in draw_equation(loss_equation(record, explanation.sample or 0, screen), screen):
            yield _set_apart(line.plain, "loss")
    else:
        yield f"mean loss of {len(record.losses)} samples: {screen.number(record.loss)}"
