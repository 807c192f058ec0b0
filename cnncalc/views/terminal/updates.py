"""What one step made of each weight: number by number before, gradient, state, after."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from rich.text import Text

from cnncalc.network import Array
from cnncalc.training.optimizer_notation import write_optimizer
from cnncalc.training_step.structure import StepRecord, WeightUpdate
from cnncalc.views.terminal.blocks import indented
from cnncalc.views.terminal.gradients import largest_position
from cnncalc.views.terminal.screen import FAINT, Screen
from cnncalc.views.terminal.sections import body_screen
from cnncalc.views.terminal.slices import MOST_NUMBERS
from cnncalc.views.terminal.tables import draw_aligned
from cnncalc.views.terminal.update_formulas import draw_rate_equation, draw_update_equations
from cnncalc.views.terminal.update_rules import update_rule
from cnncalc.views.terminal.volumes import size_text

__all__ = ["draw_updates"]

# Of a weight of more numbers, the first so many are listed.
MOST_ROWS = 9


def draw_updates(record: StepRecord, screen: Screen) -> Iterator[Text]:
    """Draw the optimizer's rule, and what it made of each weight."""
    yield screen.line(f"Update · {write_optimizer(record.optimizer)}", "bold")
    for rule in update_rule(record.optimizer):
        yield from screen.sentences(rule, FAINT)
    rate = list(draw_rate_equation(record, body_screen(screen)))
    if rate:
        yield screen.line()
        yield from indented(rate, screen)
    if record.frozen:
        names = ", ".join(record.frozen)
        yield screen.line()
        text = f"Frozen, so that their weights stay as they are: {names}."
        yield from indented(body_screen(screen).sentences(text, FAINT), screen)
    for update in record.updates:
        yield from indented(_draw_update(record, update, body_screen(screen)), screen)


def _draw_update(record: StepRecord, update: WeightUpdate, screen: Screen) -> Iterator[Text]:
    yield screen.line()
    size = size_text(update.before.shape)
    yield screen.line(f"{update.layer} {update.weight} · {size}", "bold")
    yield screen.line()
    yield from _table(update, screen)
    at = largest_position(update.gradient)
    yield screen.line()
    yield screen.line(f"at ({', '.join(map(str, at))})")
    yield from indented(draw_update_equations(record, update, at, body_screen(screen)), screen)


def _table(update: WeightUpdate, screen: Screen) -> Iterator[Text]:
    """Yield a line a number: its position, and its value in each column."""
    columns: dict[str, Array] = {"before": update.before, "gradient": update.gradient}
    for name, values in update.slots_before.items():
        columns[name] = values
        columns[f"new {name}"] = update.slots_after[name]
    columns["after"] = update.after
    count = update.before.size
    limit = MOST_NUMBERS if screen.display.full else MOST_ROWS
    shown = count if count <= limit + 1 else limit
    places = [np.unravel_index(index, update.before.shape) for index in range(shown)]
    rows = [
        [f"({', '.join(str(int(i)) for i in at)})"]
        + [screen.number(float(values[at])) for values in columns.values()]
        for at in places
    ]
    yield from draw_aligned(["at", *columns], rows, screen)
    if shown < count:
        text = f"… and {count - shown:,} more; --full shows them all."
        yield from screen.sentences(text, FAINT)
