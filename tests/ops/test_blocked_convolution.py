import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cnncalc.geometry import geometry
from cnncalc.ops import blocked_convolution
from cnncalc.ops.blocked_convolution import BlockedConvolution
from cnncalc.ops.convolution import (
    convolve,
    convolve_input_gradient,
    convolve_kernel_gradient,
)
from cnncalc.ops.planes import Buffers
from cnncalc.shapes import Size
from tests.ops.drawn import geometries, normal, seeds

steady = settings(deadline=None, max_examples=100)
small = st.integers(1, 3)
FLOAT = np.dtype(np.float64)


@st.composite
def plans(draw):
    """Draw a convolution in blocks, whose outputs make one whole block at least."""
    how = draw(geometries())
    pool = Size(draw(small), draw(small)) if max(how.dilation_rate) == 1 else Size(1, 1)
    assume(how.output.height >= pool.height and how.output.width >= pool.width)
    return BlockedConvolution(how, draw(small), draw(small), pool)


def spread(plan, outputs):
    """Bring outputs (block rows, block columns, filters, down, across, n) to where they belong."""
    pool = plan.pool
    covered = (plan.output.height * pool.height, plan.output.width * pool.width)
    result = np.zeros((outputs.shape[-1], *covered, plan.filters))
    for i in range(pool.height):
        for j in range(pool.width):
            result[:, i :: pool.height, j :: pool.width] = outputs[i, j].transpose(3, 1, 2, 0)
    return result


def whole_blocks(plan, outputs):
    """Set the outputs that make no whole block to 0."""
    result = np.zeros_like(outputs)
    part = np.s_[:, : plan.output.height * plan.pool.height, : plan.output.width * plan.pool.width]
    result[part] = outputs[part]
    return result


@steady
@given(plans(), small, seeds)
def test_products_of_blocks_are_the_convolution_and_its_gradients(plan, batch, seed):
    images = normal(seed, batch, *plan.geometry.input, plan.channels)
    kernel = normal(seed + 1, *plan.geometry.kernel, plan.channels, plan.filters)
    every, buffers = slice(0, plan.output.height), Buffers()
    hands = plan.deal(images, FLOAT, buffers)
    patches = plan.patches(hands, every, buffers)
    outputs = (plan.matrix(kernel) @ patches).reshape(*plan.pool, plan.filters, *plan.output, batch)
    expected = whole_blocks(plan, convolve(images, kernel, plan.geometry))
    found = spread(plan, outputs)
    np.testing.assert_allclose(
        found, expected[:, : found.shape[1], : found.shape[2]], rtol=1e-9, atol=1e-9
    )

    upstream = normal(seed + 2, *outputs.shape)
    gradient = np.zeros_like(expected)
    gradient[:, : found.shape[1], : found.shape[2]] = spread(plan, upstream)
    flat = upstream.reshape(-1, patches.shape[1])
    by_kernel = convolve_kernel_gradient(gradient, images, plan.geometry)
    np.testing.assert_allclose(
        plan.kernel_gradient(flat @ patches.T), by_kernel, rtol=1e-9, atol=1e-9
    )
    by_hands = np.zeros_like(hands)
    plan.add_back(plan.matrix(kernel).T @ flat, every, by_hands)
    by_images = convolve_input_gradient(gradient, kernel, plan.geometry)
    found = plan.image_gradient(by_hands, buffers)
    np.testing.assert_allclose(found, by_images, rtol=1e-9, atol=1e-9)


def test_tiles_cover_all_rows_and_fit(monkeypatch):
    plan = BlockedConvolution(geometry((20, 20), 3), 2, 4, Size(2, 2))
    assert plan.tiles(3) == [slice(0, 9)]
    monkeypatch.setattr(blocked_convolution, "KEPT_NUMBERS", 0)
    monkeypatch.setattr(blocked_convolution, "TILE_NUMBERS", 2 * plan.patch_size * 9 * 3)
    assert plan.tiles(3) == [slice(i, min(i + 2, 9)) for i in range(0, 9, 2)]
    monkeypatch.setattr(blocked_convolution, "TILE_NUMBERS", 1)
    assert len(plan.tiles(3)) == 9


def test_the_articles_patches_are_six_by_six_pixels():
    plan = BlockedConvolution(geometry((300, 300), 5), 3, 10, Size(2, 2))
    assert (plan.patch_size, plan.candidates, plan.output) == (108, 4, (148, 148))
    # Every second column lies in a hand of its own, so that patches are copied along rows.
    assert plan.columns.hands == 2


@pytest.mark.parametrize("channels", [1, 3])
def test_patches_of_single_pixels_are_no_copy(channels):
    plan = BlockedConvolution(geometry((4, 5), 1), channels, 2, Size(1, 1))
    hands = plan.deal(np.ones((2, 4, 5, channels)), FLOAT, Buffers())
    assert np.shares_memory(plan.patches(hands, slice(0, 4), Buffers()), hands)
