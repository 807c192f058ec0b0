from __future__ import annotations

import tracemalloc

import pytest

from cnncalc.layers import Conv2D, Dense, Flatten, InputLayer, Rescaling
from cnncalc.network import initialize
from cnncalc.training.dataset import Parts
from cnncalc.training.fit import fit
from cnncalc.training.optimizers import SGD, Adam
from cnncalc.training.plan import ARTICLE, DIGITS, TrainingPlan, rescaled, training_bytes
from tests.training.examples import dataset

MANY_WEIGHTS = [Flatten(), Dense(3000), Dense(300), Dense(3)]

FROZEN = [Flatten(), Dense(3000, trainable=False), Dense(300), Dense(3)]

MANY_OUTPUTS = [Conv2D(3000, 3), Conv2D(2, 3, activation="relu"), Flatten(), Dense(3)]


@pytest.mark.parametrize("layers", [MANY_WEIGHTS, FROZEN, MANY_OUTPUTS])
@pytest.mark.parametrize("optimizer", [SGD(), Adam()])
@pytest.mark.parametrize("threads", [1, 2])
def test_a_training_takes_about_so_much_and_hardly_three_times(layers, optimizer, threads):
    data = dataset(40)
    network = initialize(layers, data.input_shape)
    plan = TrainingPlan(network, optimizer=optimizer, epochs=1, batch_size=40, threads=threads)
    told = training_bytes(plan, classes=3, samples=40)
    tracemalloc.start()
    fit(plan, Parts(data, None))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    # One thread may do both pieces, where the other starts late: then it takes less.
    assert told / threads < 1.2 * peak
    assert peak < 3 * told


def test_the_articles_network_has_the_articles_parameters():
    layers = ARTICLE.layers(2)
    network = initialize(layers, (300, 300, 3))
    counts = [
        layer.parameter_count(shape) for layer, shape in zip(layers, network.shapes, strict=False)
    ]
    assert counts == [760, 0, 0, 438_082]
    assert (ARTICLE.epochs, ARTICLE.batch_size, ARTICLE.learning_rate) == (5, 128, 0.001)


def test_the_digits_network_takes_the_digits():
    assert initialize(DIGITS.layers(10), (8, 8, 1)).shapes[-1] == (10,)


def test_pixels_are_scaled_first_and_once():
    layers = (Flatten(), Dense(2))
    assert rescaled(layers, 1) is layers
    assert rescaled(layers, 0.5) == (Rescaling(0.5), *layers)
    first = (InputLayer((2, 2, 1)), *layers)
    assert rescaled(first, 0.5) == (first[0], Rescaling(0.5), *layers)
    own_ways = [
        (Rescaling(0.1), *layers),
        (first[0], Rescaling(0.1), *layers),
        (Flatten(), Rescaling(0.1), Dense(2)),
    ]
    for own in own_ways:
        assert rescaled(own, 0.5) is own


def test_a_rescaling_behind_weights_scales_no_pixels():
    layers = (Flatten(), Dense(2), Rescaling(0.1))
    assert rescaled(layers, 0.5) == (Rescaling(0.5), *layers)
