"""Each rule against a scalar one, written out from Keras's documentation."""

import math

import numpy as np
import pytest

from cnncalc.errors import OptionError
from cnncalc.training.optimizer_step import apply, initial_state
from cnncalc.training.optimizers import SGD, Adam, AdamW, RMSprop
from cnncalc.training.schedules import CosineDecay

GRADIENTS = [0.5, -1.0, 2.0, 0.25, -0.125]


def run(optimizer, gradients=GRADIENTS, dtype=np.float64, start=1.0):
    weights = [np.array([start], dtype=dtype)]
    state = initial_state(optimizer, weights)
    for gradient in gradients:
        apply(optimizer, state, weights, [np.array([gradient], dtype=dtype)])
    return weights[0][0]


def test_plain_sgd_goes_against_the_gradient():
    assert run(SGD(learning_rate=0.1)) == pytest.approx(1 - 0.1 * sum(GRADIENTS))


@pytest.mark.parametrize("nesterov", [False, True])
def test_sgd_with_momentum(nesterov):
    weight, velocity = 1.0, 0.0
    for g in GRADIENTS:
        velocity = 0.9 * velocity - 0.1 * g
        weight += 0.9 * velocity - 0.1 * g if nesterov else velocity
    optimizer = SGD(learning_rate=0.1, momentum=0.9, nesterov=nesterov)
    assert run(optimizer) == pytest.approx(weight, rel=1e-12)


@pytest.mark.parametrize("momentum", [0.0, 0.5])
@pytest.mark.parametrize("centered", [False, True])
def test_rmsprop_has_its_epsilon_inside_the_root(momentum, centered):
    weight, square, mean, velocity = 1.0, 0.0, 0.0, 0.0
    for g in GRADIENTS:
        square = 0.8 * square + 0.2 * g * g
        mean = 0.8 * mean + 0.2 * g
        step = 0.1 * g / math.sqrt(square - (mean * mean if centered else 0) + 0.01)
        velocity = momentum * velocity + step
        weight -= velocity if momentum else step
    optimizer = RMSprop(
        learning_rate=0.1, rho=0.8, momentum=momentum, epsilon=0.01, centered=centered
    )
    assert run(optimizer) == pytest.approx(weight, rel=1e-12)


@pytest.mark.parametrize("amsgrad", [False, True])
def test_adam_has_its_epsilon_outside_the_root(amsgrad):
    weight, first, second, largest = 1.0, 0.0, 0.0, 0.0
    for t, g in enumerate(GRADIENTS, start=1):
        first = 0.8 * first + 0.2 * g
        second = 0.9 * second + 0.1 * g * g
        largest = max(largest, second) if amsgrad else second
        alpha = 0.1 * math.sqrt(1 - 0.9**t) / (1 - 0.8**t)
        weight -= alpha * first / (math.sqrt(largest) + 0.01)
    optimizer = Adam(learning_rate=0.1, beta_1=0.8, beta_2=0.9, epsilon=0.01, amsgrad=amsgrad)
    assert run(optimizer) == pytest.approx(weight, rel=1e-12)


def test_adamw_decays_the_weight_apart_from_the_gradient():
    decayed = run(AdamW(learning_rate=0.1, weight_decay=0.5), [0.0, 0.0])
    assert decayed == pytest.approx((1 - 0.5 * 0.1) ** 2)
    assert run(Adam(learning_rate=0.1), [0.0, 0.0]) == 1


def test_defaults_are_those_of_keras():
    assert SGD().learning_rate == 0.01
    assert Adam() == Adam(learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7)
    assert RMSprop() == RMSprop(learning_rate=0.001, rho=0.9, epsilon=1e-7)
    assert AdamW().weight_decay == 0.004


def test_a_schedule_is_asked_for_the_rate_of_each_step():
    schedule = CosineDecay(0.1, decay_steps=4)
    weight = run(SGD(learning_rate=schedule), [1.0] * 5)
    assert weight == pytest.approx(1 - sum(schedule(step) for step in range(5)))


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: SGD(learning_rate=0.0), "learning_rate must be greater than 0. Received: .*=0.0"),
        (lambda: SGD(learning_rate=float("nan")), "learning_rate must be greater than 0"),
        (lambda: SGD(momentum=2.0), "momentum must be from 0 to 1. Received: momentum=2.0"),
        (lambda: SGD(learning_rate=math.inf), "must be finite. Received: learning_rate=inf"),
        (lambda: Adam(beta_2=-0.1), "beta_2 must be at least 0 and below 1. Received: beta_2=-0.1"),
        (lambda: Adam(beta_1=1.0), "beta_1 must be at least 0 and below 1. Received: beta_1=1.0"),
        (lambda: RMSprop(rho=1.0), "rho must be at least 0 and below 1. Received: rho=1.0"),
        (lambda: Adam(epsilon=-1), "epsilon must be at least 0. Received: epsilon=-1"),
        (lambda: RMSprop(epsilon=math.inf), "epsilon must be finite. Received: epsilon=inf"),
        (lambda: AdamW(epsilon=math.nan), "epsilon must be at least 0. Received: epsilon=nan"),
        (lambda: SGD(clipnorm=math.inf), "clipnorm must be finite. Received: clipnorm=inf"),
        (lambda: Adam(weight_decay=-1.0), "weight_decay must be at least 0"),
        (lambda: Adam(clipnorm=1.0, clipvalue=1.0), "at most one of clipnorm, clipvalue and"),
    ],
)
def test_an_argument_out_of_range_is_named(make, words):
    with pytest.raises(OptionError, match=words):
        make()
