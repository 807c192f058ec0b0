import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnncalc.ops.normalization import (
    Statistics,
    batch_normalize,
    batch_normalize_gradients,
    batch_statistics,
    moving_average,
)
from tests.ops.drawn import normal, seeds, steady
from tests.peers import load, requires
from tests.references import numerical_gradient

shapes = st.lists(st.integers(1, 4), min_size=2, max_size=4)


@steady
@given(shapes, seeds)
def test_the_statistics_are_each_channels_mean_and_population_variance(shape, seed):
    inputs = 3 * normal(seed, *shape) + 5
    mean, variance = batch_statistics(inputs)
    for c in range(shape[-1]):
        channel = inputs[..., c].ravel().tolist()
        expected = sum(channel) / len(channel)
        assert mean[c] == pytest.approx(expected, abs=1e-12)
        spread = sum((number - expected) ** 2 for number in channel) / len(channel)
        assert variance[c] == pytest.approx(spread, abs=1e-12)


@steady
@given(shapes, seeds, st.sampled_from([1e-3, 0.1]))
def test_normalizing_follows_kerass_formula(shape, seed, epsilon):
    inputs, channels = normal(seed, *shape), shape[-1]
    statistics = Statistics(normal(seed + 1, channels), normal(seed + 2, channels) ** 2)
    gamma, beta = normal(seed + 3, channels), normal(seed + 4, channels)
    result = batch_normalize(inputs, statistics, gamma, beta, epsilon)
    for index in np.ndindex(*shape):
        c = index[-1]
        root = (statistics.variance[c] + epsilon) ** 0.5
        expected = gamma[c] * (inputs[index] - statistics.mean[c]) / root + beta[c]
        assert result[index] == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("training", [True, False])
@given(shapes, seeds)
@steady
def test_the_gradients_equal_numerical_ones(training, shape, seed):
    inputs, channels, epsilon = normal(seed, *shape), shape[-1], 0.1
    gamma, beta, upstream = normal(seed + 1, channels), normal(seed + 2, channels), None
    moving = Statistics(normal(seed + 3, channels), normal(seed + 4, channels) ** 2)
    upstream = normal(seed + 5, *shape)

    def loss(inputs, gamma, beta):
        statistics = batch_statistics(inputs) if training else moving
        return np.sum(batch_normalize(inputs, statistics, gamma, beta, epsilon) * upstream)

    statistics = batch_statistics(inputs) if training else moving
    ours = batch_normalize_gradients(
        upstream, inputs, statistics, gamma, training=training, epsilon=epsilon
    )
    expected = (
        numerical_gradient(lambda x: loss(x, gamma, beta), inputs),
        numerical_gradient(lambda g: loss(inputs, g, beta), gamma),
        numerical_gradient(lambda b: loss(inputs, gamma, b), beta),
    )
    for mine, numerical in zip(ours, expected, strict=True):
        np.testing.assert_allclose(mine, numerical, rtol=0, atol=1e-6)


def test_moving_statistics_keep_the_share_that_momentum_says():
    moving, batch = (
        Statistics(np.array([1.0]), np.array([2.0])),
        Statistics(np.array([3.0]), np.array([6.0])),
    )
    mean, variance = moving_average(moving, batch, momentum=0.99)
    assert mean.item() == pytest.approx(1.02)
    assert variance.item() == pytest.approx(2.04)


def test_float32_stays_float32_and_accurate_far_from_zero():
    inputs = (normal(0, 64, 32, 32, 2) + 1000).astype(np.float32)
    mean, variance = batch_statistics(inputs)
    assert mean.dtype == variance.dtype == np.float32
    np.testing.assert_allclose(variance, inputs.astype(float).var(axis=(0, 1, 2)), rtol=1e-5)
    ones = np.ones(2, np.float32)
    assert batch_normalize(inputs, Statistics(mean, variance), ones, ones).dtype == np.float32
    gradients = batch_normalize_gradients(
        inputs, inputs, Statistics(mean, variance), ones, training=True
    )
    assert {gradient.dtype for gradient in gradients} == {np.dtype(np.float32)}


@pytest.mark.peer
@requires("torch")
@pytest.mark.parametrize("training", [True, False])
@given(st.integers(2, 4), st.integers(1, 3), st.integers(1, 3), st.integers(1, 3), seeds)
@steady
def test_normalizing_and_gradients_equal_pytorchs(training, batch, height, width, channels, seed):
    torch = load("torch")
    shape = (batch, height, width, channels)
    inputs, upstream = normal(seed, *shape), normal(seed + 1, *shape)
    gamma, beta = normal(seed + 2, channels), normal(seed + 3, channels)
    moving = Statistics(normal(seed + 4, channels), normal(seed + 5, channels) ** 2)
    tensors = [
        torch.tensor(array, requires_grad=True)
        for array in (inputs.transpose(0, 3, 1, 2), gamma, beta)
    ]
    running = [torch.tensor(array) for array in moving]
    outputs = torch.nn.functional.batch_norm(
        tensors[0], *running, tensors[1], tensors[2], training, eps=0.1
    )
    outputs.backward(torch.tensor(upstream.transpose(0, 3, 1, 2)))

    statistics = batch_statistics(inputs) if training else moving
    ours = batch_normalize(inputs, statistics, gamma, beta, epsilon=0.1)
    theirs = outputs.detach().numpy().transpose(0, 2, 3, 1)
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-11)
    gradients = batch_normalize_gradients(
        upstream, inputs, statistics, gamma, training=training, epsilon=0.1
    )
    expected = [tensor.grad.numpy() for tensor in tensors]
    expected[0] = expected[0].transpose(0, 2, 3, 1)
    for mine, theirs in zip(gradients, expected, strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=0, atol=1e-11)


def test_a_mean_far_above_the_deviation_costs_no_digits():
    inputs = (1e4 + np.random.default_rng(0).standard_normal((500, 1))).astype(np.float32)
    mean, one, three = (np.array([number], np.float32) for number in (1e4, 1.0, 3.0))
    expected = 3 * (inputs.astype(np.float64) - 1e4) / np.sqrt(1.001) + 1
    found = batch_normalize(inputs, Statistics(mean, one), three, one)
    # One factor and one summand would be 1e-3 off.
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-6)
