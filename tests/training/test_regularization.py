"""The penalty and its gradient, against loops written out and a numerical gradient."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest

from cnncalc.layers import L1, L1L2, L2, Conv2D, Dense, DepthwiseConv2D, Flatten, MaxPooling2D
from cnncalc.network import assemble, initialize
from cnncalc.training.evaluation import evaluate_network
from cnncalc.training.fit import fit
from cnncalc.training.losses import LOSSES
from cnncalc.training.objective import make_objective
from cnncalc.training.regularization import add_penalty_gradients, penalty, with_l2
from tests.training import examples

CROSSENTROPY = LOSSES["categorical_crossentropy"]
LAYERS = (
    Conv2D(4, 3, activation="relu", kernel_regularizer=L2(0.3), bias_regularizer=L1(0.2)),
    DepthwiseConv2D(2, depthwise_regularizer=L1L2(0.1, 0.4)),
    MaxPooling2D(2),
    Flatten(),
    Dense(3, activation="softmax", kernel_regularizer="l1"),
)


def network(layers=LAYERS):
    return initialize(layers, (6, 5, 2), seed=1, dtype=np.float64)


def bare(layers):
    names = ("kernel_regularizer", "depthwise_regularizer", "bias_regularizer")
    return [
        replace(layer, **{name: None for name in names if hasattr(layer, name)}) for layer in layers
    ]


def gradients(trained, data):
    objective = make_objective(trained, CROSSENTROPY, 3)
    with ThreadPoolExecutor(1) as executor:
        return objective.gradients(*data.batch(np.arange(len(data))), (0,), executor)


def test_the_penalty_is_the_sum_of_every_weights_own():
    layers = network()
    total = 0.0
    for factors, array in [
        ((0, 0.3), layers.weights[0]["kernel"]),
        ((0.2, 0), layers.weights[0]["bias"]),
        ((0.1, 0.4), layers.weights[1]["kernel"]),
        ((0.01, 0), layers.weights[4]["kernel"]),
    ]:
        for number in array.ravel().tolist():
            total += factors[0] * abs(number) + factors[1] * number**2
    assert penalty(layers) == pytest.approx(total, rel=1e-12)
    assert penalty(network(bare(LAYERS))) == 0


def test_a_batchs_loss_and_gradients_grow_by_the_penaltys_own():
    data, steps = examples.dataset(7), network()
    plain = replace(network(bare(LAYERS)), weights=steps.weights)
    ours, without = gradients(steps, data), gradients(plain, data)
    assert ours.loss == pytest.approx(without.loss + 7 * penalty(steps), rel=1e-12)
    assert ours.correct == without.correct
    for layer, own in enumerate(steps.weights):
        for name, array in own.items():
            numeric = np.zeros_like(array)
            for index in np.ndindex(array.shape):
                numeric[index] = _slope(steps, layer, name, index)
            added = ours.gradients[layer][name] - without.gradients[layer][name]
            np.testing.assert_allclose(added, numeric, rtol=1e-6, atol=1e-8)


def _slope(steps, layer, name, index, width=1e-6):
    if steps.weights[layer][name][index] == 0:
        return 0.0  # the slope of |w| at 0, as Keras has it
    ends = []
    for sign in (1, -1):
        weights = [dict(own) for own in steps.weights]
        weights[layer][name] = weights[layer][name].copy()
        weights[layer][name][index] += sign * width
        ends.append(penalty(replace(steps, weights=tuple(weights))))
    return (ends[0] - ends[1]) / (2 * width)


def test_an_evaluations_loss_has_the_penalty_and_its_samples_have_not():
    data, steps = examples.dataset(20), network()
    plain = replace(network(bare(LAYERS)), weights=steps.weights)
    ours, without = (evaluate_network(each, CROSSENTROPY, data) for each in (steps, plain))
    assert ours.score.loss == pytest.approx(without.score.loss + penalty(steps), rel=1e-12)
    assert ours.losses.tobytes() == without.losses.tobytes()


def test_l2_is_given_to_every_layer_with_a_kernel():
    layers = with_l2(LAYERS, 0.001)
    kernels = [layer.regularizers.get("kernel") for layer in layers]
    assert kernels == [L2(0.001), L2(0.001), None, None, L2(0.001)]
    assert layers[0].bias_regularizer == L1(0.2)


def test_a_strong_penalty_keeps_weights_small():
    sizes = []
    for factor in (0, 0.1):
        layers = with_l2(examples.network().layers, factor)
        state = fit(examples.plan(network=initialize(layers, (6, 5, 2))), examples.parts())
        sizes.append(sum(float(np.square(own["kernel"]).sum()) for own in state.weights if own))
    assert sizes[1] < 0.7 * sizes[0]


@pytest.mark.parametrize(("near", "sign"), [(False, 1), (True, 0)])
def test_a_weight_that_rounding_keeps_from_0_has_no_sign_where_near_counts(near, sign):
    layer = Dense(1, use_bias=False, kernel_regularizer=L1(0.5))
    kernel = np.array([[0.1 + 0.2 - 0.3], [-1e-9], [0.0]])
    gradients = [{"kernel": np.zeros_like(kernel)}]
    add_penalty_gradients(assemble([layer], (3,), [{"kernel": kernel}]), gradients, near=near)
    assert gradients[0]["kernel"].ravel().tolist() == [0.5 * sign, -0.5, 0]


def test_a_frozen_layers_penalty_counts_neither_in_the_loss_nor_in_gradients():
    plain, frozen = network(), network([replace(layer, trainable=False) for layer in LAYERS])
    assert penalty(plain) > 0
    assert penalty(frozen) == 0
    gradients = [{} for _ in frozen.layers]
    add_penalty_gradients(frozen, gradients)
    assert not any(gradients)
