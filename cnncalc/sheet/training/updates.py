"""What an optimizer draws of each weight: what it remembers of it, and the weight's new value."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from cnncalc.rules.formula import names_of
from cnncalc.rules.optimizers import (
    CORRECTED_RATE,
    Rule,
    cell_rules,
    new,
    old,
    rate_correction,
    slot_of,
)
from cnncalc.rules.spelling import words
from cnncalc.sheet import formulas
from cnncalc.sheet.blocks import EACH, Finder, Index
from cnncalc.sheet.plan import Formula, Quantity, Reference
from cnncalc.sheet.training.settings import setting
from cnncalc.sheet.volumes import Volume, formed_like, one_cell
from cnncalc.training.optimizers import Optimizer

__all__ = [
    "copied_form",
    "copied_weight",
    "corrected_rate",
    "corrected_rate_volumes",
    "frozen_weight",
    "new_weight",
    "update_volumes",
]

_FROZEN = "Frozen (trainable=False): training leaves them as they are, without a gradient."
# What a rule's constants are called in words, where that is shorter.
_CALLED = {"learning_rate": "rate", "weight_decay": "decay", "corrected_rate": "corrected rate"}


def corrected_rate(step: int) -> Quantity:
    """Return the name of the cell of the corrected rate of a step."""
    return Quantity("training", "", "corrected rate", step)


def corrected_rate_volumes(optimizer: Optimizer, step: int) -> tuple[Volume, ...]:
    """Return the cell of the rate that the optimizer corrects in a step; none if it doesn't."""
    correction = rate_correction(optimizer)
    if correction is None:
        return ()

    expression = correction.expression

    def formula(_: Index, find: Finder) -> Formula:
        cells = {name: find(setting(name), ()) for name in names_of(expression) if name != "step"}
        return formulas.written(expression, cells | {"step": str(step)})

    title = f"Corrected rate: {words(expression, _CALLED)}"
    return (one_cell(title, corrected_rate(step), formula, correction.sentence),)


def new_weight(layer: str, weight: str, step: int) -> Quantity:
    """Return the name of a weight's value after a step."""
    return Quantity("update", layer, weight, step)


def copied_weight(weight: Volume, step: int) -> Volume:
    """Return a weight as it is before a step, which is as the step before left it."""
    before = new_weight(weight.quantity.layer, weight.quantity.name, step - 1)
    copied = copied_form(weight, weight.quantity._replace(step=step), before)
    return replace(copied, rule=f"As step {step - 1} left them.", notes=())


def copied_form(weight: Volume, quantity: Quantity, read: Quantity) -> Volume:
    """Return a volume of a weight's form whose numbers are those of another quantity."""

    def formula(index: Index, find: Finder) -> Formula:
        return formulas.apply(formulas.COPY, find(read, index, steps=EACH))

    return formed_like(weight, quantity, formula)


def frozen_weight(weight: Volume, step: int) -> Volume:
    """Return a frozen layer's weight after a step, which is as it was before."""
    after = new_weight(weight.quantity.layer, weight.quantity.name, step)
    kept = copied_form(weight, after, weight.quantity._replace(step=step))
    return replace(kept, title="Weights as before", rule=_FROZEN, notes=())


def update_volumes(optimizer: Optimizer, weight: Volume, step: int) -> list[Volume]:
    """Return what a step makes of one weight, the weight's new value last.

    Arguments: the `optimizer`; the `weight` as its layer draws it; the `step`, counted from 1.
    """
    layer, name = weight.quantity.layer, weight.quantity.name
    volumes = []
    for rule in cell_rules(optimizer):
        slot = "" if rule.result == "weight" else rule.result
        quantity = new_weight(layer, f"{name} {slot}".strip(), step)
        title = slot.replace("_", " ").capitalize() if slot else "New weights"
        volume = formed_like(weight, quantity, _formula(rule, weight.quantity, step))
        volumes.append(replace(volume, title=title, rule=_sentence(rule, optimizer), notes=()))
    return volumes


def _formula(rule: Rule, weight: Quantity, step: int) -> Callable[[Index, Finder], Formula]:
    layer, weight_name = weight.layer, weight.name

    def formula(index: Index, find: Finder) -> Formula:
        def cell(name: str) -> Reference | str:
            slot = slot_of(name)
            if name in ("weight", "gradient"):
                kind = Quantity(
                    "weight" if name == "weight" else "gradient", layer, weight_name, step
                )
                return find(kind, index, steps=EACH)
            if slot:
                is_old = name == old(slot).name
                if is_old and step == 1:
                    return "0"
                before = new_weight(layer, f"{weight_name} {slot}", step - is_old)
                return find(before, index, steps=EACH)
            is_corrected = name == CORRECTED_RATE.name
            return find(corrected_rate(step) if is_corrected else setting(name), ())

        names = names_of(rule.expression)
        return formulas.written(rule.expression, {name: cell(name) for name in names})

    return formula


def _sentence(rule: Rule, optimizer: Optimizer) -> str:
    """Say in one line what a rule does."""
    called = dict(_CALLED)
    for slot in filter(None, map(slot_of, names_of(rule.expression))):
        # A constant may be called as what is remembered.
        is_constant = hasattr(optimizer, slot)
        called[old(slot).name] = "itself before"
        called[new(slot).name] = f"its {slot}" if is_constant else slot.replace("_", " ")
    return rule.sentence or f"{words(rule.expression, called | dict(rule.said))}."
