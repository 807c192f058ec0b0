"""The stages of a gradient's way back from the loss, and how much of it each let through."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import prod
from typing import NamedTuple

import numpy as np

from cnncalc.layers import (
    SIGMOID,
    SOFTMAX,
    Activation,
    ActivationLayer,
    BatchNormalization,
    Dropout,
    KernelLayer,
    Layer,
    Maximum,
    Minimum,
    Multiply,
    Rescaling,
)
from cnncalc.network import Array, Weights, without_last_activation
from cnncalc.rules.activations import SOFTMAX_LIMITS, rule_of
from cnncalc.rules.losses import Flat, loss_rule
from cnncalc.trace.stage_names import GradientName
from cnncalc.training.losses import EPSILON
from cnncalc.training_step.branches import Taking, handed_back, takings
from cnncalc.training_step.structure import LayerStep, StepRecord

__all__ = ["FLAT", "GradientStage", "largest_size", "stages_of"]

FLAT = 1e-10
"""What lets less than this share of a gradient through may be the reason that it vanished."""


class GradientStage(NamedTuple):
    """What share of a gradient a stage of its way let through, and if it knows, why no more.

    `meaning` says what that means where smaller pixels are no remedy, as they may be where it
    `is_saturated`.
    """

    share: float
    reason: str
    meaning: str = ""
    is_saturated: bool = False


def largest_size(values: Array) -> float:
    """Return the largest size of numbers, 0 where there are none."""
    return float(np.abs(values).max(initial=0))


def stages_of(
    record: StepRecord, layer: str, name: str, sample: int | None
) -> Iterator[GradientStage]:
    """Yield the stages of a gradient's way from the loss on.

    Arguments: the `record` of a step; the `layer`'s name; the `name` of a weight or stage; the
    `sample` that it is of, None for a weight's, which all samples add to.
    """
    yield _of_loss(record, sample)
    if sample is None and len(record.images) < len(record.labels):
        return  # what other samples gave isn't there
    chosen = slice(None) if sample is None else slice(sample, sample + 1)
    index = [step.layer.name for step in record.layers].index(layer)
    step, weights = record.layers[index], record.network.weights[index]
    yield from _ways_to(record, index, chosen)
    if name != GradientName.OUTPUT:
        yield from _of_activation(step, chosen)
    if name == GradientName.INPUT:
        yield from _of_layer(step, weights, step.input, chosen)
    if name in ("kernel", "gamma") and not step.layer_input[chosen].any():
        yield GradientStage(0.0, f"the input of {layer} is 0 throughout")


def _ways_to(record: StepRecord, place: int, chosen: slice) -> list[GradientStage]:
    """Return the stages that let least through on the ways back to a layer's output.

    Of several ways it is that on which most comes back; where nothing does, all block it together.
    """
    layers = record.network.layers
    least: dict[int, list[GradientStage]] = {len(layers) - 1: []}
    for behind in reversed(range(place, len(layers) - 1)):
        ways = [
            (_size_handed_back(record, taking, chosen), _way(record, taking, least, chosen))
            for taking in takings(layers, behind)
        ]
        most = max(size for size, _ in ways)
        best = [way for size, way in ways if size == most]
        least[behind] = best[0] if most else _together(best)
    return least[place]


def _size_handed_back(record: StepRecord, taking: Taking, chosen: slice) -> float:
    gradient = handed_back(record, taking)
    return 0.0 if gradient is None else largest_size(gradient[chosen])


def _way(
    record: StepRecord,
    taking: Taking,
    least: Mapping[int, Sequence[GradientStage]],
    chosen: slice,
) -> list[GradientStage]:
    """Return the stage that let least through on the way through a layer that takes a result."""
    step, weights = record.layers[taking.place], record.network.weights[taking.place]
    stages = [
        *least[taking.place],
        *_of_activation(step, chosen),
        *_of_layer(step, weights, handed_back(record, taking), chosen),
    ]
    return [min(stages, key=lambda stage: stage.share)] if stages else []


def _together(ways: Sequence[Sequence[GradientStage]]) -> list[GradientStage]:
    """Return what blocks all ways as one stage; nothing where one of them is open, or unknown."""
    stages = list(dict.fromkeys(stage for way in ways for stage in way))
    if not all(ways) or not stages[1:]:
        return stages if all(ways) else []
    share = max(stage.share for stage in stages)
    if not all(stage.reason for stage in stages):
        return [GradientStage(share, "")]
    reason = ", and ".join(dict.fromkeys(stage.reason for stage in stages))
    meanings = {stage.meaning for stage in stages}
    meaning = meanings.pop() if len(meanings) == 1 else ""
    is_saturated = any(stage.is_saturated for stage in stages)
    return [GradientStage(share, reason, meaning, is_saturated)]


def _of_loss(record: StepRecord, sample: int | None) -> GradientStage:
    """Return what the loss sent back, of all samples or of one."""
    chosen = slice(None) if sample is None else slice(sample, sample + 1)
    differences = record.outputs[chosen] - record.targets[chosen]
    share, several = largest_size(differences), len(differences) > 1
    size = f"is about {share:.1e} at most" if share else "is 0"
    of_samples = " of each sample" if several else ""
    nothing = f"Nothing is left to learn from {'these samples' if several else 'this sample'}."
    flat = loss_rule(record.loss_function.name).flat
    follows_difference = flat is Flat.AT_TARGET
    activation = without_last_activation(record.network)[1] if follows_difference else record.joined
    if activation in _REACHES:
        does = _REACHES[activation].format(samples=of_samples)
        reason = f"the {activation} is saturated: it {does}, so that output − target {size}"
        return GradientStage(share, reason, nothing, is_saturated=True)
    match flat:
        case Flat.AT_TARGET:
            reason = f"the output{of_samples} is what it should be: output − target {size}"
            return GradientStage(share, reason, nothing)
        case Flat.CUT_OFF:
            last = record.layers[-1].output
            cut = f"an output is cut off at {EPSILON:g} or at 1 − {EPSILON:g}"
            share = 0.0 if last is not None and not last[chosen].any() else 1.0
            return GradientStage(share, f"the loss is flat where {cut}", is_saturated=True)
    raise TypeError(_unknown_place(flat))


# What an activation does that all but reaches its targets.
_REACHES = {
    SOFTMAX: "gives the true class{samples} a share of 1",
    SIGMOID: "puts out the target{samples}",
}


def _unknown_place(flat: Flat) -> str:
    return (
        f"where a loss is flat must be told in training_step/vanishing_stages.py. Received: {flat}"
    )


def _share(after: Array | None, before: Array | None, chosen: slice) -> float | None:
    """Return which share of a gradient came through; None where none came or none is wanted."""
    if after is None or before is None or not largest_size(before[chosen]):
        return None
    return largest_size(after[chosen]) / largest_size(before[chosen])


def _of_activation(step: LayerStep, chosen: slice) -> Iterator[GradientStage]:
    """Yield what a layer's own activation let through."""
    share = _share(step.pre_activation, step.output, chosen)
    if share is not None and step.output is not None:
        yield _flat(share, step.layer, step.layer_output[chosen], step.output[chosen])


def _of_layer(
    step: LayerStep, weights: Weights, through: Array | None, chosen: slice
) -> Iterator[GradientStage]:
    """Yield what a layer let `through`, to its input or to one of the results that it joins."""
    error, share = step.error, _share(through, step.error, chosen)
    if share is None or error is None:
        return
    if isinstance(step.layer, ActivationLayer):
        yield _flat(share, step.layer, step.layer_output[chosen], error[chosen])
    else:
        yield GradientStage(share, _why_not_through(step, weights, chosen))


def _flat(share: float, layer: Layer, outputs: Array, gradient: Array) -> GradientStage:
    """Return why the slope of a layer's activation is next to 0 wherever a gradient comes to it.

    Arguments: the `share` it let through; the `layer`; its `outputs`, and the `gradient` by these.
    """
    is_named = isinstance(layer, Activation) or not isinstance(layer, ActivationLayer)
    which = f"the {layer.activation_name} of {layer.name}" if is_named else layer.name
    rule = rule_of(layer)
    limits = SOFTMAX_LIMITS if rule is None else rule.limits
    if rule is not None and rule.turns_off and rule.limits == "0":
        where = "wherever a gradient comes to it" if outputs.any() else "everywhere"
        reason = f"{which} puts out 0 {where}, where its slope is 0"
        return GradientStage(share, reason, "A LeakyReLU has a slope there, too.")
    # Where all of its gradients are alike, a softmax lets none through, whatever its shares are.
    is_alike = layer.has_softmax and not _are_extreme(outputs, gradient)
    if not limits or is_alike:
        return GradientStage(share, "")
    reason = f"{which} is saturated: it puts out {limits}, where its slope is next to 0"
    meaning = "Smaller numbers before it would leave it a slope."
    return GradientStage(share, reason, meaning, is_saturated=True)


def _are_extreme(shares: Array, gradient: Array) -> bool:
    """Say whether one share is all but 1 wherever there is a gradient."""
    return bool((shares.max(axis=-1) > 1 - FLAT)[gradient.any(axis=-1)].all())


def _why_not_through(step: LayerStep, weights: Weights, chosen: slice) -> str:
    """Return why a layer that is no activation lets nothing through, if that is plain."""
    layer = step.layer
    match layer:
        case BatchNormalization() if step.drawn and prod(step.layer_output.shape[:-1]) == 1:
            return f"{layer.name} has one number a channel, and makes 0 of it whatever it is"
        case Dropout() if step.drawn and not step.drawn[0][chosen].any():
            return f"{layer.name} dropped every number"
        case Rescaling(scale=0):
            return f"{layer.name} multiplies by 0"
        case KernelLayer() if not weights["kernel"].any():
            return f"the kernel of {layer.name} is 0 throughout"
        case Multiply() | Maximum() | Minimum():
            does = "multiplies by 0" if isinstance(layer, Multiply) else "takes another number"
            return f"{layer.name} {does} wherever a gradient comes to it"
        case _:
            return ""
