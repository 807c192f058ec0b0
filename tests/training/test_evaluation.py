from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np
import pytest

from cnncalc.training.evaluation import Evaluation, evaluate
from cnncalc.training.losses import LOSSES
from cnncalc.training.objective import make_objective
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
