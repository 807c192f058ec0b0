"""A planned part with its weights: a network whose image is cut out of the whole one's numbers."""

from __future__ import annotations

import numpy as np

from cnncalc.network import Array, Network, assemble
from cnncalc.part.kinds import cut_weights
from cnncalc.part.planning import PartPlan

__all__ = ["cut_image", "cut_network"]


def cut_network(plan: PartPlan, network: Network) -> Network:
    """Return a part as a network, with the weights that it takes of the whole `network`."""
    weights = [
        cut_weights(network.layers[cut.place], network.weights[cut.place], cut.taken, cut.box)
        if cut
        else {}
        for cut in plan.cuts
    ]
    return assemble(plan.layers, plan.input_shape, weights)


def cut_image(plan: PartPlan, values: Array) -> Array:
    """Return the image of a part, from the result that it begins with.

    >>> from cnncalc.layers import Conv2D
    >>> from cnncalc.part.planning import plan_part
    >>> plan = plan_part([Conv2D(1, 2, name="conv")], (4, 4, 1), "conv", (2, 1, 0))
    >>> cut_image(plan, np.arange(16.0).reshape(4, 4, 1))[..., 0].tolist()
    [[9.0, 10.0], [13.0, 14.0]]
    """
    return values[np.ix_(*plan.part.image.box)]
