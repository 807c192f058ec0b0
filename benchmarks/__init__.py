"""Programs that measure cnncalc beside its peers, one a subject: `python -m benchmarks.export`.

Each one does the same work in every contender, in turns, checks that all computed the same, and
prints ratios; README.md here holds the last tables and says how to read them.
"""

import os

__all__ = ["KERNELS"]

KERNELS = "BENCHMARKS_KERNELS"
"""The variable by which OpenBLAS is to take the kernels of another processor: Haswell, say."""

# No user has OpenBLAS's own variables set, but machines made for old libraries do, and NumPy's
# products then take two to three times as long. This runs before any other import of a program and
# of the processes that it starts, and commands have their environment from here.
for _name in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"):
    os.environ.pop(_name, None)
if KERNELS in os.environ:
    os.environ["OPENBLAS_CORETYPE"] = os.environ[KERNELS]
