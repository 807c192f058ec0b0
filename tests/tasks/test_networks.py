"""A live Keras model as a network: read through what it saves itself."""

import numpy as np
import pytest

import cnncalc
from cnncalc.errors import InputError
from cnncalc.files.keras_archive import KerasModel, write_keras
from cnncalc.layers import BatchNormalization, Conv2D, Dense, Flatten, MaxPooling2D
from cnncalc.network import initialize
from cnncalc.tasks.arguments import Caller, is_live
from cnncalc.tasks.live_models import saved_model
from cnncalc.tasks.networks import read_network
from tests.keras_peer import import_keras
from tests.peers import requires

LAYERS = (
    Conv2D(3, 3, activation="relu", name="edges"),
    BatchNormalization(),
    MaxPooling2D(2),
    Flatten(),
    Dense(2, activation="softmax"),
)
IMAGE = np.random.default_rng(3).random((8, 8, 1)).astype(np.float32)


class StandIn:
    """Has the parts of a Keras model by which it is known, and saves a network of ours."""

    name = "stand in"  # no name for a file

    def __init__(self, network):
        self.network = network

    def get_config(self):
        return {}

    def get_weights(self):
        return [weight for weights in self.network.weights for weight in weights.values()]

    def save(self, path):
        with path.open("wb") as file:
            write_keras(file, KerasModel(self.network))


@pytest.fixture
def network():
    return initialize(LAYERS, (8, 8, 1), seed=1)


def same_weights(ours, theirs):
    return all(
        np.array_equal(one[name], other[name])
        for one, other in zip(ours, theirs, strict=True)
        for name in one
    )


def test_a_live_model_is_known_by_its_parts(network):
    assert is_live(StandIn(network))
    assert not is_live(network)
    assert not is_live(None)


def test_a_stand_in_is_read_with_its_weights(network):
    trace = cnncalc.record(StandIn(network), IMAGE)
    assert same_weights(trace.network.weights, network.weights)
    assert np.array_equal(trace.output, cnncalc.record(network, IMAGE).output)
    assert cnncalc.summarize(StandIn(network)).parameters == sum(
        weight.size for weight in StandIn(network).get_weights()
    )
    [prediction] = cnncalc.predict(StandIn(network), IMAGE)
    assert np.allclose(prediction.outputs, trace.output, atol=1e-6)


def test_the_file_is_removed_and_never_named(network):
    with saved_model(StandIn(network)) as path:
        assert path.exists()
    assert not path.exists()
    hostile = initialize([Flatten(), Dense(2)], (2, 2, 1))
    hostile.weights[1]["kernel"].flags.writeable = True
    hostile.weights[1]["kernel"][0] = np.nan
    with pytest.raises(InputError) as raised:
        cnncalc.predict(StandIn(hostile), np.zeros((2, 2)))
    assert str(raised.value).startswith("the Keras model")


def test_a_model_that_cant_be_saved_is_an_error_of_cnncalc(network):
    class Unsaved(StandIn):
        def save(self, path):
            message = "Not built yet"
            raise ValueError(message)

    with pytest.raises(InputError, match="can't be saved to be read: not built yet"):
        cnncalc.record(Unsaved(network), IMAGE)


@pytest.mark.filterwarnings("ignore:__array__:DeprecationWarning")  # Keras's own
@pytest.mark.peer
@requires("keras")
@pytest.mark.parametrize("is_functional", [False, True])
def test_a_model_of_keras_gives_its_own_numbers(is_functional):
    keras = import_keras()
    layers = [
        keras.layers.Conv2D(3, 3, activation="relu", name="edges"),
        keras.layers.BatchNormalization(),
        keras.layers.MaxPooling2D(2),
        keras.layers.Flatten(),
        keras.layers.Dense(2, activation="softmax"),
    ]
    if is_functional:
        first = output = keras.Input((8, 8, 1))
        for layer in layers:
            output = layer(output)
        model = keras.Model(first, output)
    else:
        model = keras.Sequential([keras.Input((8, 8, 1)), *layers])
    model.compile("adam", "sparse_categorical_crossentropy")
    trace = cnncalc.record(model, IMAGE)
    found = [weight for weights in trace.network.weights for weight in weights.values()]
    assert all(
        np.array_equal(ours, theirs)
        for ours, theirs in zip(found, model.get_weights(), strict=True)
    )
    wanted = model.predict(IMAGE[np.newaxis], verbose=0)[0]
    assert np.allclose(trace.output, wanted, atol=1e-5)
    assert cnncalc.summarize(model).parameters == model.count_params()
    [prediction] = cnncalc.predict(model, IMAGE)
    assert np.allclose(prediction.outputs, wanted, atol=1e-5)
    trained = cnncalc.train(
        (np.stack([IMAGE, 1 - IMAGE]), [0, 1]), model, epochs=1, validation_split=0
    )
    assert len(trained.history) == 1


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Conv2D(2, 1); Flatten()", "sequential"),
        ("Conv2D(2, 1); Add()([conv2d, conv2d])", "functional"),
    ],
)
def test_a_listing_is_called_as_keras_calls_such_a_model(text, name):
    assert read_network(text, Caller()).name == name


def test_a_functional_listing_brings_its_input_shape():
    listing = "i = Input((4, 4, 1)); x = Conv2D(2, 1)(i); y = x + i; m = Model(i, y)"
    assert cnncalc.summarize(listing).input_shape == (4, 4, 1)
