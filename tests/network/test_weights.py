from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings

from cnncalc.errors import InputError, ShapeError
from cnncalc.layers import BatchNormalization, Conv2D, Dense, DepthwiseConv2D, Flatten
from cnncalc.network import (
    assemble,
    find_overflow,
    initialize,
    require_finite_outputs,
    require_finite_weights,
)
from tests.drawn_layers import chains
from tests.keras_peer import import_keras, keras_model
from tests.peers import requires

LAYERS = [Conv2D(2, 2), Flatten(), Dense(2)]


@pytest.mark.parametrize("strange", [np.nan, np.inf, -np.inf])
def test_a_weight_that_is_no_number_is_named_with_its_layer(strange):
    network = initialize(LAYERS, (3, 3, 1))
    require_finite_weights(network, "'a.keras'")
    weights = [{name: np.array(value) for name, value in own.items()} for own in network.weights]
    weights[2]["kernel"][3:5, 1] = strange
    with pytest.raises(InputError) as caught:
        require_finite_weights(assemble(LAYERS, (3, 3, 1), weights), "'a.keras'")
    assert str(caught.value) == (
        "'a.keras': layer dense: the weight 'kernel' must hold finite numbers. "
        f"Received: {strange} at [3, 1]; of its 16, 2 are none"
    )


def test_the_layer_in_which_numbers_overflow_is_found():
    network = initialize(LAYERS, (3, 3, 1))
    image = np.ones((3, 3, 1), np.float32)
    assert find_overflow(network, image) == ""
    weights = [{name: np.array(value) for name, value in own.items()} for own in network.weights]
    weights[0]["kernel"][:] = 1e25
    weights[2]["kernel"][:] = 1e25
    assert find_overflow(assemble(LAYERS, (3, 3, 1), weights), image) == "dense"


def test_outputs_that_are_no_numbers_are_told_with_their_layer_and_others_are_not():
    network = initialize(LAYERS, (3, 3, 1))
    image = np.full((3, 3, 1), 3e38, np.float32)
    require_finite_outputs(network, image, np.array([1.0, 2.0]), "'a.png': the model puts out")
    nines = [{name: np.full_like(w, 9) for name, w in own.items()} for own in network.weights]
    large = assemble(LAYERS, (3, 3, 1), nines)
    for other, where in ((large, ", from layer conv2d on"), (network, "")):
        own = image if other is large else np.ones_like(image)
        with pytest.raises(InputError) as caught:
            require_finite_outputs(other, own, np.array([1, np.inf]), "'a.png': the loss is")
        assert str(caught.value) == (
            f"'a.png': the loss is inf, which is no number{where}; float32 holds about ±3.4e38"
        )


@pytest.mark.parametrize(
    ("layer", "shape", "fan_sum"),
    [
        (Dense(70), (50,), 50 + 70),
        (Conv2D(40, (5, 3)), (5, 5, 20), 15 * (20 + 40)),
        (Conv2D(40, (5, 3), groups=2), (5, 5, 20), 15 * (10 + 40)),
        (DepthwiseConv2D((5, 4), depth_multiplier=30), (5, 5, 20), 20 * (20 + 30)),
    ],
)
def test_kernels_are_uniform_within_glorots_limit(layer, shape, fan_sum):
    kernel = initialize([layer], shape, seed=3).weights[0]["kernel"]
    limit = math.sqrt(6 / fan_sum)
    assert abs(kernel).max() <= np.float32(limit)
    assert abs(kernel).max() > 0.98 * limit
    assert abs(kernel.mean()) < 0.05 * limit
    # A uniform distribution on ±limit has this deviation.
    assert kernel.std() == pytest.approx(limit / math.sqrt(3), rel=0.05)


def test_biases_are_zero_and_normalizations_have_no_effect():
    _, normalization, _, dense = initialize(
        [Conv2D(2, 3), BatchNormalization(), Flatten(), Dense(2)], (5, 5, 1)
    ).weights
    assert {name: value.tolist() for name, value in normalization.items()} == {
        "gamma": [1, 1],
        "beta": [0, 0],
        "moving_mean": [0, 0],
        "moving_variance": [1, 1],
    }
    assert dense["bias"].tolist() == [0, 0]


@settings(deadline=None)
@given(chains())
def test_every_weight_has_the_shape_and_type_it_should(chain):
    layers, shape = chain
    for dtype in (np.float32, np.float64):
        network = initialize(layers, shape, dtype=dtype)
        for layer, weights, given_shape in zip(
            network.layers, network.weights, network.shapes[:-1], strict=True
        ):
            shapes = {name: value.shape for name, value in weights.items()}
            assert shapes == layer.weight_shapes(given_shape)
            assert layer.parameter_count(given_shape) == sum(map(np.size, weights.values()))
            assert all(value.dtype == dtype for value in weights.values())


def test_a_seed_decides_every_weight():
    layers = [Conv2D(2, 3), Flatten(), Dense(2)]

    def kernels(seed):
        network = initialize(layers, (5, 5, 1), seed)
        return [weights["kernel"].tobytes() for weights in network.weights if weights]

    assert kernels(7) == kernels(7) == kernels(np.random.default_rng(7))
    assert kernels(7)[0] != kernels(8)[0]
    assert kernels(7)[1] != kernels(8)[1]


def test_more_weights_than_memory_holds_are_an_error():
    with pytest.raises(ShapeError, match="must have at most 2,147,483,648 parameters"):
        initialize([Flatten(), Dense(10**9)], (300, 300, 3))


@pytest.mark.peer
@requires("keras")
@pytest.mark.filterwarnings("ignore")  # what Keras warns about is Keras's to mend
def test_kernels_have_the_limits_of_keras():
    keras = import_keras()
    layers = [
        Conv2D(32, (5, 3), groups=2),
        DepthwiseConv2D(3, depth_multiplier=4),
        Flatten(),
        Dense(50),
    ]
    ours = initialize(layers, (9, 9, 4))
    theirs = keras_model(layers, (9, 9, 4))
    for weights, layer in zip(ours.weights, theirs.layers, strict=True):
        if weights:
            kernel = keras.ops.convert_to_numpy(layer.kernel)
            assert abs(weights["kernel"]).max() == pytest.approx(abs(kernel).max(), rel=0.03)
            assert weights["kernel"].std() == pytest.approx(kernel.std(), rel=0.1)
