from unittest.mock import patch

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cnncalc.geometry import geometry
from cnncalc.ops import strip_convolution
from cnncalc.ops.convolution import (
    convolve,
    convolve_input_gradient,
    convolve_kernel_gradient,
)
from cnncalc.ops.memory import Buffers, from_rows, to_rows
from cnncalc.ops.small_products import multiply, sum_of_products
from cnncalc.ops.strip_convolution import StripConvolution, is_turnable
from cnncalc.shapes import Size
from tests.ops.drawn import geometries, normal, seeds

steady = settings(deadline=None, max_examples=100)
small = st.integers(1, 3)
CLOSE = {"rtol": 1e-9, "atol": 1e-9}
strip_numbers = st.sampled_from([strip_convolution.STRIP_NUMBERS, 1, 300])


@st.composite
def plans(draw):
    """Draw a convolution in strips, whose outputs make one whole window of a pooling at least."""
    how = draw(geometries())
    pool = Size(draw(small), draw(small))
    assume(how.output.height >= pool.height and how.output.width >= pool.width)
    return StripConvolution(how, draw(small), draw(small), pool)


def dealt(plan, images, buffers):
    """Return images as they are spread."""
    result = buffers.take_padded("dealt", plan.dealt_shape(len(images)), images.dtype)
    for part, columns in plan.inside(result):
        part[...] = to_rows(images)[:, :, columns]
    return result


def strips_of(plan, images, numbers):
    """Yield each strip of a convolution with its patches."""
    buffers = Buffers()
    rows = dealt(plan, images, buffers)
    with patch.object(strip_convolution, "STRIP_NUMBERS", numbers):
        strips = list(plan.strips(len(images)))
    for strip in strips:
        yield strip, plan.patches(plan.spread(rows, strip, buffers), strip)


def outputs_of(plan, strip, batch):
    """Return the shape of a strip's outputs, window by window."""
    rows = strip.rows.stop - strip.rows.start
    return (*plan.pool, rows, plan.filters, plan.output.width, batch)


def as_lines(outputs):
    return outputs.reshape(*outputs.shape[:4], -1)


def placed(plan, strip, outputs, result):
    """Bring a strip's outputs to where they belong in a batch."""
    height, width = plan.pool
    for i in range(height):
        for j in range(width):
            rows = slice(strip.rows.start * height + i, strip.rows.stop * height, height)
            columns = slice(j, plan.output.width * width, width)
            result[:, rows, columns] = from_rows(outputs[i, j])


@steady
@given(plans(), small, seeds, strip_numbers)
def test_products_of_strips_are_the_convolution_and_its_gradient(plan, batch, seed, numbers):
    images = normal(seed, batch, *plan.geometry.input, plan.channels)
    kernel = normal(seed + 1, *plan.geometry.kernel, plan.channels, plan.filters)
    expected = convolve(images, kernel, plan.geometry)
    found, gradient = np.zeros_like(expected), np.zeros_like(expected)
    by_matrix = np.zeros((plan.filters, plan.patch_size))
    for strip, patches in strips_of(plan, images, numbers):
        outputs = np.full(outputs_of(plan, strip, batch), np.nan)
        multiply(plan.matrix(kernel), patches, as_lines(outputs))
        placed(plan, strip, outputs, found)
        upstream = normal(seed + 2, *outputs.shape)
        placed(plan, strip, upstream, gradient)
        by_matrix += sum_of_products(as_lines(upstream), patches, Buffers())
    whole = np.s_[:, : plan.output.height * plan.pool.height, : plan.output.width * plan.pool.width]
    np.testing.assert_allclose(found[whole], expected[whole], **CLOSE)
    by_kernel = convolve_kernel_gradient(gradient, images, plan.geometry)
    np.testing.assert_allclose(plan.kernel_gradient(by_matrix), by_kernel, **CLOSE)


@steady
@given(plans(), small, seeds, strip_numbers)
def test_what_strips_give_back_is_the_gradient_by_the_input(plan, batch, seed, numbers):
    plan = plan.without_pool
    kernel = normal(seed, *plan.geometry.kernel, plan.channels, plan.filters)
    gradient = normal(seed + 1, batch, *plan.geometry.output, plan.filters)
    found = np.zeros((plan.geometry.input.height, plan.channels, plan.geometry.input.width, batch))
    rows = np.ascontiguousarray(to_rows(gradient))
    with patch.object(strip_convolution, "STRIP_NUMBERS", numbers):
        for strip in plan.strips(batch):
            given = rows[strip.rows].reshape(-1, plan.filters, plan.output.width * batch)
            plan.add_back(plan.matrix(kernel), given, strip, found, Buffers())
    expected = convolve_input_gradient(gradient, kernel, plan.geometry)
    np.testing.assert_allclose(from_rows(found), expected, **CLOSE)


@steady
@given(plans(), small, seeds, strip_numbers)
def test_the_turned_convolution_is_the_gradient_by_the_input(plan, batch, seed, numbers):
    assume(is_turnable(plan.geometry))
    kernel = normal(seed, *plan.geometry.kernel, plan.channels, plan.filters)
    gradient = normal(seed + 1, batch, *plan.geometry.output, plan.filters)
    turned = plan.turned
    matrix = turned.matrix(kernel[::-1, ::-1].swapaxes(2, 3))
    found = np.full((batch, *turned.output, turned.filters), np.nan)
    for strip, patches in strips_of(turned, gradient, numbers):
        outputs = np.full(outputs_of(turned, strip, batch), np.nan)
        multiply(matrix, patches, as_lines(outputs))
        placed(turned, strip, outputs, found)
    expected = convolve_input_gradient(gradient, kernel, plan.geometry)
    np.testing.assert_allclose(found, expected, **CLOSE)


def test_strips_cover_all_rows_and_fit():
    plan = StripConvolution(geometry((20, 20), 3), 2, 4, Size(2, 2))
    assert [strip.rows for strip in plan.strips(3)] == [slice(0, 9)]
    row = np.prod(plan.spread_row(3))
    # Two rows of windows see six rows.
    for numbers, height in ((6 * row, 2), (6 * row - 1, 1), (1, 1)):
        with patch.object(strip_convolution, "STRIP_NUMBERS", numbers):
            strips = list(plan.strips(3))
        assert [strip.rows for strip in strips] == [
            slice(i, min(i + height, 9)) for i in range(0, 9, height)
        ]
        assert all(
            strip.seen == slice(s.start * 2, s.stop * 2 + 2)
            for strip in strips
            for s in [strip.rows]
        )


def test_the_articles_windows_are_75_lines_of_whole_rows_of_windows():
    plan = StripConvolution(geometry((300, 300), 5), 3, 10, Size(2, 2))
    assert (plan.patch_size, plan.candidates, plan.output) == (75, 4, (148, 148))
    assert plan.spread_row(8) == (5, 3, 2, 148, 8)
    # Every second column lies in a phase of its own.
    assert plan.dealt_shape(8) == (300, 3, 2, 150, 8)


def test_patches_are_no_copy_and_their_lines_lie_an_odd_number_of_cache_lines_apart():
    plan = StripConvolution(geometry((6, 6), 3, padding="same"), 2, 4, Size(2, 2))
    buffers = Buffers()
    (strip,) = plan.strips(16)
    rows = dealt(plan, normal(0, 16, 6, 6, 2).astype(np.float32), buffers)
    spread = plan.spread(rows, strip, buffers)
    assert spread.shape == (8, 3, 2, 2, 3, 16)
    patches = plan.patches(spread, strip)
    assert patches.shape == (2, 2, 3, 18, 48)
    assert np.shares_memory(patches, spread)
    assert patches.strides[-2] // 64 % 2 == 1
    assert patches.ctypes.data % 64 == 0


def test_rows_that_need_no_padding_and_no_dealing_stay_as_they_are():
    plan = StripConvolution(geometry((6, 6), 3), 2, 4)
    rows = np.zeros((6, 2, 6, 3))
    assert plan.is_dealt(rows, rows.dtype)
    assert not plan.is_dealt(rows, np.dtype(np.float32))
    assert not plan.is_dealt(rows.transpose(0, 1, 3, 2), rows.dtype)
    assert not StripConvolution(geometry((6, 6), 3, 2), 2, 4).is_dealt(rows, rows.dtype)
    assert not StripConvolution(geometry((6, 6), 3, padding=1), 2, 4).is_dealt(rows, rows.dtype)
