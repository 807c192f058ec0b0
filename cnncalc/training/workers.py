"""The threads that work on the pieces of a batch."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager

from threadpoolctl import threadpool_limits

from cnncalc.ops.threads import cores

__all__ = ["workers"]


@contextmanager
def workers(threads: int | None = None) -> Iterator[Executor]:
    """Yield an executor of so many `threads`, None for one a core.

    Meanwhile each of NumPy's matrix products is worked out in one thread. Threads of the matrix
    library within ours would wait for each other, ten times as long as they work; and how it
    shares a product out changes its last bits, whatever the number of our threads.

    >>> with workers(2) as executor:
    ...     list(executor.map(abs, [-1, 2]))
    [1, 2]
    """
    with (
        threadpool_limits(limits=1, user_api="blas"),
        ThreadPoolExecutor(threads or cores()) as executor,
    ):
        yield executor
