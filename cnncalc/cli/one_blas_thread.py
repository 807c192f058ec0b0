"""Imported before NumPy: lets its matrix products work in one thread each.

Training works on several pieces of a batch at once, in threads of its own. Threads of the matrix
library within these would only wait for each other, ten times as long as they work; and how it
shares a product out changes its last bits. It reads its environment when NumPy is imported.
"""

import os

__all__ = ["LIBRARIES", "give_threads_back"]

LIBRARIES = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")

_OURS = [name for name in LIBRARIES if name not in os.environ]
for name in _OURS:
    os.environ[name] = "1"


def give_threads_back() -> None:
    """Let what is imported from now on use all threads; NumPy keeps its one."""
    for name in _OURS:
        os.environ.pop(name, None)
