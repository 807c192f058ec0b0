import numpy as np
import pytest

from cnncalc.geometry import geometry
from cnncalc.ops.global_pooling import global_max_pool_gradient
from cnncalc.ops.maxima import first_maximum, maximum_gradient
from cnncalc.ops.pooling import max_pool_gradient, max_positions

# The second is the largest, the first smaller in its last digit alone, the third by more.
NUMBERS = np.array([0.6, 0.1 + 0.2 + 0.3, 0.6 - 1e-9])
NEGATIVE = np.array([-0.1 - 0.2 - 0.3, -0.6, -0.6 - 1e-9])


@pytest.mark.parametrize(("near", "place"), [(False, 1), (True, 0)])
@pytest.mark.parametrize("numbers", [NUMBERS, 2.0**40 * NUMBERS, NEGATIVE])
def test_what_only_rounding_sets_apart_counts_as_a_maximum_where_it_is_near(near, place, numbers):
    assert numbers.argmax() == 1
    assert first_maximum(numbers, 0, near=near).item() == place
    image, window = numbers.reshape(1, 1, 3, 1), geometry((1, 3), (1, 3))
    assert max_positions(image, window, near=near).item() == place
    one = np.ones((1, 1, 1, 1))
    for gradient in (
        maximum_gradient(np.ones(1), numbers, 0, near=near),
        max_pool_gradient(one, image, window, near=near),
        global_max_pool_gradient(one[0, 0], image, near=near),
    ):
        assert gradient.ravel().tolist() == [float(cell == place) for cell in range(3)]
