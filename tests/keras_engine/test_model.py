import pytest

from cnncalc.errors import OptionError
from cnncalc.keras_engine.model import require_even_pooling
from cnncalc.layers import AveragePooling2D, Conv2D, Dense, Flatten, MaxPooling2D
from cnncalc.network import initialize


@pytest.mark.parametrize(
    ("pool", "is_uneven"),
    [
        (AveragePooling2D(2, padding="same"), False),  # of 6 rows and 4 columns
        (AveragePooling2D(2, strides=1, padding="same"), True),
        (AveragePooling2D((3, 2), strides=1, padding="same"), True),
        (AveragePooling2D(3, strides=1, padding="same"), False),
        (AveragePooling2D(4, padding="same"), False),
        (AveragePooling2D(5, padding="same"), True),
        (AveragePooling2D(2, padding=(1, 0, 0, 0)), False),  # zeros, as a layer of their own
        (AveragePooling2D(2), False),
        (MaxPooling2D(2, strides=1, padding="same"), False),
    ],
)
def test_uneven_average_pooling_is_told_apart(pool, is_uneven):
    network = initialize([Conv2D(2, 1), pool, Flatten(), Dense(2)], (6, 4, 1))
    if not is_uneven:
        require_even_pooling(network)
        return
    with pytest.raises(OptionError, match=r"jax or tensorflow.* Received: .*average_pooling2d$"):
        require_even_pooling(network)
