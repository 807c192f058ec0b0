import threading

import numpy as np

from cnncalc.ops.memory import Buffers, chw_shape, from_chwn, to_chwn


def test_chwn_is_a_view_with_channels_first_and_images_last():
    images = np.arange(2 * 3 * 4 * 5.0).reshape(2, 3, 4, 5)
    turned = to_chwn(images)
    assert np.shares_memory(turned, images)
    assert turned.shape == (*chw_shape(images.shape[1:]), 2)
    assert turned[4, 1, 2, 0] == images[0, 1, 2, 4]
    np.testing.assert_array_equal(from_chwn(turned), images)


def test_rows_of_features_are_turned_too():
    rows = np.arange(6.0).reshape(2, 3)
    assert to_chwn(rows).tolist() == rows.T.tolist()
    assert chw_shape((3,)) == (3,)


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


def test_each_thread_has_arrays_of_its_own():
    buffers, others = Buffers(), []
    mine = buffers.take("a", (2,), np.float32)
    thread = threading.Thread(target=lambda: others.append(buffers.take("a", (2,), np.float32)))
    thread.start()
    thread.join()
    assert not np.shares_memory(mine, others[0])
