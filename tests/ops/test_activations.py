import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnncalc.ops.activations import ACTIVATIONS, leaky_relu, leaky_relu_gradient, relu_gradient
from tests.ops.drawn import normal, seeds, steady
from tests.peers import load, requires
from tests.references import numerical_gradient

DEFINITIONS = {
    "elu": lambda x: x if x > 0 else math.exp(x) - 1,
    "leaky_relu": lambda x: x if x > 0 else 0.2 * x,
    "linear": lambda x: x,
    "relu": lambda x: max(x, 0.0),
    "relu6": lambda x: min(max(x, 0.0), 6.0),
    "sigmoid": lambda x: 1 / (1 + math.exp(-x)),
    "softplus": lambda x: math.log(1 + math.exp(x)),
    "tanh": lambda x: math.sinh(x) / math.cosh(x),
}


def test_the_table_has_the_activations_of_the_design():
    assert sorted(ACTIVATIONS) == sorted([*DEFINITIONS, "softmax"])


@pytest.mark.parametrize("name", DEFINITIONS)
@given(st.floats(-30, 30))
@steady
def test_each_activation_equals_its_definition(name, number):
    result = ACTIVATIONS[name].forward(np.array([number]))
    assert result.item() == pytest.approx(DEFINITIONS[name](number), abs=1e-12)


@steady
@given(st.lists(st.floats(-30, 30), min_size=1, max_size=5))
def test_softmax_equals_its_definition(numbers):
    exponentials = [math.exp(number) for number in numbers]
    expected = [number / sum(exponentials) for number in exponentials]
    result = ACTIVATIONS["softmax"].forward(np.array([numbers]))
    assert result[0].tolist() == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("name", sorted(ACTIVATIONS))
@given(seeds)
@steady
def test_the_gradients_equal_numerical_ones(name, seed):
    # 2 steps away from 0, where some have a corner.
    inputs = normal(seed, 2, 3, 4)
    inputs += np.copysign(2e-6, inputs)
    upstream = normal(seed + 1, 2, 3, 4)
    activation = ACTIVATIONS[name]
    ours = activation.backward(upstream, activation.forward(inputs))
    expected = numerical_gradient(lambda x: np.sum(activation.forward(x) * upstream), inputs)
    np.testing.assert_allclose(ours, expected, rtol=0, atol=1e-6)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", sorted(ACTIVATIONS))
def test_no_input_overflows_and_the_type_is_kept(name, dtype):
    inputs = np.array([[-1e30, -1000.0, -1.0, 0.0], [0.0, 1.0, 1000.0, 1e30]], dtype)
    before = inputs.copy()
    outputs = ACTIVATIONS[name].forward(inputs)
    gradient = ACTIVATIONS[name].backward(np.ones_like(inputs), outputs)
    assert np.isfinite(outputs).all()
    assert np.isfinite(gradient).all()
    assert outputs.dtype == gradient.dtype == dtype
    assert np.array_equal(inputs, before)


def test_small_ends_stay_accurate():
    for name in ("sigmoid", "softplus"):
        assert ACTIVATIONS[name].forward(np.array([-100.0])).item() == pytest.approx(
            math.exp(-100), rel=1e-12
        )


def test_the_slope_of_relu_at_zero_is_zero():
    assert relu_gradient(np.array([1.0]), np.array([0.0])).item() == 0


def test_leaky_relu_takes_the_slope_of_keras_layer_too():
    inputs = np.array([-2.0, 2.0])
    outputs = leaky_relu(inputs, negative_slope=0.3)
    assert outputs.tolist() == [-0.6, 2.0]
    assert leaky_relu_gradient(np.ones(2), outputs, negative_slope=0.3).tolist() == [0.3, 1.0]


@pytest.mark.peer
@requires("torch")
@pytest.mark.parametrize("name", sorted(ACTIVATIONS))
@given(seeds)
@steady
def test_activations_and_gradients_equal_pytorchs(name, seed):
    torch = load("torch")
    functional = torch.nn.functional
    theirs = {
        "elu": functional.elu,
        "leaky_relu": lambda x: functional.leaky_relu(x, 0.2),
        "linear": lambda x: x * 1,
        "relu": functional.relu,
        "relu6": functional.relu6,
        "sigmoid": torch.sigmoid,
        "softmax": lambda x: torch.softmax(x, -1),
        # Past its threshold PyTorch takes x itself.
        "softplus": lambda x: functional.softplus(x, threshold=1000),
        "tanh": torch.tanh,
    }[name]
    inputs, upstream = 5 * normal(seed, 3, 4), normal(seed + 1, 3, 4)
    tensor = torch.tensor(inputs, requires_grad=True)
    outputs = theirs(tensor)
    outputs.backward(torch.tensor(upstream))
    ours = ACTIVATIONS[name].forward(inputs)
    np.testing.assert_allclose(ours, outputs.detach().numpy(), rtol=0, atol=1e-12)
    gradient = ACTIVATIONS[name].backward(upstream, ours)
    np.testing.assert_allclose(gradient, tensor.grad.numpy(), rtol=0, atol=1e-12)
