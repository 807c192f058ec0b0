import tracemalloc

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cnncalc.errors import OptionError, ShapeError
from cnncalc.geometry import geometry
from cnncalc.ops.max_pooling import max_pool, max_pool_gradient, max_positions
from cnncalc.ops.pooling import average_pool, average_pool_gradient, l2_pool, l2_pool_gradient
from tests.ops.drawn import distinct, geometries, normal, seeds, steady, tile_numbers, tiles_of
from tests.peers import load, requires
from tests.references import numerical_gradient, reference_pool

channels = st.integers(1, 4)


def reference(images, window, mode, count_padding=True):
    slides = window.pads, window.strides, window.dilation_rate
    return reference_pool(images, window.kernel, mode, *slides, count_padding)


def every_window_has_pixels(window):
    return all(
        any(axis.before <= cell < axis.before + axis.size for cell in axis.covered_by(position))
        for axis in (window.vertical, window.horizontal)
        for position in range(axis.output)
    )


@steady
@given(geometries(), channels, seeds, tile_numbers)
def test_max_pooling_equals_the_slow_reference(window, channels, seed, numbers):
    assume(every_window_has_pixels(window))
    # Negative numbers: a padding of zeros would win. Few values: many ties.
    images = np.floor(normal(seed, 2, *window.input, channels)) - 5
    with tiles_of(numbers):
        result, positions = max_pool(images, window), max_positions(images, window)
    assert np.array_equal(result, reference(images, window, "max"))
    assert np.array_equal(positions, reference(images, window, "position"))


@steady
@given(geometries(), channels, seeds, tile_numbers, st.booleans())
def test_average_pooling_equals_the_slow_reference(window, channels, seed, numbers, count_padding):
    assume(count_padding or every_window_has_pixels(window))
    images = normal(seed, 2, *window.input, channels)
    with tiles_of(numbers):
        result = average_pool(images, window, count_padding)
    expected = reference(images, window, "average", count_padding)
    np.testing.assert_allclose(result, expected, rtol=0, atol=1e-12)


@steady
@given(geometries(), channels, seeds, tile_numbers)
def test_l2_pooling_equals_the_slow_reference(window, channels, seed, numbers):
    images = normal(seed, 2, *window.input, channels)
    with tiles_of(numbers):
        result = l2_pool(images, window)
    np.testing.assert_allclose(result, reference(images, window, "l2"), rtol=0, atol=1e-12)


@settings(steady, max_examples=25)
@given(geometries(largest=6), seeds, tile_numbers)
def test_the_gradients_equal_numerical_ones(window, seed, numbers):
    assume(every_window_has_pixels(window))
    images = distinct(seed, 2, *window.input, 2)
    upstream = normal(seed, 2, *window.output, 2)
    with tiles_of(numbers):
        pairs = [
            (max_pool, max_pool_gradient(upstream, images, window)),
            (average_pool, average_pool_gradient(upstream, window)),
            (
                lambda x, window: average_pool(x, window, count_padding=False),
                average_pool_gradient(upstream, window, count_padding=False),
            ),
            (l2_pool, l2_pool_gradient(upstream, images, window)),
        ]
    for pool, ours in pairs:
        expected = numerical_gradient(
            lambda x, pool=pool: np.sum(pool(x, window) * upstream), images
        )
        np.testing.assert_allclose(ours, expected, rtol=0, atol=1e-6)


def test_a_tie_goes_to_the_first_maximum_in_row_major_order():
    image = np.array([[1.0, 4.0], [4.0, 4.0]]).reshape(1, 2, 2, 1)
    window = geometry((2, 2), 2)
    assert max_positions(image, window).item() == 1
    gradient = max_pool_gradient(np.full((1, 1, 1, 1), 3.0), image, window)
    assert gradient.ravel().tolist() == [0.0, 3.0, 0.0, 0.0]


def test_padding_never_wins_a_maximum():
    image = np.full((1, 1, 1, 1), -7.0)
    window = geometry((1, 1), 2, padding=1)
    assert max_pool(image, window).ravel().tolist() == [-7.0] * 4
    assert max_positions(image, window).ravel().tolist() == [3, 2, 1, 0]


def test_the_gradient_of_an_l2_norm_of_zero_is_zero():
    image, window = np.zeros((1, 2, 2, 1)), geometry((2, 2), 2)
    assert not l2_pool_gradient(np.ones((1, 1, 1, 1)), image, window).any()


def test_a_window_of_one_cell_leaves_its_input_alone():
    images, window = normal(0, 1, 3, 3, 1), geometry((3, 3), 1)
    result = average_pool(images, window)
    result += 1
    assert np.array_equal(max_pool(images, window), images)
    assert np.array_equal(result, images + 1)


@pytest.mark.parametrize("pool", [max_pool, average_pool, l2_pool])
def test_pooling_keeps_its_input_and_its_type(pool):
    images, window = normal(0, 2, 5, 5, 3).astype(np.float32), geometry((5, 5), 2, padding="same")
    before = images.copy()
    assert pool(images, window).dtype == np.float32
    assert np.array_equal(images, before)


def test_gradients_keep_their_type():
    window = geometry((5, 5), 2, padding="same")
    images, upstream = np.ones((1, 5, 5, 1), np.float32), np.ones((1, 5, 5, 1), np.float32)
    for gradient in (
        max_pool_gradient(upstream, images, window),
        average_pool_gradient(upstream, window, count_padding=False),
        l2_pool_gradient(upstream, images, window),
    ):
        assert gradient.dtype == np.float32


@pytest.mark.parametrize("pool", [max_pool, max_positions, average_pool, l2_pool])
def test_whole_number_types_are_an_error_since_they_overflow(pool):
    with pytest.raises(OptionError, match=r"images\.dtype=uint8"):
        pool(np.zeros((1, 4, 4, 1), np.uint8), geometry((4, 4), 2))


def test_a_window_of_padding_alone_has_no_maximum_and_no_mean():
    window, images = geometry((4, 4), 2, padding=2), np.ones((1, 4, 4, 1))
    expected = r"padding=\(2, 2, 2, 2\), pool_size=\(2, 2\)"
    with pytest.raises(ShapeError, match=expected):
        max_pool(images, window)
    with pytest.raises(ShapeError, match=expected):
        average_pool(images, window, count_padding=False)
    assert average_pool(images, window)[0, 0, 0, 0] == 0
    assert l2_pool(images, window)[0, 0, 0, 0] == 0


def test_a_gradient_that_is_not_the_outputs_is_an_error():
    window, images, wrong = geometry((4, 4), 2), np.ones((1, 4, 4, 1)), np.ones((1, 4, 4, 1))
    expected = r"\(1, 3, 3, 1\). Received: gradient.shape=\(1, 4, 4, 1\)"
    with pytest.raises(ShapeError, match=expected):
        max_pool_gradient(wrong, images, window)
    with pytest.raises(ShapeError, match=expected):
        average_pool_gradient(wrong, window)
    with pytest.raises(ShapeError, match=expected):
        l2_pool_gradient(wrong, images, window)


@pytest.mark.parametrize("pool", [max_pool, average_pool, l2_pool])
def test_a_large_image_needs_little_more_memory_than_its_result(pool, monkeypatch):
    monkeypatch.setattr("cnncalc.ops.threads.cores", lambda: 2)
    window, images = geometry((3000, 2000), 3, padding="same"), normal(0, 1, 3000, 2000, 1)
    tracemalloc.start()
    result = pool(images, window)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    # The cells of all windows at once would be nine times the image.
    assert peak < 1.5 * result.nbytes


def as_pytorch(images, window, value=0.0):
    """Return the images as PyTorch holds them, once as they are and once with their padding."""
    torch = load("torch")
    inputs = torch.tensor(images.transpose(0, 3, 1, 2), requires_grad=True)
    top, bottom, left, right = window.pads
    return inputs, torch.nn.functional.pad(inputs, (left, right, top, bottom), value=value)


def assert_equal_with_gradients(inputs, outputs, upstream, ours, our_gradient):
    outputs.backward(load("torch").tensor(upstream.transpose(0, 3, 1, 2)))
    theirs = outputs.detach().numpy().transpose(0, 2, 3, 1)
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-12)
    theirs = inputs.grad.numpy().transpose(0, 2, 3, 1)
    np.testing.assert_allclose(our_gradient, theirs, rtol=0, atol=1e-12)


@pytest.mark.peer
@requires("torch")
@steady
@given(geometries(), channels, seeds)
def test_max_pooling_equals_pytorchs(window, channels, seed):
    functional = load("torch").nn.functional
    assume(every_window_has_pixels(window))
    images = distinct(seed, 2, *window.input, channels)
    inputs, padded = as_pytorch(images, window, value=-np.inf)
    slides = {"stride": tuple(window.strides), "dilation": tuple(window.dilation_rate)}
    outputs = functional.max_pool2d(padded, tuple(window.kernel), **slides)
    upstream = normal(seed, *max_pool(images, window).shape)
    ours = max_pool(images, window), max_pool_gradient(upstream, images, window)
    assert_equal_with_gradients(inputs, outputs, upstream, *ours)


@pytest.mark.peer
@requires("torch")
@steady
@given(geometries(dilated=False), channels, seeds)
def test_average_pooling_equals_pytorchs(window, channels, seed):
    functional = load("torch").nn.functional
    images = normal(seed, 2, *window.input, channels)
    inputs, padded = as_pytorch(images, window)
    outputs = functional.avg_pool2d(padded, tuple(window.kernel), tuple(window.strides))
    upstream = normal(seed, 2, *window.output, channels)
    ours = average_pool(images, window), average_pool_gradient(upstream, window)
    assert_equal_with_gradients(inputs, outputs, upstream, *ours)


@pytest.mark.peer
@requires("torch")
@steady
@given(geometries(padded=False, dilated=False), channels, seeds)
def test_average_pooling_of_real_pixels_equals_pytorchs(window, channels, seed):
    torch = load("torch")
    functional = torch.nn.functional
    # PyTorch pads alike on both sides, by half a window at most.
    pads = (window.kernel.height // 2, window.kernel.width // 2)
    window = geometry(window.input, window.kernel, window.strides, pads)
    images = normal(seed, 2, *window.input, channels)
    inputs = torch.tensor(images.transpose(0, 3, 1, 2), requires_grad=True)
    outputs = functional.avg_pool2d(
        inputs, tuple(window.kernel), tuple(window.strides), pads, count_include_pad=False
    )
    upstream = normal(seed, 2, *window.output, channels)
    ours = (
        average_pool(images, window, count_padding=False),
        average_pool_gradient(upstream, window, count_padding=False),
    )
    assert_equal_with_gradients(inputs, outputs, upstream, *ours)


@pytest.mark.peer
@requires("torch")
@steady
@given(geometries(dilated=False), channels, seeds)
def test_l2_pooling_equals_pytorchs(window, channels, seed):
    functional = load("torch").nn.functional
    assume(every_window_has_pixels(window))
    images = distinct(seed, 2, *window.input, channels)
    inputs, padded = as_pytorch(images, window)
    outputs = functional.lp_pool2d(padded, 2.0, tuple(window.kernel), tuple(window.strides))
    upstream = normal(seed, 2, *window.output, channels)
    ours = l2_pool(images, window), l2_pool_gradient(upstream, images, window)
    assert_equal_with_gradients(inputs, outputs, upstream, *ours)
