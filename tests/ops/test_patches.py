import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnncalc.geometry import geometry
from cnncalc.ops.patches import MANY_CHANNELS, patch_matrix
from tests.ops.drawn import geometries, normal, seeds, steady


@steady
@given(geometries(padded=False), st.sampled_from([1, 3, MANY_CHANNELS]), seeds)
def test_each_row_is_one_window_in_row_major_order(window, channels, seed):
    images = normal(seed, 2, *window.input, channels)
    expected = [
        image[np.ix_(window.vertical.covered_by(y), window.horizontal.covered_by(x))].ravel()
        for image in images
        for y in range(window.output.height)
        for x in range(window.output.width)
    ]
    assert np.array_equal(patch_matrix(images, window), expected)


@pytest.mark.parametrize("channels", [MANY_CHANNELS - 1, MANY_CHANNELS])
def test_either_order_in_memory_is_one_that_blas_takes(channels):
    patches = patch_matrix(np.ones((1, 9, 9, channels)), geometry((9, 9), 3))
    assert patches.flags.f_contiguous == (channels < MANY_CHANNELS)
    assert patches.flags.c_contiguous == (channels >= MANY_CHANNELS)
