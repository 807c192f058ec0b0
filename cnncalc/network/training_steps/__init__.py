"""The steps of the fast training pass: layers worked out together, forward and backward.

A step gives what its layers give one by one (forward_saved, backward), sums in another order
apart. It works in CHWN order (ops/memory.py) and in buffers of its own, which its next call
overwrites: one piece of a batch goes forward and backward before the next one comes.
"""

from cnncalc.network.training_steps.convolution import ConvolutionStep
from cnncalc.network.training_steps.pooling import PoolingStep
from cnncalc.network.training_steps.product import ProductStep
from cnncalc.network.training_steps.step import Kept, LayerStep, Step

__all__ = [
    "ConvolutionStep",
    "Kept",
    "LayerStep",
    "PoolingStep",
    "ProductStep",
    "Step",
]
