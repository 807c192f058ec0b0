"""What hypothesis draws for the tests of the operations."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st

from cnncalc.geometry import Geometry, geometry
from cnncalc.ops import tiles
from cnncalc.shapes import Pads

# A busy machine or the import of a peer is no failure.
steady = settings(deadline=None)

seeds = st.integers(0, 2**32 - 1)

# As it is, or so small that a few output cells make a tile.
tile_numbers = st.sampled_from([tiles.TILE_NUMBERS, 1, 20, 150])


@contextmanager
def tiles_of(numbers: int) -> Iterator[None]:
    """Let the operations work in tiles of so many numbers."""
    with patch.object(tiles, "TILE_NUMBERS", numbers):
        yield


@st.composite
def geometries(
    draw: st.DrawFn, largest: int = 12, dilated: bool = True, padded: bool = True
) -> Geometry:
    """Draw how a window slides: sizes, kernels, strides, dilation and every form of padding."""
    kernel = draw(st.tuples(st.integers(1, 5), st.integers(1, 5)))
    padding = draw(
        st.sampled_from(["valid", "same"]) | st.builds(Pads, *[st.integers(0, 3)] * 4)
        if padded
        else st.just("valid")
    )
    sides = padding if isinstance(padding, Pads) else Pads(0, 0, 0, 0)
    rooms = (largest + sides.top + sides.bottom, largest + sides.left + sides.right)
    dilation = tuple(
        draw(st.integers(1, min(3, (room - 1) // max(size - 1, 1)))) if dilated else 1
        for size, room in zip(kernel, rooms, strict=True)
    )
    size = tuple(
        draw(st.integers(max(1, rate * (cells - 1) + 1 - (room - largest)), largest))
        if padding != "same"
        else draw(st.integers(1, largest))
        for cells, rate, room in zip(kernel, dilation, rooms, strict=True)
    )
    strides = draw(st.tuples(st.integers(1, 3), st.integers(1, 3)))
    return geometry(size, kernel, strides, padding, dilation)


def normal(seed: int, *shape: int) -> np.ndarray:
    """Return numbers around 0 that a seed decides."""
    return np.random.default_rng(seed).standard_normal(shape)


def distinct(seed: int, *shape: int) -> np.ndarray:
    """Return numbers around 0 of which no two are closer than 1, in an order the seed decides."""
    count = int(np.prod(shape))
    return np.random.default_rng(seed).permutation(count).reshape(shape) - count / 2 + 0.25
