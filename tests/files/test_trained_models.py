from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cnncalc.errors import InputError
from cnncalc.files.keras_archive import KerasModel, write_keras
from cnncalc.files.trained_models import learnt_metadata, read_learnt, read_model, write_model
from cnncalc.layers import Conv2D, Dense, Flatten
from cnncalc.network import forward, initialize
from cnncalc.training.dataset import Parts, make_dataset
from cnncalc.training.evaluation import evaluate_network
from cnncalc.training.fit import epoch_order, fit, result
from cnncalc.training.learnt_images import LearntImages, Spread, ValueRange, describe_images
from cnncalc.training.losses import LOSSES
from cnncalc.training.optimizers import SGD, Adam, AdamW, RMSprop
from cnncalc.training.plan import TrainingPlan
from cnncalc.training.schedules import CosineDecay, ExponentialDecay
from cnncalc.training.state import begin
from tests.keras_peer import import_keras
from tests.peers import requires
from tests.training.examples import CLASSES, flat, network, parts, plan
from tests.training.keras_training import arrays

OPTIMIZERS = [
    SGD(learning_rate=0.02),
    SGD(learning_rate=0.02, momentum=0.9, nesterov=True, clipnorm=1.0),
    RMSprop(momentum=0.5, centered=True),
    Adam(amsgrad=True),
    AdamW(learning_rate=CosineDecay(0.01, 20)),
    SGD(learning_rate=ExponentialDecay(0.1, 5, 0.5, staircase=True)),
]

peer = [
    pytest.mark.peer,
    requires("keras"),
    pytest.mark.filterwarnings("ignore:__array__:DeprecationWarning"),  # Keras's own
]


def marked(test):
    for mark in peer:
        test = mark(test)
    return test


@pytest.fixture
def path(tmp_path):
    return tmp_path / "model.keras"


def save(path, planned, state, **options):
    with path.open("wb") as file:
        write_model(file, planned, state, CLASSES, **options)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_a_model_comes_back_with_all_that_it_was_trained_by(path, optimizer):
    planned = plan(network=network(extras=True), optimizer=optimizer)
    state = fit(planned, parts())
    save(path, planned, state, fit="crop")
    model = read_model(path)
    assert flat(model.network.weights) == flat(state.weights)
    assert (model.class_names, model.fit, model.notes) == (CLASSES, "crop", ())
    assert (model.training.loss, model.training.optimizer) == (planned.loss, optimizer)
    assert model.training.state.iterations == state.optimizer.iterations == 12
    assert flat(model.training.state.slots) == flat(state.optimizer.slots)


def test_the_same_training_gives_the_same_file(tmp_path):
    for name in ("a", "b"):
        save(tmp_path / name, plan(), fit(plan(), parts()))
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_a_model_without_more_has_numbered_classes(path):
    with path.open("wb") as file:
        write_keras(file, KerasModel(network()))
    model = read_model(path)
    assert model.class_names == ()
    assert model.classes == ("class 0", "class 1", "class 2")
    assert model.fit == "stretch"
    assert (model.training.loss, model.training.optimizer, model.training.state) == (None,) * 3


def test_one_output_stands_for_two_classes(path):
    with path.open("wb") as file:
        write_keras(file, KerasModel(initialize([Flatten(), Dense(1)], (2, 2, 1))))
    assert read_model(path).classes == ("class 0", "class 1")


@pytest.mark.parametrize(("layers", "shape"), [([Conv2D(1, 1)], (2, 2, 1)), ([Dense(2)], (3,))])
def test_a_model_that_does_not_classify_images_is_refused(path, layers, shape):
    with path.open("wb") as file:
        write_keras(file, KerasModel(initialize(layers, shape)))
    with pytest.raises(InputError, match=r"model\.keras' must take images .* Received: input"):
        read_model(path)


def read_compiled(path, net=None, **config):
    """Return what is read of a model that is compiled so."""
    with path.open("wb") as file:
        write_keras(file, KerasModel(net or network(), compile_config=config))
    return read_model(path).training


@pytest.mark.parametrize(
    ("layer", "kind", "words"),
    [
        (Dense(3), "SparseCategoricalCrossentropy", None),
        (Dense(3), "BinaryCrossentropy", None),
        (Dense(1), "BinaryCrossentropy", "counts an output above 0.5 as yes"),
        (Dense(3, activation="softmax"), "CategoricalCrossentropy", "on TensorFlow it takes what"),
    ],
)
def test_a_loss_of_logits_comes_back_as_one(path, layer, kind, words):
    net = initialize([Flatten(), layer], (6, 5, 2))
    training = read_compiled(path, net, loss={"class_name": kind, "config": {"from_logits": True}})
    assert training.loss.from_logits
    assert training.loss.name.endswith("crossentropy")
    assert [words in note for note in training.notes] == ([True] if words else [])


@pytest.mark.parametrize(
    "loss",
    [
        "sparse_categorical_crossentropy",
        ["categorical_crossentropy"],
        {"class_name": "function", "config": "categorical_crossentropy"},
        {"class_name": "CategoricalCrossentropy", "config": {"from_logits": False}},
        {"class_name": "SparseCategoricalCrossentropy", "config": {}},
    ],
)
def test_a_loss_may_be_written_as_keras_writes_it(path, loss):
    with path.open("wb") as file:
        write_keras(file, KerasModel(network(), compile_config={"loss": loss}))
    assert read_model(path).training.loss is LOSSES["categorical_crossentropy"]


@marked
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("extras", [False, True])
@pytest.mark.parametrize("frozen", [(), ("conv2d",), ("batch_normalization", "dense")])
def test_keras_loads_a_model_predicts_the_same_and_goes_on_as_we_do(
    path, optimizer, extras, frozen
):
    keras = import_keras()
    net = network(extras=extras)
    # Keras draws what dropout keeps by its own means.
    layers = [
        replace(layer, trainable=layer.name not in frozen)
        for layer in net.layers
        if type(layer).__name__ != "Dropout"
    ]
    planned = plan(network=initialize(layers, net.input_shape), optimizer=optimizer, epochs=2)
    data = parts(48)
    state = fit(planned, data)
    save(path, planned, state)
    model = keras.models.load_model(path)
    assert [layer.trainable for layer in model.layers] == [layer.trainable for layer in layers]
    images, wanted = arrays(data.training, 3)
    theirs = np.asarray(keras.ops.convert_to_numpy(model(images)))
    ours = read_model(path).network
    np.testing.assert_allclose(forward(ours, images), theirs, rtol=1e-4, atol=1e-6)

    longer = replace(planned, epochs=3)
    fit(longer, data, state)
    order = epoch_order(48, planned.seed, 3)
    model.fit(images[order], wanted[order], batch_size=16, shuffle=False, verbose=0)
    flat_ours = [array for weights in state.weights for array in weights.values()]
    for mine, other in zip(flat_ours, model.get_weights(), strict=True):
        np.testing.assert_allclose(mine, other, rtol=0, atol=1e-4 * np.abs(other).max())


@marked
def test_keras_loads_what_is_remembered_of_images_and_leaves_it_out_of_its_own_file(path, tmp_path):
    keras = import_keras()
    data = parts(48)
    known = describe_images(data.training)
    save(path, plan(), fit(plan(), data), learnt=known)
    assert read_model(path).learnt == known
    keras.models.load_model(path).save(tmp_path / "again.keras")
    again = read_model(tmp_path / "again.keras")
    assert again.learnt is None
    assert flat(again.network.weights) == flat(read_model(path).network.weights)


@pytest.mark.parametrize(
    ("name", "loss"), [("mse", "mean_squared_error"), ("BCE", "binary_crossentropy")]
)
def test_a_loss_may_be_abbreviated(path, name, loss):
    assert read_compiled(path, loss=name).loss is LOSSES[loss]


@marked
@pytest.mark.parametrize(
    ("units", "loss"),
    [
        (3, "SparseCategoricalCrossentropy"),
        (3, "CategoricalCrossentropy"),
        (3, "BinaryCrossentropy"),
        (1, "BinaryCrossentropy"),
    ],
)
def test_a_loss_of_logits_is_the_same_in_keras_there_and_back(path, units, loss):
    keras = import_keras()
    data = two_classes() if units == 1 else parts().training
    model = keras.Sequential([keras.Input((6, 5, 2)), keras.layers.Flatten()])
    model.add(keras.layers.Dense(units))
    logits = getattr(keras.losses, loss)(from_logits=True)
    model.compile(keras.optimizers.SGD(0.05, momentum=0.9), logits, metrics=["accuracy"])
    images, wanted = arrays(data, units)
    told = data.labels if loss.startswith("Sparse") else wanted
    model.fit(images, told, epochs=2, verbose=0)
    model.save(path)
    trained = read_model(path)
    score = evaluate_network(trained.network, trained.training.loss, data).score
    assert [score.loss, score.accuracy] == pytest.approx(
        model.evaluate(images, told, verbose=0), abs=1e-5
    )

    further = TrainingPlan(
        trained.network, trained.training.loss, trained.training.optimizer, epochs=1, batch_size=64
    )
    state = fit(further, Parts(data, None), begin(
        trained.network, further.optimizer, trained.training.state))  # fmt: skip
    with path.open("wb") as file:
        write_model(file, further, state, data.class_names)
    back = keras.models.load_model(path)
    ours = evaluate_network(result(further, state), further.loss, data).score
    assert back.evaluate(images, wanted, verbose=0) == pytest.approx(
        [ours.loss, ours.accuracy], abs=1e-5
    )
    model.fit(images, told, batch_size=64, shuffle=False, verbose=0)
    for mine, other in zip(back.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_allclose(mine, other, rtol=1e-4, atol=1e-6)


def two_classes():
    data = parts().training
    images, labels = data.batch(np.flatnonzero(data.labels < 2))
    return make_dataset(images, labels, ["dark", "light"])


@marked
@pytest.mark.parametrize("name", ["SGD", "RMSprop", "Adam", "AdamW"])
def test_we_go_on_from_what_keras_has_trained(path, name):
    keras = import_keras()
    model = keras.Sequential([keras.Input((6, 5, 2)), keras.layers.Flatten()])
    model.add(keras.layers.Dense(4, trainable=False))
    model.add(keras.layers.Dense(3, activation="softmax"))
    options = {"momentum": 0.9} if name == "SGD" else {}
    model.compile(getattr(keras.optimizers, name)(0.01, **options), "categorical_crossentropy")
    images, wanted = arrays(parts(16).training, 3)
    model.fit(images, wanted, epochs=3, verbose=0)
    model.save(path)
    trained = read_model(path)
    assert trained.training.loss is LOSSES["categorical_crossentropy"]
    assert type(trained.training.optimizer).__name__ == name
    assert trained.training.optimizer.learning_rate == 0.01
    assert trained.training.state.iterations == 3
    theirs = [np.asarray(variable) for variable in model.optimizer.variables[2:]]
    slots = [array for slots in trained.training.state.slots for array in slots.values()]
    assert len(slots) == len(theirs) > 0
    for mine, other in zip(slots, theirs, strict=True):
        np.testing.assert_array_equal(mine, other)


KNOWN = LearntImages((8, 8, 1), ValueRange(0, 16), Spread(0.3, 0.03), Spread(0.2, 0.05))


def test_what_is_kept_is_read_again():
    assert read_learnt(learnt_metadata(KNOWN)) == KNOWN


@pytest.mark.parametrize(
    "change",
    [
        {"shape": 8},
        {"values": None},
        {"values": {"least": 0}},
        {"values": {"least": 0, "largest": 0}},
        {"values": {"least": 0, "largest": float("nan")}},
        {"values": {"least": 0, "largest": 10**400}},
        {"values": {"least": 0, "largest": 16, "more": 1}},
        {"brightness": [0.3, 0.03]},
        {"brightness": {"mean": "dark", "deviation": 1}},
        {"border_brightness": {"mean": {}, "deviation": 1}},
    ],
)
def test_what_is_no_such_thing_counts_as_not_kept(change):
    assert read_learnt(learnt_metadata(KNOWN) | change) is None


@pytest.mark.parametrize("stored", [None, 3, "images", [], {}])
def test_anything_else_counts_as_not_kept(stored):
    assert read_learnt(stored) is None
