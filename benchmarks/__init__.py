"""Programs that measure cnncalc beside its peers, one a subject: `python -m benchmarks.export`.

Each one does the same work in every contender, in turns, checks that all computed the same, and
prints ratios; README.md here holds the last tables and says how to read them.
"""

import os

__all__ = ["KERNELS"]

KERNELS = "OPENBLAS_CORETYPE"
"""The variable by which OpenBLAS takes the kernels of an older processor."""

# No user has them set, but machines made for old libraries do, and NumPy's products then take two
# to three times as long. This runs before any program's own imports: neither the program nor the
# processes that it starts know them.
for _name in (KERNELS, "OPENBLAS_L2_SIZE"):
    os.environ.pop(_name, None)
