from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cnncalc.errors import OptionError
from cnncalc.files.checkpoints import CheckpointWriter, read_checkpoint
from cnncalc.keras_engine import KerasEngine
from cnncalc.layers import (
    BatchNormalization,
    Concatenate,
    Conv2D,
    Dense,
    Flatten,
    GlobalAveragePooling2D,
    L2Pooling2D,
    MaxPooling2D,
    Multiply,
    Subtract,
)
from cnncalc.network import initialize
from cnncalc.training.dataset import Parts, split
from cnncalc.training.engine import NUMPY, evaluate_with
from cnncalc.training.fit import fit, is_finished, result
from cnncalc.training.history import EarlyStopping
from cnncalc.training.losses import LOSSES
from cnncalc.training.optimizers import SGD, Adam
from cnncalc.training.plan import TrainingPlan
from cnncalc.training.state import TrainingState, begin, trainable
from tests.keras_peer import import_keras
from tests.peers import requires
from tests.training.examples import dataset, flat, network, parts, plan
from tests.training.test_keras_equality import (
    FROZEN,
    NETWORKS,
    OPTIMIZERS,
    OPTIONS,
    article,
    digits,
    frozen,
)

pytestmark = [
    pytest.mark.peer,
    requires("keras"),
    pytest.mark.filterwarnings("ignore:__array__:DeprecationWarning"),  # Keras's own
]


@pytest.fixture(scope="module")
def engine():
    import_keras()
    return KerasEngine()


def after(batches):
    """Say stop after so many batches."""
    count = iter(range(1, 1000))
    return lambda: next(count) >= batches


def arrays(mappings):
    return [array for arrays in mappings for array in arrays.values()]


def assert_equal(ours: TrainingState, theirs: TrainingState):
    for mine, other in zip(arrays(ours.weights), arrays(theirs.weights), strict=True):
        np.testing.assert_allclose(other, mine, rtol=1e-4, atol=1e-5 * np.abs(mine).max())
    slots = (arrays(ours.optimizer.slots), arrays(theirs.optimizer.slots))
    for mine, other in zip(*slots, strict=True):
        np.testing.assert_allclose(other, mine, rtol=1e-3, atol=1e-5 * np.abs(mine).max())
    assert ours.optimizer.iterations == theirs.optimizer.iterations
    for mine, other in zip(ours.history, theirs.history, strict=True):
        for name in ("loss", "accuracy", "val_loss", "val_accuracy"):
            assert getattr(other, name) == pytest.approx(getattr(mine, name), abs=1e-5), name
        kept = ("epoch", "learning_rate", "images")
        assert [getattr(other, name) for name in kept] == [getattr(mine, name) for name in kept]


def check(engine, planned: TrainingPlan, data: Parts | None = None):
    data = data or split(digits(150), 0.3)
    assert_equal(fit(planned, data), fit(planned, data, engine=engine))


@pytest.mark.parametrize("layers", NETWORKS)
@pytest.mark.parametrize("loss", LOSSES)
def test_every_loss_of_every_network_comes_to_the_numbers_of_numpy(engine, layers, loss):
    initial = initialize(NETWORKS[layers](), (8, 8, 1), seed=1)
    check(engine, TrainingPlan(initial, LOSSES[loss], epochs=3, batch_size=32))


@pytest.mark.parametrize("optimizer", OPTIMIZERS | OPTIONS)
def test_every_optimizer_comes_to_the_numbers_of_numpy(engine, optimizer):
    initial = initialize(article(), (8, 8, 1), seed=1)
    rule = (OPTIMIZERS | OPTIONS)[optimizer]
    check(engine, TrainingPlan(initial, optimizer=rule, epochs=3, batch_size=32))


@pytest.mark.parametrize("places", FROZEN.values(), ids=FROZEN)
def test_frozen_layers_stay_as_they_are_to_the_last_bit(engine, places):
    initial = initialize(frozen(*places), (8, 8, 1), seed=1)
    planned = TrainingPlan(initial, epochs=2, batch_size=32)
    data = split(digits(150), 0.3)
    ours, theirs = fit(planned, data), fit(planned, data, engine=engine)
    assert_equal(ours, theirs)
    for state in (ours, theirs):
        pairs = zip(initial.layers, initial.weights, state.weights, strict=True)
        for layer, before, after in pairs:
            changes = [not np.array_equal(before[name], after[name]) for name in before]
            assert all(changes) if layer.trainable else not any(changes)
    assert len(ours.optimizer.slots) == len(trainable(initial))


@pytest.mark.parametrize("loss", ["binary_crossentropy", "mean_squared_error"])
def test_one_output_for_yes_or_no_comes_to_the_numbers_of_numpy(engine, loss):
    data = dataset(60)
    two = replace(data, labels=data.labels % 2, class_names=("no", "yes"))
    layers = [Flatten(), Dense(1, activation="sigmoid")]
    planned = TrainingPlan(initialize(layers, (6, 5, 2)), LOSSES[loss], epochs=3, batch_size=16)
    check(engine, planned, split(two, 0.3))


def test_pixels_padding_in_numbers_and_saturated_outputs_come_to_the_numbers_of_numpy(engine):
    layers = [
        Conv2D(4, 3, padding=(1, 0), activation="relu"),
        MaxPooling2D(2),
        Flatten(),
        Dense(3, activation="softmax"),
    ]
    initial = initialize(layers, (6, 5, 2), seed=2)
    data = Parts(dataset(50, dtype=np.uint8), dataset(20, seed=1, dtype=np.uint8))
    planned = TrainingPlan(initial, optimizer=SGD(learning_rate=1e-3), epochs=3, batch_size=16)
    assert fit(planned, data).history[0].loss > 2  # Keras would clip probabilities at 1e-7
    check(engine, planned, data)


# Two branches of unequal length with equal shapes; zeros that make one of them longer in Keras; a
# skip from the image; what is trained in one branch alone. A normalization takes a bias before it
# out again: rounding would be all that it learns by.
BRANCHES = (
    Conv2D(2, 3, padding="same", name="other"),
    Conv2D(2, 3, padding="same", activation="relu", use_bias=False, name="short"),
    Conv2D(2, 3, padding="same", name="first", inputs=("input",)),
    Conv2D(2, 3, padding=(1, 1, 1, 1), use_bias=False, name="second"),
    Subtract(name="subtract", inputs=("short", "second")),
    Conv2D(2, 3, padding="same", trainable=False, name="frozen", inputs=("input",)),
    Concatenate(name="concatenate", inputs=("subtract", "input", "frozen")),
    BatchNormalization(name="normalization"),
    GlobalAveragePooling2D(keepdims=True, name="means"),
    Dense(6, activation="sigmoid", name="shares"),
    Multiply(name="weighed", inputs=("normalization", "shares")),
    Flatten(name="flatten"),
    Dense(3, activation="softmax", name="dense"),
)


@pytest.mark.parametrize("optimizer", [SGD(momentum=0.9), Adam(learning_rate=0.01)])
def test_branches_come_to_the_numbers_of_numpy(engine, optimizer):
    initial = initialize(BRANCHES, (6, 5, 2), seed=1)
    planned = TrainingPlan(initial, optimizer=optimizer, epochs=2, batch_size=16)
    check(engine, planned, parts())


def test_branches_go_on_from_any_batch_to_the_very_same_bytes(engine):
    planned, data = plan(network=initialize(BRANCHES, (6, 5, 2), seed=1)), parts()
    expected = fit(planned, data, engine=engine)
    stopped = fit(planned, data, engine=engine, should_stop=after(5))
    resumed = fit(planned, data, stopped, engine=engine)
    assert flat(resumed.weights) == flat(expected.weights)


def test_the_same_seed_gives_the_same_bytes(engine):
    runs = [
        fit(plan(network=network(extras=True), seed=seed), parts(), engine=engine)
        for seed in (0, 0, 1)
    ]
    weights = [flat(state.weights) for state in runs]
    assert weights[0] == weights[1] != weights[2]


def test_a_training_goes_on_from_any_batch_to_the_very_same_bytes(engine):
    planned, data = plan(network=network(extras=True)), parts()  # dropout among them
    expected = fit(planned, data, engine=engine)
    for batches in range(1, 18):
        state = fit(planned, data, should_stop=after(batches), engine=engine)
        assert not is_finished(planned, state)
        fit(planned, data, state, engine=engine)
        assert is_finished(planned, state)
        assert flat(state.weights) == flat(expected.weights)
        assert flat(state.optimizer.slots) == flat(expected.optimizer.slots)
        assert [replace(record, seconds=0) for record in state.history] == [
            replace(record, seconds=0) for record in expected.history
        ]


def test_a_checkpoint_within_an_epoch_has_the_weights_of_that_batch(engine, tmp_path):
    planned, data, path = plan(), parts(), tmp_path / "a.checkpoint"
    writer = CheckpointWriter(path, {}, minutes=0)
    written: list[TrainingState] = []

    class Reader:
        def on_batch(self, state):
            written.append(read_checkpoint(path, {}))

        def on_epoch(self, state):
            pass

    fit(replace(planned, epochs=1), data, watchers=[writer, Reader()], engine=engine)
    for batch, state in enumerate(written[:3], 1):
        assert_equal(fit(planned, data, should_stop=after(batch)), state)
    assert len({flat(state.weights) for state in written}) == 4


def test_early_stopping_puts_the_best_weights_back(engine):
    stopping = EarlyStopping(patience=2, restore_best_weights=True)
    planned = plan(
        epochs=60, optimizer=SGD(learning_rate=1.5, momentum=0.9), early_stopping=stopping
    )
    data = parts(20)
    state = fit(planned, data, engine=engine)
    losses = [record.val_loss for record in state.history]
    assert 3 <= len(losses) < 60
    best = evaluate_with(engine, planned, result(planned, state), data.validation)
    assert best.score.loss == min(losses)


def test_both_engines_evaluate_alike(engine):
    planned, data = plan(network=network(extras=True)), dataset(37)
    ours, theirs = (
        evaluate_with(trainer, planned, planned.network, data) for trainer in (NUMPY, engine)
    )
    np.testing.assert_allclose(theirs.losses, ours.losses, atol=1e-5)
    np.testing.assert_allclose(theirs.outputs, ours.outputs, atol=1e-6)
    assert theirs.report.matrix.tolist() == ours.report.matrix.tolist()


def test_a_training_that_diverges_ends_in_one_clear_line(engine):
    planned = plan(optimizer=SGD(learning_rate=1e30))
    with pytest.raises(OptionError, match=r"loss became (nan|inf) in epoch 1, batch \d: the"):
        fit(planned, parts(), engine=engine)


def test_the_state_is_left_to_itself_at_the_end(engine):
    state = begin(network(), Adam())
    fetch = state.fetch
    fit(plan(epochs=1), parts(), state, engine=engine)
    assert state.fetch is fetch


def test_what_keras_cannot_train_is_refused(engine):
    layers = [L2Pooling2D(2), Flatten(), Dense(3)]
    with pytest.raises(OptionError) as caught:
        engine.notes(plan(network=initialize(layers, (6, 5, 2))))
    assert str(caught.value) == (
        "engine keras can train layers that Keras has, engine numpy trains all. "
        "Received: l2_pooling2d"
    )
    with pytest.raises(OptionError, match=r"keras trains weights in float32.* Received: float64"):
        engine.notes(plan(network=network(dtype=np.float64)))


def test_it_says_on_what_it_trains_and_what_differs(engine):
    keras = import_keras()
    expected = f"engine: Keras {keras.__version__} on {keras.backend.backend()}"
    assert engine.notes(plan()) == (expected,)
    notes = engine.notes(plan(network=network(extras=True), threads=2))
    assert notes[1:] == (
        "--threads is left to Keras, which shares the work out itself",
        "Dropout: Keras draws what is dropped, so the weights differ from NumPy's",
    )
    assert engine.name == f"keras on {keras.backend.backend()}"


def test_channels_stand_last_whatever_keras_is_set_to(engine):
    config = import_keras().config
    config.set_image_data_format("channels_first")
    try:
        check(engine, plan(epochs=1), parts())
    finally:
        config.set_image_data_format("channels_last")
