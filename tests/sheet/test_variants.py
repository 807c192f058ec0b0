import numpy as np
import pytest

from cnncalc.calculator import Calculation
from cnncalc.sheet.variants import variant

IMAGE = np.arange(16.0).reshape(4, 4, 1) - 3
KERNEL = np.array([[1.0, 2], [0, -1]]).reshape(2, 2, 1, 1)
NETWORK = Calculation(KERNEL, activation="relu").network(IMAGE.shape)


def test_variants_differ_and_can_be_made_again():
    made = [variant(NETWORK, IMAGE, 7, number) for number in (1, 2, 1)]
    assert not np.array_equal(made[0][1], made[1][1])
    np.testing.assert_array_equal(made[0][1], made[2][1])
    kernels = [network.weights[0]["kernel"] for network, _ in made]
    np.testing.assert_array_equal(kernels[0], kernels[2])
    assert made[0][0].layers == NETWORK.layers


@pytest.mark.parametrize("decimals", [0, 1, 2])
def test_a_variants_numbers_are_like_the_first(decimals):
    image = np.random.default_rng(0).uniform(0, 255, (20, 20, 1)).round(decimals)
    _, drawn = variant(NETWORK, image, 1, 1)
    np.testing.assert_array_equal(drawn, drawn.round(decimals))
    assert image.min() - 1 <= drawn.min() < drawn.max() <= image.max() + 1


def test_a_kernel_of_one_weight_varies_as_well():
    network = Calculation(np.full((1, 1, 1, 1), 3.0)).network(IMAGE.shape)
    drawn = {float(variant(network, IMAGE, 1, n)[0].weights[0]["kernel"].item()) for n in range(20)}
    assert drawn == {0, 1, 2, 3, 4, 5, 6}


def test_biases_stay():
    network = Calculation(KERNEL, bias=5.0).network(IMAGE.shape)
    assert variant(network, IMAGE, 1, 1)[0].weights[0]["bias"].tolist() == [5.0]
