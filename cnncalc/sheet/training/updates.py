"""What an optimizer draws of each weight: what it remembers of it, and the weight's new value.

The formulas are those of Keras's optimizers, as in `cnncalc.training.optimizers`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from cnncalc.sheet import formulas
from cnncalc.sheet.plan import Formula, Quantity, Reference
from cnncalc.sheet.training.settings import setting
from cnncalc.sheet.volumes import EACH, ONE_SLICE, Finder, Index, Volume, formed_like, whole
from cnncalc.training.optimizers import SGD, Adam, Optimizer, RMSprop

__all__ = [
    "copied_weight",
    "corrected_rate",
    "corrected_rate_volume",
    "frozen_weight",
    "new_weight",
    "update_volumes",
]

_NAME = re.compile(r"\{(\w+)\}")

# In a template, {weight} and {gradient} are the weight's own, {old_…} and {new_…} what is
# remembered of it before and after the step, {corrected_rate} the step's, all else a constant.
_CORRECTED = "Corrected rate: rate × √(1 − beta_2^step) / (1 − beta_1^step)"
_FROZEN = "Frozen (trainable=False): training leaves them as they are, without a gradient."
_SLOT_NOTES = {
    "sgd momentum": "momentum × itself before − rate × gradient.",
    "rmsprop velocity": "rho × itself before + (1 − rho) × gradient².",
    "rmsprop average_gradient": "rho × itself before + (1 − rho) × gradient.",
    "rmsprop momentum": "momentum × itself before + rate × gradient / √(velocity + epsilon).",
    "adam momentum": "itself before + (gradient − itself before) × (1 − beta_1).",
    "adam velocity": "itself before + (gradient² − itself before) × (1 − beta_2).",
    "adam velocity_hat": "The largest velocity so far.",
}


def corrected_rate(step: int) -> Quantity:
    """Return the name of the cell of Adam's rate in a step."""
    return Quantity("training", "", "corrected rate", step)


def corrected_rate_volume(step: int) -> Volume:
    """Return the cell of Adam's rate, in which its correction of bias is."""
    template = f"{{learning_rate}}*SQRT(1-{{beta_2}}^{step})/(1-{{beta_1}}^{step})"
    quantity = corrected_rate(step)
    draw = whole(quantity, 1, 1, lambda _, find: _filled(template, lambda n: find(setting(n), ())))
    words = "The learning rate, and in it the correction of both means' bias."
    return Volume(_CORRECTED, "", quantity, 1, 1, ONE_SLICE, draw, (words,))


def new_weight(layer: str, weight: str, step: int) -> Quantity:
    """Return the name of a weight's value after a step."""
    return Quantity("update", layer, weight, step)


def copied_weight(weight: Volume, step: int) -> Volume:
    """Return a weight as it is before a step, which is as the step before left it."""
    layer, name = weight.quantity.layer, weight.quantity.name
    before = new_weight(layer, name, step - 1)
    own = weight.quantity._replace(step=step)

    def formula(index: Index, find: Finder) -> Formula:
        return formulas.apply(formulas.COPY, _each(find, before, index))

    copied = formed_like(weight, own, formula)
    return replace(copied, notes=(f"As step {step - 1} left them.",))


def frozen_weight(weight: Volume, step: int) -> Volume:
    """Return a frozen layer's weight after a step, which is as it was before."""
    own = new_weight(weight.quantity.layer, weight.quantity.name, step)
    before = weight.quantity._replace(step=step)

    def formula(index: Index, find: Finder) -> Formula:
        return formulas.apply(formulas.COPY, _each(find, before, index))

    kept = formed_like(weight, own, formula)
    return replace(kept, group="Weights as before", notes=(_FROZEN,))


def update_volumes(optimizer: Optimizer, weight: Volume, step: int) -> list[Volume]:
    """Return what a step makes of one weight, the weight's new value last.

    Arguments: the `optimizer`; the `weight` as its layer draws it; the `step`, counted from 1.
    """
    layer, name = weight.quantity.layer, weight.quantity.name
    volumes = []
    for slot, template in _templates(optimizer).items():
        quantity = new_weight(layer, f"{name} {slot}".strip(), step)
        formula = _formula(template, layer, name, step)
        title = slot.replace("_", " ").capitalize() if slot else "New weights"
        volume = formed_like(weight, quantity, formula)
        volumes.append(replace(volume, group=title, notes=(_note(optimizer, slot),)))
    return volumes


def _formula(
    template: str, layer: str, weight: str, step: int
) -> Callable[[Index, Finder], Formula]:
    def formula(index: Index, find: Finder) -> Formula:
        def cell(name: str) -> Reference | str:
            if name in ("weight", "gradient"):
                kind = Quantity("weight" if name == "weight" else "gradient", layer, weight, step)
                return _each(find, kind, index)
            age, _, slot = name.partition("_")
            if age == "old" and step == 1:
                return "0"
            if age in ("old", "new"):
                own = new_weight(layer, f"{weight} {slot}", step - (age == "old"))
                return _each(find, own, index)
            return find(corrected_rate(step) if name == "corrected_rate" else setting(name), ())

        return _filled(template, cell)

    return formula


def _each(find: Finder, quantity: Quantity, index: Index) -> Reference:
    return find(quantity, index, steps=EACH)


def _filled(template: str, cell: Callable[[str], Reference | str]) -> Formula:
    """Return a formula for a template whose places have names."""
    references: list[Reference] = []

    def fill(match: re.Match[str]) -> str:
        found = cell(match[1])
        if isinstance(found, str):
            return found
        if found not in references:
            references.append(found)
        return f"{{{references.index(found)}}}"

    return Formula(_NAME.sub(fill, template), tuple(references))


def _templates(optimizer: Optimizer) -> Mapping[str, str]:
    """Return the rule of each slot by its name, and under "" that of the weight itself."""
    weight = "{weight}"
    if optimizer.weight_decay is not None:
        weight = "({weight}-{weight}*{weight_decay}*{learning_rate})"
    match optimizer:
        case Adam():
            return _adam(optimizer, weight)
        case RMSprop():
            return _rmsprop(optimizer, weight)
        case SGD():
            return _sgd(optimizer, weight)
    raise TypeError(type(optimizer).__name__)  # there are no others


def _sgd(optimizer: SGD, weight: str) -> dict[str, str]:
    step = "{gradient}*{learning_rate}"
    if not optimizer.momentum:
        return {"": f"{weight}-{step}"}
    moved = f"{{new_momentum}}*{{momentum}}-{step}" if optimizer.nesterov else "{new_momentum}"
    return {"momentum": f"{{old_momentum}}*{{momentum}}-{step}", "": f"{weight}+{moved}"}


def _rmsprop(optimizer: RMSprop, weight: str) -> dict[str, str]:
    rules = {"velocity": "{old_velocity}*{rho}+(1-{rho})*({gradient}*{gradient})"}
    spread = "{new_velocity}"
    if optimizer.centered:
        rules["average_gradient"] = "{old_average_gradient}*{rho}+(1-{rho})*{gradient}"
        spread += "-{new_average_gradient}*{new_average_gradient}"
    increment = f"{{learning_rate}}*{{gradient}}/SQRT({spread}+{{epsilon}})"
    if optimizer.momentum:
        rules["momentum"] = f"{{old_momentum}}*{{momentum}}+{increment}"
        increment = "{new_momentum}"
    return rules | {"": f"{weight}-{increment}"}


def _adam(optimizer: Adam, weight: str) -> dict[str, str]:
    squared = "({gradient}*{gradient}-{old_velocity})"
    rules = {
        "momentum": "{old_momentum}+({gradient}-{old_momentum})*(1-{beta_1})",
        "velocity": f"{{old_velocity}}+{squared}*(1-{{beta_2}})",
    }
    spread = "{new_velocity}"
    if optimizer.amsgrad:
        spread = "{new_velocity_hat}"
        rules["velocity_hat"] = "MAX({old_velocity_hat},{new_velocity})"
    fall = f"{{new_momentum}}*{{corrected_rate}}/(SQRT({spread})+{{epsilon}})"
    return rules | {"": f"{weight}-{fall}"}


def _note(optimizer: Optimizer, slot: str) -> str:
    """Say in one line what a rule does."""
    kind = next(
        word
        for word, own in (("adam", Adam), ("rmsprop", RMSprop), ("sgd", SGD))
        if isinstance(optimizer, own)
    )
    if slot:
        return _SLOT_NOTES[f"{kind} {slot}"]
    decay = " − weight × decay × rate" if optimizer.weight_decay is not None else ""
    return f"weight{decay} {_falls(optimizer)}."


def _falls(optimizer: Optimizer) -> str:
    match optimizer:
        case Adam(amsgrad=amsgrad):
            below = "velocity hat" if amsgrad else "velocity"
            return f"− momentum × corrected rate / (√{below} + epsilon)"
        case SGD(momentum=momentum, nesterov=nesterov) if momentum:
            return "+ momentum × its new one − rate × gradient" if nesterov else "+ its momentum"
        case RMSprop(momentum=momentum, centered=centered):
            below = "velocity − average gradient²" if centered else "velocity"
            return "− its momentum" if momentum else f"− rate × gradient / √({below} + epsilon)"
    return "− rate × gradient"
