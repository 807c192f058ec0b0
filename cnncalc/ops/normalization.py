"""Batch normalization of each channel, its statistics, and its gradients.

Definitions: https://keras.io/api/layers/normalization_layers/batch_normalization/
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from cnncalc.ops.arrays import Array
from cnncalc.ops.dense import channel_sum

__all__ = [
    "NormalizationGradients",
    "Statistics",
    "batch_normalize",
    "batch_normalize_gradients",
    "batch_normalize_input_gradient",
    "batch_statistics",
    "deviations",
    "moving_average",
    "standard_deviation",
    "standardized",
]


class Statistics(NamedTuple):
    """The mean and the variance of each channel, (channels,) both."""

    mean: Array
    variance: Array


class NormalizationGradients(NamedTuple):
    """A loss's gradients by the inputs, and by gamma and beta, (channels,) both."""

    inputs: Array
    gamma: Array
    beta: Array


def batch_statistics(inputs: Array) -> Statistics:
    """Return each channel's mean and variance over a batch; the variance divides by the count.

    Arguments: `inputs` (…, channels), at least one number a channel.

    >>> batch_statistics(np.array([[1.0], [3.0]]))
    Statistics(mean=array([2.]), variance=array([1.]))
    """
    count = inputs.size // inputs.shape[-1]
    mean = channel_sum(inputs) / count
    return Statistics(mean, channel_sum((inputs - mean) ** 2) / count)


def standard_deviation(variance: Array, epsilon: float) -> Array:
    """Return the root of the variance and `epsilon`, which keeps it from 0.

    >>> standard_deviation(np.array([4.0]), 0.0)
    array([2.])
    """
    result: Array = np.sqrt(variance + epsilon)
    return result


def deviations(inputs: Array, statistics: Statistics) -> Array:
    """Return inputs (…, channels) less their mean.

    >>> deviations(np.array([[6.0]]), Statistics(np.array([2.0]), np.array([4.0])))
    array([[4.]])
    """
    result: Array = inputs - statistics.mean
    return result


def standardized(inputs: Array, statistics: Statistics, epsilon: float) -> Array:
    """Return inputs (…, channels) less their mean, over their standard deviation.

    >>> standardized(np.array([[6.0]]), Statistics(np.array([2.0]), np.array([4.0])), 0.0)
    array([[2.]])
    """
    deviation = standard_deviation(statistics.variance, epsilon)
    result: Array = deviations(inputs, statistics) / deviation
    return result


def moving_average(moving: Statistics, batch: Statistics, momentum: float) -> Statistics:
    """Let one batch's statistics into the moving ones: moving × momentum + batch × (1 − momentum).

    >>> moving, batch = Statistics(np.zeros(1), np.ones(1)), Statistics(np.ones(1), np.zeros(1))
    >>> moving_average(moving, batch, momentum=0.75)
    Statistics(mean=array([0.25]), variance=array([0.75]))
    """
    pairs = zip(moving, batch, strict=True)
    return Statistics(*(old * momentum + new * (1 - momentum) for old, new in pairs))


def batch_normalize(
    inputs: Array, statistics: Statistics, gamma: Array, beta: Array, epsilon: float = 0.001
) -> Array:
    """Return gamma × (x − mean) / √(variance + epsilon) + beta.

    Arguments: `inputs` (…, channels); the `statistics` of the batch while training, the moving
    ones afterwards; `gamma` and `beta` (channels,); `epsilon`, which keeps the root from 0.
    Returns the shape of `inputs`.

    >>> statistics = Statistics(np.array([2.0]), np.array([4.0]))
    >>> batch_normalize(np.array([[6.0]]), statistics, np.ones(1), np.ones(1), epsilon=0.0)
    array([[3.]])
    """
    result = deviations(inputs, statistics)
    result *= gamma / standard_deviation(statistics.variance, epsilon)
    result += beta
    return result


def batch_normalize_gradients(
    gradient: Array,
    inputs: Array,
    statistics: Statistics,
    gamma: Array,
    *,
    training: bool,
    epsilon: float = 0.001,
) -> NormalizationGradients:
    """Return a loss's gradients by the inputs, gamma and beta, given its gradient by the output.

    Arguments: `gradient` and `inputs` (…, channels); the `statistics` that normalized them;
    `gamma` (channels,); whether they were made while `training`, from these inputs, and so move
    with them; `epsilon`.
    Source: S. Ioffe and C. Szegedy, "Batch Normalization", 2015, section 3.
    """
    normalized = standardized(inputs, statistics, epsilon)
    by_gamma, by_beta = channel_sum(gradient * normalized), channel_sum(gradient)
    share = gradient
    if training:
        count = inputs.size // inputs.shape[-1]
        share = gradient - by_beta / count - normalized * (by_gamma / count)
    by_inputs = batch_normalize_input_gradient(share, statistics.variance, gamma, epsilon)
    return NormalizationGradients(by_inputs, by_gamma, by_beta)


def batch_normalize_input_gradient(
    gradient: Array, variance: Array, gamma: Array, epsilon: float = 0.001
) -> Array:
    """Return a loss's gradient by inputs that mean and variance don't depend on.

    Arguments: the `gradient` by the output (…, channels); the `variance` that the inputs were
    divided by and `gamma`, (channels,) both; `epsilon`.
    Returns the shape of `gradient`.

    >>> batch_normalize_input_gradient(np.array([[3.0]]), np.array([4.0]), np.ones(1), epsilon=0.0)
    array([[1.5]])
    """
    result: Array = gradient * (gamma / standard_deviation(variance, epsilon))
    return result
