import tracemalloc

import pytest

from cnncalc.layers import Conv2D, Dense, Flatten
from cnncalc.network import initialize
from cnncalc.training.dataset import Parts
from cnncalc.training.fit import fit
from cnncalc.training.optimizers import SGD, Adam
from cnncalc.training.plan import TrainingPlan
from cnncalc.training.size import training_bytes
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
