"""Training equals Keras's: weights, losses of each step, and what fit reports of each epoch."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cnncalc.files.datasets_arrays import read_digits
from cnncalc.layers import (
    L1,
    L1L2,
    L2,
    Activation,
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    MaxPooling2D,
    Rescaling,
)
from cnncalc.network import Network, assemble, initialize, saved_pass
from cnncalc.training import fit as fit_module
from cnncalc.training.dataset import Dataset, Parts, make_dataset, split
from cnncalc.training.fit import epoch_order, fit, result, steps
from cnncalc.training.history import EarlyStopping
from cnncalc.training.losses import LOSSES
from cnncalc.training.optimizers import SGD, Adam, AdamW, RMSprop
from cnncalc.training.plan import TrainingPlan
from cnncalc.training.schedules import CosineDecay, ExponentialDecay
from cnncalc.training.state import EpochProgress
from tests.keras_peer import import_keras
from tests.peers import requires
from tests.training.keras_training import arrays, compiled, weights_of

pytestmark = [
    pytest.mark.peer,
    requires("keras"),
    pytest.mark.filterwarnings("ignore:__array__:DeprecationWarning"),  # Keras's own
]

CLASSES = 10
SCALED = Rescaling(1 / 16)


def digits(samples: int) -> Dataset:
    return read_digits().training.part(np.arange(samples))


def in_float64(network: Network) -> Network:
    weights = [{name: a.astype(np.float64) for name, a in own.items()} for own in network.weights]
    return assemble(network.layers, network.input_shape, weights)


def article(units=CLASSES, activation="softmax"):
    return [
        SCALED,
        Conv2D(10, 5, activation="relu"),
        MaxPooling2D(2),
        Flatten(),
        Dense(units, activation=activation),
    ]


def strided():
    return [
        SCALED,
        Conv2D(8, 3, padding="same", activation="relu"),
        Conv2D(12, 3, strides=2, padding="same", activation="tanh"),
        AveragePooling2D(2),
        Flatten(),
        Dense(16, activation="sigmoid"),
        Dense(CLASSES),
        Activation("softmax"),
    ]


def normalized():
    return [
        SCALED,
        Conv2D(6, 3, padding="same", use_bias=False),
        BatchNormalization(),
        Activation("relu"),
        MaxPooling2D(2),
        Conv2D(12, 2, activation="elu"),
        GlobalAveragePooling2D(),
        Dense(CLASSES, activation="softmax"),
    ]


def regularized():
    return [
        SCALED,
        Conv2D(8, 3, activation="relu", kernel_regularizer=L2(0.01), bias_regularizer=L1(0.003)),
        DepthwiseConv2D(2, depth_multiplier=2, depthwise_regularizer=L1L2(0.002, 0.02)),
        Flatten(),
        Dense(16, activation="tanh", kernel_regularizer=L1(0.001)),
        Dense(CLASSES, activation="softmax", kernel_regularizer="l2", bias_regularizer="l2"),
    ]


def frozen(*places):
    """A network whose layers at these places, counted among those with weights, are frozen."""
    layers = [
        SCALED,
        Conv2D(6, 3, padding="same", activation="relu", kernel_regularizer=L2(0.02)),
        BatchNormalization(),
        Conv2D(8, 3, activation="tanh", kernel_regularizer=L1L2(0.002, 0.02)),
        DepthwiseConv2D(2, depthwise_regularizer=L2(0.05)),
        MaxPooling2D(2),
        Flatten(),
        Dense(16, activation="sigmoid"),
        Dense(CLASSES, activation="softmax", bias_regularizer="l2"),
    ]
    weighted = [index for index, layer in enumerate(layers) if not_plain(layer)]
    for place in places:
        layers[weighted[place]] = replace(layers[weighted[place]], trainable=False)
    return layers


def not_plain(layer):
    return isinstance(layer, Conv2D | DepthwiseConv2D | Dense | BatchNormalization)


FROZEN = {
    "first": (0,),
    "first three": (0, 1, 2),
    "batch normalization": (1,),
    "middle": (2, 3),
    "all but batch normalization": (0, 2, 3, 4, 5),
    "last": (-1,),
    "all but the last": (0, 1, 2, 3, 4),
}

NETWORKS = {
    "article": article,
    "strided": strided,
    "normalized": normalized,
    "regularized": regularized,
}
OPTIMIZERS = {
    "sgd": SGD(learning_rate=0.05),
    "momentum": SGD(learning_rate=0.02, momentum=0.9),
    "nesterov": SGD(learning_rate=0.02, momentum=0.9, nesterov=True),
    "rmsprop": RMSprop(),
    "adam": Adam(),
    "adamw": AdamW(),
}
OPTIONS = {
    "rmsprop centered": RMSprop(momentum=0.5, centered=True),
    "adam amsgrad": Adam(amsgrad=True),
    "weight decay": SGD(learning_rate=0.05, weight_decay=0.01),
    "clipvalue": SGD(learning_rate=0.05, clipvalue=0.01),
    "clipnorm": SGD(learning_rate=0.05, clipnorm=0.1),
    "global_clipnorm": Adam(global_clipnorm=0.1),
    "step": SGD(learning_rate=ExponentialDecay(0.1, 10, 0.5, staircase=True)),
    "cosine": Adam(learning_rate=CosineDecay(0.002, 40)),
}


class Losses:
    """Writes down each batch's mean loss."""

    def __init__(self):
        self.losses = []
        self.before = EpochProgress()

    def on_batch(self, state):
        images = state.progress.images - self.before.images
        self.losses.append((state.progress.loss - self.before.loss) / images)
        self.before = state.progress

    def on_epoch(self, state):
        self.before = EpochProgress()


def train_both(plan: TrainingPlan, training: Dataset):
    """Return our final weights and losses of each step, and Keras's."""
    watcher = Losses()
    state = fit(plan, Parts(training, None), watchers=[watcher])
    ours = [array for own in state.weights for array in own.values()]
    model = compiled(plan.network, plan.loss, plan.optimizer)
    theirs = []
    for epoch in range(1, plan.epochs + 1):
        order = epoch_order(len(training), plan.seed, epoch)
        images, wanted = arrays(training, plan.network.shapes[-1][0], order)
        for start in range(0, len(training), plan.batch_size):
            batch = slice(start, start + plan.batch_size)
            model.reset_metrics()
            theirs.append(model.train_on_batch(images[batch], wanted[batch])[0])
    return ours, watcher.losses, weights_of(model), theirs


def check(plan: TrainingPlan, training: Dataset | None = None, least: int = 50):
    training = training or digits(150)
    assert plan.epochs * steps(plan, training) >= least
    ours, our_losses, theirs, their_losses = train_both(plan, training)
    np.testing.assert_allclose(our_losses, their_losses, rtol=0, atol=1e-5)
    for mine, other in zip(ours, theirs, strict=True):
        # A weight that passes through 0 has no relative error worth the name.
        near_zero = 1e-5 * np.abs(other).max()
        np.testing.assert_allclose(mine, other, rtol=1e-4, atol=near_zero)


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_50_steps_equal_those_of_keras(network, optimizer):
    initial = initialize(NETWORKS[network](), (8, 8, 1), seed=1)
    check(TrainingPlan(initial, optimizer=OPTIMIZERS[optimizer], epochs=10, batch_size=32))


@pytest.mark.parametrize("optimizer", OPTIONS)
def test_50_steps_with_an_option_equal_those_of_keras(optimizer):
    initial = initialize(article(), (8, 8, 1), seed=1)
    check(TrainingPlan(initial, optimizer=OPTIONS[optimizer], epochs=10, batch_size=32))


@pytest.mark.parametrize("places", FROZEN.values(), ids=FROZEN)
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_10_steps_with_frozen_layers_equal_those_of_keras(places, optimizer):
    initial = initialize(frozen(*places), (8, 8, 1), seed=1)
    plan = TrainingPlan(initial, optimizer=OPTIMIZERS[optimizer], epochs=2, batch_size=32)
    check(plan, digits(150), least=10)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_a_frozen_normalization_between_dropouts_equals_keras(monkeypatch, optimizer):
    # What Keras drops, it alone knows, so that both drop the same here: every second number.
    def mask(shape, rate, generator=None):
        kept = np.arange(int(np.prod(shape[1:]))).reshape(shape[1:]) % 2 == 0
        return np.broadcast_to(kept, shape)

    def call(self, inputs, training=False):
        kept = mask(tuple(inputs.shape), self.rate).astype(np.float32) / (1 - self.rate)
        return inputs * import_keras().ops.convert_to_tensor(kept) if training else inputs

    monkeypatch.setattr(saved_pass, "dropout_mask", mask)
    monkeypatch.setattr(import_keras().layers.Dropout, "call", call)
    layers = [
        SCALED,
        Conv2D(6, 3, activation="relu"),
        Dropout(0.5),
        BatchNormalization(trainable=False, momentum=0.5),
        Dropout(0.25),
        Conv2D(4, 3, use_bias=False),
        BatchNormalization(momentum=0.5),
        Flatten(),
        Dense(CLASSES, activation="softmax"),
    ]
    network = initialize(layers, (8, 8, 1), seed=1)
    moved = [dict(own) for own in network.weights]
    moved[3] = {name: array + 0.1 * np.arange(6, dtype="f") for name, array in moved[3].items()}
    initial = assemble(network.layers, network.input_shape, moved)
    plan = TrainingPlan(initial, optimizer=OPTIMIZERS[optimizer], epochs=2, batch_size=32)
    check(plan, digits(150), least=10)
    state = fit(plan, Parts(digits(150), None))
    for name, array in moved[3].items():
        np.testing.assert_array_equal(state.weights[3][name], array)


@pytest.mark.parametrize("network", ["article", "strided", "normalized"])
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("loss", ["binary_crossentropy", "mean_squared_error"])
def test_50_steps_with_another_loss_equal_those_of_keras(loss, optimizer, network, request):
    yes_or_no = (loss, network) == ("binary_crossentropy", "article")  # from the logits
    layers = article(activation="sigmoid") if yes_or_no else NETWORKS[network]()
    initial = initialize(layers, (8, 8, 1), seed=2)
    if network == "normalized":
        # A filter's gradient all but cancels there: its rounding, which differs from one matrix
        # library to the next, is what Adam makes steps of.
        request.getfixturevalue("keras_in_float64")
        initial = in_float64(initial)
    own = OPTIMIZERS[optimizer]
    check(TrainingPlan(initial, LOSSES[loss], own, epochs=10, batch_size=32))


def test_50_steps_from_outputs_that_are_no_shares_equal_those_of_keras():
    initial = initialize(article(activation="sigmoid"), (8, 8, 1), seed=2)
    check(TrainingPlan(initial, LOSSES["categorical_crossentropy"], epochs=10, batch_size=32))


@pytest.mark.parametrize("activation", ["linear", "tanh", "softmax"])
@pytest.mark.parametrize("loss", ["categorical_crossentropy", "binary_crossentropy"])
def test_50_steps_from_outputs_that_count_as_logits_equal_those_of_keras(loss, activation):
    initial = initialize(article(activation=activation), (8, 8, 1), seed=2)
    logits = replace(LOSSES[loss], from_logits=True)
    check(TrainingPlan(initial, logits, epochs=10, batch_size=32))


@pytest.mark.parametrize("loss", ["binary_crossentropy", "mean_squared_error"])
def test_one_output_for_yes_or_no_equals_keras(loss):
    all_digits = digits(300)
    images, labels = all_digits.batch(np.flatnonzero(all_digits.labels < 2))
    training = make_dataset(images, labels, ["zero", "one"])
    network = initialize(article(1, "sigmoid"), (8, 8, 1), seed=3)
    check(TrainingPlan(network, LOSSES[loss], epochs=50, batch_size=64), training)


@pytest.mark.parametrize("network", [*NETWORKS, "frozen"])
def test_what_fit_reports_equals_what_keras_reports(network):
    parts = split(digits(500), 0.3)
    assert parts.validation is not None
    layers = frozen(0, 2) if network == "frozen" else NETWORKS[network]()
    plan = TrainingPlan(initialize(layers, (8, 8, 1), seed=4), epochs=3, batch_size=64)
    ours = fit(plan, parts).history
    model = compiled(plan.network, plan.loss, plan.optimizer)
    for record in ours:
        order = epoch_order(len(parts.training), plan.seed, record.epoch)
        theirs = model.fit(
            *arrays(parts.training, CLASSES, order),
            batch_size=64,
            shuffle=False,
            verbose=0,
            validation_data=arrays(parts.validation, CLASSES),
        ).history
        for name, values in theirs.items():
            assert getattr(record, name) == pytest.approx(values[0], abs=1e-5), name


def test_a_whole_fit_with_a_validation_split_equals_that_of_keras(monkeypatch):
    # Keras shuffles in an order of its own, so neither side shuffles here.
    monkeypatch.setattr(fit_module, "epoch_order", lambda samples, seed, epoch: np.arange(samples))
    data = digits(500)
    plan = TrainingPlan(initialize(article(), (8, 8, 1), seed=5), epochs=4, batch_size=64)
    ours = fit(plan, split(data, 0.3)).history
    model = compiled(plan.network, plan.loss, plan.optimizer)
    theirs = model.fit(
        *arrays(data, CLASSES),
        batch_size=64,
        epochs=4,
        shuffle=False,
        validation_split=0.3,
        verbose=0,
    ).history
    assert sorted(theirs) == ["accuracy", "loss", "val_accuracy", "val_loss"]
    for name, values in theirs.items():
        assert [getattr(record, name) for record in ours] == pytest.approx(values, abs=1e-5), name


@pytest.mark.parametrize(
    ("options", "epochs"),
    [
        ({"patience": 1, "min_delta": 0.0}, 15),
        ({"patience": 2, "min_delta": 0.1}, 14),
        ({"patience": 30, "min_delta": 0.0}, 19),  # not stopped, yet not best at the end
    ],
)
def test_early_stopping_ends_at_the_epoch_and_the_weights_of_keras(monkeypatch, options, epochs):
    # Keras shuffles in an order of its own, so neither side shuffles here.
    monkeypatch.setattr(fit_module, "epoch_order", lambda samples, seed, epoch: np.arange(samples))
    data = digits(100)
    stopping = EarlyStopping(**options, restore_best_weights=True)
    initial = initialize(article(), (8, 8, 1), seed=5)
    optimizer = SGD(learning_rate=0.05, momentum=0.9)
    plan = TrainingPlan(
        initial, optimizer=optimizer, epochs=19, batch_size=16, early_stopping=stopping
    )
    parts = split(data, 0.3)
    state = fit(plan, parts)
    model = compiled(plan.network, plan.loss, plan.optimizer)
    callback = import_keras().callbacks.EarlyStopping(
        monitor="val_loss", **options, restore_best_weights=True
    )
    theirs = model.fit(
        *arrays(data, CLASSES),
        batch_size=16,
        epochs=19,
        shuffle=False,
        validation_split=0.3,
        verbose=0,
        callbacks=[callback],
    ).history
    assert len(theirs["loss"]) == len(state.history) == epochs
    best = stopping.judge(state.history).best_epoch
    assert best < epochs
    assert best == callback.best_epoch + 1
    for mine, other in zip(flat_weights(result(plan, state)), weights_of(model), strict=True):
        np.testing.assert_allclose(mine, other, rtol=1e-4, atol=1e-5 * np.abs(other).max())


def flat_weights(network):
    return [array for own in network.weights for array in own.values()]
