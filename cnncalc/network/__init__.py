"""A network: layers with their weights, its forward pass through `ops`, and its gradients.

The calculator's single convolution is a network too: one layer, or a convolution and a pooling.
"""

from cnncalc.network.backward_pass import Gradients, backward
from cnncalc.network.forward_pass import forward, forward_layers, forward_pieces
from cnncalc.network.gathering import WayBack, gather, learning_places, reached, scatter
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
    "WayBack",
    "Weights",
    "assemble",
    "at_kinks",
    "backward",
    "backward_layer",
    "backward_near",
    "find_overflow",
    "forward",
    "forward_layer",
    "forward_layers",
    "forward_near",
    "forward_pieces",
    "forward_saved",
    "gather",
    "image_shape",
    "initialize",
    "layers_on_images",
    "learning_places",
    "on_images",
    "reached",
    "require_finite_outputs",
    "require_finite_weights",
    "scatter",
    "walk",
    "without_last_activation",
]
