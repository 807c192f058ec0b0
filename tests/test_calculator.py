import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import correlate2d

import cnncalc
from cnncalc.errors import OptionError, ShapeError

IMAGE = np.arange(20.0).reshape(4, 5)


@settings(deadline=None)
@given(st.integers(1, 12), st.integers(1, 12), st.integers(1, 5), st.integers(1, 5), st.data())
def test_a_plain_convolution_is_scipys_correlation(height, width, rows, columns, data):
    if rows > height or columns > width:
        return
    random = np.random.default_rng(data.draw(st.integers(0, 99)))
    x, kernel = random.normal(size=(height, width)), random.normal(size=(rows, columns))
    np.testing.assert_allclose(
        cnncalc.convolve(x, kernel), correlate2d(x, kernel, mode="valid"), rtol=1e-12, atol=1e-12
    )


def test_two_dimensions_in_give_two_dimensions_out():
    assert cnncalc.convolve(IMAGE, np.ones((2, 2))).shape == (3, 4)
    assert cnncalc.convolve(IMAGE, np.ones((2, 2, 1, 3))).shape == (3, 4, 3)
    assert cnncalc.convolve(IMAGE[:, :, np.newaxis], np.ones((2, 2))).shape == (3, 4, 1)
    assert cnncalc.pool(IMAGE).shape == (2, 2)
    assert cnncalc.pool(np.ones((4, 4, 3))).shape == (2, 2, 3)


def test_options_have_keras_names():
    result = cnncalc.convolve(IMAGE, np.ones((2, 2)), padding="same", strides=2)
    assert result.tolist() == [[12, 20, 13], [52, 60, 33]]
    result = cnncalc.convolve(IMAGE, -np.ones((3, 3)), 100, activation="relu", dilation_rate=(1, 2))
    assert result.tolist() == [[37], [0]]


def test_every_mode_of_pooling():
    block = [[3, 4], [0, 0]]
    assert cnncalc.pool(block, mode="max").tolist() == [[4]]
    assert cnncalc.pool(block, mode="average").tolist() == [[1.75]]
    assert cnncalc.pool(block, mode="l2").tolist() == [[5]]


def test_the_arguments_are_not_changed():
    x, kernel = IMAGE.copy(), np.ones((2, 2))
    cnncalc.convolve(x, kernel, 5, activation="relu")
    assert (x == IMAGE).all()
    assert (kernel == 1).all()
    x[0, 0] = kernel[0, 0] = 9


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (([1, 2], [[1]]), ShapeError, r"an image must be .* Received: shape \(2,\)"),
        ((IMAGE, [1, 2]), ShapeError, r"kernels must be .* Received: shape \(2,\)"),
        ((IMAGE, np.ones((2, 2, 3))), ShapeError, "a kernel 3 deep, an input 1 deep"),
        ((IMAGE, np.ones((5, 5))), ShapeError, "a window of 5×5 on an input of 4×5"),
        ((IMAGE, np.ones((2, 2)), [1, 2]), OptionError, r"one a kernel \(1\)\. Received: 2"),
    ],
)
def test_arguments_that_do_not_fit_are_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        cnncalc.convolve(*arguments)


def test_an_unknown_pooling_mode_is_refused():
    with pytest.raises(OptionError, match="mode='median'"):
        cnncalc.pool(IMAGE, mode="median")
