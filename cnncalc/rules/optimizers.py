"""What an optimizer does to a weight, each rule written once.

`cnncalc.training.optimizers` says what an optimizer is and does its arithmetic by itself; from here
come the terminal's texts and the workbook's formulas.
Source: Keras 3's optimizers, https://keras.io/api/optimizers/
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from cnncalc.errors import unknown_kind
from cnncalc.rules.formula import Expression, Name, constant, put
from cnncalc.rules.functions import grouped, maximum, root
from cnncalc.training.optimizers import SGD, Adam, Optimizer, RMSprop

__all__ = [
    "CONVENTIONS",
    "CORRECTED_RATE",
    "DECAYED",
    "Rule",
    "cell_rules",
    "new",
    "old",
    "rate_correction",
    "slot_of",
    "update_rules",
]

# What weight decay, if any, has left of the weight before the optimizer changes it.
DECAYED = Name("decayed_weight")
# What is done otherwise elsewhere.
CONVENTIONS = (
    "As in Keras: Adam's correction of bias is part of its rate, its epsilon is added to the "
    "root; RMSprop's epsilon is added under the root."
)
# What the learning rate becomes in a step, where the optimizer corrects it.
CORRECTED_RATE = Name("corrected_rate")

_WEIGHT, _GRADIENT = Name("weight"), Name("gradient")
_RATE, _STEP = constant("learning_rate"), constant("step")
_MOMENTUM, _RHO, _EPSILON = constant("momentum"), constant("rho"), constant("epsilon")
_BETA_1, _BETA_2 = constant("beta_1"), constant("beta_2")


@dataclass(frozen=True)
class Rule:
    """How a number comes about: "weight", or what is remembered of it by Keras's name of the slot.

    `sentence` says it more plainly than the expression's words, where that is possible; `said` is
    what a name is called in them, where it is called differently from other rules.
    """

    result: str
    expression: Expression
    sentence: str = ""
    said: Mapping[str, str] = field(default_factory=dict)


def old(slot: str) -> Name:
    """Return the name of what is remembered of a weight before the step."""
    return Name(f"old_{slot}")


def new(slot: str) -> Name:
    """Return the name of what is remembered of a weight after the step."""
    return Name(f"new_{slot}")


def slot_of(name: str) -> str:
    """Return which slot an old or a new name is of, nothing for another name.

    >>> slot_of("old_velocity_hat"), slot_of("weight")
    ('velocity_hat', '')
    """
    age, _, slot = name.partition("_")
    return slot if age in ("old", "new") else ""


def rate_correction(optimizer: Optimizer) -> Rule | None:
    """Return how the learning rate is corrected in a step, counted from 1; None for most.

    >>> from cnncalc.rules.spelling import words
    >>> words(rate_correction(Adam()).expression)
    'learning_rate × √(1 − beta_2^step) / (1 − beta_1^step)'
    """
    if isinstance(optimizer, Adam):
        corrected = _RATE * root(1 - _BETA_2**_STEP) / (1 - _BETA_1**_STEP)
        sentence = "The learning rate, and in it the correction of both means' bias."
        return Rule(CORRECTED_RATE.name, corrected, sentence)
    return None


def update_rules(optimizer: Optimizer) -> tuple[Rule, ...]:
    """Return what an optimizer works out in a step, in this order, the new weight last.

    First the `DECAYED` weight, if weight decay changes it, then each slot. Clipping comes before.
    Raises TypeError for an optimizer that has no rules.

    >>> from cnncalc.rules.spelling import words
    >>> for rule in update_rules(SGD(momentum=0.9, weight_decay=0.1)):
    ...     print(f"{rule.result} = {words(rule.expression)}")
    decayed_weight = weight − weight × weight_decay × learning_rate
    momentum = momentum × old_momentum − learning_rate × gradient
    weight = decayed_weight + new_momentum
    """
    match optimizer:
        case SGD():
            rules = _sgd(optimizer)
        case RMSprop():
            rules = _rmsprop(optimizer)
        case Adam():
            rules = _adam(optimizer)
        case _:
            raise TypeError(
                unknown_kind("an optimizer must have its rules in rules/optimizers.py", optimizer)
            )
    if optimizer.weight_decay is None:
        return rules
    decay = Rule(DECAYED.name, _WEIGHT - _WEIGHT * constant("weight_decay") * _RATE)
    return (decay, *rules)


def cell_rules(optimizer: Optimizer) -> tuple[Rule, ...]:
    """Return the rules of each slot and the weight, in which its decay is a part.

    >>> from cnncalc.rules.spelling import template
    >>> [template(rule.expression) for rule in cell_rules(SGD(weight_decay=0.1))]
    ['({weight}-{weight}*{weight_decay}*{learning_rate})-{gradient}*{learning_rate}']
    """
    rules = {rule.result: rule for rule in update_rules(optimizer)}
    decay = rules.pop(DECAYED.name, None)
    inside = {} if decay is None else {DECAYED.name: grouped(decay.expression)}
    return tuple(replace(rule, expression=put(rule.expression, inside)) for rule in rules.values())


def _started(optimizer: Optimizer) -> Name:
    """Return the weight that an optimizer changes."""
    return _WEIGHT if optimizer.weight_decay is None else DECAYED


def _sgd(optimizer: SGD) -> tuple[Rule, ...]:
    weight, step = _started(optimizer), _GRADIENT * _RATE
    if not optimizer.momentum:
        return (Rule("weight", weight - step),)
    momentum = Rule("momentum", old("momentum") * _MOMENTUM - step)
    if not optimizer.nesterov:
        return momentum, Rule("weight", weight + new("momentum"))
    moved = new("momentum") * _MOMENTUM - step
    return momentum, Rule("weight", weight + moved, said={new("momentum").name: "its new one"})


def _rmsprop(optimizer: RMSprop) -> tuple[Rule, ...]:
    rules = [Rule("velocity", old("velocity") * _RHO + (1 - _RHO) * _GRADIENT**2)]
    spread: Expression = new("velocity")
    if optimizer.centered:
        mean = old("average_gradient") * _RHO + (1 - _RHO) * _GRADIENT
        rules.append(Rule("average_gradient", mean))
        spread = spread - new("average_gradient") ** 2
    step: Expression = _RATE * _GRADIENT / root(spread + _EPSILON)
    if optimizer.momentum:
        rules.append(Rule("momentum", old("momentum") * _MOMENTUM + step))
        step = new("momentum")
    return *rules, Rule("weight", _started(optimizer) - step)


def _adam(optimizer: Adam) -> tuple[Rule, ...]:
    momentum, velocity = old("momentum"), old("velocity")
    rules = [
        Rule("momentum", momentum + (_GRADIENT - momentum) * (1 - _BETA_1)),
        Rule("velocity", velocity + (_GRADIENT**2 - velocity) * (1 - _BETA_2)),
    ]
    spread = new("velocity")
    if optimizer.amsgrad:
        largest = maximum(old("velocity_hat"), new("velocity"))
        rules.append(Rule("velocity_hat", largest, "The largest velocity so far."))
        spread = new("velocity_hat")
    step = new("momentum") * CORRECTED_RATE / (root(spread) + _EPSILON)
    return *rules, Rule("weight", _started(optimizer) - step)
