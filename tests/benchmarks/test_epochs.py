"""A turn trains so many epochs that the start of `fit` doesn't count."""

from __future__ import annotations

import pytest

from benchmarks import epochs
from benchmarks.epochs import WARM_UPS, enough, turns_of


@pytest.mark.parametrize(
    ("one", "two", "expected"),
    [
        (10.0, 20.0, 1),  # nothing to start
        (10.5, 20.5, 3),  # 0.5 are 2 % of 25
        (0.5, 1.0, 4),  # until two seconds have passed
        (1.5, 2.0, 20),  # 100 epochs would be too many
        (1.0, 0.9, 20),  # a machine that did something else meanwhile
    ],
)
def test_so_many_epochs_that_their_start_is_a_fiftieth(one, two, expected):
    assert enough(one, two)[0] == expected


def test_the_share_of_the_start_is_told():
    # 0.5 to start, and three epochs of 10.
    assert enough(10.5, 20.5)[1] == pytest.approx(0.5 / 30.5)


def test_turns_train_so_many_epochs_after_one_that_is_compared_and_the_warm_up(monkeypatch):
    asked, seconds = [], {1: 10.5, 2: 20.5, 3: 30.5}
    clock = iter([0.0, seconds[1], 0.0, seconds[2]])
    monkeypatch.setattr(epochs.time, "perf_counter", lambda: next(clock))

    def fit(count):
        asked.append(count)
        return float(len(asked))

    turn = turns_of(fit)
    trained = [turn() for _ in range(WARM_UPS + 2)]
    assert asked == [1, 1, 2, 3, 3]
    assert [each.epochs for each in trained] == [1, 1, 3, 3]
    assert trained[0].loss == 1.0
