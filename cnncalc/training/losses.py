"""Losses and their gradients by the network's output, as Keras's TensorFlow backend has them.

Where a loss follows the activation that belongs to it (`Loss.activation`), both are computed
together from the logits: no probability is rounded to 0 or 1 before its logarithm is taken.
Behind another activation its output counts as the probability, as in Keras on JAX and PyTorch;
Keras on TensorFlow takes the logits of softmax for those of the sigmoid there, and the other way
round (`_get_logits` in keras/src/backend/tensorflow/nn.py, Keras 3.15): another number.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import DTypeLike

from cnncalc.errors import OptionError
from cnncalc.layers import SIGMOID, SOFTMAX, Activation
from cnncalc.network import Network, assemble
from cnncalc.ops.arrays import Array

__all__ = [
    "EPSILON",
    "LOSSES",
    "Loss",
    "LossValues",
    "binary_crossentropy",
    "categorical_crossentropy",
    "loss_named",
    "mean_squared_error",
    "target_outputs",
    "with_output_activation",
]


EPSILON = 1e-7  # keras.config.epsilon()


class LossValues(NamedTuple):
    """Each sample's loss, (batch,), and that loss's gradient by the output, (batch, units)."""

    losses: Array
    gradient: Array


@dataclass(frozen=True)
class Loss:
    """A loss by its Keras name, and the activation it is computed together with, if any.

    With `from_logits` it takes a network's output itself for what that activation is given.

    >>> from dataclasses import replace
    >>> str(replace(LOSSES["binary_crossentropy"], from_logits=True))
    'binary_crossentropy(from_logits=True)'
    """

    name: str
    activation: str | None
    compute: Callable[[Array, Array, bool], LossValues]
    from_logits: bool = False

    def __str__(self) -> str:
        return self.name + "(from_logits=True)" * self.from_logits


def target_outputs(labels: Array, units: int, dtype: DTypeLike = np.float32) -> Array:
    """Return what a network should put out: one-hot rows, or with one unit the labels themselves.

    Arguments: `labels` (batch,), class numbers from 0; the network's `units`.
    Returns (batch, units).

    >>> target_outputs(np.array([1, 0]), 2).tolist(), target_outputs(np.array([1, 0]), 1).tolist()
    ([[0.0, 1.0], [1.0, 0.0]], [[1.0], [0.0]])
    """
    if units == 1:
        return labels[:, np.newaxis].astype(dtype)
    return np.asarray(labels[:, np.newaxis] == np.arange(units), dtype=dtype)


def categorical_crossentropy(
    targets: Array, outputs: Array, from_logits: bool = False
) -> LossValues:
    """Compare a distribution over classes with the true one: −Σ target × log(output).

    Arguments: `targets` (batch, classes), usually one-hot; `outputs` (batch, classes), logits or
    probabilities as `from_logits` says. Probabilities are made to sum to 1 first.
    Returns losses (batch,) and gradient (batch, classes).
    Convention: https://keras.io/api/losses/probabilistic_losses/#categorical_crossentropy-function

    >>> losses, gradient = categorical_crossentropy(np.eye(2), np.zeros((2, 2)), from_logits=True)
    >>> losses.round(4).tolist(), gradient.tolist()
    ([0.6931, 0.6931], [[-0.5, 0.5], [0.5, -0.5]])
    """
    if from_logits:
        shifted = outputs - outputs.max(axis=-1, keepdims=True)
        exponentials = np.exp(shifted)
        sums = exponentials.sum(axis=-1, keepdims=True)
        losses = (targets * (np.log(sums) - shifted)).sum(axis=-1)
        weight = targets.sum(axis=-1, keepdims=True)
        return LossValues(losses, exponentials / sums * weight - targets)
    total = outputs.sum(axis=-1, keepdims=True)
    shares = outputs / total
    clipped, inside = _clip(shares)
    by_share = np.where(inside, -targets / clipped, 0)
    # Each output also changes the total that all are divided by.
    gradient = (by_share - (by_share * shares).sum(axis=-1, keepdims=True)) / total
    return LossValues(-(targets * np.log(clipped)).sum(axis=-1), gradient)


def binary_crossentropy(targets: Array, outputs: Array, from_logits: bool = False) -> LossValues:
    """Compare probabilities of yes with yes or no: the mean over the units.

    Arguments: `targets` (batch, units), 0 or 1; `outputs` (batch, units), logits or
    probabilities as `from_logits` says.
    Returns losses (batch,) and gradient (batch, units).
    Convention: https://keras.io/api/losses/probabilistic_losses/#binary_crossentropy-function

    >>> binary_crossentropy(np.array([[1.0]]), np.array([[0.25]])).losses.round(4).tolist()
    [1.3863]
    """
    units = outputs.shape[-1]
    if from_logits:
        decay = np.exp(-np.abs(outputs))
        losses = np.maximum(outputs, 0) - outputs * targets + np.log1p(decay)
        sigmoid = np.where(outputs >= 0, 1, decay) / (1 + decay)
        return LossValues(losses.mean(axis=-1), (sigmoid - targets) / units)
    clipped, inside = _clip(outputs)
    losses = -(targets * np.log(clipped) + (1 - targets) * np.log(1 - clipped))
    slopes = np.where(inside, (1 - targets) / (1 - clipped) - targets / clipped, 0)
    return LossValues(losses.mean(axis=-1), slopes / units)


def mean_squared_error(targets: Array, outputs: Array, from_logits: bool = False) -> LossValues:
    """Average the squared differences over the units.

    Arguments: `targets` and `outputs` (batch, units); `from_logits` has no meaning here and is
    always False.
    Returns losses (batch,) and gradient (batch, units).
    Convention: https://keras.io/api/losses/regression_losses/#mean_squared_error-function

    >>> mean_squared_error(np.array([[1.0, 0.0]]), np.array([[0.5, 0.5]]))
    LossValues(losses=array([0.25]), gradient=array([[-0.5,  0.5]]))
    """
    difference = outputs - targets
    return LossValues((difference**2).mean(axis=-1), 2 * difference / outputs.shape[-1])


def _clip(probabilities: Array) -> tuple[Array, Array]:
    """Keep probabilities from 0 and 1 as Keras does, and say which were inside."""
    inside = (probabilities >= EPSILON) & (probabilities <= 1 - EPSILON)
    return np.clip(probabilities, EPSILON, 1 - EPSILON), inside


LOSSES: Mapping[str, Loss] = {
    loss.name: loss
    for loss in (
        Loss("categorical_crossentropy", SOFTMAX, categorical_crossentropy),
        Loss("binary_crossentropy", SIGMOID, binary_crossentropy),
        Loss("mean_squared_error", None, mean_squared_error),
    )
}


def loss_named(name: str) -> Loss:
    """Return a loss by its Keras name.

    Raises OptionError for another name.

    >>> loss_named("mean_squared_error").activation
    """
    if name not in LOSSES:
        message = f"loss must be one of {', '.join(LOSSES)}. Received: loss={name!r}"
        raise OptionError(message)
    return LOSSES[name]


def with_output_activation(network: Network, loss: Loss) -> tuple[Network, Loss]:
    """Return the same training, with the softmax or sigmoid inside a loss of logits as a layer.

    So every number of it can be shown. A loss that isn't of logits stays, as does its network.

    >>> from cnncalc.layers import Dense
    >>> from cnncalc.network import initialize
    >>> from cnncalc.training.losses import LOSSES
    >>> loss = replace(LOSSES["categorical_crossentropy"], from_logits=True)
    >>> network, loss = with_output_activation(initialize([Dense(2)], (3,)), loss)
    >>> network.layers[-1].activation, str(loss)
    ('softmax', 'categorical_crossentropy')
    """
    if not loss.from_logits or loss.activation is None:
        return network, loss
    layers = (*network.layers, Activation(loss.activation))
    shown = assemble(layers, network.input_shape, [*network.weights, {}])
    return shown, replace(loss, from_logits=False)
