import numpy as np
import pytest

from cnncalc.errors import OptionError, ShapeError
from cnncalc.network import initialize
from cnncalc.training.dataset import Parts
from cnncalc.training.fit import fit
from cnncalc.training.optimizer_step import OptimizerState
from cnncalc.training.optimizers import SGD, Adam
from cnncalc.training.plan import TrainingPlan
from cnncalc.training_step import plan_step, record_planned_step
from tests.training.examples import CLASSES, dataset, network
from tests.training_step.examples import weights_after
from tests.training_step.test_recording import require_equal

DATA = dataset(20)


def planned(**options):
    own = {"optimizer": Adam(learning_rate=0.01), "epochs": 3, "batch_size": 8, "seed": 4}
    return TrainingPlan(network(extras=True, dtype=np.float64), **(own | options))


@pytest.mark.parametrize(
    ("number", "epoch", "batch", "size"), [(1, 1, 0, 8), (3, 1, 2, 4), (4, 2, 0, 8)]
)
def test_a_step_knows_its_epoch_and_its_samples(number, epoch, batch, size):
    step = plan_step(planned(), DATA, number)
    assert (step.number, step.epoch, step.batch, len(step.positions)) == (
        number,
        epoch,
        batch,
        size,
    )


def test_an_epoch_takes_each_sample_once():
    positions = [plan_step(planned(), DATA, number).positions for number in (1, 2, 3)]
    assert sorted(np.concatenate(positions)) == list(range(20))


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_step_ends_with_the_weights_that_fit_has_after_it(number):
    plan = planned()
    count = iter(range(1, 1000))
    state = fit(plan, Parts(DATA, None), None, (), lambda: next(count) >= number)
    record = record_planned_step(plan, DATA, plan_step(plan, DATA, number))
    require_equal(weights_after(record), state.weights)
    assert record.number == record.iteration == number


def test_the_last_step_ends_with_the_weights_of_the_whole_training():
    plan = planned()
    state = fit(plan, Parts(DATA, None))
    record = record_planned_step(plan, DATA, plan_step(plan, DATA, 9))
    require_equal(weights_after(record), state.weights)


def test_a_training_goes_on_with_the_optimizer_of_an_earlier_one():
    plan = planned(optimizer=SGD(learning_rate=0.1, momentum=0.5))
    weights = [w for own in plan.network.weights for n, w in own.items() if "moving" not in n]
    slots = [{"momentum": np.ones_like(w, dtype=np.float32)} for w in weights]
    earlier = OptimizerState(7, slots)
    record = record_planned_step(plan, DATA, plan_step(plan, DATA, 1), optimizer_state=earlier)
    assert (record.number, record.iteration) == (1, 8)
    assert (record.updates[0].slots_before["momentum"] == 1).all()
    assert (slots[0]["momentum"] == 1).all()


@pytest.mark.parametrize("number", [0, 10, -1])
def test_steps_that_the_training_does_not_have_are_refused(number):
    message = rf"must be 1 to 9, as 3 epochs of 3 batches have\. Received: {number}"
    with pytest.raises(OptionError, match=message):
        plan_step(planned(), DATA, number)


def test_a_network_that_does_not_fit_the_classes_is_refused():
    layers = network().layers[:-1]
    plan = TrainingPlan(initialize([*layers, network().layers[-1].__class__(2)], (6, 5, 2)))
    with pytest.raises(ShapeError, match=rf"for {len(CLASSES)} classes"):
        plan_step(plan, DATA, 1)
