import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import correlate2d

import cnncalc
from cnncalc.calculator import Calculation, pooling_layer, pooling_network
from cnncalc.errors import OptionError, ShapeError
from cnncalc.network import forward
from tests.references import reference_convolve

IMAGE = np.arange(20.0).reshape(4, 5)


few = st.integers(1, 3)


@st.composite
def convolutions(draw):
    """Draw an image, its kernels, the options of a convolution, and its (before, after) pads."""
    strides, dilation = draw(st.tuples(few, few)), draw(st.tuples(few, few))
    rows, columns = draw(st.tuples(st.integers(1, 4), st.integers(1, 4)))
    windows = (dilation[0] * (rows - 1) + 1, dilation[1] * (columns - 1) + 1)
    padding = draw(st.sampled_from(["valid", "same"]) | st.tuples(*[st.integers(0, 3)] * 4))
    pads = [(0, 0), (0, 0)] if isinstance(padding, str) else [padding[:2], padding[2:]]
    least = [max(1, window - sum(pad)) for window, pad in zip(windows, pads, strict=True)]
    if padding == "same":
        least = [1, 1]
    size = tuple(draw(st.integers(n, n + 8)) for n in least)
    if padding == "same":
        pads = [same_pads(*along) for along in zip(size, windows, strides, strict=True)]
    depth, filters = draw(few), draw(few)
    random = np.random.default_rng(draw(st.integers(0, 2**16)))
    image = random.normal(size=(*size, depth))
    kernels = random.normal(size=(rows, columns, depth, filters))
    return image, kernels, {"padding": padding, "strides": strides, "dilation_rate": dilation}, pads


def same_pads(size, window, stride):
    total = max(((size + stride - 1) // stride - 1) * stride + window - size, 0)
    return total // 2, total - total // 2


def scipys_correlation(image, kernels, options, pads):
    padded = np.pad(image, [*pads, (0, 0)])
    (down, across), (stride, step) = options["dilation_rate"], options["strides"]
    rows, columns, depth, filters = kernels.shape
    spread = np.zeros((down * (rows - 1) + 1, across * (columns - 1) + 1, depth, filters))
    spread[::down, ::across] = kernels
    planes = [
        sum(correlate2d(padded[..., c], spread[..., c, f], mode="valid") for c in range(depth))
        for f in range(filters)
    ]
    return np.stack(planes, axis=-1)[::stride, ::step]


@settings(deadline=None)
@given(convolutions())
def test_a_convolution_is_scipys_correlation_and_the_slow_references(drawn):
    image, kernels, options, pads = drawn
    result = cnncalc.convolve(image, kernels, **options)
    np.testing.assert_allclose(result, scipys_correlation(*drawn), rtol=0, atol=1e-12)
    (reference,) = reference_convolve(
        image[np.newaxis], kernels, [*pads[0], *pads[1]], options["strides"],
        options["dilation_rate"],
    )  # fmt: skip
    np.testing.assert_allclose(result, reference, rtol=0, atol=1e-12)


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


def test_a_list_of_arrays_is_a_filter_each():
    kernels = [np.ones((2, 2)), np.eye(2)]
    result = cnncalc.convolve(IMAGE, kernels)
    assert result.shape == (3, 4, 2)
    for channel, kernel in enumerate(kernels):
        np.testing.assert_allclose(result[:, :, channel], cnncalc.convolve(IMAGE, kernel))
    volume = np.ones((4, 4, 3))
    assert cnncalc.convolve(volume, [np.ones((2, 2, 3))] * 2).shape == (3, 3, 2)
    with pytest.raises(ShapeError, match="several kernels must have one size"):
        cnncalc.convolve(IMAGE, [np.ones((2, 2)), np.ones((3, 3))])


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
        ((IMAGE, np.ones((2, 2)), [[1]]), OptionError, r"\(1\)\. Received: shape \(1, 1\)"),
        ((IMAGE, np.ones((2, 2)), "2"), OptionError, "bias must be real .* Received: bias='2'"),
        ((IMAGE, np.ones((2, 2)), np.nan), OptionError, "bias must be finite .* bias=nan"),
        ((IMAGE, [[1, np.inf]]), OptionError, r"finite .* Received: kernels\[0, 1\]=inf"),
        ((IMAGE, [["a"]]), OptionError, r"kernels must be real .* kernels=\[\['a'\]\]"),
        (([[1], [np.nan]], [[1]]), OptionError, r"x must be finite .* Received: x\[1, 0\]=nan"),
        (([[1, 2], [3]], [[1]]), OptionError, r"rows of one length\. Received: x=\[\[1, 2\], \[3"),
        (([[1j]], [[1]]), OptionError, "x must be real numbers"),
        (([[1e200]], [[1e200]]), OptionError, r"result must stay within .*\[0, 0, 0\]=inf"),
    ],
)
def test_arguments_that_do_not_fit_are_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        cnncalc.convolve(*arguments)


def test_pooling_refuses_what_is_no_finite_number():
    with pytest.raises(OptionError, match=r"x must be finite .* Received: x\[0, 0\]=nan"):
        cnncalc.pool([[np.nan, 1], [2, 3]])
    with pytest.raises(OptionError, match=r"the result must stay within .* \[0, 0, 0\]=inf"):
        cnncalc.pool([[1e200, 1], [2, 3]], mode="l2")


def test_a_calculation_keeps_its_own_kernel_and_bias():
    kernel, bias = np.ones((2, 2)), np.array([5.0])
    calculation = Calculation(kernel, bias)
    kernel[:], bias[:] = 7, 7
    assert calculation.kernel.max() == 1
    assert calculation.network((2, 2)).weights[0]["bias"] == 5
    with pytest.raises(ValueError, match="read-only"):
        calculation.kernel[:] = 7


def test_calculations_compare_and_hash_as_themselves():
    one, other = Calculation(np.ones((2, 2))), Calculation(np.ones((2, 2)))
    assert one != other
    assert len({one, other}) == 2


@pytest.mark.parametrize("depthwise", [False, True])
def test_a_plane_is_an_image_of_one_channel(depthwise):
    calculation = Calculation([[1, 0], [0, 1]], depthwise=depthwise)
    assert calculation.network((4, 4)).shapes == ((4, 4, 1), (3, 3, 1))
    assert calculation.network([4, 4, 1]).shapes == ((4, 4, 1), (3, 3, 1))
    assert pooling_network((4, 4), pooling_layer("max")).shapes == ((4, 4, 1), (2, 2, 1))


@pytest.mark.parametrize("shape", [(4,), (1, 4, 4, 1), (4, 0), (4, 4, -1), 4, (4.5, 4), "44"])
def test_another_input_shape_is_refused(shape):
    for build in (
        Calculation(np.ones((2, 2)), depthwise=True).network,
        lambda shape: pooling_network(shape, pooling_layer("max")),
    ):
        with pytest.raises(ShapeError, match=r"input_shape must be .* Received: input_shape="):
            build(shape)


def test_each_channel_of_a_depthwise_convolution_has_the_kernels_biases_in_turn():
    kernels = np.concatenate([np.ones((1, 1, 1, 1)), np.full((1, 1, 1, 1), 10.0)], axis=3)
    calculation = Calculation(kernels, [0.5, 0.25], depthwise=True)
    network = calculation.network((1, 1, 3))
    result = forward(network, np.array([[[[1.0, 2.0, 3.0]]]]))
    assert result.ravel().tolist() == [1.5, 10.25, 2.5, 20.25, 3.5, 30.25]


@pytest.mark.parametrize("padding", [(0, 2, 0, 0), (0, 0, 0, 2), (2, 0, 0, 0), (0, 0, 2, 0)])
def test_padding_as_large_as_the_pool_is_refused_on_every_side(padding):
    with pytest.raises(ShapeError, match="padding of a pooling layer must be smaller than its"):
        cnncalc.pool(IMAGE, 2, padding=padding)


def test_an_unknown_pooling_mode_is_refused():
    with pytest.raises(OptionError, match="mode='median'"):
        cnncalc.pool(IMAGE, mode="median")
    with pytest.raises(OptionError, match=r"mode=\['max'\]"):
        cnncalc.pool(IMAGE, mode=["max"])


def test_a_pooling_that_is_no_layer_is_refused():
    with pytest.raises(OptionError, match=r"pooling_layer\('max', 2\)\. Received: pooling='max'"):
        Calculation([[1]], pooling="max")
