import math

import numpy as np
import pytest

from cnncalc.calculator import Calculation, pooling_layer, pooling_network
from cnncalc.layers import (
    Activation,
    BatchNormalization,
    Conv2D,
    Dense,
    Flatten,
    Layer,
    MaxPooling2D,
    Rescaling,
    Softmax,
)
from cnncalc.network import assemble
from cnncalc.verification.term_sizes import term_sizes

IMAGE = np.array([[3.0, -4.0], [-5.0, 6.0]])[..., np.newaxis]


def sizes(*layers: Layer, weights=None, image=IMAGE):
    weights = weights or [{}] * len(layers)
    return list(term_sizes(assemble(layers, image.shape, weights), image).values())


def test_signs_of_weights_and_pixels_are_dropped():
    kernel = np.array([[1.0, 2.0], [-3.0, 4.0]])[..., np.newaxis, np.newaxis]
    network = Calculation(kernel, bias=-7.0).network(IMAGE.shape)
    assert term_sizes(network, IMAGE) == {"conv2d": 3 + 8 + 15 + 24 + 7}


def test_what_cancels_in_one_layer_is_remembered_in_the_next():
    first, last = np.ones((1, 2, 1, 1)), np.full((2, 1, 1, 1), -2.0)
    first[0, 1] = -1
    layers = (Conv2D(1, (1, 2), use_bias=False), Conv2D(1, (2, 1), use_bias=False))
    assert sizes(*layers, weights=[{"kernel": first}, {"kernel": last}]) == [11.0, 36.0]


def test_pooling_takes_the_sizes_of_its_window():
    network = pooling_network(IMAGE.shape, pooling_layer("average", 2))
    assert term_sizes(network, IMAGE) == {"average_pooling2d": 4.5}


@pytest.mark.parametrize(
    ("layer", "size"),
    [
        (Activation("relu"), 6.0),
        (Activation("sigmoid"), 6.0),
        (Softmax(), 6.0),
        (Rescaling(-0.5, offset=-1.0), 4.0),
        (Rescaling(0.01), 0.06),
        (MaxPooling2D(2), 6.0),
        (Flatten(), 6.0),
    ],
)
def test_a_layer_without_weights(layer, size):
    assert sizes(layer) == [pytest.approx(size)]


def test_an_activation_adds_to_exponentials_of_about_one():
    assert sizes(Activation("elu"), image=IMAGE / 1000) == [1.0]
    assert sizes(Activation("relu"), image=IMAGE / 1000) == [0.006]


def test_a_batch_normalization_subtracts_its_mean():
    weights = {name: np.ones(1) for name in ("gamma", "beta", "moving_mean", "moving_variance")}
    found = sizes(BatchNormalization(epsilon=0.0), weights=[weights])
    assert found == [pytest.approx((6 + 1) / 1 + 1)]


def test_a_dense_layer_sums_all_its_inputs():
    weights = {"kernel": np.array([[1.0], [-1], [-1], [1]]), "bias": np.array([-2.0])}
    assert sizes(Flatten(), Dense(1), weights=[{}, weights]) == [6.0, 20.0]


def test_the_difference_of_two_summing_orders_is_small_beside_the_size():
    random = np.random.default_rng(3)
    terms = random.normal(size=(1, 75, 1)) * 100
    kernel = random.normal(size=(1, 75, 1, 1))
    size = term_sizes(Calculation(kernel).network(terms.shape), terms)["conv2d"]
    products = (terms[0, :, 0] * kernel[0, :, 0, 0]).tolist()
    assert abs(sum(products) - math.fsum(products)) < 1e-14 * size
