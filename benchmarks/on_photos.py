"""What the programs that work on a photo share: the photo, and contenders that go through cases."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache, partial
from typing import Any

import numpy as np

from benchmarks.checkouts import at_checkout, name_of
from benchmarks.measuring import Contender, Spread, Turns, check_same, in_turns
from benchmarks.reporting import Asked

__all__ = [
    "PHOTO",
    "ROUNDS",
    "TINY",
    "Array",
    "Way",
    "Work",
    "before_cells",
    "before_header",
    "channels_first",
    "color",
    "photo",
    "through_cases",
    "turns_by_case",
]

PHOTO = (3000, 4000)
TINY = (60, 80)
ROUNDS = 4
# Of the largest number; sums of up to 121 products.
TOLERANCE = {"float32": 1e-5, "float64": 1e-13}

Array = np.ndarray[Any, np.dtype[Any]]
Work = Callable[[], Array]
Way = tuple[str, Callable[[Any], Work], tuple[str, ...]]
"""A contender's name, its work on a case, and the packages it needs."""


@cache
def photo(size: tuple[int, int], channels: int, dtype: str) -> Array:
    """Return numbers of chance (height, width, channels), the same in every process."""
    return np.random.default_rng(0).random((*size, channels), np.float32).astype(dtype)


@cache
def channels_first(size: tuple[int, int], channels: int, dtype: str) -> Any:  # noqa: ANN401
    """Return the photo as PyTorch has it, a tensor."""
    import torch

    return torch.tensor(photo(size, channels, dtype).transpose(2, 0, 1)[np.newaxis].copy())


def color(channels: int) -> str:
    """Return what a photo of so many channels is called."""
    return "RGB" if channels == 3 else "grey"


def turns_by_case(
    ways: Sequence[Way], cases: Sequence[Any], asked: Asked, same: bool = True
) -> list[Turns]:
    """Measure every case; each contender has one process for all, which takes long to start.

    The first is cnncalc, which takes turns with that of another checkout if one was asked for.
    Raises DifferentResultsError where a contender's results aren't the first one's, if they are to
    be the `same`.
    """
    contenders = [through_cases(*way, cases) for way in ways]
    if asked.against is not None:
        contenders.append(at_checkout(contenders[0], asked.against))
    turns = in_turns(contenders, (1 if asked.tiny else ROUNDS) * len(cases))
    for place, case in enumerate(cases if same else ()):
        ours, *others = (turns.results[contender.name][place] for contender in contenders)
        for result in others:
            check_same(str(case), ours, result, TOLERANCE[case.dtype])
    return [
        Turns({name: usages[place :: len(cases)] for name, usages in turns.usages.items()})
        for place in range(len(cases))
    ]


def before_header(asked: Asked) -> list[str]:
    """Return the head of the column that compares with another checkout, if one was asked for."""
    return [f"the time of {name_of(asked.against)} by ours"] if asked.against else []


def before_cells(asked: Asked, turns: Turns) -> list[Spread]:
    """Return a row's cell of that column."""
    return [turns.ratio("cnncalc", name_of(asked.against))] if asked.against else []


def through_cases(
    name: str, work: Callable[[Any], Work], needs: tuple[str, ...], cases: Sequence[Any]
) -> Contender:
    """Return a contender that does a case a turn, again and again, after all in its first turn."""
    return Contender(name, partial(_prepared, work, cases), needs)


def _prepared(work: Callable[[Any], Work], cases: Sequence[Any]) -> Callable[[], Any]:
    return partial(next, _turns([work(case) for case in cases]))


def _sample(result: Array) -> Array:
    """Return some numbers of a result, and the means of its rows and columns, which miss none.

    All of them would have to travel between processes.
    """
    means = [result.mean(axis=axis, dtype=np.float64).ravel() for axis in (0, 1)]
    return np.concatenate([result[::97, ::89].ravel(), *means])


def _turns(works: Sequence[Work]) -> Iterator[list[Array] | None]:
    yield [_sample(work()) for work in works]
    while True:
        for work in works:
            work()
            yield None
