"""What the loss of one sample draws: its label, the target, the loss, and where backward begins.

A loss that belongs to the softmax or sigmoid before it is worked out from the logits, so that no
logarithm of 0 is ever taken, and its gradient is that by the logits.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from cnncalc.errors import OptionError, ShapeError
from cnncalc.layers import KernelLayer, Layer
from cnncalc.layers.base import size_text
from cnncalc.rules.formula import Expression, Name, choose, names_of
from cnncalc.rules.losses import IS_YES, JOINED_SLOPE, TURNED_LOGIT, LossRule, loss_rule
from cnncalc.rules.spelling import template, words
from cnncalc.sheet import formulas
from cnncalc.sheet.blocks import EACH, Finder, Index
from cnncalc.sheet.formulas import NEAREST
from cnncalc.sheet.plan import Block, Formula, Quantity
from cnncalc.sheet.quantities import (
    IS_LARGEST,
    LABEL,
    LARGEST,
    PREDICTED,
    RIGHT,
    SAMPLE_LOSS,
    SAMPLE_TARGET,
    TURNED_LOGITS,
    UNIT_LOSSES,
)
from cnncalc.sheet.volumes import ONE_SLICE, Source, Volume, each_number, entered_cell, one_cell
from cnncalc.trace.stage_names import GradientName, HelperName
from cnncalc.training.losses import LOSSES

__all__ = ["LABEL_VOLUME", "LossPass", "is_joined", "loss_pass"]

_TYPED = "The number of the sample's class: type over it."
LABEL_VOLUME = entered_cell("Label", LABEL, "choice", _TYPED)


@dataclass(frozen=True)
class LossPass:
    """What a loss draws of one sample, and the gradient that the backward pass begins with."""

    volumes: tuple[Volume, ...]
    gradient: Volume


def is_joined(layers: tuple[Layer, ...], loss: str) -> bool:
    """Tell whether a loss is worked out together with the network's last activation.

    >>> from cnncalc.layers import Dense
    >>> is_joined((Dense(2, activation="softmax"),), "categorical_crossentropy")
    True
    """
    return layers[-1].activation_name == LOSSES[loss].activation


def loss_pass(layers: tuple[Layer, ...], loss: str, source: Source, samples: int) -> LossPass:
    """Return what the loss of one sample draws.

    Arguments: the network's `layers`; the `loss` by its Keras name; the `source` that the last
    layer puts out; how many `samples` the batch has.
    Raises ShapeError for an output that is no row of numbers, OptionError for a cross-entropy
    without the activation that it belongs to.
    """
    _require_row(source)
    joined = is_joined(layers, loss)
    if LOSSES[loss].activation and not joined:
        message = (
            f"a workbook works {loss} out from logits: the network must end in "
            f"{LOSSES[loss].activation}. Received: one that does not"
        )
        raise OptionError(message)
    by = _begins(layers[-1]) if joined else GradientName.OUTPUT
    quantity = Quantity("gradient", layers[-1].name, by)
    rule = loss_rule(loss)
    volumes = (_target(source), *_losses(rule, source), *_prediction(source))
    return LossPass(volumes, _gradient(rule, quantity, source, samples))


def _require_row(source: Source) -> None:
    if not source.is_vector or min(source.size) > 1:
        message = (
            "a training's workbook needs a network that ends in a row of numbers, such as that of "
            f"Dense. Received: an output of {size_text((*source.size, *source.shape[2:]))}"
        )
        raise ShapeError(message)


def _begins(last: Layer) -> GradientName:
    has_own = isinstance(last, KernelLayer)
    return GradientName.PRE_ACTIVATION if has_own else GradientName.INPUT


def _target(source: Source) -> Volume:
    """Return what the network should put out: 1 for the label's class, 0 for the others."""
    count = source.shape[0]

    def draw(index: Index, find: Finder) -> tuple[Block, ...]:
        label = find(LABEL, ())
        return tuple(
            Block(
                *(*place, 1, 1, "formula", SAMPLE_TARGET, (), *place),
                formula=formulas.apply(
                    formulas.COPY if count == 1 else f"IF({{0}}={unit},1,0)", label
                ),
            )
            for unit in range(count)
            for place in [divmod(unit, source.size[1])]
        )

    note = "1 for the class of the label, 0 for the others." if count > 1 else "The label itself."
    return Volume("Target", "", SAMPLE_TARGET, *source.size, ONE_SLICE, draw, note)


def _losses(rule: LossRule, source: Source) -> list[Volume]:
    if not rule.is_mean and rule.from_logits is not None:
        note = f"{words(rule.from_logits, _SAID)}."
        return [one_cell("Loss", SAMPLE_LOSS, _of_all_logits(rule.from_logits, source), note)]

    def mean(index: Index, find: Finder) -> Formula:
        return formulas.apply("AVERAGE({0})", find(UNIT_LOSSES, (), source.size))

    return [
        *_unit_losses(rule, source),
        one_cell("Loss", SAMPLE_LOSS, mean, "The mean of the losses of the units."),
    ]


def _unit_losses(rule: LossRule, source: Source) -> list[Volume]:
    """Return the loss of each unit, by its output, or by its logit turned to the target."""
    if rule.from_logits is None:
        note = f"{words(rule.unit)} of each output."
        return [_of_units("Losses", UNIT_LOSSES, source, rule.unit, note)]
    note = f"{words(rule.from_logits, {'turned': 'z'})} of each z."
    turned = "Its sign is turned where it is right."
    return [
        _of_units("Logits against the target", TURNED_LOGITS, source, TURNED_LOGIT, turned),
        _of_units("Losses", UNIT_LOSSES, source, rule.from_logits, note),
    ]


def _of_units(
    title: str, result: Quantity, source: Source, expression: Expression, rule: str
) -> Volume:
    """Return what an expression makes of each unit."""
    read = {
        "output": source.quantity,
        "logit": source.logits or source.quantity,
        "turned": TURNED_LOGITS,
        "target": SAMPLE_TARGET,
    }

    def formula(index: Index, find: Finder) -> Formula:
        cells = {name: find(read[name], (), steps=EACH) for name in names_of(expression)}
        return formulas.written(expression, cells)

    return each_number(title, result, source, formula, rule)


_SAID = {
    "total": "total of the exponentials",
    "logit": "the target's logit",
    "largest": "the largest",
}


def _of_all_logits(expression: Expression, source: Source) -> Callable[[Index, Finder], Formula]:
    layer = source.quantity.layer
    steps = (HelperName.LARGEST, HelperName.TOTAL)
    largest, total = (Quantity("helper", layer, name) for name in steps)
    places = {"total": "{0}", "logit": "SUMPRODUCT({1},{2})", "largest": "{3}"}

    def formula(index: Index, find: Finder) -> Formula:
        wanted = find(SAMPLE_TARGET, (), source.size)
        logits = find(source.logits or source.quantity, (), source.size)
        cells = (find(total, ()), wanted, logits, find(largest, ()))
        return formulas.apply(template(expression, places), *cells)

    return formula


def _prediction(source: Source) -> list[Volume]:
    """Return the predicted class, and whether it is that of the label."""
    is_one = source.shape[0] == 1

    def predicted(index: Index, find: Finder) -> Formula:
        if is_one:
            cells = {"output": find(source.quantity, ())}
            return formulas.written(choose(IS_YES, 1, 0), cells)
        return formulas.apply("MATCH(1,{0},0)-1", find(IS_LARGEST, (), source.size))

    def right(index: Index, find: Finder) -> Formula:
        return formulas.apply("IF({0}={1},1,0)", find(PREDICTED, ()), find(LABEL, ()))

    largest = [] if is_one else _largest(source)
    note = "1 where the output is more than 0.5." if is_one else "The first class of them."
    return [
        *largest,
        one_cell("Predicted class", PREDICTED, predicted, note),
        one_cell("Right", RIGHT, right, "1 where that is the label."),
    ]


def _largest(source: Source) -> list[Volume]:
    """Return the largest output, and which outputs are it but for rounding."""

    def largest(index: Index, find: Finder) -> Formula:
        return formulas.apply("MAX({0})", find(source.quantity, (), source.size))

    def is_largest(index: Index, find: Finder) -> Formula:
        output = find(source.quantity, (), steps=EACH)
        return formulas.apply(formulas.IS_MAXIMUM, output, find(LARGEST, ()))

    note = f"1 for the largest output, and for what is {NEAREST}, else 0."
    return [
        one_cell("Largest output", LARGEST, largest, "The largest of the outputs."),
        each_number("Is the largest", IS_LARGEST, source, is_largest, note),
    ]


def _gradient(rule: LossRule, quantity: Quantity, source: Source, samples: int) -> Volume:
    """Return the gradient of the mean loss by the logits, or by the output."""
    is_joined = rule.from_logits is not None
    slope = JOINED_SLOPE if is_joined else rule.slope
    count = samples * (source.shape[0] if rule.is_mean else 1)
    over = Name("units") * Name("samples") if rule.is_mean else Name("samples")
    said = {"output": "probability"} if is_joined else {}
    title = f"Gradient by the {'logits' if is_joined else 'output'}"
    return _of_units(title, quantity, source, slope / count, f"{words(slope / over, said)}.")
