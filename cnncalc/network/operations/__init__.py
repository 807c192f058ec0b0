"""What each kind of layer does: forward, and backward beside it, by the arithmetic of `ops`.

Layers with weights and layers without have a module each; both are registered here.
"""

from cnncalc.network.operations import weighted, weightless  # noqa: F401 (they register layers)
from cnncalc.network.operations.dispatch import backward_layer, forward_layer, has_operation
from cnncalc.network.operations.near import backward_near, forward_near
from cnncalc.network.operations.weighted import moving_statistics, normalization_scale
from cnncalc.network.operations.weightless import merged

__all__ = [
    "backward_layer",
    "backward_near",
    "forward_layer",
    "forward_near",
    "has_operation",
    "merged",
    "moving_statistics",
    "normalization_scale",
]
