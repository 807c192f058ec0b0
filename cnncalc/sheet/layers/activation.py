"""What an activation draws: one volume, or softmax's few."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from cnncalc.layers import LINEAR, SIGMOID, SOFTMAX, Activation, ActivationLayer
from cnncalc.rules.activations import ACTIVATIONS, ActivationRule, activation_rule
from cnncalc.rules.formula import names_of
from cnncalc.sheet import formulas
from cnncalc.sheet.blocks import EACH, Finder, Index
from cnncalc.sheet.layers.softmax import softmax_gradient_volumes, softmax_volumes
from cnncalc.sheet.plan import Formula, Quantity
from cnncalc.sheet.quantities import gradient_title
from cnncalc.sheet.volumes import Source, Volume, each_number
from cnncalc.trace.stage_names import StageName

__all__ = [
    "Ends",
    "activation_gradient_volumes",
    "activation_layer_gradient_volumes",
    "activation_layer_volumes",
    "activation_volumes",
    "copied_volumes",
]


def activation_volumes(layer: str, activation: str, source: Source) -> tuple[list[Volume], Source]:
    """Return what an activation draws after the sums of a layer, and what follows it."""
    if activation == LINEAR:
        return [], source
    if activation == SOFTMAX:
        return softmax_volumes(layer, source)
    volumes, result = _function_volumes(layer, ACTIVATIONS[activation], source)
    return volumes, replace(result, logits=source.quantity if activation == SIGMOID else None)


def activation_layer_volumes(layer: ActivationLayer, source: Source) -> tuple[list[Volume], Source]:
    """Return what an activation draws that is a layer of its own, and what follows it."""
    if layer.has_softmax:
        return _softmax_layer(layer.name, source)
    if isinstance(layer, Activation) and layer.activation != LINEAR:
        return activation_volumes(layer.name, layer.activation, source)
    return _function_volumes(layer.name, activation_rule(layer), source)


def copied_volumes(
    title: str, stage: Quantity, source: Source, rule: str
) -> tuple[list[Volume], Source]:
    """Return a volume whose numbers are those of the source, and what follows it."""

    def formula(index: Index, find: Finder) -> Formula:
        return formulas.apply(formulas.COPY, find(source.quantity, index, steps=EACH))

    volume = each_number(title, stage, source, formula, rule)
    return [volume], source.feed(volume)


def _function_volumes(
    layer: str, rule: ActivationRule, source: Source
) -> tuple[list[Volume], Source]:
    stage = Quantity("stage", layer, StageName.ACTIVATION)

    def formula(index: Index, find: Finder) -> Formula:
        return formulas.written(rule.output, {"x": find(source.quantity, index, steps=EACH)})

    volume = each_number(rule.title, stage, source, formula, rule.sentence)
    return [volume], source.feed(volume)


def _softmax_layer(layer: str, source: Source) -> tuple[list[Volume], Source]:
    """Return softmax as a layer: of a vector, a copy of the logits stands with its steps."""
    if not source.is_vector:
        return softmax_volumes(layer, source)
    note = "The numbers that softmax makes shares of."
    stage = Quantity("stage", layer, StageName.LOGITS)
    logits, before = copied_volumes("Logits", stage, source, note)
    volumes, result = softmax_volumes(layer, before)
    return [*logits, *volumes], result


class Ends(NamedTuple):
    """What goes into an activation, and what comes out of it."""

    inputs: Source
    outputs: Source


def activation_gradient_volumes(
    result: Quantity, activation: str, gradient: Source, ends: Ends
) -> tuple[list[Volume], Source]:
    """Return what it takes to pass an error back through an activation, and the gradient there.

    Arguments: what the `result` is called; the activation's name; the `gradient` by its output;
    what it took in and gave.
    """
    if activation == SOFTMAX:
        return softmax_gradient_volumes(result, gradient, ends.outputs)
    return _slope_volumes(result, ACTIVATIONS[activation], gradient, ends)


def activation_layer_gradient_volumes(
    result: Quantity, layer: ActivationLayer, gradient: Source, ends: Ends
) -> tuple[list[Volume], Source]:
    """Return the same for an activation that is a layer of its own."""
    if layer.has_softmax or isinstance(layer, Activation):
        return activation_gradient_volumes(result, layer.activation_name, gradient, ends)
    return _slope_volumes(result, activation_rule(layer), gradient, ends)


def _slope_volumes(
    result: Quantity, rule: ActivationRule, gradient: Source, ends: Ends
) -> tuple[list[Volume], Source]:
    passed_back = rule.passed_back
    read = {
        "error": gradient.quantity,
        "x": ends.inputs.quantity,
        "y": ends.outputs.quantity,
    }

    def formula(index: Index, find: Finder) -> Formula:
        names = names_of(passed_back)
        cells = {name: find(read[name], index, steps=EACH) for name in names}
        return formulas.written(passed_back, cells)

    volume = each_number(gradient_title(result), result, gradient, formula, rule.slope_sentence)
    return [volume], gradient.feed(volume)
