"""What one step made of each weight: number by number before, gradient, state, after."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from rich.text import Text

from cnncalc.network import Array
from cnncalc.rules.evaluation import evaluate
from cnncalc.rules.formula import names_of
from cnncalc.rules.optimizers import (
    CORRECTED_RATE,
    DECAYED,
    Rule,
    new,
    old,
    rate_correction,
    slot_of,
    update_rules,
)
from cnncalc.rules.spelling import words
from cnncalc.training.optimizer_notation import write_optimizer
from cnncalc.training.optimizers import Optimizer
from cnncalc.training_step.structure import Position, StepRecord, WeightUpdate
from cnncalc.views.terminal.blocks import body_screen, indented
from cnncalc.views.terminal.equations import (
    Equation,
    constant,
    draw_equation,
    equals,
    expressed,
    signed,
)
from cnncalc.views.terminal.gradients import largest_position
from cnncalc.views.terminal.screen import FAINT, Screen
from cnncalc.views.terminal.slices import MOST_NUMBERS
from cnncalc.views.terminal.tables import draw_aligned
from cnncalc.wording import size_text

__all__ = ["draw_rate_equation", "draw_update_equations", "draw_updates", "update_rule"]

# Of a weight of more numbers, the first so many are listed.
MOST_ROWS = 9

# What a rule's names are called in words; a slot by its own name, a constant by its number.
_CALLED = {
    "weight": "weight",
    "gradient": "gradient",
    DECAYED.name: "weight",
    "learning_rate": "rate",
    CORRECTED_RATE.name: "corrected rate",
}


def update_rule(optimizer: Optimizer) -> list[str]:
    """Return what an optimizer does to a weight in words, a line a step.

    >>> from cnncalc.training.optimizers import SGD
    >>> update_rule(SGD(learning_rate=0.1))
    ['weight = weight − rate × gradient']
    """

    def called(name: str) -> str:
        return _CALLED.get(name) or slot_of(name) or constant(getattr(optimizer, name))

    lines = []
    for rule in update_rules(optimizer):
        names = {name: called(name) for name in names_of(rule.expression)}
        result = _CALLED.get(rule.result, rule.result)
        lines.append(f"{result} = {words(rule.expression, names)}")
    return lines


def draw_rate_equation(record: StepRecord, screen: Screen) -> Iterator[Text]:
    """Draw the correction of the learning rate; nothing for an optimizer without one."""
    correction, corrected = rate_correction(record.optimizer), record.corrected_rate
    if correction is None or corrected is None:
        return
    values = {"learning_rate": record.rate}
    constants = {
        name: record.iteration if name == "step" else getattr(record.optimizer, name)
        for name in names_of(correction.expression)
        if name not in values
    }
    text, found = expressed(correction.expression, values, screen, constants=constants, sign=" × ")
    sign = equals(corrected, found, screen)
    yield from screen.sentences(f"corrected rate {screen.number(corrected)} {sign} {text}")


def draw_update_equations(
    record: StepRecord, update: WeightUpdate, at: Position, screen: Screen
) -> Iterator[Text]:
    """Draw what the optimizer made of one number of a weight.

    Arguments: the `record` and one of its `updates`; `at`, a position in the weight; the screen.
    """
    unclipped, values = float(update.gradient[at]), _values(record, update, at)
    if unclipped != values["gradient"]:
        texts = (signed(screen.number(number)) for number in (values["gradient"], unclipped))
        yield from draw_equation(
            Equation("gradient {}, clipped from {}".format(*texts), ()), screen
        )
    for rule in update_rules(record.optimizer):
        yield from draw_equation(_equation(rule, values, record.optimizer, screen), screen)


def _values(record: StepRecord, update: WeightUpdate, at: Position) -> dict[str, float]:
    """Return one number of a weight and what belongs to it, by the names that rules have."""
    arrays = {"weight": update.before, "gradient": update.clipped, "new_weight": update.after}
    arrays |= {old(slot).name: array for slot, array in update.slots_before.items()}
    arrays |= {new(slot).name: array for slot, array in update.slots_after.items()}
    values = {name: float(array[at]) for name, array in arrays.items()}
    values |= {"learning_rate": record.rate}
    if record.corrected_rate is not None:
        values[CORRECTED_RATE.name] = record.corrected_rate
    for rule in update_rules(record.optimizer):
        if rule.result == DECAYED.name:
            constants = {"weight_decay": record.optimizer.weight_decay or 0.0}
            values[DECAYED.name] = float(evaluate(rule.expression, values | constants))
    return values


def _equation(
    rule: Rule, values: dict[str, float], optimizer: Optimizer, screen: Screen
) -> Equation:
    names = names_of(rule.expression)
    numbers = {name: values[name] for name in names if name in values}
    constants = {name: getattr(optimizer, name) for name in names if name not in values}
    text, found = expressed(rule.expression, numbers, screen, constants=constants)
    is_decay = rule.result == DECAYED.name
    result = values[DECAYED.name if is_decay else new(rule.result).name]
    name = rule.result.replace("_", " ") if is_decay else rule.result
    sign = equals(result, found, screen)
    return Equation(f"{name} {signed(screen.number(result))} {sign} {text}", ())


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
