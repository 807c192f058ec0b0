import numpy as np
import pytest

from cnncalc.errors import InputError
from cnncalc.layers import Conv2D, Dense, Flatten
from cnncalc.network import (
    assemble,
    find_overflow,
    initialize,
    require_finite_outputs,
    require_finite_weights,
)

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
