"""Where a training stands: everything that the rest of it depends on, and nothing else.

What is drawn at random follows from the seed, the epoch and the batch, so that no generator's
state is part of it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from cnncalc.errors import OptionError
from cnncalc.layers import InferenceOnly
from cnncalc.network import Network
from cnncalc.ops.arrays import Array
from cnncalc.training.history import EpochRecord, Score
from cnncalc.training.optimizer_step import OptimizerState, initial_state
from cnncalc.training.optimizers import Optimizer

__all__ = [
    "EpochProgress",
    "TrainingState",
    "begin",
    "copied",
    "require_trainable",
    "trainable",
]

LiveWeights = tuple[dict[str, Array], ...]


@dataclass
class EpochProgress:
    """The epoch under way: sums over the batches that are done, and the time they took."""

    batches: int = 0
    images: int = 0
    loss: float = 0.0
    correct: int = 0
    seconds: float = 0.0

    @property
    def score(self) -> Score:
        """The means over the images so far."""
        return Score(self.loss / max(self.images, 1), self.correct / max(self.images, 1))


def _nothing() -> None:
    pass


@dataclass
class TrainingState:
    """A training between two batches.

    `weights` has one mapping a layer, its arrays changed in place; so are those of `optimizer`.
    `history` has the finished epochs; `best_weights` those of `best_epoch`, 0 for none, where early
    stopping shall put them back. Within an epoch an engine may keep the newest weights to itself,
    on a GPU say: call `fetch` to have them, and the optimizer's slots, in the arrays here.
    """

    weights: LiveWeights
    optimizer: OptimizerState
    history: list[EpochRecord] = field(default_factory=list)
    progress: EpochProgress = field(default_factory=EpochProgress)
    best_weights: LiveWeights | None = None
    best_epoch: int = 0
    fetch: Callable[[], None] = field(default=_nothing, repr=False, compare=False)

    @property
    def epoch(self) -> int:
        """The epoch under way, counted from 1."""
        return len(self.history) + 1


def begin(
    network: Network, optimizer: Optimizer, optimizer_state: OptimizerState | None = None
) -> TrainingState:
    """Return the state before the first batch, with weights of its own.

    Arguments: the `network` and `optimizer`; the state that the optimizer has from an earlier
    training of the same weights, None for its initial one.

    >>> from cnncalc.layers import Dense
    >>> from cnncalc.network import initialize
    >>> from cnncalc.training.optimizers import SGD
    >>> begin(initialize([Dense(2)], (3,)), SGD()).epoch
    1
    """
    weights = copied(network.weights)
    arrays = [weights[layer][name] for layer, name in trainable(network)]
    return TrainingState(weights, optimizer_state or initial_state(optimizer, arrays))


def copied(weights: Sequence[Any]) -> LiveWeights:
    """Return weights that may be changed in place."""
    return tuple({name: np.array(array) for name, array in by_name.items()} for by_name in weights)


def trainable(network: Network) -> list[tuple[int, str]]:
    """Return the (layer's index, name) of each weight that has a gradient, in Keras's order.

    >>> from cnncalc.layers import BatchNormalization, Dense
    >>> from cnncalc.network import initialize
    >>> trainable(initialize([Dense(2), BatchNormalization()], (3,)))
    [(0, 'kernel'), (0, 'bias'), (1, 'gamma'), (1, 'beta')]
    """
    return [
        (index, name)
        for index, (layer, weights) in enumerate(zip(network.layers, network.weights, strict=True))
        for name in weights
        if layer.learns(name)
    ]


def require_trainable(network: Network) -> None:
    """Raise OptionError where a training would change nothing, or does what cnncalc lacks."""
    lacking = [layer for layer in network.layers if isinstance(layer, InferenceOnly)]
    if lacking:
        named = ", ".join(f"{layer.name} ({type(layer).__name__})" for layer in lacking)
        message = (
            "what changes numbers in training alone isn't calculated, but for Dropout: train "
            f"without such layers, which do nothing afterwards. Received: {named}"
        )
        raise OptionError(message)
    if trainable(network):
        return
    frozen = [
        layer.name
        for layer, weights in zip(network.layers, network.weights, strict=True)
        if weights and not layer.trainable
    ]
    found = f"trainable=False in {', '.join(frozen)}" if frozen else "none of its layers has any"
    message = f"a network must have trainable weights to be trained. Received: {found}"
    raise OptionError(message)
