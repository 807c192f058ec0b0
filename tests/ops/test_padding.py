import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cnncalc.ops.padding import pad, pad_gradient
from cnncalc.shapes import Pads
from tests.ops.drawn import normal, seeds, steady

any_pads = st.builds(Pads, *[st.integers(0, 3)] * 4)


@steady
@given(any_pads, seeds, st.sampled_from([0.0, -np.inf, 2.5]))
def test_padding_surrounds_each_image(pads, seed, value):
    images = normal(seed, 2, 3, 4, 2)
    widths = ((0, 0), (pads.top, pads.bottom), (pads.left, pads.right), (0, 0))
    expected = np.pad(images, widths, constant_values=value)
    assert np.array_equal(pad(images, pads, value), expected)


@steady
@given(any_pads, seeds)
def test_the_gradient_takes_the_padding_off(pads, seed):
    images = normal(seed, 2, 3, 4, 2)
    assert np.array_equal(pad_gradient(pad(images, pads, 7.0), pads), images)


def test_padding_keeps_the_type():
    assert pad(np.ones((1, 1, 1, 1), np.float32), Pads(1, 0, 0, 0)).dtype == np.float32


def test_without_pads_nothing_is_copied():
    images = np.ones((1, 2, 2, 1))
    assert pad(images, Pads(0, 0, 0, 0)) is images
