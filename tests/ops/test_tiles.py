from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnncalc.geometry import geometry
from cnncalc.ops.tiles import MANY_CHANNELS, padded_input, patch_matrix, tap, taps, tiles
from tests.ops.drawn import geometries, normal, seeds, steady, tile_numbers, tiles_of


def sizes(part):
    return part.stop - part.start


@steady
@given(geometries(), st.integers(0, 5), st.integers(1, 50), tile_numbers)
def test_tiles_cover_every_output_cell_once(window, batch, numbers, size):
    seen = np.zeros((batch, *window.output), int)
    with tiles_of(size):
        for tile in tiles(batch, window, numbers):
            assert seen[tile].size
            seen[tile] += 1
    assert (seen == 1).all()


@steady
@given(geometries(), st.integers(1, 5), st.integers(1, 50), st.integers(50, 500))
def test_a_tile_holds_no_more_numbers_than_it_should(window, batch, numbers, size):
    with tiles_of(size):
        for tile in tiles(batch, window, numbers):
            assert np.prod([sizes(part) for part in tile]) * numbers <= size


def test_small_images_share_a_tile():
    with tiles_of(100):
        found = list(tiles(5, geometry((3, 3), 1), numbers=5))
    assert [tile.images for tile in found] == [slice(0, 2), slice(2, 4), slice(4, 5)]
    assert {(sizes(tile.rows), sizes(tile.columns)) for tile in found} == {(3, 3)}


def test_a_tile_has_the_least_cells_that_it_should_have():
    window = geometry((8, 8), 1)
    sizes = [tile.rows.stop - tile.rows.start for tile in tiles(1, window, 1 << 30, least=16)]
    assert sizes == [2] * 4
    assert list(tiles(1, window, 1, least=16)) == list(tiles(1, window, 1))


def test_a_large_image_is_divided_into_whole_rows():
    with tiles_of(100):
        found = list(tiles(1, geometry((9, 10), 1), numbers=3))
    assert [sizes(tile.rows) for tile in found] == [3, 3, 3]
    assert {sizes(tile.columns) for tile in found} == {10}


def test_a_row_that_is_too_long_is_divided_too():
    with tiles_of(100):
        found = list(tiles(1, geometry((2, 10), 1), numbers=20))
    assert [sizes(tile.columns) for tile in found] == [5, 5, 5, 5]
    assert {sizes(tile.rows) for tile in found} == {1}


@steady
@given(geometries(), seeds, tile_numbers)
def test_the_input_of_a_tile_is_that_of_the_padded_images(window, seed, size):
    images = normal(seed, 2, *window.input, 2)
    top, bottom, left, right = window.pads
    padded = np.pad(images, ((0, 0), (top, bottom), (left, right), (0, 0)), constant_values=9.0)
    with tiles_of(size):
        for tile in tiles(2, window, numbers=1):
            expected = padded[tile.covered(window)]
            assert np.array_equal(padded_input(images, window, tile, value=9.0), expected)


@steady
@given(geometries(padded=False), seeds)
def test_the_taps_of_a_window_are_its_cells(window, seed):
    images = normal(seed, 1, *window.input, 1)
    met = np.stack([tap(images, window, cell)[0, :, :, 0] for cell in taps(window)], axis=-1)
    assert met.shape[:2] == window.output
    for y, x in np.ndindex(window.output):
        down, across = window.vertical.covered_by(y), window.horizontal.covered_by(x)
        assert np.array_equal(met[y, x], images[0][np.ix_(down, across)].ravel())


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
