"""The numbers that a batch normalization shows in training, of one sample or of the whole batch."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from cnncalc.layers import BatchNormalization
from cnncalc.network import Array, Weights
from cnncalc.ops.sums import channel_sum
from cnncalc.substeps import parts
from cnncalc.training_step import LayerStep
from cnncalc.views.workbook.plan import Quantity
from cnncalc.views.workbook.stages.gradients.batch_channels import normalization_names
from cnncalc.views.workbook.stages.gradients.quantities import BATCH, of_batch

__all__ = ["batch_values", "sample_values"]


class _Normalized(NamedTuple):
    """The numbers of some samples less the batch's mean, and these over its deviation."""

    deviations: Array
    normalized: Array


def _normalized(layer: BatchNormalization, step: LayerStep) -> _Normalized:
    mean, variance = step.drawn
    deviations = step.layer_input - mean
    return _Normalized(deviations, deviations / np.sqrt(variance + layer.epsilon))


def sample_values(layer: BatchNormalization, step: LayerStep, sample: int) -> dict[Quantity, Array]:
    """Return what one sample shows on its way forward, besides its trace."""
    named, whole = normalization_names(layer), _normalized(layer, step)
    return {
        named.deviations: whole.deviations[sample],
        named.normalized: whole.normalized[sample],
    }


def batch_values(
    layer: BatchNormalization, step: LayerStep, weights: Weights
) -> dict[Quantity, Array]:
    """Return the statistics, the sums of errors and the moving statistics, each (channels,).

    Sums over many samples come in parts too, (channels, part).
    """
    named, (mean, variance) = normalization_names(layer), step.drawn
    sums, count = _sums(layer, step, slice(None)), step.layer_input.size / len(mean)
    result = {
        **sums,
        named.mean: mean,
        named.variance: variance,
        named.deviation: np.sqrt(variance + layer.epsilon),
        named.mean_error: sums[named.errors] / count,
        named.mean_product: sums[named.products] / count,
        **{Quantity("update", layer.name, name): array for name, array in step.moved.items()},
        **{
            Quantity("weight", layer.name, name): weights[name]
            for name in ("moving_mean", "moving_variance")
        },
    }
    shares = parts(len(step.layer_input))
    if shares[1:]:
        every = [_sums(layer, step, slice(each.start, each.stop)) for each in shares]
        for key in sums:
            partial = of_batch(layer.name, f"partial {key.name.removeprefix(BATCH)}")
            result[partial] = np.stack([own[key] for own in every], axis=-1)
    return result


def _sums(layer: BatchNormalization, step: LayerStep, samples: slice) -> dict[Quantity, Array]:
    """Return the sums over some samples, and all positions, of each channel."""
    named, (deviations, normalized), error = (
        normalization_names(layer),
        _normalized(layer, step),
        step.error,
    )
    assert error is not None  # noqa: S101 (a batch normalization has weights)
    terms = {
        named.sum: step.layer_input,
        named.squares: deviations**2,
        named.errors: error,
        named.products: error * normalized,
    }
    return {key: channel_sum(array[samples]) for key, array in terms.items()}
