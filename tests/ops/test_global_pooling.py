import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnncalc.errors import OptionError, ShapeError
from cnncalc.ops.global_pooling import (
    global_average_pool,
    global_average_pool_gradient,
    global_max_pool,
    global_max_pool_gradient,
)
from tests.ops.drawn import distinct, normal, seeds, steady
from tests.references import numerical_gradient, reference_pool

shapes = st.tuples(*[st.integers(1, 4)] * 4)


@steady
@given(shapes, seeds)
def test_global_pooling_is_pooling_by_a_window_as_large_as_the_image(shape, seed):
    images = normal(seed, *shape)
    for pool, mode in ((global_average_pool, "average"), (global_max_pool, "max")):
        expected = reference_pool(images, shape[1:3], mode)[:, 0, 0]
        np.testing.assert_allclose(pool(images), expected, rtol=0, atol=1e-12)


@steady
@given(shapes, seeds)
def test_the_gradients_equal_numerical_ones(shape, seed):
    images, upstream = distinct(seed, *shape), normal(seed, shape[0], shape[3])
    average = global_average_pool_gradient(upstream, shape[1:3])
    largest = global_max_pool_gradient(upstream, images)
    for pool, ours in ((global_average_pool, average), (global_max_pool, largest)):
        expected = numerical_gradient(lambda x, pool=pool: np.sum(pool(x) * upstream), images)
        np.testing.assert_allclose(ours, expected, rtol=0, atol=1e-6)


def test_a_tie_goes_to_the_first_maximum_in_row_major_order():
    gradient = global_max_pool_gradient(np.array([[1.0]]), np.ones((1, 2, 2, 1)))
    assert gradient.ravel().tolist() == [1.0, 0.0, 0.0, 0.0]


def test_float32_stays_float32():
    images, upstream = np.ones((2, 3, 3, 1), np.float32), np.ones((2, 1), np.float32)
    assert global_average_pool(images).dtype == np.float32
    assert global_average_pool_gradient(upstream, (3, 3)).dtype == np.float32
    assert global_max_pool_gradient(upstream, images).dtype == np.float32


@pytest.mark.parametrize("pool", [global_average_pool, global_max_pool])
def test_images_must_be_a_floating_point_batch(pool):
    with pytest.raises(ShapeError, match="batch, height, width, channels"):
        pool(np.zeros((3, 3, 1)))
    with pytest.raises(OptionError, match="floating point"):
        pool(np.zeros((1, 3, 3, 1), int))
