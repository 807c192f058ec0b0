import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import correlate2d

from cnncalc.errors import OptionError, ShapeError
from cnncalc.geometry import geometry
from cnncalc.ops.convolution import (
    ConvolutionMethod,
    convolution_method,
    convolve,
    convolve_input_gradient,
    convolve_kernel_gradient,
    depthwise_convolve,
    depthwise_convolve_input_gradient,
    depthwise_convolve_kernel_gradient,
)
from cnncalc.ops.tiles import TILE_NUMBERS
from tests.ops.drawn import geometries, normal, seeds, steady, tile_numbers, tiles_of
from tests.peers import load, requires
from tests.references import numerical_gradient, reference_convolve

# The depth of one group; 7 takes the other memory order of the patches.
depths = st.sampled_from([1, 2, 3, 4, 7])
batches = st.integers(1, 3)
groups_of_filters = st.tuples(st.integers(1, 3), st.integers(1, 5))


def images_and_kernel(seed, batch, window, depth, groups, filters):
    images = normal(seed, batch, *window.input, depth * groups)
    return images, normal(seed + 1, *window.kernel, depth, filters * groups)


@steady
@given(geometries(), batches, depths, groups_of_filters, seeds, tile_numbers)
def test_a_convolution_equals_the_slow_reference(window, batch, depth, grouped, seed, numbers):
    groups, filters = grouped
    images, kernel = images_and_kernel(seed, batch, window, depth, groups, filters)
    with tiles_of(numbers):
        result = convolve(images, kernel, window, groups)
    expected = reference_convolve(
        images, kernel, window.pads, window.strides, window.dilation_rate, groups
    )
    np.testing.assert_allclose(result, expected, rtol=0, atol=1e-12)


@steady
@given(geometries(dilated=False), st.integers(1, 4), st.integers(1, 5), seeds)
def test_a_convolution_equals_scipys(window, depth, filters, seed):
    images, kernel = images_and_kernel(seed, 1, window, depth, 1, filters)
    top, bottom, left, right = window.pads
    padded = np.pad(images[0], ((top, bottom), (left, right), (0, 0)))
    result = convolve(images, kernel, window)
    for f in range(filters):
        by_channel = [
            correlate2d(padded[:, :, c], kernel[:, :, c, f], mode="valid") for c in range(depth)
        ]
        expected = sum(by_channel)[:: window.strides.height, :: window.strides.width]
        np.testing.assert_allclose(result[0, :, :, f], expected, rtol=0, atol=1e-12)


@settings(steady, max_examples=25)
@given(geometries(largest=6), batches, st.sampled_from([1, 2, 7]), seeds, tile_numbers)
def test_the_gradients_equal_numerical_ones(window, batch, depth, seed, numbers):
    images, kernel = images_and_kernel(seed, batch, window, depth, 2, 1)
    upstream = normal(seed + 2, batch, *window.output, 2)

    def loss(images, kernel):
        return np.sum(convolve(images, kernel, window, groups=2) * upstream)

    with tiles_of(numbers):
        by_images = convolve_input_gradient(upstream, kernel, window, groups=2)
        by_kernel = convolve_kernel_gradient(upstream, images, window, groups=2)
    expected = numerical_gradient(lambda x: loss(x, kernel), images)
    np.testing.assert_allclose(by_images, expected, rtol=0, atol=1e-6)
    expected = numerical_gradient(lambda k: loss(images, k), kernel)
    np.testing.assert_allclose(by_kernel, expected, rtol=0, atol=1e-6)


@steady
@given(geometries(), batches, st.integers(1, 4), st.integers(1, 3), seeds)
def test_depthwise_outputs_are_ordered_by_channel_then_multiplier(
    window, batch, channels, multiplier, seed
):
    images = normal(seed, batch, *window.input, channels)
    kernel = normal(seed + 1, *window.kernel, channels, multiplier)
    result = depthwise_convolve(images, kernel, window)
    for c in range(channels):
        alone = images[..., c : c + 1], kernel[:, :, c : c + 1]
        expected = reference_convolve(*alone, window.pads, window.strides, window.dilation_rate)
        ours = result[..., c * multiplier : (c + 1) * multiplier]
        np.testing.assert_allclose(ours, expected, rtol=0, atol=1e-12)


@settings(steady, max_examples=25)
@given(geometries(largest=6), batches, seeds)
def test_the_depthwise_gradients_equal_numerical_ones(window, batch, seed):
    images = normal(seed, batch, *window.input, 3)
    kernel = normal(seed + 1, *window.kernel, 3, 2)
    upstream = normal(seed + 2, batch, *window.output, 6)

    def loss(images, kernel):
        return np.sum(depthwise_convolve(images, kernel, window) * upstream)

    by_images = depthwise_convolve_input_gradient(upstream, kernel, window)
    by_kernel = depthwise_convolve_kernel_gradient(upstream, images, window)
    expected = numerical_gradient(lambda x: loss(x, kernel), images)
    np.testing.assert_allclose(by_images, expected, rtol=0, atol=1e-6)
    expected = numerical_gradient(lambda k: loss(images, k), kernel)
    np.testing.assert_allclose(by_kernel, expected, rtol=0, atol=1e-6)


def test_the_kernel_is_not_flipped():
    image = np.array([[1.0, 10.0, 100.0]]).reshape(1, 1, 3, 1)
    kernel = np.array([[1.0, 2.0]]).reshape(1, 2, 1, 1)
    result = convolve(image, kernel, geometry((1, 3), (1, 2)))
    assert result.ravel().tolist() == [21.0, 210.0]


def test_whole_numbers_stay_exact():
    images = np.random.default_rng(0).integers(0, 256, (2, 40, 30, 3)).astype(np.float64)
    kernel = np.random.default_rng(1).integers(-9, 10, (3, 3, 3, 2)).astype(np.float64)
    window = geometry((40, 30), 3, padding="same")
    expected = reference_convolve(images, kernel, window.pads)
    assert np.array_equal(convolve(images, kernel, window), expected)


@pytest.mark.parametrize("channels", [1, 8])
def test_float32_stays_float32(channels):
    window = geometry((6, 5), 3, padding=1)
    images = normal(0, 2, 6, 5, channels).astype(np.float32)
    kernel = normal(1, 3, 3, channels, 2).astype(np.float32)
    result = convolve(images, kernel, window)
    assert result.dtype == np.float32
    assert convolve_input_gradient(result, kernel, window).dtype == np.float32
    assert convolve_kernel_gradient(result, images, window).dtype == np.float32


def test_an_empty_batch_gives_an_empty_result():
    window = geometry((4, 4), 2)
    assert convolve(np.zeros((0, 4, 4, 1)), np.zeros((2, 2, 1, 3)), window).shape == (0, 3, 3, 3)


def test_the_same_call_gives_the_same_bytes():
    window = geometry((100, 100), 5)
    images, kernel = normal(0, 2, 100, 100, 3), normal(1, 5, 5, 3, 10)
    first, second = (convolve(images, kernel, window).tobytes() for _ in range(2))
    assert first == second


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize("filters", [1, 2])
def test_a_large_image_needs_little_more_memory_than_its_result(padding, filters, monkeypatch):
    monkeypatch.setattr("cnncalc.ops.threads.cores", lambda: 2)
    window = geometry((2500, 2000), 5, padding=padding)
    images, kernel = normal(0, 1, 2500, 2000, 1), normal(1, 5, 5, 1, filters)
    tracemalloc.start()
    result = convolve(images, kernel, window)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    # The patches of all windows at once would be 25 times the image.
    assert peak < 1.5 * result.nbytes


large = geometry((300, 301), (5, 3), strides=(1, 1), padding="same")


@pytest.mark.parametrize(("depth", "filters", "groups"), [(1, 1, 1), (3, 2, 1), (2, 4, 2)])
def test_a_large_image_is_convolved_as_scipy_does(depth, filters, groups):
    images = normal(0, 1, *large.input, depth * groups)
    kernel = normal(1, *large.kernel, depth, filters)
    assert convolution_method(large, depth, filters // groups).name == "rows"
    result = convolve(images, kernel, large, groups)
    for f in range(filters):
        first = f // (filters // groups) * depth
        by_channel = [
            correlate2d(images[0, :, :, first + c], kernel[:, :, c, f], mode="same")
            for c in range(depth)
        ]
        np.testing.assert_allclose(result[0, :, :, f], sum(by_channel), rtol=0, atol=1e-12)


@pytest.mark.parametrize("is_same", [True, False])
def test_each_channel_of_a_photo_has_its_own_kernel_or_all_the_same(is_same):
    images, kernel = normal(0, 1, *large.input, 3), normal(1, *large.kernel, 3, 1)
    if is_same:
        kernel[:, :, :] = kernel[:, :, :1]
    result = depthwise_convolve(images, kernel, large)
    for c in range(3):
        expected = correlate2d(images[0, :, :, c], kernel[:, :, c, 0], mode="same")
        np.testing.assert_allclose(result[0, :, :, c], expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize(
    ("size", "kernel", "depth", "filters", "name"),
    [
        ((256, 256), 1, 1, 1, "rows"),
        ((255, 256), 1, 1, 1, "patches"),
        ((103, 103), 11, 1, 1, "patches"),
        ((103, 104), 11, 1, 1, "rows"),
        ((60, 80), 11, 3, 1, "rows"),
        ((60, 80), 11, 3, 3, "patches"),
        ((300, 300), 3, 8, 8, "rows"),
        ((300, 300), 3, 1, 2, "patches"),
        ((300, 300), 3, 9, 9, "patches"),
    ],
)
def test_large_images_or_kernels_of_few_channels_and_no_more_filters_are_convolved_by_rows(
    size, kernel, depth, filters, name
):
    assert convolution_method(geometry(size, kernel), depth, filters).name == name


def test_a_kernel_whose_rows_lie_far_apart_is_convolved_in_patches():
    assert convolution_method(geometry((400, 400), 3, dilation_rate=8), 1, 1).name == "rows"
    far = convolution_method(geometry((400, 400), 3, dilation_rate=9), 1, 1)
    assert far == ConvolutionMethod("patches", "rows 9 apart")


def test_images_and_kernels_of_two_types_give_the_wider_one():
    window = geometry((300, 300), 3)
    images, kernel = normal(0, 1, 300, 300, 1).astype(np.float32), normal(1, 3, 3, 1, 1)
    result = convolve(images, kernel, window)
    assert result.dtype == np.float64
    np.testing.assert_array_equal(result, convolve(images.astype(np.float64), kernel, window))


def test_a_large_kernel_needs_no_more_memory_than_some_tiles(monkeypatch):
    monkeypatch.setattr("cnncalc.ops.threads.cores", lambda: 2)
    window = geometry((400, 400), 60)
    images, kernel = normal(0, 1, 400, 400, 1), normal(1, 60, 60, 1, 1)
    tracemalloc.start()
    convolve(images, kernel, window)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    # The patches of one output row alone are 10 MB.
    assert peak < 3 * TILE_NUMBERS * 8


@pytest.mark.parametrize("is_gradient", [False, True])
def test_the_patches_of_one_tile_alone_are_held_in_memory(is_gradient):
    window = geometry((110, 110), 11)
    images, kernel = normal(0, 1, 110, 110, 1), normal(1, 11, 11, 1, 2)
    result = convolve(images, kernel, window)
    tracemalloc.start()
    if is_gradient:
        convolve_kernel_gradient(result, images, window)
    else:
        convolve(images, kernel, window)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1.5 * TILE_NUMBERS * 8


@pytest.mark.parametrize(
    ("shape", "groups"),
    [((3, 3, 1, 2), 1), ((3, 2, 4, 2), 1), ((2, 3, 4, 2), 1), ((3, 3, 2, 3), 2), ((3, 3, 2, 3), 1)],
)
def test_a_kernel_that_does_not_fit_is_an_error(shape, groups):
    window = geometry((5, 5), 3)
    with pytest.raises(ShapeError, match="kernel must have the shape") as caught:
        convolve(np.zeros((1, 5, 5, 4)), np.zeros(shape), window, groups)
    assert f"Received: kernel.shape={shape}, groups={groups}" in str(caught.value)


def test_images_of_another_size_than_the_geometrys_are_an_error():
    with pytest.raises(ShapeError, match=r"\(5, 5\)\. Received: images.shape=\(1, 5, 6, 1\)"):
        convolve(np.zeros((1, 5, 6, 1)), np.zeros((3, 3, 1, 1)), geometry((5, 5), 3))


def test_a_single_image_without_its_batch_is_an_error():
    with pytest.raises(ShapeError, match="batch, height, width, channels"):
        convolve(np.zeros((5, 5, 1)), np.zeros((3, 3, 1, 1)), geometry((5, 5), 3))


def test_whole_number_types_are_an_error_since_they_overflow():
    with pytest.raises(OptionError, match=r"floating point\. Received: images.dtype=uint8"):
        convolve(np.zeros((1, 5, 5, 1), np.uint8), np.zeros((3, 3, 1, 1)), geometry((5, 5), 3))


@pytest.mark.parametrize("shape", [(1, 3, 4, 2), (1, 3, 3, 3)])
def test_a_gradient_that_is_not_the_outputs_is_an_error(shape):
    window, images, kernel = geometry((5, 5), 3), np.zeros((1, 5, 5, 1)), np.zeros((3, 3, 1, 2))
    with pytest.raises(ShapeError, match="gradient must have the shape"):
        convolve_input_gradient(np.zeros(shape), kernel, window)
    if shape[3] == 2:
        with pytest.raises(ShapeError, match="gradient must have the shape"):
            convolve_kernel_gradient(np.zeros(shape), images, window)


def test_a_gradient_of_another_batch_than_the_images_is_an_error():
    with pytest.raises(ShapeError, match="gradient must have the shape"):
        convolve_kernel_gradient(
            np.zeros((2, 3, 3, 2)), np.zeros((1, 5, 5, 1)), geometry((5, 5), 3)
        )


@pytest.mark.peer
@requires("torch")
@steady
@given(geometries(), batches, st.integers(1, 4), groups_of_filters, seeds)
def test_convolution_and_gradients_equal_pytorchs(window, batch, depth, grouped, seed):
    torch = load("torch")
    functional = torch.nn.functional
    groups, filters = grouped
    images, kernel = images_and_kernel(seed, batch, window, depth, groups, filters)
    inputs = torch.tensor(images.transpose(0, 3, 1, 2).copy(), requires_grad=True)
    weights = torch.tensor(kernel.transpose(3, 2, 0, 1).copy(), requires_grad=True)
    top, bottom, left, right = window.pads
    outputs = functional.conv2d(
        functional.pad(inputs, (left, right, top, bottom)),
        weights,
        stride=tuple(window.strides),
        dilation=tuple(window.dilation_rate),
        groups=groups,
    )
    upstream = normal(seed + 2, batch, *window.output, filters * groups)
    outputs.backward(torch.tensor(upstream.transpose(0, 3, 1, 2)))

    ours = convolve(images, kernel, window, groups).transpose(0, 3, 1, 2)
    np.testing.assert_allclose(ours, outputs.detach().numpy(), rtol=0, atol=1e-12)
    ours = convolve_input_gradient(upstream, kernel, window, groups).transpose(0, 3, 1, 2)
    np.testing.assert_allclose(ours, inputs.grad.numpy(), rtol=0, atol=1e-12)
    ours = convolve_kernel_gradient(upstream, images, window, groups).transpose(3, 2, 0, 1)
    np.testing.assert_allclose(ours, weights.grad.numpy(), rtol=0, atol=1e-12)
