"""How many epochs a contender must train in a turn so that the start of `fit` doesn't count."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from functools import partial
from math import ceil
from typing import NamedTuple

__all__ = ["MOST_EPOCHS", "START_SHARE", "WARM_UPS", "Trained", "enough", "turns_of"]

START_SHARE = 0.02
"""Of a turn; what the start of `fit` may take at most."""
SHORTEST_SECONDS = 2
"""Of a turn: a shorter one depends on what else the system does meanwhile."""
MOST_EPOCHS = 20
"""In a turn, whatever the warm-up found."""
WARM_UPS = 2
"""The turns that train otherwise, and don't count."""

Fit = Callable[[int], float]
"""Trains so many epochs, and returns the first one's loss."""


class Trained(NamedTuple):
    """What a turn trained: so many epochs, the share that the start of `fit` had, the loss."""

    epochs: int
    start_share: float
    loss: float


def turns_of(fit: Fit) -> Callable[[], Trained]:
    """Return the turn of a contender that trains.

    The first time it is one epoch, in which some compile, and whose loss can be compared. The
    second time it finds out how many are enough, and after that it trains so many.
    """
    return partial(next, _turns(fit))


def _turns(fit: Fit) -> Iterator[Trained]:
    first = Trained(1, 0.0, fit(1))
    yield first
    epochs, share = enough(_seconds(fit, 1), _seconds(fit, 2))
    yield first  # the warm-up has trained enough, and its loss is nobody's
    while True:
        yield Trained(epochs, share, fit(epochs))


def _seconds(fit: Fit, epochs: int) -> float:
    start = time.perf_counter()
    fit(epochs)
    return time.perf_counter() - start


def enough(one: float, two: float) -> tuple[int, float]:
    """Return how many epochs are enough, and the share of the start among so many.

    one, two: the seconds that `fit` takes for one and for two epochs.

    >>> enough(one=2.25, two=4.25)  # 0.25 to start, 2 an epoch; 7 epochs take 14
    (7, 0.017543859649122806)
    """
    # Where two took no longer than one, the clock or the machine says that nothing can be said.
    epoch = max(two - one, one / MOST_EPOCHS)
    start = max(one - epoch, 0.0)
    wanted = max(start / START_SHARE, SHORTEST_SECONDS) / epoch
    epochs = min(ceil(wanted), MOST_EPOCHS)
    return epochs, start / (start + epochs * epoch)
