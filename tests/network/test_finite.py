import numpy as np
import pytest

from cnncalc.errors import InputError
from cnncalc.layers import Conv2D, Dense, Flatten
from cnncalc.network import assemble, find_overflow, initialize, require_finite_weights

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
