"""Explaining one number of a gradient: which errors it adds up, each times what."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cnncalc.errors import OptionError
from cnncalc.layers import LINEAR, BatchNormalization, Layer, Shape
from cnncalc.network import Array, Saved, Weights, at_kinks
from cnncalc.ops.activations import ACTIVATIONS
from cnncalc.rules import Join, law_of
from cnncalc.trace.stage_names import GradientName
from cnncalc.training_step.branches import (
    Taking,
    added_up,
    handed_back,
    places_in,
    taken_number,
    takings,
)
from cnncalc.training_step.formulas import (
    GradientFormula,
    loss_formula,
    normalization_formula,
    softmax_formula,
)
from cnncalc.training_step.gradient_terms import GradientTerm, TermPlace
from cnncalc.training_step.structure import (
    GradientExplanation,
    LayerStep,
    Position,
    StepRecord,
    TakenNumber,
)
from cnncalc.training_step.terms import Joined, error_of, input_terms, joined_terms, weight_terms

__all__ = ["STAGES", "explain_gradient", "gradient_of"]

STAGES = tuple(GradientName)
"""The gradients by a layer's activations, which each sample has its own of."""

_AXES = {
    1: ("number",),
    2: ("input", "unit"),
    3: ("row", "column", "channel"),
    4: ("row", "column", "channel", "filter"),
}


def gradient_of(record: StepRecord, layer: str, name: str) -> Array:
    """Return a gradient of the batch's loss: of a weight's shape, or (samples, *shape).

    Arguments: the `record`; the `layer`'s name; the `name` of a weight ("kernel", "bias", …) or of
    a stage ("output", "pre-activation", "input").
    Raises OptionError where the layer has none.
    """
    step = record.layer(layer)
    if name not in STAGES:
        return record.update(layer, name).gradient
    gradient = step.gradient_by(GradientName(name))
    if gradient is None:
        message = f"there must be a gradient by the {name} of {layer}: {_why_none(record, step)}"
        raise OptionError(message)
    return gradient


def _why_none(record: StepRecord, step: LayerStep) -> str:
    if step is record.layers[-1] and record.joined != LINEAR:
        return f"its {record.joined} is computed together with the loss"
    if step.error is not None and step.input is not None:
        return "it has no activation of its own"
    return "no trainable weight comes before, so there is nothing to learn"


def explain_gradient(
    record: StepRecord, layer: str, name: str, at: Position, sample: int = 0
) -> GradientExplanation:
    """Explain one number of a gradient of the batch's loss.

    Arguments: the `record`; the `layer`'s name; the `name` of a weight ("kernel", "bias", …) or of
    a stage ("output", "pre-activation", "input"); `at`, a position in the weight, or in the stage
    of a `sample`, counted from 0.
    Raises OptionError where there is no such gradient or number.

    >>> from cnncalc.layers import Dense
    >>> from cnncalc.network import assemble
    >>> from cnncalc.training.losses import LOSSES
    >>> from cnncalc.training.optimizers import SGD
    >>> from cnncalc.training_step import record_steps
    >>> network = assemble([Dense(1, use_bias=False)], (1,), [{"kernel": np.array([[3.0]])}])
    >>> batch = (np.array([[2.0]]), np.array([1]))
    >>> record = next(record_steps(network, LOSSES["mean_squared_error"], SGD(), [batch]))
    >>> explanation = explain_gradient(record, "dense", "kernel", (0, 0))
    >>> [(term.error, term.factor) for term in explanation.terms], explanation.value
    ([(10.0, 2.0)], 20.0)
    """
    values = gradient_of(record, layer, name)
    if name not in STAGES:
        _require_inside(at, values.shape, f"the {name} of {layer}")
        return _explain_weight(record, record.layer(layer), name, at)
    if not 0 <= sample < len(values):
        message = f"the sample must be 0 to {len(values) - 1}. Received: {sample}"
        raise OptionError(message)
    _require_inside(at, values.shape[1:], f"the {name} of {layer}")
    return _explain_stage(record, record.layer(layer), name, (sample, *at))


def _require_inside(at: Position, shape: Shape, what: str) -> None:
    inside = len(at) == len(shape) and all(0 <= i < n for i, n in zip(at, shape, strict=True))
    if not inside:
        names = _AXES[len(shape)]
        limits = ", ".join(f"{name} 0 to {n - 1}" for name, n in zip(names, shape, strict=True))
        message = f"a position in {what} must be {limits}. Received: {','.join(map(str, at))}"
        raise OptionError(message)


def _explain_weight(
    record: StepRecord, step: LayerStep, name: str, at: Position
) -> GradientExplanation:
    found = weight_terms(step, name, at)
    value = float(record.update(step.layer.name, name).gradient[at])
    of_loss = float(step.weights[name][at])
    is_whole = len(record.images) == len(record.labels)
    return GradientExplanation(
        step.layer,
        name,
        at,
        None,
        found.rule,
        found.note + _added_over(record, step),
        value,
        found.terms,
        rest=0.0 if is_whole else of_loss - float(np.sum(found.terms.products)),
        penalty=value - of_loss,
    )


def _added_over(record: StepRecord, step: LayerStep) -> str:
    """Say what a weight's gradient is added up over, if it is more than one number."""
    over = ["positions"] if error_of(step).ndim > 2 else []
    over += ["samples"] if len(record.labels) > 1 else []
    return f", over all {' and '.join(over)}" if over else ""


def _explain_stage(
    record: StepRecord, step: LayerStep, name: str, at: Position
) -> GradientExplanation:
    value = float(gradient_of(record, step.layer.name, name)[at])
    taken = taken_number(record, step, at[1:]) if name == GradientName.INPUT else None
    places = takings(record.network.layers, record.layers.index(step))
    if name == GradientName.OUTPUT and len(places) > 1:
        return _added_up(record, step, places, at, value)
    found = _found(record, step, name, at)
    return _explained((step.layer, name, at[1:], at[0]), found, value, taken)


def _explained(
    about: tuple[Layer, str, Position, int],
    found: Found,
    value: float,
    taken: TakenNumber | None,
) -> GradientExplanation:
    if isinstance(found, GradientFormula):
        return GradientExplanation(
            *about, found.rule, found.note, value, parameters=found.parameters, taken=taken
        )
    return GradientExplanation(*about, found.rule, found.note, value, found.terms, taken=taken)


def _added_up(
    record: StepRecord, step: LayerStep, places: Sequence[Taking], at: Position, value: float
) -> GradientExplanation:
    """Explain the gradient by an output that several layers take: what they hand back, added up."""
    shares = tuple(_share(record, taking, at) for taking in places)
    terms = [GradientTerm(share.value, 1.0, TermPlace(at[0], share.at)) for share in shares]
    note = added_up([share.layer.name for share in shares])
    joined = joined_terms(terms, note)
    about = (step.layer, str(GradientName.OUTPUT), at[1:], at[0])
    return GradientExplanation(*about, "sum", note, value, joined.terms, shares=shares)


def _share(record: StepRecord, taking: Taking, at: Position) -> GradientExplanation:
    """Explain what one layer hands back to a number that it took."""
    step, gradient = record.layers[taking.place], handed_back(record, taking)
    if gradient is None:
        message = f"{step.layer.name} must hand a gradient back. Received: none"
        raise TypeError(message)
    places = list(places_in(record, taking, at[1:]))
    taken = taken_number(record, step, places[0])
    about = (step.layer, str(GradientName.INPUT), () if places[1:] else places[0], at[0])
    return _explained(about, _handed_back(record, taking, at), float(gradient[at]), taken)


def _handed_back(record: StepRecord, taking: Taking, at: Position) -> Found:
    """Return what a layer's share of a number's gradient came from; of repeats, from all places."""
    step = record.layers[taking.place]
    places = [(at[0], *place) for place in places_in(record, taking, at[1:])]
    first = _found(record, step, GradientName.INPUT, places[0])
    if len(places) == 1:
        return first
    joined = [_by_errors(record, step, place) for place in places]
    terms = [term for part in joined for term in part.terms]
    note = f"{joined[0].note}, at all {len(places)} places that it is repeated at"
    return joined_terms(terms, note)


def _by_errors(record: StepRecord, step: LayerStep, at: Position) -> Joined:
    weights = record.network.weights[record.layers.index(step)]
    return input_terms(step, weights, at[1:], at[0])


Found = GradientFormula | Joined


def _found(record: StepRecord, step: LayerStep, name: str, at: Position) -> Found:
    """Return what one number of a stage's gradient came from: a formula, or terms."""
    index = record.layers.index(step)
    is_last = index == len(record.layers) - 1
    if name == GradientName.OUTPUT and not is_last:
        (taking,) = takings(record.network.layers, index)
        found = _handed_back(record, taking, at)
        name = record.layers[taking.place].layer.name
        return found._replace(note=f"{name} hands it back: {found.note}")
    has_own_loss = name == GradientName.OUTPUT or record.joined != LINEAR
    is_before = name == GradientName.INPUT and step.pre_activation is not None
    if is_last and has_own_loss and not is_before:
        return loss_formula(record, at)
    if name == GradientName.PRE_ACTIVATION:
        return _by_pre_activation(step, at)
    return _by_input(step, record.network.weights[index], at)


def _by_pre_activation(step: LayerStep, at: Position) -> Found:
    gradient, activation = step.output, step.layer.activation_name
    if gradient is None:
        message = (
            f"a gradient must have come back to the layer. Received: none to {step.layer.name}"
        )
        raise TypeError(message)
    if step.layer.has_softmax:
        return softmax_formula(gradient, step.layer_output, at)
    output = step.layer_output[at].reshape(1)
    output = at_kinks(step.layer, Saved(output, output)).output
    slope = ACTIVATIONS[activation].backward(np.ones(1), output)
    term = GradientTerm(float(gradient[at]), float(slope[0]), TermPlace(at[0], at[1:]))
    note = f"the gradient by the layer's output × the slope of {activation} there"
    return joined_terms([term], note)


def _by_input(step: LayerStep, weights: Weights, at: Position) -> Found:
    if isinstance(step.layer, BatchNormalization) and step.layer.needs_batch:
        return normalization_formula(step, weights, at)
    if law_of(step.layer, step.layer_input.shape[1:]).join is Join.SOFTMAX:
        return softmax_formula(error_of(step), step.layer_output, at)
    return input_terms(step, weights, at[1:], at[0])
