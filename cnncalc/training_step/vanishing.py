"""Why a gradient vanished: where it was lost on its way back from the loss, as far as is known.

Each stage of the way is asked how much of the gradient it let through; the one that let through
least is the reason, if it can say why. A reason that isn't known isn't said.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from cnncalc.layers import (
    KernelLayer,
    WindowLayer,
)
from cnncalc.network import Array
from cnncalc.rules.activations import rule_of
from cnncalc.trace.stage_names import GradientName
from cnncalc.training.metrics import class_count
from cnncalc.training.objective import make_objective
from cnncalc.training.plan import scales_pixels
from cnncalc.training_step.backward import run
from cnncalc.training_step.explaining import STAGES, gradient_of
from cnncalc.training_step.structure import GradientExplanation, StepRecord
from cnncalc.training_step.vanishing_stages import FLAT, GradientStage, largest_size, stages_of

__all__ = ["VANISHED", "Vanished", "find_vanished", "with_reason"]

VANISHED = 1e-30
"""A gradient whose numbers are all smaller is called vanished."""

# A gradient that is larger is worth proposing a rescaling for.
WORTH = 1e-6
BYTE = 255


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

    >>> import numpy as np
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
    by_stage: dict[GradientStage, list[tuple[str, str]]] = {}
    for update in record.updates:
        weight = (update.layer, update.weight)
        lost = (
            _lost(record, *weight) if largest_size(_by_weight(record, *weight)) < VANISHED else None
        )
        if lost is not None:
            by_stage.setdefault(lost, []).append(weight)
    return tuple(
        Vanished(
            tuple(weights),
            lost.reason,
            _advice(record, lost, weights),
            max(largest_size(_by_weight(record, *weight)) for weight in weights),
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
    if largest_size(whole) >= VANISHED:
        reason = _reason_of_one(record, explanation)
        return replace(explanation, vanished=f"It is 0: {reason}." if reason else "")
    lost = _lost(record, layer, name, sample)
    if lost is None:
        return explanation
    advice = _advice(record, lost, [(layer, name)], sample)
    return replace(explanation, vanished=_sentences("", largest_size(whole), lost.reason, advice))


def _by_weight(record: StepRecord, layer: str, name: str) -> Array:
    """Return the loss's gradient by a weight, without a regularizer's share."""
    return record.layer(layer).weights[name]


def _lost(
    record: StepRecord, layer: str, name: str, sample: int | None = None
) -> GradientStage | None:
    """Return where a gradient was lost on its way to a weight or stage, None where nobody knows.

    Arguments: as for `gradient_of`; the `sample` that it is of, None for a weight's, which all
    samples add to.
    """
    least = min(stages_of(record, layer, name, sample), key=lambda stage: stage.share)
    return least if least.share < FLAT and least.reason else None


def _reason_of_one(record: StepRecord, explanation: GradientExplanation) -> str:
    """Return why one number of a weight's gradient is 0 while others aren't, if that is plain."""
    terms, layer, name = explanation.terms, explanation.layer, explanation.name
    if name not in ("kernel", "bias") or len(record.images) < len(record.labels):
        return ""
    if name == "kernel" and not terms.factors.any():
        where = "is under this weight" if isinstance(layer, WindowLayer) else "comes in there"
        return f"all that {where} is 0"
    step, unit = record.layer(layer.name), explanation.at[-1]
    if largest_size(terms.errors) >= VANISHED or not isinstance(layer, KernelLayer):
        return ""
    rule = rule_of(layer)
    if rule is not None and rule.turns_off and not step.layer_output[..., unit].any():
        where = f"everywhere in {layer.output_noun} {unit}"
        return f"the {rule.name} of {layer.name} puts out 0 {where}"
    return ""


def _advice(
    record: StepRecord,
    lost: GradientStage,
    weights: Sequence[tuple[str, str]],
    sample: int | None = None,
) -> str:
    """Return what would bring a gradient back to weights or stages, found out by trying it."""
    largest = largest_size(record.images)
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
        stage = steps[layer].gradient_by(GradientName(name)) if name in STAGES else None
        arrays.append(steps[layer].weights[name] if stage is None else stage[sample or 0])
    return max(map(largest_size, arrays))
