"""Where one number came from: the numbers before it, what was done with them, in what order.

Every term carries the position that it has in the layer's input, so that a number can be
followed back to its pixels, layer by layer.
"""

from cnncalc.explanation.behind import layers_behind
from cnncalc.explanation.deriving import DerivationStep, contributors, derive
from cnncalc.explanation.explaining import Explanation, Position, Term, explain, follow

__all__ = [
    "DerivationStep",
    "Explanation",
    "Position",
    "Term",
    "contributors",
    "derive",
    "explain",
    "follow",
    "layers_behind",
]
