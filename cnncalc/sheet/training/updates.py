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
from cnncalc.sheet.plan import Formula, Quantity, Reference
from cnncalc.sheet.training.settings import setting
from cnncalc.sheet.volumes import EACH, ONE_SLICE, Finder, Index, Volume, formed_like, whole
from cnncalc.training.optimizers import Optimizer

__all__ = [
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

    quantity = corrected_rate(step)
    title = f"Corrected rate: {words(expression, _CALLED)}"
    draw = whole(quantity, 1, 1, formula)
    return (Volume(title, "", quantity, 1, 1, ONE_SLICE, draw, correction.sentence),)


def new_weight(layer: str, weight: str, step: int) -> Quantity:
    """Return the name of a weight's value after a step."""
    return Quantity("update", layer, weight, step)


def copied_weight(weight: Volume, step: int) -> Volume:
    """Return a weight as it is before a step, which is as the step before left it."""
    layer, name = weight.quantity.layer, weight.quantity.name
    before = new_weight(layer, name, step - 1)
    now = weight.quantity._replace(step=step)

    def formula(index: Index, find: Finder) -> Formula:
        return formulas.apply(formulas.COPY, _each(find, before, index))

    copied = formed_like(weight, now, formula)
    return replace(copied, rule=f"As step {step - 1} left them.", notes=())


def frozen_weight(weight: Volume, step: int) -> Volume:
    """Return a frozen layer's weight after a step, which is as it was before."""
    after = new_weight(weight.quantity.layer, weight.quantity.name, step)
    before = weight.quantity._replace(step=step)

    def formula(index: Index, find: Finder) -> Formula:
        return formulas.apply(formulas.COPY, _each(find, before, index))

    kept = formed_like(weight, after, formula)
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
                return _each(find, kind, index)
            if slot:
                is_old = name == old(slot).name
                if is_old and step == 1:
                    return "0"
                return _each(find, new_weight(layer, f"{weight_name} {slot}", step - is_old), index)
            is_corrected = name == CORRECTED_RATE.name
            return find(corrected_rate(step) if is_corrected else setting(name), ())

        names = names_of(rule.expression)
        return formulas.written(rule.expression, {name: cell(name) for name in names})

    return formula


def _each(find: Finder, quantity: Quantity, index: Index) -> Reference:
    return find(quantity, index, steps=EACH)


def _sentence(rule: Rule, optimizer: Optimizer) -> str:
    """Say in one line what a rule does."""
    called = dict(_CALLED)
    for slot in filter(None, map(slot_of, names_of(rule.expression))):
        # A constant may be called as what is remembered.
        is_constant = hasattr(optimizer, slot)
        called[old(slot).name] = "itself before"
        called[new(slot).name] = f"its {slot}" if is_constant else slot.replace("_", " ")
    return rule.sentence or f"{words(rule.expression, called | dict(rule.said))}."
