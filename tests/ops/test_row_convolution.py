from unittest.mock import patch

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cnncalc.geometry import geometry
from cnncalc.ops import row_convolution
from cnncalc.ops.convolution import (
    convolve,
    convolve_input_gradient,
    convolve_kernel_gradient,
)
from cnncalc.ops.planes import Buffers, from_planes, to_planes
from cnncalc.ops.row_convolution import RowConvolution, is_turnable
from tests.ops.drawn import geometries, normal, seeds

steady = settings(deadline=None, max_examples=100)
small = st.integers(1, 3)
FLOAT = np.dtype(np.float64)


@st.composite
def plans(draw):
    how = draw(geometries().filter(lambda how: how.strides == (1, 1)))
    assume(is_turnable(how))
    return RowConvolution(how, draw(small), draw(small))


def convolved(plan, images, matrices, buffers, owner):
    """Return (batch, height, width, filters), and the spread images."""
    spread = plan.spread(images, FLOAT, buffers, owner)
    output = np.full((plan.filters, *plan.geometry.output, len(images)), np.nan)
    plan.convolve(spread, matrices, output, buffers)
    return from_planes(output), spread


@steady
@given(plans(), small, seeds, st.sampled_from([row_convolution.TILE_NUMBERS, 1, 100]))
def test_products_of_rows_are_the_convolution_and_its_gradients(plan, batch, seed, tile):
    how, buffers, close = plan.geometry, Buffers(), {"rtol": 1e-9, "atol": 1e-9}
    images = normal(seed, batch, *how.input, plan.channels)
    kernel = normal(seed + 1, *how.kernel, plan.channels, plan.filters)
    gradient = normal(seed + 2, batch, *how.output, plan.filters)
    with patch.object(row_convolution, "TILE_NUMBERS", tile):
        output, spread = convolved(plan, images, plan.matrices(kernel), buffers, "images")
        by_matrices = plan.kernel_gradient(spread, np.ascontiguousarray(to_planes(gradient)))
        turned = plan.turned_matrices(kernel)
        by_images, _ = convolved(plan.turned, gradient, turned, buffers, "gradient")
    np.testing.assert_allclose(output, convolve(images, kernel, how), **close)
    by_kernel = convolve_kernel_gradient(gradient, images, how)
    np.testing.assert_allclose(plan.kernel_of(by_matrices), by_kernel, **close)
    expected = convolve_input_gradient(gradient, kernel, how)
    np.testing.assert_allclose(by_images, expected, **close)


def test_matrices_keep_every_number_of_the_kernel():
    plan = RowConvolution(geometry((5, 5), (2, 3)), 2, 4)
    kernel = normal(0, 2, 3, 2, 4)
    assert plan.matrices(kernel).shape == (2, 4, 6)
    np.testing.assert_array_equal(plan.kernel_of(plan.matrices(kernel)), kernel)


def test_what_all_rows_of_the_kernel_meet_is_no_copy():
    plan = RowConvolution(geometry((6, 6), 3, padding="same"), 2, 4)
    spread = plan.spread(normal(0, 3, 6, 6, 2), FLOAT, Buffers(), "images")
    assert spread.shape == (3, 2, 8, 6, 3)
    met = list(plan._met(spread, slice(1, 4)))
    assert len(met) == 3
    assert all(np.shares_memory(each, spread) for each in met)
