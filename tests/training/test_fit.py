from dataclasses import replace

import numpy as np
import pytest

from cnncalc.errors import OptionError, ShapeError
from cnncalc.network import initialize, training_pass
from cnncalc.training.dataset import Parts
from cnncalc.training.engine import NUMPY, evaluate_with
from cnncalc.training.fit import epoch_order, fit, is_finished, result, steps
from cnncalc.training.history import EarlyStopping
from cnncalc.training.optimizers import SGD, Adam, RMSprop
from cnncalc.training.plan import TrainingPlan
from cnncalc.training.schedules import CosineDecay
from cnncalc.training.state import begin
from tests.training.examples import dataset, flat, network, parts, plan


class Listener:
    """Writes down what it hears."""

    def __init__(self):
        self.heard = []

    def on_batch(self, state):
        self.heard.append((state.epoch, state.progress.batches, state.progress.images))

    def on_epoch(self, state):
        self.heard.append(state.history[-1].epoch)


def after(batches):
    """Say stop after so many batches."""
    count = iter(range(1, 1000))
    return lambda: next(count) >= batches


def test_frozen_weights_stay_and_what_comes_before_them_learns():
    layers = network(extras=True).layers
    frozen = [replace(layer, trainable=layer.name == "conv2d") for layer in layers]
    net = initialize(frozen, (6, 5, 2))
    state = fit(plan(network=net), parts())
    moved = [
        any(not np.array_equal(before[name], after[name]) for name in before)
        for before, after in zip(net.weights, state.weights, strict=True)
    ]
    assert moved == [layer.name == "conv2d" for layer in frozen]
    assert len(state.optimizer.slots) == 2


def test_a_network_with_nothing_to_learn_is_evaluated_and_not_trained():
    net = initialize([replace(layer, trainable=False) for layer in network().layers], (6, 5, 2))
    with pytest.raises(OptionError) as caught:
        fit(plan(network=net), parts())
    assert str(caught.value) == (
        "a network must have trainable weights to be trained. Received: trainable=False in "
        "conv2d, dense"
    )
    scores = [evaluate_with(NUMPY, plan(), own, dataset(20)).score for own in (net, network())]
    assert scores[0] == scores[1]


def test_training_learns():
    state = fit(plan(epochs=10), parts(200))
    losses = [record.loss for record in state.history]
    assert losses[-1] < losses[0] / 2
    assert state.history[-1].val_accuracy > 0.9


def test_every_sample_is_taken_once_an_epoch_in_a_new_order():
    orders = [epoch_order(50, seed, epoch).tolist() for seed in (0, 1) for epoch in (1, 2)]
    assert len(set(map(tuple, orders))) == 4
    assert all(sorted(order) == list(range(50)) for order in orders)


def test_watchers_hear_of_every_batch_and_epoch():
    listener = Listener()
    fit(plan(epochs=2), parts(), watchers=[listener])
    batches = [(1, 16), (2, 32), (3, 48), (4, 50)]
    expected = []
    for epoch in (1, 2):
        expected += [(epoch, *batch) for batch in batches] + [epoch]
    assert listener.heard == expected


def test_an_epochs_numbers_are_means_over_its_samples_while_the_weights_change():
    own, data = plan(epochs=1, optimizer=SGD(learning_rate=1e-12)), parts()
    record = fit(own, data).history[0]
    # At such a rate the weights stay what they are: it is as if they were evaluated.
    for dataset_, loss, accuracy in [
        (data.training, record.loss, record.accuracy),
        (data.validation, record.val_loss, record.val_accuracy),
    ]:
        score = evaluation(own, dataset_).score
        assert (loss, accuracy) == (pytest.approx(score.loss, abs=1e-6), score.accuracy)
    assert (record.images, record.learning_rate) == (50, 1e-12)
    assert record.images_per_second > 0


def evaluation(own, data):
    return evaluate_with(NUMPY, own, own.network, data)


def test_validation_runs_after_the_epoch():
    own, data = plan(epochs=1), parts()
    state = fit(own, data)
    trained = evaluation(replace(own, network=result(own, state)), data.validation)
    assert state.history[0].val_loss == trained.score.loss


def test_without_validation_data_its_numbers_are_none():
    record = fit(plan(epochs=1), Parts(dataset(20), None)).history[0]
    assert (record.val_loss, record.val_accuracy) == (None, None)


def test_the_initial_network_stays_as_it_is():
    own = plan()
    before = flat(own.network.weights)
    state = fit(own, parts())
    assert flat(own.network.weights) == before
    assert flat(result(own, state).weights) == flat(state.weights) != before


@pytest.mark.parametrize("extras", [False, True])
def test_the_same_seed_gives_the_same_bytes_whatever_the_threads(monkeypatch, extras):
    monkeypatch.setattr(training_pass, "PIECE_VALUES", 1000)
    runs = [
        fit(plan(network=network(extras=extras), seed=seed, threads=threads), parts())
        for seed, threads in [(0, 1), (0, 2), (0, 5), (1, 1)]
    ]
    weights = [flat(state.weights) for state in runs]
    assert weights[0] == weights[1] == weights[2] != weights[3]


@pytest.mark.parametrize("optimizer", [Adam(), RMSprop(momentum=0.5), SGD(momentum=0.9)])
def test_a_training_goes_on_from_any_batch_to_the_very_same_bytes(optimizer):
    own, data = plan(network=network(extras=True), optimizer=optimizer), parts()
    expected = fit(own, data)
    # 4 batches an epoch; validation, of 2 batches, asks too.
    for batches in range(1, 18):
        state = fit(own, data, should_stop=after(batches))
        assert not is_finished(own, state)
        fit(own, data, state)
        assert is_finished(own, state)
        assert flat(state.weights) == flat(expected.weights)
        assert [replace(record, seconds=0) for record in state.history] == [
            replace(record, seconds=0) for record in expected.history
        ]


def test_a_stop_during_validation_validates_again():
    own, data = plan(epochs=1), parts()
    state = fit(own, data, should_stop=after(5))
    assert (state.history, state.progress.batches) == ([], 4)
    assert fit(own, data, state).history[0].val_loss is not None


def test_a_finished_training_stays_as_it_is_and_may_be_given_more_epochs():
    own, data = plan(), parts()
    state = fit(own, data)
    weights = flat(state.weights)
    assert flat(fit(own, data, state).weights) == weights
    longer = replace(own, epochs=5)
    assert flat(fit(longer, data, state).weights) == flat(fit(longer, data).weights)


def test_a_schedule_is_followed_and_written_down():
    own = plan(epochs=2, optimizer=SGD(learning_rate=CosineDecay(0.1, decay_steps=8)))
    rates = [record.learning_rate for record in fit(own, parts()).history]
    assert rates == [CosineDecay(0.1, 8)(3), CosineDecay(0.1, 8)(7)]


def test_early_stopping_ends_a_training_and_puts_the_best_weights_back():
    stopping = EarlyStopping(patience=2, restore_best_weights=True)
    own = plan(epochs=60, optimizer=SGD(learning_rate=1.5, momentum=0.9), early_stopping=stopping)
    data = parts(20)
    state = fit(own, data)
    losses = [record.val_loss for record in state.history]
    assert 3 <= len(losses) < 60
    assert int(np.argmin(losses)) == len(losses) - 3
    best = evaluation(replace(own, network=result(own, state)), data.validation)
    assert best.score.loss == min(losses)
    # Before the end there is nothing to put back.
    unfinished = fit(own, data, should_stop=after(8))
    assert flat(result(own, unfinished).weights) == flat(unfinished.weights)


def test_the_best_weights_are_put_back_only_if_they_were_kept_from_the_start():
    last = plan(epochs=60, optimizer=SGD(learning_rate=1.5, momentum=0.9))
    best = replace(last, early_stopping=EarlyStopping(patience=4, restore_best_weights=True))
    data = parts(20)
    state = fit(last, data, should_stop=after(20))
    with pytest.raises(OptionError, match="restore_best_weights must be set from the first epoch"):
        fit(best, data, state)
    # Kept, then not, and then wanted again: what was kept may not be the best any more.
    state = fit(replace(best, epochs=1), data)
    fit(replace(last, epochs=10), data, state)
    assert best.early_stopping.judge(state.history).best_epoch > 1
    with pytest.raises(OptionError, match=r"not kept\. Received: a training of 10 epochs"):
        fit(best, data, state)


def test_the_best_weights_are_not_put_back_where_that_is_not_asked_for_any_more():
    best = plan(early_stopping=EarlyStopping(patience=9, restore_best_weights=True))
    best = replace(best, epochs=12, optimizer=SGD(learning_rate=1.5, momentum=0.9))
    state = fit(best, parts(20))
    assert flat(result(best, state).weights) != flat(state.weights)
    assert flat(result(replace(best, early_stopping=None), state).weights) == flat(state.weights)


def test_early_stopping_without_validation_data_is_refused():
    with pytest.raises(OptionError, match="needs validation data"):
        fit(plan(early_stopping=EarlyStopping()), Parts(dataset(20), None))


def test_a_training_that_diverges_ends_in_one_clear_line():
    own = plan(optimizer=SGD(learning_rate=1e30))
    with pytest.raises(
        OptionError, match=r"loss became (nan|inf) in epoch 1, batch \d: the weights"
    ):
        fit(own, parts())


@pytest.mark.parametrize("validated", [True, False])
def test_weights_that_the_last_step_spoilt_pass_for_no_epoch(validated):
    # One batch an epoch: its loss is from before the step, and a number.
    own = plan(optimizer=SGD(learning_rate=1e30), batch_size=50)
    state, heard = begin(own.network, own.optimizer), Listener()
    data = parts() if validated else Parts(dataset(50), None)
    where = "the validation of epoch 1" if validated else "epoch 1, after its last batch"
    with pytest.raises(OptionError, match=f"loss became (nan|inf) in {where}: the weights"):
        fit(own, data, state, watchers=[heard])
    assert state.history == []
    assert heard.heard == [(1, 1, 50)]


def test_images_of_another_size_are_refused():
    data = parts()
    other = replace(data, training=replace(data.training, images=np.zeros((50, 6, 6, 2))))
    with pytest.raises(ShapeError, match=r"shape \(6, 5, 2\). Received: \(6, 6, 2\)"):
        fit(plan(), other)


def test_the_last_batch_of_an_epoch_may_be_smaller():
    assert [steps(plan(), dataset(samples)) for samples in (1, 16, 17, 50)] == [1, 1, 2, 4]


@pytest.mark.parametrize("name", ["epochs", "batch_size", "threads"])
@pytest.mark.parametrize("value", [0, -1, 1.5, True])
def test_an_unusable_number_is_refused(name, value):
    with pytest.raises(OptionError, match=f"{name} must be a whole number, at least 1"):
        plan(**{name: value})


def test_the_defaults_are_those_of_the_article():
    own = TrainingPlan(network())
    assert (own.epochs, own.batch_size, own.optimizer) == (5, 128, Adam())
    assert own.loss.name == "categorical_crossentropy"
