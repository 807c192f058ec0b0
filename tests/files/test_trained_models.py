from dataclasses import replace

import numpy as np
import pytest

from cnncalc.errors import InputError
from cnncalc.files.keras_archive import KerasModel, write_keras
from cnncalc.files.trained_models import read_model, write_model
from cnncalc.layers import Conv2D, Dense, Flatten
from cnncalc.network import forward, initialize
from cnncalc.training.fit import epoch_order, fit
from cnncalc.training.losses import LOSSES
from cnncalc.training.optimizers import SGD, Adam, AdamW, RMSprop
from cnncalc.training.schedules import CosineDecay, ExponentialDecay
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


def save(path, own, state, **options):
    with path.open("wb") as file:
        write_model(file, own, state, CLASSES, **options)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_a_model_comes_back_with_all_that_it_was_trained_by(path, optimizer):
    own = plan(network=network(extras=True), optimizer=optimizer)
    state = fit(own, parts())
    save(path, own, state, fit="crop")
    model = read_model(path)
    assert flat(model.network.weights) == flat(state.weights)
    assert (model.class_names, model.fit, model.notes) == (CLASSES, "crop", ())
    assert (model.training.loss, model.training.optimizer) == (own.loss, optimizer)
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


@pytest.mark.parametrize(
    "config",
    [
        {"optimizer": "adam"},
        {"optimizer": {"class_name": "Lion", "config": {}}},
        {"optimizer": {"class_name": "Adam", "config": {"learning_rate": -1}}},
        {"optimizer": {"class_name": "Adam"}},
        {"loss": 3},
        {"loss": {"class_name": "CategoricalCrossentropy", "config": {"from_logits": True}}},
        {},
    ],
)
def test_what_is_not_known_of_the_training_counts_as_not_said(path, config):
    with path.open("wb") as file:
        write_keras(file, KerasModel(network(), compile_config=config))
    training = read_model(path).training
    assert (training.loss, training.optimizer, training.state) == (None, None, None)


@pytest.mark.parametrize(
    "loss",
    [
        "sparse_categorical_crossentropy",
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
def test_keras_loads_a_model_predicts_the_same_and_goes_on_as_we_do(path, optimizer, extras):
    keras = import_keras()
    net = network(extras=extras)
    # Keras draws what dropout keeps by its own means.
    layers = [layer for layer in net.layers if type(layer).__name__ != "Dropout"]
    own = plan(network=initialize(layers, net.input_shape), optimizer=optimizer, epochs=2)
    data = parts(48)
    state = fit(own, data)
    save(path, own, state)
    model = keras.models.load_model(path)
    images, wanted = arrays(data.training, 3)
    theirs = np.asarray(keras.ops.convert_to_numpy(model(images)))
    ours = read_model(path).network
    np.testing.assert_allclose(forward(ours, images), theirs, rtol=1e-4, atol=1e-6)

    longer = replace(own, epochs=3)
    fit(longer, data, state)
    order = epoch_order(48, own.seed, 3)
    model.fit(images[order], wanted[order], batch_size=16, shuffle=False, verbose=0)
    flat_ours = [array for weights in state.weights for array in weights.values()]
    for mine, other in zip(flat_ours, model.get_weights(), strict=True):
        np.testing.assert_allclose(mine, other, rtol=0, atol=1e-4 * np.abs(other).max())


@marked
@pytest.mark.parametrize("name", ["SGD", "RMSprop", "Adam", "AdamW"])
def test_we_go_on_from_what_keras_has_trained(path, name):
    keras = import_keras()
    model = keras.Sequential([keras.Input((6, 5, 2)), keras.layers.Flatten()])
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
    slots = [array for own in trained.training.state.slots for array in own.values()]
    assert len(slots) == len(theirs) > 0
    for mine, other in zip(slots, theirs, strict=True):
        np.testing.assert_array_equal(mine, other)
