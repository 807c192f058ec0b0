"""Layers that the fast training pass fuses, that is works out together, forward and backward.

They give what they would give one by one (forward_saved, backward), sums in another order
apart. Each group works in CHWN order (ops/memory.py) and in buffers of its own, which its next call
overwrites: one piece of a batch goes forward and backward before the next one comes.
"""

from cnncalc.network.fused_layers.base import FusedLayers, Kept, SingleLayer
from cnncalc.network.fused_layers.convolution import FusedConvolution
from cnncalc.network.fused_layers.pooling import FusedPooling
from cnncalc.network.fused_layers.product import FusedProduct

__all__ = [
    "FusedConvolution",
    "FusedLayers",
    "FusedPooling",
    "FusedProduct",
    "Kept",
    "SingleLayer",
]
