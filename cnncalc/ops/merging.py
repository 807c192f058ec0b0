"""Joining results number by number: forward, and what each gets of an error backward.

The results stand side by side, channel after channel: (batch, …, parts × channels).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np

from cnncalc.ops.arrays import Array
from cnncalc.ops.maxima import maximum_gradient

__all__ = ["MERGINGS", "Merging", "apart", "side_by_side"]

Parts = Sequence[Array]
Forward = Callable[[Parts], Array]
# (gradient, parts, near) -> the gradient by the parts
Backward = Callable[[Array, Array, bool], Array]


@dataclass(frozen=True)
class Merging:
    """How parts become one, and an error goes back to each.

    `forward(parts)` takes as many arrays (…, channels) and returns one; they may be views of what
    is smaller and repeated. `backward(gradient, parts, near)` takes them as one array (…, parts,
    channels) and returns a loss's gradient by it; with `near`, what only rounding sets apart from a
    largest number counts as it, and the first of such gets all.
    """

    forward: Forward
    backward: Backward


def apart(images: Array, parts: int) -> Array:
    """Return results that stand side by side with an axis of their own, before the channels'.

    >>> apart(np.arange(4.0), 2).tolist()
    [[0.0, 1.0], [2.0, 3.0]]
    """
    return images.reshape(*images.shape[:-1], parts, images.shape[-1] // parts)


def side_by_side(results: Sequence[Array]) -> Array:
    """Return results (batch, …, channels), alike but for channels, one's channels after another's.

    >>> side_by_side([np.array([[0.0, 1.0]]), np.array([[2.0]])]).tolist()
    [[0.0, 1.0, 2.0]]
    """
    return np.concatenate(results, axis=-1)


def _sum(parts: Parts) -> Array:
    return np.asarray(reduce(np.add, parts))


def _share(gradient: Array, parts: Array, near: bool) -> Array:
    return np.repeat(gradient[..., np.newaxis, :], parts.shape[-2], axis=-2)


def _difference(parts: Parts) -> Array:
    return np.asarray(reduce(np.subtract, parts))


def _signed(gradient: Array, parts: Array, near: bool) -> Array:
    return np.stack([gradient, -gradient], axis=-2)


def _product(parts: Parts) -> Array:
    return np.asarray(reduce(np.multiply, parts))


def _times_the_others(gradient: Array, parts: Array, near: bool) -> Array:
    # The others are multiplied, not the product divided: a part may be 0.
    count = parts.shape[-2]
    others = [np.delete(parts, index, axis=-2).prod(axis=-2) for index in range(count)]
    return np.stack([gradient * factor for factor in others], axis=-2)


def _mean(parts: Parts) -> Array:
    total = _sum(parts)
    return np.asarray(total / total.dtype.type(len(parts)))


def _equal_shares(gradient: Array, parts: Array, near: bool) -> Array:
    return _share(gradient / gradient.dtype.type(parts.shape[-2]), parts, near)


def _largest(parts: Parts) -> Array:
    return np.asarray(reduce(np.maximum, parts))


def _to_the_largest(gradient: Array, parts: Array, near: bool) -> Array:
    return maximum_gradient(gradient[..., np.newaxis, :], parts, parts.ndim - 2, near=near)


def _smallest(parts: Parts) -> Array:
    return np.asarray(reduce(np.minimum, parts))


def _to_the_smallest(gradient: Array, parts: Array, near: bool) -> Array:
    return _to_the_largest(gradient, -parts, near)


# A tie goes to the first, as in TensorFlow, on which Keras's Maximum takes two after two.
MERGINGS: Mapping[str, Merging] = {
    "sum": Merging(_sum, _share),
    "difference": Merging(_difference, _signed),
    "product": Merging(_product, _times_the_others),
    "average": Merging(_mean, _equal_shares),
    "max": Merging(_largest, _to_the_largest),
    "min": Merging(_smallest, _to_the_smallest),
}
