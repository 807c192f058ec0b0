from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnncalc.geometry import geometry
from cnncalc.ops import row_convolution
from cnncalc.ops.row_convolution import columns_by_phase, convolve_rows, toeplitz_matrices
from cnncalc.ops.tiles import padded_input
from tests.ops.drawn import geometries, normal, seeds, steady, tile_numbers, tiles_of
from tests.references import reference_convolve

# How many multiplications a product has at most: as it is, or so few that columns are divided.
multiplications = st.sampled_from([row_convolution.MULTIPLICATIONS, 1, 100, 1000])


def convolved(images, kernel, window):
    channels = kernel.shape[3] * images.shape[3] // kernel.shape[2]
    # Whatever is not written stays NaN.
    result = np.full((len(images), *window.output, channels), np.nan)
    convolve_rows(images, kernel, window, result)
    return result


def reference(images, kernel, window, groups=1):
    slides = window.pads, window.strides, window.dilation_rate
    return reference_convolve(images, kernel, *slides, groups)


@steady
@given(
    geometries(), st.integers(1, 2), st.integers(1, 4), st.integers(1, 3), seeds, tile_numbers,
    multiplications,
)  # fmt: skip
def test_rows_equal_the_slow_reference(window, batch, depth, filters, seed, numbers, most):
    images = normal(seed, batch, *window.input, depth)
    kernel = normal(seed + 1, *window.kernel, depth, filters)
    with tiles_of(numbers), patch.object(row_convolution, "MULTIPLICATIONS", most):
        result = convolved(images, kernel, window)
    np.testing.assert_allclose(result, reference(images, kernel, window), rtol=0, atol=1e-12)


@steady
@given(geometries(), st.integers(2, 4), seeds, tile_numbers, multiplications)
def test_a_kernel_one_deep_convolves_each_channel_by_itself(window, channels, seed, numbers, most):
    images = normal(seed, 2, *window.input, channels)
    kernel = normal(seed + 1, *window.kernel, 1, 1)
    with tiles_of(numbers), patch.object(row_convolution, "MULTIPLICATIONS", most):
        result = convolved(images, kernel, window)
    expected = reference(images, kernel.repeat(channels, axis=3), window, groups=channels)
    np.testing.assert_allclose(result, expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("filters", [1, 2])
def test_a_part_of_the_results_channels_is_written_where_it_lies(filters):
    window, images = geometry((20, 9), 3), normal(0, 1, 20, 9, 1)
    kernel = normal(1, 3, 3, 1, filters)
    result = np.full((1, *window.output, 4), np.nan)
    with patch.object(row_convolution.np, "matmul", wraps=np.matmul) as matmul:
        convolve_rows(images, kernel, window, result[..., 1 : 1 + filters])
    # BLAS writes to rows without gaps; NumPy would multiply slowly.
    assert {call.kwargs["out"].strides[-1] for call in matmul.call_args_list} == {8}
    written = result[..., 1 : 1 + filters]
    np.testing.assert_allclose(written, reference(images, kernel, window), rtol=0, atol=1e-12)
    assert np.isnan(result[..., 0]).all()
    assert np.isnan(result[..., 1 + filters :]).all()


@pytest.mark.parametrize("height", range(1, 14))
def test_rows_that_make_no_whole_product_are_convolved_too(height):
    window = geometry((height, 9), (1, 3))
    images, kernel = normal(0, 1, height, 9, 1), normal(1, 1, 3, 1, 1)
    with tiles_of(100):
        result = convolved(images, kernel, window)
    np.testing.assert_allclose(result, reference(images, kernel, window), rtol=0, atol=1e-12)


def test_whole_numbers_stay_exact():
    images = np.random.default_rng(0).integers(0, 256, (1, 50, 40, 3)).astype(np.float32)
    kernel = np.random.default_rng(1).integers(-9, 10, (5, 5, 3, 1)).astype(np.float32)
    window = geometry((50, 40), 5, strides=2, padding="same")
    assert np.array_equal(convolved(images, kernel, window), reference(images, kernel, window))


def test_no_product_is_large_enough_for_threads_of_the_matrix_library():
    sizes = []

    def counted(matrix, under, **given):
        sizes.append(matrix.shape[-2] * matrix.shape[-1] * under.shape[-1])
        return np_matmul(matrix, under, **given)

    np_matmul = np.matmul
    window, images = geometry((40, 30_000), 11), np.ones((1, 40, 30_000, 1))
    with patch.object(row_convolution.np, "matmul", counted):
        convolved(images, np.ones((11, 11, 1, 1)), window)
    assert max(sizes) <= row_convolution.MULTIPLICATIONS
    # No smaller than need be, either.
    assert max(sizes) > row_convolution.MULTIPLICATIONS / 2


def test_tiles_hold_as_many_bytes_in_float64_as_in_float32():
    heights = {}

    def watched(images, window, tile):
        heights.setdefault(images.dtype, []).append(tile.rows.stop - tile.rows.start)
        return padded_input(images, window, tile)

    window = geometry((300, 20), 3)
    with tiles_of(1440), patch.object(row_convolution, "padded_input", watched):
        for dtype in (np.float32, np.float64):
            convolve_rows(
                np.ones((1, 300, 20, 1), dtype),
                np.ones((3, 3, 1, 1), dtype),
                window,
                np.empty((1, *window.output, 1), dtype),
            )
    assert max(heights[np.dtype(np.float32)]) == 2 * max(heights[np.dtype(np.float64)])


def test_what_memory_holds_behind_the_last_column_never_counts():
    def garbage(shape, dtype):
        return np.full(shape, np.nan, dtype)

    window, images = geometry((3, 8), 2, strides=3), np.ones((1, 3, 8, 1))
    with patch.object(row_convolution.np, "empty", garbage):
        result = convolved(images, np.ones((2, 2, 1, 1)), window)
    assert result.ravel().tolist() == [4.0] * 3


def test_the_image_is_read_where_it_lies_if_its_rows_are_what_a_product_needs():
    covered = normal(0, 5, 7, 1)
    assert columns_by_phase(covered, stride=1, depth=1).base is not None
    assert np.shares_memory(columns_by_phase(covered, stride=1, depth=1), covered)
    assert np.shares_memory(columns_by_phase(covered[:, 2:5], stride=1, depth=1), covered)


def test_channels_that_are_part_of_more_are_copied_into_rows():
    covered = normal(0, 5, 7, 3)[:, :, 1:2]
    phases = columns_by_phase(covered, stride=1, depth=1)
    assert phases.strides[-1] == phases.itemsize
    assert np.array_equal(phases[:, 0], covered[:, :, 0])


def test_a_strided_convolutions_matrix_steps_by_the_stride():
    kernel = np.array([1.0, 2.0]).reshape(2, 1, 1, 1)
    (matrix,) = toeplitz_matrices(kernel, geometry((9, 9), (2, 1), (3, 1)), 2).values()
    assert matrix.tolist() == [[1, 2, 0, 0, 0], [0, 0, 0, 1, 2]]
