from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnncalc.geometry import geometry
from cnncalc.ops import tap_convolution
from cnncalc.ops.convolution import depthwise_convolve
from cnncalc.ops.tap_convolution import convolve_taps
from cnncalc.shapes import Pads
from tests.ops.drawn import geometries, normal, seeds, steady, tile_numbers, tiles_of
from tests.references import reference_convolve

# How many multiplications a product has at most: as it is, or so few that columns are divided.
multiplications = st.sampled_from([tap_convolution.MULTIPLICATIONS, 1, 100, 1000])


def convolved(images, kernel, window):
    # Whatever is not written stays NaN.
    result = np.full((len(images), *window.output, images.shape[3]), np.nan, images.dtype)
    convolve_taps(images, kernel, window, result)
    return result


def reference(images, kernel, window):
    channels = images.shape[3]
    each = np.repeat(kernel[:, :, np.newaxis, np.newaxis], channels, axis=3)
    slides = window.pads, window.strides, window.dilation_rate
    return reference_convolve(images, each, *slides, channels)


@steady
@given(geometries(), st.integers(1, 2), st.integers(1, 3), seeds, tile_numbers, multiplications)
def test_taps_equal_the_slow_reference(window, batch, channels, seed, numbers, most):
    images, kernel = normal(seed, batch, *window.input, channels), normal(seed, *window.kernel)
    with tiles_of(numbers), patch.object(tap_convolution, "MULTIPLICATIONS", most):
        result = convolved(images, kernel, window)
    np.testing.assert_allclose(result, reference(images, kernel, window), rtol=0, atol=1e-12)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_whole_numbers_stay_exact(dtype):
    images = np.random.default_rng(0).integers(0, 256, (1, 50, 40, 3)).astype(dtype)
    kernel = np.random.default_rng(1).integers(-9, 10, (5, 5)).astype(dtype)
    window = geometry((50, 40), 5, strides=2, padding="same")
    assert np.array_equal(convolved(images, kernel, window), reference(images, kernel, window))


def test_whole_tiles_may_lie_in_the_padding():
    window, images = geometry((2, 3), (2, 3), padding=Pads(9, 8, 7, 9)), normal(0, 1, 2, 3, 1)
    kernel = normal(1, 2, 3)
    with tiles_of(1), patch.object(tap_convolution, "MULTIPLICATIONS", 1):
        result = convolved(images, kernel, window)
    np.testing.assert_allclose(result, reference(images, kernel, window), rtol=0, atol=1e-12)


def test_products_read_whole_cache_lines_and_stay_small():
    sizes, starts = [], set()

    def watched(matrix, under, out):
        sizes.append(matrix.shape[0] * matrix.shape[1] * under.shape[-1])
        starts.update({under.ctypes.data % 64, *(step % 64 for step in under.strides[:-1])})
        return np_matmul(matrix, under, out=out)

    np_matmul = np.matmul
    window, images = geometry((40, 3001), 11), np.ones((1, 40, 3001, 1))
    with patch.object(tap_convolution.np, "matmul", watched):
        convolved(images, np.ones((11, 11)), window)
    assert starts == {0}
    most = tap_convolution.MULTIPLICATIONS
    assert most / 2 < max(sizes) <= most


@pytest.mark.parametrize(
    ("kernel", "height", "calls"),
    [((3, 3), 999, 1), ((3, 3), 998, 0), ((3, 48), 999, 1), ((3, 49), 999, 0), ((3, 1), 999, 0)],
)  # fmt: skip
def test_kernels_of_few_cells_on_large_images_go_by_taps(kernel, height, calls):
    # 997 rows of 263 columns are the first that are 2¹⁸ outputs.
    window = geometry((height, 262 + kernel[1]), kernel)
    images = np.ones((1, *window.input, 1), np.float32)
    with patch("cnncalc.ops.convolution.convolve_taps", wraps=convolve_taps) as by_taps:
        result = depthwise_convolve(images, np.ones((*kernel, 1, 1), np.float32), window)
    assert by_taps.call_count == calls
    assert (result == kernel[0] * kernel[1]).all()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_number_of_threads_changes_no_byte(monkeypatch, dtype):
    window, images = geometry((301, 303), 5, padding="same"), normal(0, 1, 301, 303, 3)
    kernel, found = normal(1, 5, 5), set()
    for count in (1, 2, 7):
        monkeypatch.setattr("cnncalc.ops.threads.cores", lambda count=count: count)
        with tiles_of(10_000):
            found.add(convolved(images.astype(dtype), kernel.astype(dtype), window).tobytes())
    assert len(found) == 1
