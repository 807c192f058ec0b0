import numpy as np

from cnncalc.layers import BatchNormalization, Dropout
from cnncalc.network import forward, forward_saved, initialize


def test_dropout_in_training_keeps_the_mean_and_says_what_it_kept():
    images = np.ones((1, 100_000))
    (saved,) = forward_saved([Dropout(0.25)], [{}], images, np.random.default_rng(0))
    assert set(np.unique(saved.output)) == {0, 1 / 0.75}
    assert abs(saved.output.mean() - 1) < 0.01
    np.testing.assert_array_equal(saved.extra[0], saved.output != 0)


def test_a_generator_decides_what_dropout_keeps():
    images = np.ones((1, 100))

    def run(seed):
        generator = np.random.default_rng(seed)
        return forward_saved([Dropout(0.5)], [{}], images, generator)[0].output.tobytes()

    assert run(1) == run(1) != run(2)


def test_batch_normalization_in_training_uses_the_batch_and_moves_towards_it():
    layer = BatchNormalization(momentum=0.75, epsilon=0.0)
    network = initialize([layer], (1,), dtype=np.float64)
    images = np.array([[2.0], [6.0]])
    generator = np.random.default_rng(0)
    (saved,) = forward_saved(network.layers, network.weights, images, generator)
    assert saved.output.ravel().tolist() == [-1, 1]
    moved = {name: value.tolist() for name, value in saved.updates.items()}
    assert moved == {"moving_mean": [1], "moving_variance": [0.75 + 0.25 * 4]}
    assert forward(network, images).ravel().tolist() == [2, 6]
    assert network.weights[0]["moving_mean"].tolist() == [0]
