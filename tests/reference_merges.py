"""What each merge makes of several results: slow, obvious, and apart from cnncalc's arithmetic."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping, Sequence
from itertools import product
from math import fsum, prod

import numpy as np

from cnncalc.layers import (
    Add,
    Average,
    Concatenate,
    Layer,
    Maximum,
    Minimum,
    Multiply,
    Subtract,
)
from cnncalc.layers.graph import IMAGE
from cnncalc.network import Network
from tests.reference_layers import reference_output

__all__ = ["REFERENCE_MERGES", "reference_forward"]

Merge = Callable[[Sequence[np.ndarray]], np.ndarray]


def reference_forward(network: Network, image: np.ndarray) -> np.ndarray:
    """One sample's output: the layers one after the other, what they take looked up by name."""
    results, before = {IMAGE: image}, IMAGE
    for layer, weights in zip(network.layers, network.weights, strict=True):
        taken = [results[name] for name in layer.inputs or (before,)]
        if type(layer) in REFERENCE_MERGES:
            results[layer.name] = REFERENCE_MERGES[type(layer)](taken)
        else:
            results[layer.name] = reference_output(layer, weights, taken[0])
        before = layer.name
    return results[before]


def number_by_number(join: Callable[[Sequence[float]], float]) -> Merge:
    """Join the numbers at each place; of what has size 1 there is but one number to take."""

    def merge(parts: Sequence[np.ndarray]) -> np.ndarray:
        rank = max(part.ndim for part in parts)
        wide = [part.reshape((1,) * (rank - part.ndim) + part.shape) for part in parts]
        result = np.empty(np.max([part.shape for part in wide], axis=0))
        for at in product(*map(range, result.shape)):
            result[at] = join([number_of(part, at) for part in wide])
        return result

    return merge


def number_of(part: np.ndarray, at: Sequence[int]) -> float:
    sides = zip(at, part.shape, strict=True)
    return float(part[tuple(index if size > 1 else 0 for index, size in sides)])


def channel_after_channel(parts: Sequence[np.ndarray]) -> np.ndarray:
    slices = [part[..., channel] for part in parts for channel in range(part.shape[-1])]
    return np.stack(slices, axis=-1)


REFERENCE_MERGES: Mapping[type[Layer], Merge] = {
    Add: number_by_number(fsum),
    Subtract: number_by_number(lambda pair: pair[0] - pair[1]),
    Multiply: number_by_number(prod),
    Average: number_by_number(statistics.fmean),
    Maximum: number_by_number(max),
    Minimum: number_by_number(min),
    Concatenate: channel_after_channel,
}
