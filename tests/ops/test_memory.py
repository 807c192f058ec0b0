import numpy as np
import pytest

from cnncalc.ops.memory import Buffers, from_rows, row_shape, to_rows


def test_rows_are_a_view_with_heights_first_and_images_last():
    images = np.arange(2 * 3 * 4 * 5.0).reshape(2, 3, 4, 5)
    turned = to_rows(images)
    assert np.shares_memory(turned, images)
    assert turned.shape == (*row_shape(images.shape[1:]), 2)
    assert turned[1, 4, 2, 0] == images[0, 1, 2, 4]
    np.testing.assert_array_equal(from_rows(turned), images)


def test_rows_of_features_are_turned_too():
    rows = np.arange(6.0).reshape(2, 3)
    assert to_rows(rows).tolist() == rows.T.tolist()
    assert from_rows(to_rows(rows)).tolist() == rows.tolist()
    assert row_shape((3,)) == (3,)


@pytest.mark.parametrize("shape", [(3, 5), (1000, 1000), (7,)])
def test_arrays_start_with_a_line_of_the_cache(shape):
    assert Buffers().take("a", shape, np.float32).ctypes.data % 64 == 0


def test_an_owner_has_its_array_again_while_its_shape_and_type_stay():
    buffers = Buffers()
    first = buffers.take("a", (2, 3), np.float32)
    assert buffers.take("a", (2, 3), np.float32) is first
    assert buffers.take("b", (2, 3), np.float32) is not first
    assert buffers.take("a", (2, 3), np.float64).dtype == np.float64
    assert buffers.take("a", (3, 2), np.float64).shape == (3, 2)


def test_smaller_arrays_lie_in_the_memory_of_the_largest():
    buffers = Buffers()
    large = buffers.take("a", (4, 3), np.float32)
    for shape in ((2, 3), (5,), (4, 3)):
        array = buffers.take("a", shape, np.float32)
        assert array.shape == shape
        assert np.shares_memory(array, large)


def test_padding_stays_zero_whatever_the_shapes_before():
    buffers = Buffers()
    for size in (3, 3, 2, 3, 4):
        array = buffers.take_padded("a", (size, size), np.float32)
        assert not array[-1].any()
        array[:-1] = 7
    assert buffers.take_padded("a", (4, 4), np.float32) is array
    assert array[0, 0] == 7
