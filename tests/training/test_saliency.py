import numpy as np
import pytest

from cnncalc.layers import Conv2D, Dense, Flatten, MaxPooling2D
from cnncalc.network import forward, initialize, without_last_activation
from cnncalc.training.saliency import pixel_influence
from tests.references import numerical_gradient

BODY = [Conv2D(3, 2, activation="tanh"), MaxPooling2D(2), Flatten()]


@pytest.mark.parametrize(
    ("last", "label", "unit", "sign"),
    [
        (Dense(3, activation="softmax"), 2, 2, 1),
        (Dense(3), 0, 0, 1),
        (Dense(1, activation="sigmoid"), 1, 0, 1),
        (Dense(1, activation="sigmoid"), 0, 0, -1),
    ],
)
def test_it_is_the_slope_of_the_classs_score(last, label, unit, sign):
    network = initialize([*BODY, last], (5, 5, 2), 3, np.float64)
    image = np.random.default_rng(1).normal(size=(5, 5, 2))
    bare = without_last_activation(network)[0]
    slope = numerical_gradient(lambda x: sign * forward(bare, x[np.newaxis])[0, unit], image)
    expected = np.abs(slope).max(axis=-1, keepdims=True)
    np.testing.assert_allclose(pixel_influence(network, image, label), expected, atol=1e-7)
