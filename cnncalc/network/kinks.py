"""Where layers' slopes jump: what is near such a kink is put on it, for records (see `ops.kinks`).

The trainer compares exactly, as Keras does. In a record, in a workbook and where it is verified
rounding must not decide what passes. Outputs that jump are `forward_pass.forward_near`'s.
"""

from __future__ import annotations

from dataclasses import replace

from cnncalc.layers import ELU, Layer, LeakyReLU, ReLU
from cnncalc.network.saved_pass import Saved
from cnncalc.ops.kinks import on_kink

__all__ = ["at_kinks"]

# The activation "elu" has no kink: its slope at 0 is 1 from both sides.
_KINKED = ("relu", "leaky_relu")


def at_kinks(layer: Layer, saved: Saved) -> Saved:
    """Return what a layer's forward pass left for its backward pass, what is near a kink put on it.

    >>> import numpy as np
    >>> at_kinks(LeakyReLU(), Saved(np.array([1e-17, 5.0]), np.array([1e-17, 5.0]))).input.tolist()
    [0.0, 5.0]
    """
    match layer:
        case ReLU(threshold=least, max_value=most):
            numbers = on_kink(saved.input, least)
            return replace(saved, input=numbers if most is None else on_kink(numbers, most))
        case LeakyReLU():
            return replace(saved, input=on_kink(saved.input, 0))
        case ELU():
            return replace(saved, input=on_kink(saved.input, 0, only_above=True))
    if getattr(layer, "activation", "") in _KINKED:
        return replace(saved, output=on_kink(saved.output, 0))
    return saved
