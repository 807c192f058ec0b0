"""Imported before NumPy: lets its matrix products work in one thread each.

Training works on several pieces of a batch at once, in threads of its own. Threads of the matrix
library within these would only wait for each other, ten times as long as they work; and how it
shares a product out changes its last bits. It reads its environment when NumPy is imported.
"""

import os

__all__ = ["LIBRARIES"]

LIBRARIES = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")

for name in LIBRARIES:
    os.environ.setdefault(name, "1")
