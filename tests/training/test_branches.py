"""Fast training of networks that branch: as the record of each step says, in both precisions."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnncalc.layers import L2, Add, Conv2D, Dense, Flatten, MaxPooling2D
from cnncalc.layers.graph import in_keras_order
from cnncalc.network import assemble, forward, initialize, training_pass
from cnncalc.training.dataset import Parts, make_dataset
from cnncalc.training.fit import epoch_order, fit, result, steps
from cnncalc.training.history import EarlyStopping
from cnncalc.training.identity import identity
from cnncalc.training.losses import LOSSES
from cnncalc.training.optimizers import SGD, Adam
from cnncalc.training.plan import TrainingPlan, rescaled
from cnncalc.training_step import in_float64, record_steps
from tests.drawn_graphs import graphs
from tests.sheet.training.branching import BRANCHING, branching
from tests.trace.drawn import vary
from tests.training_step.examples import weights_after

LOSS = LOSSES["categorical_crossentropy"]


def images_for(shape, count=10):
    generator = np.random.default_rng(9)
    images = generator.normal(size=(count, *shape))
    return make_dataset(images, generator.integers(0, 2, count), ["cat", "dog"])


def planned(network, optimizer, **options):
    given = {"epochs": 2, "batch_size": 4, "seed": 7, "threads": 1}
    return TrainingPlan(network, LOSS, optimizer, **(given | options))


def in_float32(network):
    weights = [
        {name: array.astype(np.float32) for name, array in own.items()} for own in network.weights
    ]
    return assemble(network.layers, network.input_shape, weights)


def weights_step_by_step(plan, data):
    """The weights of a training in float64, one recorded step after the other."""
    taken = []
    for epoch in range(1, plan.epochs + 1):
        order = epoch_order(len(data), plan.seed, epoch)
        size = plan.batch_size
        taken += [data.batch(order[start : start + size]) for start in range(0, len(order), size)]
    *_, last = record_steps(
        in_float64(plan.network),
        plan.loss,
        plan.optimizer,
        taken,
        seed=plan.seed,
        steps_per_epoch=steps(plan, data),
    )
    return weights_after(last)


def require_alike(weights, expected, tolerance):
    for own, wanted in zip(weights, expected, strict=True):
        for name, values in wanted.items():
            least = tolerance * max(1.0, np.abs(values).max(initial=0))
            np.testing.assert_allclose(own[name], values, rtol=tolerance, atol=least)


@pytest.mark.parametrize("name", BRANCHING)
@pytest.mark.parametrize(
    "optimizer",
    [SGD(learning_rate=0.1, momentum=0.5), Adam(learning_rate=0.01)],
    ids=["sgd", "adam"],
)
def test_the_weights_are_those_of_the_recorded_steps(name, optimizer):
    layers, shape = branching(name)
    plan, data = planned(vary(layers, shape, 3), optimizer), images_for(shape)
    require_alike(fit(plan, Parts(data, None)).weights, weights_step_by_step(plan, data), 1e-9)


@pytest.mark.parametrize("name", ["residual", "normalized and dropped", "squeeze and excite"])
def test_pieces_of_a_batch_end_at_the_same_weights(name, monkeypatch):
    monkeypatch.setattr(training_pass, "PIECE_VALUES", 1)
    test_the_weights_are_those_of_the_recorded_steps(name, SGD(learning_rate=0.1))


@settings(deadline=None, max_examples=10, derandomize=True)
@given(graphs(), st.integers(0, 2**16))
def test_float32_ends_near_the_recorded_steps(graph, seed):
    layers, shape = graph
    smooth = replace(layers[-1], activation="softmax")
    network = in_float32(vary([*layers[:-1], smooth], shape, seed))
    plan, data = planned(network, SGD(learning_rate=0.01), epochs=1), images_for(shape, 8)
    require_alike(fit(plan, Parts(data, None)).weights, weights_step_by_step(plan, data), 2e-4)


def skipping():
    layers = [
        Conv2D(2, 3, padding="same", name="conv", kernel_regularizer=L2(0.1)),
        MaxPooling2D(2, strides=1, padding="same", name="pool"),
        Add(name="add", inputs=("pool", "conv")),
        Flatten(name="flat"),
        Dense(2, activation="softmax", name="dense"),
    ]
    return initialize(in_keras_order(layers), (4, 4, 1), 3)


def test_a_stopped_training_goes_on_to_the_very_same_weights():
    data, plan = images_for((4, 4, 1), 20), planned(skipping(), Adam(learning_rate=0.01), epochs=3)
    whole = fit(plan, Parts(data, None))
    count = iter(range(1, 1000))
    stopped = fit(plan, Parts(data, None), None, (), lambda: next(count) >= 7)
    assert len(stopped.history) == 1
    resumed = fit(plan, Parts(data, None), stopped)
    for own, wanted in zip(resumed.weights, whole.weights, strict=True):
        assert all(np.array_equal(own[name], wanted[name]) for name in wanted)


def test_the_best_epoch_of_a_network_that_branches_is_put_back():
    parts = Parts(images_for((4, 4, 1), 20), images_for((4, 4, 1), 8))
    stopping = EarlyStopping(patience=2, restore_best_weights=True)
    plan = planned(skipping(), SGD(learning_rate=0.05), epochs=12, early_stopping=stopping)
    state = fit(plan, parts)
    best = min(state.history, key=lambda record: record.val_loss)
    images, labels = parts.validation.batch(np.arange(8))
    shares = forward(result(plan, state), images.astype(np.float32))
    score = -np.mean(np.log(shares[np.arange(8), labels]))
    kernel = result(plan, state).weights[0]["kernel"]
    assert score + 0.1 * np.sum(kernel**2) == pytest.approx(best.val_loss, rel=1e-4)
    assert len(state.history) < 12 or state.history[-1] is not best


def test_a_training_is_known_by_how_its_layers_are_wired():
    data = Parts(images_for((4, 4, 1)), None)
    network = skipping()
    layers = [
        replace(layer, inputs=("pool", "pool")) if layer.name == "add" else layer
        for layer in network.layers
    ]
    other = assemble(layers, network.input_shape, network.weights)
    ours, theirs = (
        identity(planned(net, SGD(learning_rate=0.1)), data) for net in (network, other)
    )
    assert [name for name, value in ours.items() if value != theirs[name]] == ["network"]


def test_pixels_are_rescaled_for_a_skip_from_the_image_too():
    layers = (
        Conv2D(1, 1, name="conv"),
        Add(name="add", inputs=("conv", "input")),
        Flatten(name="flat"),
        Dense(2, name="dense"),
    )
    scaled = rescaled(in_keras_order(layers), 0.5)
    network = initialize(scaled, (2, 2, 1), 1, np.float64)
    plain = assemble(in_keras_order(layers), (2, 2, 1), network.weights[1:])
    image = np.random.default_rng(0).normal(size=(1, 2, 2, 1))
    np.testing.assert_allclose(forward(network, image), forward(plain, image / 2))
