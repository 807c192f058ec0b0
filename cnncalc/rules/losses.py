"""Losses of one sample and penalties on weights, each written once, and their slopes.

A sample's loss is the mean of its units' (`unit`), or the categorical cross-entropy of all units
together; its gradient by an output is the `slope` over the units, and in a batch over the samples.
What a regularizer makes of weights is added to the mean of the losses.
Definitions: https://keras.io/api/losses/ and https://keras.io/api/layers/regularizers/
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from cnncalc.layers import L1L2
from cnncalc.rules.evaluation import evaluate
from cnncalc.rules.formula import Expression, Name, Number, choose, equal, near
from cnncalc.rules.functions import absolute, log, negated, softplus
from cnncalc.rules.slopes import derivative
from cnncalc.wording import Word

__all__ = [
    "IS_YES",
    "JOINED_SLOPE",
    "LOG_LIKELIHOOD",
    "LOSSES",
    "TURNED_LOGIT",
    "Flat",
    "LossRule",
    "loss_rule",
    "of_logits",
    "penalty",
    "penalty_slope",
    "penalty_slope_words",
]

_OUTPUT, _TARGET, _LOGIT = Name("output"), Name("target"), Name("logit")
_WEIGHT = Name("weight")

# Of a yes or no: the logarithm of the probability that was given to what is true.
LOG_LIKELIHOOD = choose(equal(_TARGET, 1), log(_OUTPUT), log(1 - _OUTPUT))
TURNED_LOGIT = choose(equal(_TARGET, 1), negated(_LOGIT), _LOGIT)
# Of a single output, the probability of yes: what is taken for one.
IS_YES = near(_OUTPUT > 0.5)
# By what the softmax or sigmoid before a cross-entropy was given, both being worked out together.
JOINED_SLOPE = _OUTPUT - _TARGET


class Flat(Word):
    """Where a loss has no slope by an output: at its target, or where logarithms are cut off."""

    AT_TARGET = "at its target"
    CUT_OFF = "cut off"


@dataclass(frozen=True)
class LossRule:
    """A loss by its Keras name, and a `sentence` on it.

    `unit` is the loss of one "output" by its "target", `slope` that by the output, `flat` where it
    is 0, and `from_logits` the loss worked out from what the activation before it was given, so
    that no logarithm of 0 is taken: of a "turned" logit, of the target's "logit" with the "largest"
    one and the "total" of the exponentials, or None where no activation belongs to the loss.
    `is_mean` tells whether the units' losses are averaged.
    """

    name: str
    sentence: str
    unit: Expression
    slope: Expression
    flat: Flat
    from_logits: Expression | None = None
    is_mean: bool = True


_SQUARED_ERROR = (_OUTPUT - _TARGET) ** 2
_RULES = (
    # Where outputs add up to something else than 1, each is made a share of the sum: then each
    # changes all shares.
    LossRule(
        "categorical_crossentropy",
        "−ln(output of the true class)",
        negated(log(_OUTPUT)),
        1 / Name("sum") - _TARGET / _OUTPUT,
        Flat.CUT_OFF,
        log(Name("total")) - (_LOGIT - Name("largest")),
        is_mean=False,
    ),
    LossRule(
        "binary_crossentropy",
        "−ln(output) where the target is 1, −ln(1 − output) where it is 0; the mean over the units",
        negated(LOG_LIKELIHOOD),
        (1 - _TARGET) / (1 - _OUTPUT) - _TARGET / _OUTPUT,
        Flat.CUT_OFF,
        softplus(Name("turned")),
    ),
    LossRule(
        "mean_squared_error",
        "(output − target)², the mean over the units",
        _SQUARED_ERROR,
        derivative(_SQUARED_ERROR, "output"),
        Flat.AT_TARGET,
    ),
)
LOSSES: Mapping[str, LossRule] = MappingProxyType({rule.name: rule for rule in _RULES})


def loss_rule(name: str) -> LossRule:
    """Return a loss by its Keras name; KeyError for one that has no rule.

    >>> from cnncalc.rules.spelling import words
    >>> words(loss_rule("mean_squared_error").slope)
    '2 × (output − target)'
    """
    if name not in LOSSES:
        message = f"a loss must have a rule in rules/losses.py. Received: {name}"
        raise KeyError(message)
    return LOSSES[name]


def of_logits(name: str) -> Expression:
    """Return a loss worked out from what the activation before it was given.

    Raises KeyError for a loss that no activation belongs to.
    """
    expression = loss_rule(name).from_logits
    if expression is None:
        message = f"a loss must belong to an activation. Received: {name}"
        raise KeyError(message)
    return expression


def penalty(regularizer: L1L2) -> Expression:
    """Return the penalty on one number of a weight; 0 × "weight" where both factors are 0.

    >>> from cnncalc.layers import L2
    >>> from cnncalc.rules.spelling import words
    >>> words(penalty(L2(0.1)))
    '0.1 × weight²'
    """
    terms: list[Expression] = []
    if regularizer.l1:
        terms.append(regularizer.l1 * absolute(_WEIGHT))
    if regularizer.l2:
        terms.append(regularizer.l2 * _WEIGHT * _WEIGHT)
    first, *more = terms or [0 * _WEIGHT]
    for term in more:
        first = first + term
    return first


def penalty_slope(regularizer: L1L2) -> Expression:
    """Return what the penalty adds to the gradient by the "weight": by an absolute value 0 at 0."""
    slope = derivative(penalty(regularizer), _WEIGHT.name)
    return 0 * _WEIGHT if slope == Number(0) else slope


def penalty_slope_words(regularizer: L1L2) -> list[str]:
    """Return the terms of that in words, none where there is no penalty.

    >>> penalty_slope_words(L1L2(l1=0.1, l2=0.2))
    ['0.1 × sign of the weight', '0.4 × weight']
    """
    parts = {"sign of the weight": L1L2(l1=regularizer.l1), "weight": L1L2(l2=regularizer.l2)}
    factors = {
        what: float(evaluate(penalty_slope(part), {_WEIGHT.name: 1.0}))
        for what, part in parts.items()
    }
    return [f"{factor:g} × {what}" for what, factor in factors.items() if factor]
