"""Networks of every layer with drawn weights, and an image for each."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from cnncalc.network import Array, Network, assemble, initialize
from tests.drawn_layers import chains

__all__ = ["networks_and_images", "vary"]


def vary(layers, shape, seed=0) -> Network:
    """A network none of whose float64 weights is a neutral 0 or 1."""
    network = initialize(layers, shape, seed, np.float64)
    random = np.random.default_rng(seed)
    weights = [
        {
            name: random.uniform(0.1, 2, value.shape)
            if name == "moving_variance"
            else random.normal(size=value.shape)
            for name, value in own.items()
        }
        for own in network.weights
    ]
    return assemble(network.layers, shape, weights)


@st.composite
def networks_and_images(draw, longest=5) -> tuple[Network, Array]:
    layers, shape = draw(chains(longest))
    seed = draw(st.integers(0, 2**16))
    return vary(layers, shape, seed), np.random.default_rng(seed + 1).normal(size=shape)
