from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from cnncalc.layers import Conv2D, Dense, Flatten, MaxPooling2D
from cnncalc.network import forward, initialize, without_last_activation
from cnncalc.training.evaluation import (
    Evaluation,
    evaluate,
    evaluate_network,
    pixel_influence,
    workers,
)
from cnncalc.training.fit import fit
from cnncalc.training.losses import LOSSES
from cnncalc.training.objective import make_objective
from tests.references import numerical_gradient
from tests.training import examples
from tests.training.examples import dataset, network


@pytest.fixture
def objective():
    return make_objective(network(), LOSSES["categorical_crossentropy"], 3)


def test_the_size_of_a_batch_changes_nothing(objective):
    data = dataset(20)
    with ThreadPoolExecutor() as executor:
        outcome = partial(objective.outcome, executor=executor)
        results = [evaluate(objective, data, size, outcome) for size in (1, 7, 20, 100)]
    for result in results:
        np.testing.assert_allclose(result.outputs, results[0].outputs, rtol=1e-5)
        np.testing.assert_array_equal(result.labels, data.labels)
        assert result.score.loss == pytest.approx(results[0].score.loss, rel=1e-6)


def test_a_stopped_evaluation_has_no_result(objective):
    with ThreadPoolExecutor() as executor:
        outcome = partial(objective.outcome, executor=executor)
        assert evaluate(objective, dataset(20), 7, outcome, lambda: True) is None


def test_score_report_and_worst_samples():
    outputs = np.array([[0.9, 0.1], [0.2, 0.8], [0.4, 0.6], [0.7, 0.3], [0.45, 0.55]])
    labels = np.array([0, 0, 1, 1, 0])
    losses = -np.log(outputs[np.arange(5), labels])
    result = Evaluation(losses, outputs, labels, ("cat", "dog"))
    assert result.score.accuracy == pytest.approx(2 / 5)
    assert result.score.loss == pytest.approx(losses.mean())
    assert result.report.matrix.tolist() == [[1, 2], [1, 1]]
    assert result.most_wrong(10) == [1, 3, 4]
    assert result.most_wrong(2) == [1, 3]


def matrix_threads():
    return {each["num_threads"] for each in threadpool_info() if each["user_api"] == "blas"}


def test_matrix_products_have_one_thread_while_there_are_workers():
    with threadpool_limits(limits=3, user_api="blas"):
        with workers(2) as executor:
            inside = executor.submit(matrix_threads).result()
        outside = matrix_threads()
    assert inside <= {1}
    assert outside <= {3}


class Threads:
    """Writes down how many threads a matrix product has in training."""

    def __init__(self):
        self.seen = set()

    def on_batch(self, state):
        self.seen |= matrix_threads()

    def on_epoch(self, state):
        self.seen |= matrix_threads()


def test_fit_and_evaluation_give_the_same_bytes_whatever_threads_the_matrix_library_has():
    results = []
    for threads in (1, 3):
        watcher = Threads()
        with threadpool_limits(limits=threads, user_api="blas"):
            plan = examples.plan(network=examples.network(extras=True))
            state = fit(plan, examples.parts(), watchers=[watcher])
            evaluation = evaluate_network(
                plan.network, LOSSES["categorical_crossentropy"], examples.dataset(20)
            )
        assert watcher.seen <= {1}
        results.append((examples.flat(state.weights), evaluation.losses.tobytes()))
    assert results[0] == results[1]


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
