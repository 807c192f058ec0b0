"""One step of an optimizer over all weights, and the state that it goes on from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from cnncalc.ops.arrays import Array
from cnncalc.training.optimizers import Optimizer
from cnncalc.training.schedules import rate_at

__all__ = ["OptimizerState", "apply", "clipped", "initial_state"]


@dataclass
class OptimizerState:
    """The steps taken so far, and one mapping of slots a weight; both change in place."""

    iterations: int = 0
    slots: list[dict[str, Array]] = field(default_factory=list)


def initial_state(optimizer: Optimizer, weights: Sequence[Array]) -> OptimizerState:
    """Return the state before the first step: every slot zero, shaped and typed as its weight.

    >>> from cnncalc.training.optimizers import Adam
    >>> initial_state(Adam(), [np.ones(2)]).slots
    [{'momentum': array([0., 0.]), 'velocity': array([0., 0.])}]
    """
    names = [name for group in optimizer.slot_groups for name in group]
    return OptimizerState(0, [{name: np.zeros_like(w) for name in names} for w in weights])


def apply(
    optimizer: Optimizer,
    state: OptimizerState,
    weights: Sequence[Array],
    gradients: Sequence[Array],
) -> None:
    """Take one step: change every weight in place, and the state with it.

    Arguments: the trainable `weights`, always in the same order; their `gradients`, each shaped
    as its weight.

    >>> from cnncalc.training.optimizers import SGD
    >>> weights, optimizer = [np.array([1.0])], SGD(learning_rate=0.5, weight_decay=0.5)
    >>> apply(optimizer, initial_state(optimizer, weights), weights, [np.array([0.5])])
    >>> weights
    [array([0.5])]
    """
    rate = rate_at(optimizer.learning_rate, state.iterations)
    state.iterations += 1
    bounded = clipped(optimizer, gradients)
    for weight, gradient, slots in zip(weights, bounded, state.slots, strict=True):
        if optimizer.weight_decay is not None:
            weight[...] -= weight * optimizer.weight_decay * rate
        optimizer.update(weight, gradient, slots, rate, state.iterations)


def clipped(optimizer: Optimizer, gradients: Sequence[Array]) -> Sequence[Array]:
    """Return the gradients of all weights within the optimizer's bounds.

    >>> from cnncalc.training.optimizers import SGD
    >>> clipped(SGD(clipvalue=0.5), [np.array([0.2, -3.0])])
    [array([ 0.2, -0.5])]
    """
    # A bound of 0 clips nothing, as in Keras.
    if optimizer.clipvalue:
        return [np.clip(g, -optimizer.clipvalue, optimizer.clipvalue) for g in gradients]
    if optimizer.clipnorm:
        return [_shrink(g, _norm([g]), optimizer.clipnorm) for g in gradients]
    if optimizer.global_clipnorm:
        norm = _norm(gradients)
        return [_shrink(g, norm, optimizer.global_clipnorm) for g in gradients]
    return gradients


def _norm(gradients: Sequence[Array]) -> float:
    return float(np.sqrt(sum(np.sum(gradient**2) for gradient in gradients)))


def _shrink(gradient: Array, norm: float, bound: float) -> Array:
    return gradient * (bound / max(norm, bound))
