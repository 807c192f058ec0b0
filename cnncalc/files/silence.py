"""What libraries write to standard error past Python, kept to ourselves."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import RLock

__all__ = ["silenced_standard_error"]

# The process has one standard error: two threads that silence it at once would not bring it back.
_LOCK = RLock()


@contextmanager
def silenced_standard_error() -> Iterator[None]:
    """Let what a library's compiled code writes to standard error go nowhere.

    What Python raises meanwhile comes through.
    """
    with _LOCK, Path(os.devnull).open("wb") as nowhere:
        kept = os.dup(2)
        os.dup2(nowhere.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(kept, 2)
            os.close(kept)
