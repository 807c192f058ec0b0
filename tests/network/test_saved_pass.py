from __future__ import annotations

import numpy as np
import pytest

from cnncalc.layers import (
    ELU,
    Activation,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    LeakyReLU,
    ReLU,
)
from cnncalc.network import (
    Saved,
    at_kinks,
    backward_layer,
    forward,
    forward_layer,
    forward_near,
    forward_saved,
    initialize,
)


def test_dropout_in_training_keeps_the_mean_and_says_what_it_kept():
    images = np.ones((1, 100_000))
    (saved,) = forward_saved([Dropout(0.25)], [{}], images, np.random.default_rng(0))
    assert set(np.unique(saved.output)) == {0, 1 / 0.75}
    assert abs(saved.output.mean() - 1) < 0.01
    np.testing.assert_array_equal(saved.extra[0], saved.output != 0)


def test_a_generator_decides_what_dropout_keeps():
    images = np.ones((1, 100))

    def run(seed):
        generator = np.random.default_rng(seed)
        return forward_saved([Dropout(0.5)], [{}], images, generator)[0].output.tobytes()

    assert run(1) == run(1) != run(2)


def test_batch_normalization_in_training_uses_the_batch_and_moves_towards_it():
    layer = BatchNormalization(momentum=0.75, epsilon=0.0)
    network = initialize([layer], (1,), dtype=np.float64)
    images = np.array([[2.0], [6.0]])
    generator = np.random.default_rng(0)
    (saved,) = forward_saved(network.layers, network.weights, images, generator)
    assert saved.output.ravel().tolist() == [-1, 1]
    moved = {name: value.tolist() for name, value in saved.updates.items()}
    assert moved == {"moving_mean": [1], "moving_variance": [0.75 + 0.25 * 4]}
    assert forward(network, images).ravel().tolist() == [2, 6]
    assert network.weights[0]["moving_mean"].tolist() == [0]


# From −0.3 on, as sums of 0.1 and 0.2 give it, NumPy comes to 5.6e-17 or −2.8e-17.
NEAR_0 = np.array([[0.1 + 0.2 - 0.3, 0.3 - 0.2 - 0.1]])

THRESHOLD = ReLU(threshold=3.3)

NEAR_THRESHOLD = np.array([[3 * 1.1, 3.3, 3.4]])


def slopes(layer, inputs, *, near):
    saved = Saved(inputs, forward_layer(layer, {}, inputs))
    own = at_kinks(layer, saved) if near else saved
    return backward_layer(layer, {}, own, np.ones_like(inputs), to_input=True).input.tolist()


def test_a_threshold_drops_what_only_rounding_sets_above_it():
    assert forward_layer(THRESHOLD, {}, NEAR_THRESHOLD).tolist() == [[3 * 1.1, 0, 3.4]]
    assert forward_near(THRESHOLD, {}, NEAR_THRESHOLD).tolist() == [[0, 0, 3.4]]


def test_below_a_threshold_nothing_is_moved():
    leaky = ReLU(threshold=3.3, negative_slope=0.5)
    below = np.array([[3.3 - 5e-13, 3.0]])
    assert forward_near(leaky, {}, below).tolist() == forward_layer(leaky, {}, below).tolist()


@pytest.mark.parametrize("layer", [ReLU(), LeakyReLU(), ELU(0.5), Activation("relu")])
def test_what_has_no_jump_keeps_its_output(layer):
    assert forward_near(layer, {}, NEAR_0).tolist() == forward_layer(layer, {}, NEAR_0).tolist()


@pytest.mark.parametrize(
    ("layer", "at_0"),
    [
        (ReLU(), 0),
        (ReLU(negative_slope=0.5), 0.5),
        (ReLU(6, 0.5), 0),
        (LeakyReLU(0.5), 0.5),
        (ELU(0.5), 0.5),
        (Activation("relu"), 0),
        (Activation("leaky_relu"), 0.2),
    ],
)
def test_near_0_a_slope_is_that_at_0(layer, at_0):
    assert slopes(layer, np.zeros((1, 1)), near=False) == [[at_0]]
    assert slopes(layer, NEAR_0, near=True) == [[at_0, pytest.approx(at_0, rel=1e-15)]]
    assert slopes(layer, NEAR_0, near=False)[0][0] == 1, "the trainer compares exactly"


@pytest.mark.parametrize(("most", "at_most"), [(6.0, 0), (3.3, 1)])
def test_near_a_maximum_a_slope_is_that_at_the_maximum(most, at_most):
    near = most + np.array([[0, 4e-15, -4e-15, 1e-9, -1e-9]])
    assert slopes(ReLU(most), near, near=True) == [[at_most, at_most, at_most, 0, 1]]


def test_what_a_layer_took_in_stays_as_it_was():
    layer = Dense(1, activation="relu")
    saved = Saved(NEAR_0, NEAR_0[:, :1])
    moved = at_kinks(layer, saved)
    assert moved.input is saved.input
    assert moved.output.tolist() == [[0]]
    (saved,) = forward_saved([THRESHOLD], [{}], NEAR_THRESHOLD, near=True)
    assert saved.input is NEAR_THRESHOLD
    assert saved.output.tolist() == [[0, 0, 3.4]]


def test_other_layers_have_no_kink():
    for layer in (Conv2D(1, 1), Dense(1, activation="softplus"), Activation("elu")):
        saved = Saved(NEAR_0, NEAR_0)
        assert at_kinks(layer, saved) is saved
