"""How much memory a training will take, known before its first batch."""

from __future__ import annotations

from cnncalc.ops.threads import cores
from cnncalc.training.objective import make_objective
from cnncalc.training.plan import TrainingPlan
from cnncalc.training.state import trainable

__all__ = ["training_bytes"]


def training_bytes(plan: TrainingPlan, classes: int, samples: int) -> int:
    """Return the memory that a training takes at least, beside its data and initial weights.

    It is that of the weights in training, of what the optimizer remembers of each trainable one, of
    a batch's gradients and each thread's, and of the pieces of a batch that the threads work on.
    Arguments: the `plan`; how many `classes` and `samples` there are to train on.
    Returns bytes. Raises as `make_objective` does where network, loss and classes don't fit.

    >>> from cnncalc.layers import Dense
    >>> from cnncalc.network import initialize
    >>> from cnncalc.training.optimizers import SGD
    >>> network = initialize([Dense(2, activation="softmax")], (3,))
    >>> plan = TrainingPlan(network, optimizer=SGD(), threads=1)
    >>> training_bytes(plan, classes=2, samples=1) // 4  # 3 × 8 weights; 3 inputs, 2 outputs
    29
    """
    network = plan.network
    objective = make_objective(network, plan.loss, classes)
    pieces = objective.training_pieces(min(plan.batch_size, samples))
    threads = min(plan.threads or cores(), len(pieces))
    remembered = sum(map(len, plan.optimizer.slot_groups))
    arrays = [array for own in network.weights for array in own.values()]
    learnt = sum(network.weights[layer][name].nbytes for layer, name in trainable(network))
    weights = sum(array.nbytes for array in arrays) + learnt * (1 + remembered + threads)
    return int(weights + threads * pieces[0].stop * objective.numbers * arrays[0].itemsize)
