from cnncalc.layers import Dense, Flatten, InputLayer, Rescaling
from cnncalc.network import initialize
from cnncalc.training.defaults import ARTICLE, DIGITS, rescaled


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
