from unittest.mock import patch

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cnncalc.geometry import geometry
from cnncalc.ops import blocked_convolution
from cnncalc.ops.blocked_convolution import BlockedConvolution, is_turnable
from cnncalc.ops.convolution import (
    convolve,
    convolve_input_gradient,
    convolve_kernel_gradient,
)
from cnncalc.ops.memory import Buffers, from_chwn
from cnncalc.shapes import Size
from tests.ops.drawn import geometries, normal, seeds

steady = settings(deadline=None, max_examples=100)
small = st.integers(1, 3)
FLOAT = np.dtype(np.float64)
CLOSE = {"rtol": 1e-9, "atol": 1e-9}


@st.composite
def plans(draw):
    """Draw a convolution in blocks, whose outputs make one whole block at least."""
    how = draw(geometries())
    pool = Size(draw(small), draw(small)) if max(how.dilation_rate) == 1 else Size(1, 1)
    assume(how.output.height >= pool.height and how.output.width >= pool.width)
    return BlockedConvolution(how, draw(small), draw(small), pool)


def brought_back(plan, outputs):
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
@given(plans(), small, seeds, st.sampled_from([blocked_convolution.TILE_NUMBERS, 1, 100]))
def test_products_of_blocks_are_the_convolution_and_its_gradients(plan, batch, seed, tile):
    images = normal(seed, batch, *plan.geometry.input, plan.channels)
    kernel = normal(seed + 1, *plan.geometry.kernel, plan.channels, plan.filters)
    buffers = Buffers()
    spread = plan.spread(images, FLOAT, buffers, "images")
    outputs = np.full((*plan.pool, plan.filters, *plan.output, batch), np.nan)
    flat = outputs.reshape(-1, *outputs.shape[3:])
    with patch.object(blocked_convolution, "TILE_NUMBERS", tile):
        tiles = plan.tiles(batch)
    for rows in tiles:
        plan.convolve(plan.matrix(kernel), spread, rows, flat[:, rows])
    expected = whole_blocks(plan, convolve(images, kernel, plan.geometry))
    found = brought_back(plan, outputs)
    part = np.s_[:, : found.shape[1], : found.shape[2]]
    np.testing.assert_allclose(found, expected[part], **CLOSE)

    upstream = normal(seed + 2, *outputs.shape)
    gradient = np.zeros_like(expected)
    gradient[part] = brought_back(plan, upstream)
    flat = upstream.reshape(flat.shape)
    shares = [plan.matrix_gradient(flat[:, rows], spread, rows, buffers) for rows in tiles]
    by_kernel = convolve_kernel_gradient(gradient, images, plan.geometry)
    np.testing.assert_allclose(plan.kernel_gradient(sum(shares).T), by_kernel, **CLOSE)

    by_phases = plan.phases_gradient(batch, FLOAT, buffers)
    for rows in tiles:
        plan.add_back(plan.matrix(kernel), flat[:, rows], rows, by_phases, buffers)
    by_images = convolve_input_gradient(gradient, kernel, plan.geometry)
    np.testing.assert_allclose(plan.image_gradient(by_phases, buffers), by_images, **CLOSE)


@steady
@given(plans(), small, seeds)
def test_the_turned_convolution_is_the_gradient_by_the_input(plan, batch, seed):
    assume(is_turnable(plan.geometry) and plan.pool == (1, 1))
    kernel = normal(seed, *plan.geometry.kernel, plan.channels, plan.filters)
    gradient = normal(seed + 1, batch, *plan.geometry.output, plan.filters)
    turned = plan.turned
    spread = turned.spread(gradient, FLOAT, Buffers(), "gradient")
    found = np.full((turned.filters, *turned.output, batch), np.nan)
    matrix = turned.matrix(kernel[::-1, ::-1].swapaxes(2, 3))
    turned.convolve(matrix, spread, slice(0, turned.output.height), found)
    expected = convolve_input_gradient(gradient, kernel, plan.geometry)
    np.testing.assert_allclose(from_chwn(found), expected, **CLOSE)


def test_tiles_cover_all_rows_and_fit(monkeypatch):
    plan = BlockedConvolution(geometry((20, 20), 3), 2, 4, Size(2, 2))
    assert plan.tiles(3) == [slice(0, 9)]
    meets = plan.patch_size * 9 * 3 + 16 * (plan.patch_size + 9 * 3)
    monkeypatch.setattr(blocked_convolution, "TILE_NUMBERS", 2 * meets)
    assert plan.tiles(3) == [slice(i, min(i + 2, 9)) for i in range(0, 9, 2)]
    monkeypatch.setattr(blocked_convolution, "TILE_NUMBERS", 1)
    assert len(plan.tiles(3)) == 9


def test_the_articles_patches_are_six_by_six_pixels():
    plan = BlockedConvolution(geometry((300, 300), 5), 3, 10, Size(2, 2))
    assert (plan.patch_size, plan.candidates, plan.output) == (108, 4, (148, 148))
    # Every second column lies in a phase of its own, so that rows of blocks are copied as they lie.
    assert plan.columns.phases == 2


def test_patches_are_no_copy():
    plan = BlockedConvolution(geometry((6, 6), 3, padding="same"), 2, 4, Size(2, 2))
    spread = plan.spread(normal(0, 3, 6, 6, 2), FLOAT, Buffers(), "images")
    assert spread.shape == (8, 2, 2, 2, 3, 3)
    patches = plan.patches(spread, slice(1, 3))
    assert patches.shape == (2, 32, 9)
    assert np.shares_memory(patches, spread)
