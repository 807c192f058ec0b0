import math

import pytest

from cnncalc.errors import OptionError
from cnncalc.training.schedules import CosineDecay, ExponentialDecay, make_schedule, rate_at


def test_constant_is_the_number_itself():
    assert make_schedule("constant", 0.01, steps_per_epoch=10, epochs=5) == 0.01
    assert rate_at(0.01, 1000) == 0.01


def test_step_multiplies_the_rate_after_every_few_epochs():
    schedule = make_schedule("step", 0.8, steps_per_epoch=10, epochs=5, every=2, factor=0.5)
    assert [rate_at(schedule, step) for step in (0, 19, 20, 39, 40)] == [0.8, 0.8, 0.4, 0.4, 0.2]


def test_cosine_falls_to_nothing_over_all_epochs_and_stays_there():
    schedule = make_schedule("cosine", 1.0, steps_per_epoch=10, epochs=2)
    rates = [rate_at(schedule, step) for step in (0, 5, 10, 20, 30)]
    assert rates == pytest.approx([1, 0.5 + math.sqrt(0.125), 0.5, 0, 0])


def test_cosine_may_end_at_a_share_of_the_rate():
    assert CosineDecay(1.0, decay_steps=10, alpha=0.1)(10) == pytest.approx(0.1)


def test_exponential_decay_without_stairs_is_smooth():
    assert ExponentialDecay(1.0, decay_steps=10, decay_rate=0.25)(5) == 0.5


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"name": "linear"}, "schedule must be constant, step or cosine. Received: .*'linear'"),
        ({"name": "step", "every": 0}, "must wait at least 1 epoch .* Received: every=0"),
        ({"name": "step", "factor": 0.0}, "Received: every=1, factor=0.0"),
    ],
)
def test_an_unusable_schedule_is_refused(arguments, words):
    with pytest.raises(OptionError, match=words):
        make_schedule(learning_rate=0.1, steps_per_epoch=1, epochs=1, **arguments)


@pytest.mark.parametrize("make", [ExponentialDecay, CosineDecay])
def test_a_schedule_over_no_steps_is_refused(make):
    with pytest.raises(OptionError, match=r"decay_steps must be greater than 0. Received: .*=0"):
        make(0.1, 0, 0.5)
