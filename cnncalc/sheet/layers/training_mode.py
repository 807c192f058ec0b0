"""What layers draw in training where that is other than in prediction."""

from __future__ import annotations

from cnncalc.layers import BatchNormalization, Dropout, Layer
from cnncalc.sheet.layers.batch_normalization import (
    normalization_training_volumes,
    statistics_volumes,
)
from cnncalc.sheet.layers.copies import dropout_training_volumes
from cnncalc.sheet.layers.network import layer_volumes
from cnncalc.sheet.volumes import Source, Volume

__all__ = ["batch_volumes", "training_volumes"]


def training_volumes(layer: Layer, source: Source) -> tuple[list[Volume], Source]:
    """Return what a layer draws in training, and what the next one takes in; as `layer_volumes`."""
    if isinstance(layer, BatchNormalization) and layer.needs_batch:
        return normalization_training_volumes(layer, source)
    if isinstance(layer, Dropout) and layer.rate:
        return dropout_training_volumes(layer, source)
    return layer_volumes(layer, source)


def batch_volumes(layer: Layer, source: Source, samples: int) -> list[Volume]:
    """Return what a layer draws of a whole batch in training: means and variances, if any."""
    if isinstance(layer, BatchNormalization) and layer.needs_batch:
        return statistics_volumes(layer, source, samples)
    return []
