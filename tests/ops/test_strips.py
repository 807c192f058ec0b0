import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cnncalc.ops.strips import padded_rows, strips, tap, taps
from cnncalc.shapes import geometry
from tests.ops.drawn import geometries, normal, seeds, steady, strip_numbers, strips_of


@steady
@given(geometries(), st.integers(0, 5), st.integers(1, 50), strip_numbers)
def test_strips_cover_every_output_row_once(window, batch, numbers, size):
    seen = np.zeros((batch, *window.output), int)
    with strips_of(size):
        for strip in strips(batch, window, numbers):
            assert seen[strip].size
            seen[strip] += 1
    assert (seen == 1).all()


def test_small_images_share_a_strip():
    with strips_of(100):
        found = list(strips(5, geometry((3, 3), 1), numbers=5))
    assert [strip.images for strip in found] == [slice(0, 2), slice(2, 4), slice(4, 5)]
    assert {strip.rows.stop for strip in found} == {3}


def test_a_strip_holds_no_more_numbers_than_it_should():
    with strips_of(100):
        sizes = [strip.rows.stop - strip.rows.start for strip in strips(1, geometry((9, 10), 1), 3)]
    assert sizes == [3, 3, 3]


@steady
@given(geometries(), seeds, strip_numbers)
def test_the_rows_of_a_strip_are_those_of_the_padded_images(window, seed, size):
    images = normal(seed, 2, *window.input, 2)
    top, bottom, left, right = window.pads
    padded = np.pad(images, ((0, 0), (top, bottom), (left, right), (0, 0)), constant_values=9.0)
    with strips_of(size):
        for strip in strips(2, window, numbers=1):
            expected = padded[strip.images, strip.input_rows(window.vertical)]
            assert np.array_equal(padded_rows(images, window, strip, value=9.0), expected)


@steady
@given(geometries(padded=False), seeds)
def test_the_taps_of_a_window_are_its_cells(window, seed):
    images = normal(seed, 1, *window.input, 1)
    met = np.stack([tap(images, window, cell)[0, :, :, 0] for cell in taps(window)], axis=-1)
    assert met.shape[:2] == window.output
    for y, x in np.ndindex(window.output):
        down, across = window.vertical.covered_by(y), window.horizontal.covered_by(x)
        assert np.array_equal(met[y, x], images[0][np.ix_(down, across)].ravel())
