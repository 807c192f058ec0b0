from threadpoolctl import threadpool_info, threadpool_limits

from cnncalc.training.evaluation import evaluate_network
from cnncalc.training.fit import fit
from cnncalc.training.losses import LOSSES
from cnncalc.training.workers import workers
from tests.training import examples


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
