"""Why a gradient vanished: where it was lost on its way back from the loss, as far as is known.

Each stage of the way is asked how much of the gradient it let through; the one that let through
least is the reason, if it can say why. A reason that isn't known isn't said.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import prod
from typing import NamedTuple

import numpy as np

from cnncalc.layers import (
    ELU,
    Activation,
    ActivationLayer,
    BatchNormalization,
    ConvolutionLayer,
    Dense,
    Dropout,
    LeakyReLU,
    ReLU,
    Rescaling,
    Softmax,
)
from cnncalc.network import Array, Weights, without_last_activation
from cnncalc.training.classes import class_count
from cnncalc.training.defaults import scales_pixels
from cnncalc.training.losses import EPSILON
from cnncalc.training.objective import make_objective
from cnncalc.training_step.backward import run
from cnncalc.training_step.explaining import STAGES, gradient_of
from cnncalc.training_step.explanation import GradientExplanation
from cnncalc.training_step.structure import LayerStep, StepRecord

__all__ = ["VANISHED", "Vanished", "find_vanished", "with_reason"]

VANISHED = 1e-30
"""A gradient whose numbers are all smaller is called vanished."""

# What lets less than this share of a gradient through may be the reason that it vanished.
FLAT = 1e-10
# A gradient that is larger is worth proposing a rescaling for.
WORTH = 1e-6
BYTE = 255

_LIMITS = {
    "sigmoid": "0 or 1",
    "tanh": "−1 or 1",
    "softmax": "shares of 0 and 1",
    "elu": "its lowest number",
    "softplus": "0",
}


@dataclass(frozen=True)
class Vanished:
    """Weights to which no gradient came back: the layer and the name of each, and why.

    `advice` is what would help, or what it means, empty where there is nothing to say; `largest` is
    the largest size of what came back; `are_all` tells whether these are all weights.
    """

    weights: tuple[tuple[str, str], ...]
    reason: str
    advice: str
    largest: float
    are_all: bool

    @property
    def text(self) -> str:
        """The whole in words."""
        names = [f"{layer} {name}" for layer, name in self.weights]
        listed = " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
        where = f" to {'any weight' if self.are_all else listed}"
        return _sentences(where, self.largest, self.reason, self.advice)


def _sentences(where: str, largest: float, reason: str, advice: str) -> str:
    some = f"Next to no gradient comes back from the loss{where}, about {largest:.1e} at most"
    none = f"No gradient comes back from the loss{where}"
    return f"{some if largest else none}: {reason}.{f' {advice}' if advice else ''}"


def find_vanished(record: StepRecord) -> tuple[Vanished, ...]:
    """Return the weights whose gradients vanished, together where they did for one reason.

    The share of a regularizer is left out. Weights of which no reason is known are left out, too.

    >>> from cnncalc.layers import Dense
    >>> from cnncalc.network import assemble
    >>> from cnncalc.training.losses import LOSSES
    >>> from cnncalc.training.optimizers import SGD
    >>> from cnncalc.training_step import record_steps
    >>> layer = Dense(2, "softmax", use_bias=False)
    >>> network = assemble([layer], (1,), [{"kernel": np.array([[0.0, 1.0]])}])
    >>> batch = (np.array([[800.0]]), np.array([1]))
    >>> loss = LOSSES["categorical_crossentropy"]
    >>> [found] = find_vanished(next(record_steps(network, loss, SGD(), [batch])))
    >>> found.weights, found.reason[:28]
    ((('dense', 'kernel'),), 'the softmax is saturated: it')
    """
    by_stage: dict[_Stage, list[tuple[str, str]]] = {}
    for update in record.updates:
        own = (update.layer, update.weight)
        lost = _lost(record, *own) if _largest(_by_weight(record, *own)) < VANISHED else None
        if lost is not None:
            by_stage.setdefault(lost, []).append(own)
    return tuple(
        Vanished(
            tuple(weights),
            lost.reason,
            _advice(record, lost, weights),
            max(_largest(_by_weight(record, *own)) for own in weights),
            are_all=len(weights) == len(record.updates),
        )
        for lost, weights in by_stage.items()
    )


def with_reason(record: StepRecord, explanation: GradientExplanation) -> GradientExplanation:
    """Return an explanation that says why its number vanished, if it did and that is known."""
    layer, name, sample = explanation.layer.name, explanation.name, explanation.sample
    whole = _by_weight(record, layer, name) if sample is None else None
    whole = gradient_of(record, layer, name)[sample] if whole is None else whole
    if abs(float(whole[explanation.at])) >= VANISHED:
        return explanation
    if _largest(whole) >= VANISHED:
        reason = _reason_of_one(record, explanation)
        return replace(explanation, vanished=f"It is 0: {reason}." if reason else "")
    lost = _lost(record, layer, name, sample)
    if lost is None:
        return explanation
    advice = _advice(record, lost, [(layer, name)], sample)
    return replace(explanation, vanished=_sentences("", _largest(whole), lost.reason, advice))


def _by_weight(record: StepRecord, layer: str, name: str) -> Array:
    """Return the loss's gradient by a weight, without a regularizer's share."""
    return record.layer(layer).weights[name]


def _largest(values: Array) -> float:
    return float(np.abs(values).max(initial=0))


class _Stage(NamedTuple):
    """What share of a gradient a stage of its way let through, and if it knows, why no more.

    `meaning` says what that means where smaller pixels are no remedy, as they may be where it
    `is_saturated`.
    """

    share: float
    reason: str
    meaning: str = ""
    is_saturated: bool = False


def _lost(record: StepRecord, layer: str, name: str, sample: int | None = None) -> _Stage | None:
    """Return where a gradient was lost on its way to a weight or stage, None where nobody knows.

    Arguments: as for `gradient_of`; the `sample` that it is of, None for a weight's, which all
    samples add to.
    """
    least = min(_way(record, layer, name, sample), key=lambda stage: stage.share)
    return least if least.share < FLAT and least.reason else None


def _way(record: StepRecord, layer: str, name: str, sample: int | None) -> Iterator[_Stage]:
    """Yield the stages of a gradient's way from the loss on."""
    yield _of_loss(record, sample)
    if sample is None and len(record.images) < len(record.labels):
        return  # what other samples gave isn't there
    chosen = slice(None) if sample is None else slice(sample, sample + 1)
    index = [step.layer.name for step in record.layers].index(layer)
    later = zip(record.layers[index + 1 :], record.network.weights[index + 1 :], strict=True)
    for step, weights in reversed(list(later)):
        yield from _of_activation(step, chosen)
        yield from _of_layer(step, weights, chosen)
    step, weights = record.layers[index], record.network.weights[index]
    if name != "output":
        yield from _of_activation(step, chosen)
    if name == "input":
        yield from _of_layer(step, weights, chosen)
    if name in ("kernel", "gamma") and not step.layer_input[chosen].any():
        yield _Stage(0.0, f"the input of {layer} is 0 throughout")


def _of_loss(record: StepRecord, sample: int | None) -> _Stage:
    """Return what the loss sent back, of all samples or of one."""
    chosen = slice(None) if sample is None else slice(sample, sample + 1)
    differences = record.outputs[chosen] - record.targets[chosen]
    share, several = _largest(differences), len(differences) > 1
    size = f"is about {share:.1e} at most" if share else "is 0"
    each = " of each sample" if several else ""
    nothing = f"Nothing is left to learn from {'these samples' if several else 'this sample'}."
    is_squared = record.loss_function.name == "mean_squared_error"
    activation = without_last_activation(record.network)[1] if is_squared else record.joined
    if activation in ("softmax", "sigmoid"):
        does = f"gives the true class{each} a share of 1"
        does = does if activation == "softmax" else f"puts out the target{each}"
        reason = f"the {activation} is saturated: it {does}, so that output − target {size}"
        return _Stage(share, reason, nothing, is_saturated=True)
    if is_squared:
        return _Stage(
            share, f"the output{each} is what it should be: output − target {size}", nothing
        )
    last = record.layers[-1].output
    flat = f"the loss is flat where an output is cut off at {EPSILON:g} or at 1 − {EPSILON:g}"
    share = 0.0 if last is not None and not last[chosen].any() else 1.0
    return _Stage(share, flat, is_saturated=True)


def _share(after: Array | None, before: Array | None, chosen: slice) -> float | None:
    """Return which share of a gradient came through; None where none came or none is wanted."""
    if after is None or before is None or not _largest(before[chosen]):
        return None
    return _largest(after[chosen]) / _largest(before[chosen])


def _of_activation(step: LayerStep, chosen: slice) -> Iterator[_Stage]:
    """Yield what a layer's own activation let through."""
    share = _share(step.pre_activation, step.output, chosen)
    if share is not None and step.output is not None:
        kind = str(getattr(step.layer, "activation", ""))
        which = f"the {kind} of {step.layer.name}"
        yield _flat(share, which, kind, step.layer_output[chosen], step.output[chosen])


def _of_layer(step: LayerStep, weights: Weights, chosen: slice) -> Iterator[_Stage]:
    """Yield what a layer let through to its input."""
    error, share = step.error, _share(step.input, step.error, chosen)
    if share is None or error is None:
        return
    if isinstance(step.layer, ActivationLayer):
        which, kind = _activation(step.layer)
        yield _flat(share, which, kind, step.layer_output[chosen], error[chosen])
    else:
        yield _Stage(share, _why_not_through(step, weights, chosen))


def _activation(layer: ActivationLayer) -> tuple[str, str]:
    """Return which activation a layer is, in words, and its kind, empty where it has many."""
    match layer:
        case Activation():
            return f"the {layer.activation} of {layer.name}", layer.activation
        case Softmax():
            return layer.name, "softmax"
        case ELU():
            return layer.name, "elu"
        case LeakyReLU(negative_slope=0) | ReLU(max_value=None, negative_slope=0, threshold=0):
            return layer.name, "relu"
        case _:
            return layer.name, ""


def _flat(share: float, which: str, kind: str, outputs: Array, gradient: Array) -> _Stage:
    """Return why the slope of an activation is next to 0 wherever a gradient comes to it.

    Arguments: the `share` it let through; `which` activation it is, in words, and its `kind`; its
    `outputs`, and the `gradient` by these.
    """
    if kind == "relu":
        where = "wherever a gradient comes to it" if outputs.any() else "everywhere"
        reason = f"{which} puts out 0 {where}, where its slope is 0"
        return _Stage(share, reason, "A LeakyReLU has a slope there, too.")
    # Where all of its gradients are alike, a softmax lets none through, whatever its shares are.
    is_alike = kind == "softmax" and not _are_extreme(outputs, gradient)
    if kind not in _LIMITS or is_alike:
        return _Stage(share, "")
    reason = f"{which} is saturated: it puts out {_LIMITS[kind]}, where its slope is next to 0"
    meaning = "Smaller numbers before it would leave it a slope."
    return _Stage(share, reason, meaning, is_saturated=True)


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
        case ConvolutionLayer() | Dense() if not weights["kernel"].any():
            return f"the kernel of {layer.name} is 0 throughout"
        case _:
            return ""


def _reason_of_one(record: StepRecord, explanation: GradientExplanation) -> str:
    """Return why one number of a weight's gradient is 0 while others aren't, if that is plain."""
    terms, layer, name = explanation.terms, explanation.layer, explanation.name
    if name not in ("kernel", "bias") or len(record.images) < len(record.labels):
        return ""
    if name == "kernel" and not terms.factors.any():
        where = "is under this weight" if isinstance(layer, ConvolutionLayer) else "comes in there"
        return f"all that {where} is 0"
    step, own = record.layer(layer.name), explanation.at[-1]
    if _largest(terms.errors) >= VANISHED or not isinstance(layer, ConvolutionLayer | Dense):
        return ""
    what = "filter" if isinstance(layer, ConvolutionLayer) else "unit"
    if layer.activation == "relu" and not step.layer_output[..., own].any():
        return f"the relu of {layer.name} puts out 0 everywhere in {what} {own}"
    return ""


def _advice(
    record: StepRecord,
    lost: _Stage,
    weights: Sequence[tuple[str, str]],
    sample: int | None = None,
) -> str:
    """Return what would bring a gradient back to weights or stages, found out by trying it."""
    largest = _largest(record.images)
    divisor = BYTE if largest <= BYTE else largest
    is_large = largest > 1 and not scales_pixels(record.network.layers)
    may_help = lost.is_saturated and is_large
    if not may_help or _largest_scaled(record, weights, 1 / divisor, sample) < WORTH:
        return lost.meaning
    return (
        f"Pixels go up to {largest:g}: with Rescaling(1/{divisor:g}) as the network's first layer, "
        "a gradient would come back."
    )


def _largest_scaled(
    record: StepRecord, weights: Sequence[tuple[str, str]], scale: float, sample: int | None
) -> float:
    """Return how large a gradient of the step would be on pixels multiplied by a scale."""
    network = record.network
    objective = make_objective(network, record.loss_function, class_count(network.shapes[-1]))
    batch = (record.images * scale, record.labels[: len(record.images)])
    steps = {step.layer.name: step for step in run(objective, network.layers, batch, [0]).layers}
    arrays = []
    for layer, name in weights:
        stage = getattr(steps[layer], name.replace("-", "_")) if name in STAGES else None
        arrays.append(steps[layer].weights[name] if stage is None else stage[sample or 0])
    return max(map(_largest, arrays))
