from __future__ import annotations

import numpy as np
import pytest

from cnncalc.files.pixels import pixel_values


def test_values_are_float64_in_three_dimensions_and_read_only():
    values = pixel_values(np.array([[1, 2]], dtype=np.uint8))
    assert (values.dtype, values.shape) == (np.float64, (1, 2, 1))
    with pytest.raises(ValueError, match="read-only"):
        values[0, 0, 0] = 5


@pytest.mark.parametrize("shape", [(2, 3), (2, 3, 4)])
def test_the_array_they_are_made_of_stays_writable(shape):
    array = np.zeros(shape)
    pixel_values(array)
    array[0] = 1
