import numpy as np
import pytest

from cnncalc.errors import ShapeError
from cnncalc.ops.bias import add_bias, bias_gradient
from tests.ops.drawn import normal
from tests.references import numerical_gradient


def test_each_channel_gets_its_own_bias():
    result = add_bias(np.zeros((1, 2, 2, 3)), np.array([1.0, 2.0, 3.0]))
    assert result.shape == (1, 2, 2, 3)
    assert (result == [1.0, 2.0, 3.0]).all()


def test_the_gradient_equals_a_numerical_one():
    values, bias, upstream = normal(0, 2, 3, 3, 4), normal(1, 4), normal(2, 2, 3, 3, 4)
    expected = numerical_gradient(lambda b: np.sum(add_bias(values, b) * upstream), bias)
    np.testing.assert_allclose(bias_gradient(upstream), expected, rtol=0, atol=1e-6)


def test_another_number_of_biases_than_channels_is_an_error():
    with pytest.raises(ShapeError, match=r"each of the 3 channels. Received: bias.shape=\(1,\)"):
        add_bias(np.zeros((1, 2, 2, 3)), np.zeros(1))
