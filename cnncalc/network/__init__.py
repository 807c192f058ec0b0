"""A network: layers with their weights, its forward pass through `ops`, and its gradients.

The calculator's single convolution is a network too: one layer, or a convolution and a pooling.
"""

from cnncalc.network.backward_pass import Gradients, backward, first_to_learn
from cnncalc.network.forward_pass import forward
from cnncalc.network.operations import (
    backward_layer,
    backward_near,
    forward_layer,
    forward_near,
)
from cnncalc.network.saved_pass import at_kinks, forward_saved
from cnncalc.network.structure import (
    Array,
    LayerGradients,
    Network,
    Saved,
    Weights,
    assemble,
    image_shape,
    layers_on_images,
    on_images,
    walk,
    without_last_activation,
)
from cnncalc.network.weights import (
    find_overflow,
    initialize,
    require_finite_outputs,
    require_finite_weights,
)

__all__ = [
    "Array",
    "Gradients",
    "LayerGradients",
    "Network",
    "Saved",
    "Weights",
    "assemble",
    "at_kinks",
    "backward",
    "backward_layer",
    "backward_near",
    "find_overflow",
    "first_to_learn",
    "forward",
    "forward_layer",
    "forward_near",
    "forward_saved",
    "image_shape",
    "initialize",
    "layers_on_images",
    "on_images",
    "require_finite_outputs",
    "require_finite_weights",
    "walk",
    "without_last_activation",
]
