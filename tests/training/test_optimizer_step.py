"""What a step does around the update of a weight: clipping, and the state that it goes on from."""

import math

import numpy as np
import pytest

from cnncalc.training.optimizer_step import apply, initial_state
from cnncalc.training.optimizers import OPTIMIZERS, SGD


@pytest.mark.parametrize(
    ("optimizer", "expected"),
    [
        (SGD(clipvalue=1.0), [[1.0], [1.0, -0.5]]),
        (SGD(clipnorm=1.0), [[1.0], [1 / math.sqrt(1.25), -0.5 / math.sqrt(1.25)]]),
        (
            SGD(global_clipnorm=1.0),
            [[4 / math.sqrt(17.25)], [1 / math.sqrt(17.25), -0.5 / math.sqrt(17.25)]],
        ),
        (SGD(clipnorm=0.0), [[4.0], [1.0, -0.5]]),
    ],
)
def test_gradients_are_clipped(optimizer, expected):
    weights = [np.zeros(1), np.zeros(2)]
    apply(
        optimizer,
        initial_state(optimizer, weights),
        weights,
        [np.array([4.0]), np.array([1.0, -0.5])],
    )
    for weight, gradient in zip(weights, expected, strict=True):
        np.testing.assert_allclose(weight, -0.01 * np.array(gradient), rtol=1e-6)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_weights_and_state_keep_their_type_and_place(name):
    optimizer = OPTIMIZERS[name](learning_rate=0.01)
    weights = [np.ones((2, 3), np.float32)]
    same = weights[0]
    state = initial_state(optimizer, weights)
    apply(optimizer, state, weights, [np.ones((2, 3), np.float32)])
    assert weights[0] is same
    assert same.dtype == np.float32
    assert (same < 1).all()
    assert state.iterations == 1
    assert {slot.dtype for slot in state.slots[0].values()} <= {np.dtype(np.float32)}
