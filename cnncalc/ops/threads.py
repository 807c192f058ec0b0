"""Work on large images in threads: NumPy and BLAS let go of the interpreter while they calculate.

Which thread does a part changes no number: a part is calculated in the same way by any of them, and
no two parts write to the same place.
"""

from __future__ import annotations

import contextvars
import os
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import Executor, Future

__all__ = ["cores", "in_threads", "some_ahead"]

Part = TypeVar("Part")
Result = TypeVar("Result")

# Of fewer parts the work is done before threads have started. Measured.
LEAST_PARTS = 16


def cores() -> int:
    """Return how many of the processor's cores this process may use, where the system can tell.

    >>> cores() >= 1
    True
    """
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def in_threads(work: Callable[[Iterator[Part]], None], parts: Sequence[Part]) -> None:
    """Have the processor's cores work through parts, each taking the next one when it is done.

    Only the program's main thread has others help it: any other thread is taken for one of several
    that share a larger work already, as in training, where still more would be in each other's way.
    Arguments: `work`, which goes through the parts that it is handed; the `parts`.
    Raises what `work` raises, after the other threads have ended their parts.

    >>> squares = {}
    >>> in_threads(lambda parts: squares.update((part, part * part) for part in parts), range(4))
    >>> sorted(squares.items())
    [(0, 0), (1, 1), (2, 4), (3, 9)]
    """
    # One iterator for all: the interpreter hands each part to one thread.
    remaining = iter(tuple(parts))
    threads = cores()
    is_main = threading.current_thread() is threading.main_thread()
    if not is_main or threads < 2 or len(parts) < LEAST_PARTS:
        work(remaining)
        return
    # Imported here: it loads the logging package, and small grids need no threads.
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415

    def until_done() -> None:
        try:
            work(remaining)
        finally:
            # After an error or Ctrl-C nothing is left for the other threads to take.
            for _ in remaining:
                pass

    # This thread is one of them: it has memory at hand, and the system takes its time to give more.
    with ThreadPoolExecutor(threads - 1) as pool:
        # Whether overflow warns (np.errstate) belongs to a thread's context, which starts empty:
        # each helper gets this one's. A copy a helper, since only one thread can be in a context.
        contexts = [contextvars.copy_context() for _ in range(threads - 1)]
        helpers = [pool.submit(context.run, until_done) for context in contexts]
        until_done()
    for helper in helpers:
        helper.result()


def some_ahead(
    executor: Executor, work: Callable[[Part], Result], parts: Iterable[Part]
) -> Iterator[Result]:
    """Yield what work makes of each part, in order, while an executor works on the next ones.

    A part is taken only once it can be worked on soon: of many large ones, few are held at a time.
    Arguments: the `executor`; the `work`; the `parts`, which this thread makes.

    >>> from concurrent.futures import ThreadPoolExecutor
    >>> with ThreadPoolExecutor(2) as executor:
    ...     list(some_ahead(executor, abs, [-1, 2, -3, 4]))
    [1, 2, 3, 4]
    """
    pending: deque[Future[Result]] = deque()
    for part in parts:
        pending.append(executor.submit(work, part))
        if len(pending) > cores():
            yield pending.popleft().result()
    while pending:
        yield pending.popleft().result()
