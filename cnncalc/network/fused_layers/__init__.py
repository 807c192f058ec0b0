"""Layers that the fast training pass fuses, that is works out together, forward and backward.

They give what they would give one by one (forward_saved, backward), sums in another order
apart. Each group works in HCWN order (ops/memory.py), in the room that it is given with a piece
of a batch (`Room`), which the next piece in that room overwrites.
"""

from cnncalc.network.fused_layers.base import FusedLayers, Kept, Room, SingleLayer, ThreadBuffers
from cnncalc.network.fused_layers.convolution import FusedConvolution
from cnncalc.network.fused_layers.merging import FusedSum
from cnncalc.network.fused_layers.normalization import FusedNormalization
from cnncalc.network.fused_layers.pooling import FusedPooling
from cnncalc.network.fused_layers.product import FusedProduct

__all__ = [
    "FusedConvolution",
    "FusedLayers",
    "FusedNormalization",
    "FusedPooling",
    "FusedProduct",
    "FusedSum",
    "Kept",
    "Room",
    "SingleLayer",
    "ThreadBuffers",
]
