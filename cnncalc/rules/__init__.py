"""What layers, activations, losses and optimizers mean, said once, for texts, cells and pages.

A layer's law tells which numbers each of its numbers is made of, and how they are joined; formulas
(`formula`, and the rules written with it) tell what is done with numbers. The arithmetic (`ops`,
`network`, `trace`, `training`) knows nothing of it: it is a second, independent way to the same
numbers, so that one can judge the other.
"""

from cnncalc.rules.directions import Position
from cnncalc.rules.joins import Join
from cnncalc.rules.law import Law, Wire, law_of

__all__ = ["Join", "Law", "Position", "Wire", "law_of"]
