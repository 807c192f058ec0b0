"""Networks that branch as `.keras` files, and the same files in Keras."""

import io
import json
from dataclasses import MISSING, fields

import h5py
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnncalc.files.keras_archive import KerasModel, read_keras, read_weights
from cnncalc.files.keras_training import compile_config, optimizer_variables, read_training
from cnncalc.layers import (
    INFERENCE_ONLY_LAYERS,
    Add,
    Conv2D,
    Dense,
    Flatten,
    Identity,
    Subtract,
)
from cnncalc.layers.graph import in_keras_order
from cnncalc.network import assemble, forward
from cnncalc.tasks.live_models import saved_model
from cnncalc.training.losses import LOSSES
from cnncalc.training.optimizers import SGD
from cnncalc.training.state import begin, trainable
from tests.drawn_graphs import graphs
from tests.files.keras_files import parts_of, save, saved, varied, zipped
from tests.files.keras_graphs import as_keras_2
from tests.keras_peer import import_keras
from tests.peers import requires

# Two branches of one length. With zeros within it, the second is longer, and begins earlier.
PADDED = (
    Conv2D(2, 3, padding="same", name="one"),
    Conv2D(2, 3, padding="same", name="two"),
    Conv2D(2, 3, padding="same", name="other", inputs=("input",)),
    Conv2D(2, 3, padding=(1, 1, 1, 1), name="padded"),
    Subtract(name="subtract", inputs=("two", "padded")),
    Flatten(name="flatten"),
    Dense(2, name="dense"),
)


def kernels_of(content):
    """The first number of each group's kernel, by the group's name."""
    with h5py.File(io.BytesIO(parts_of(content)["model.weights.h5"])) as file:
        groups = {name: group["vars"] for name, group in file["layers"].items()}
        return {name: float(group["0"][()].flat[0]) for name, group in groups.items() if len(group)}


def first_numbers(network):
    return {
        layer.name: float(weights["kernel"].flat[0])
        for layer, weights in zip(network.layers, network.weights, strict=True)
        if weights
    }


def test_zeros_in_front_of_a_layer_change_the_order_that_keras_has(tmp_path):
    network = varied(PADDED, (6, 6, 2))
    assert [layer.name for layer in network.layers][:4] == ["one", "other", "two", "padded"]
    numbers, groups = first_numbers(network), kernels_of(saved(KerasModel(network)))
    assert (groups["conv2d"], groups["conv2d_1"]) == (numbers["other"], numbers["one"])
    assert (groups["conv2d_2"], groups["conv2d_3"]) == (numbers["two"], numbers["padded"])
    again = read_keras(save(tmp_path, KerasModel(network))).network
    assert first_numbers(again) == numbers
    image = np.random.default_rng(0).normal(size=(2, 6, 6, 2)).astype(np.float32)
    np.testing.assert_allclose(forward(again, image), forward(network, image), rtol=1e-5)


def test_what_an_optimizer_remembers_is_written_in_the_order_of_the_file(tmp_path):
    network, optimizer = varied(PADDED, (6, 6, 2)), SGD(momentum=0.9)
    state = begin(network, optimizer).optimizer
    for number, slots in enumerate(state.slots):
        slots["momentum"][...] = number
    model = KerasModel(
        network,
        compile_config=compile_config(LOSSES["mean_squared_error"], optimizer),
        extra={"optimizer": optimizer_variables(network, optimizer, state)},
    )
    again = read_keras(save(tmp_path, model))
    remembered = read_training(again).state
    given = {
        (network.layers[place].name, name): float(number)
        for number, (place, name) in enumerate(trainable(network))
    }
    found = {
        (again.network.layers[place].name, name): float(slot["momentum"].flat[0])
        for (place, name), slot in zip(trainable(again.network), remembered.slots, strict=True)
    }
    assert found == given


@settings(deadline=None, max_examples=20)
@given(graphs(), st.integers(0, 1000))
def test_any_network_that_branches_comes_back_as_it_was(tmp_path_factory, graph, seed):
    layers, shape = graph
    network = varied(layers, shape, seed)
    path = tmp_path_factory.mktemp("graph") / "model.keras"
    path.write_bytes(saved(KerasModel(network)))
    again = read_keras(path).network
    assert again.layers == network.layers
    for ours, theirs in zip(network.weights, again.weights, strict=True):
        assert all(np.array_equal(ours[name], theirs[name]) for name in ours)


def test_a_graph_is_a_functional_model_and_a_chain_a_sequential():
    def kind_and_name(layers):
        config = json.loads(parts_of(saved(KerasModel(varied(layers, (6, 6, 2)))))["config.json"])
        return config["class_name"], config["config"]["name"]

    assert kind_and_name(PADDED) == ("Functional", "functional")
    assert kind_and_name((Flatten(), Dense(2))) == ("Sequential", "sequential")


def test_a_layer_named_as_the_input_is_told_apart(tmp_path):
    layers = (Conv2D(2, 1, name="input_layer"), Add(name="add", inputs=("input_layer", "input")))
    network = varied(layers, (3, 3, 2))
    content = saved(KerasModel(network))
    entries = json.loads(parts_of(content)["config.json"])["config"]["layers"]
    assert [entry["name"] for entry in entries] == ["input_layer_1", "input_layer", "add"]
    assert read_keras(save(tmp_path, content)).network.layers == network.layers


def test_weights_of_their_own_file_go_to_the_layers_that_keras_counts(tmp_path):
    network = varied(PADDED, (6, 6, 2))
    path = tmp_path / "model.weights.h5"
    path.write_bytes(parts_of(saved(KerasModel(network)))["model.weights.h5"])
    blank = assemble(network.layers, (6, 6, 2), varied(PADDED, (6, 6, 2), seed=1).weights)
    assert first_numbers(read_weights(path, blank)) == first_numbers(network)


# --- With Keras ---

peer = [
    pytest.mark.peer,
    requires("keras"),
    pytest.mark.filterwarnings("ignore"),  # what Keras warns about is Keras's to mend
]


def marked(test):
    for mark in peer:
        test = mark(test)
    return test


def residual(keras, layers, image):
    x = layers.Conv2D(4, 3, padding="same")(image)
    for number in range(2):
        skip = layers.BatchNormalization()(layers.Conv2D(4, 1)(x)) if number else x
        x = layers.ReLU()(layers.BatchNormalization()(layers.Conv2D(4, 3, padding="same")(x)))
        x = layers.Add()([skip, layers.Conv2D(4, 3, padding="same")(x)])
    return layers.Dense(3, activation="softmax")(layers.GlobalAveragePooling2D()(x))


def inception(keras, layers, image):
    def conv(size, x):
        return layers.Conv2D(2, size, padding="same", activation="relu")(x)

    pooled = layers.MaxPooling2D(3, 1, padding="same")(image)
    ways = [conv(3, image), conv(3, conv(1, image)), conv(3, conv(3, conv(1, image))), pooled]
    return layers.Dense(2)(layers.Flatten()(layers.Concatenate(axis=3)(ways)))


def squeeze_and_excite(keras, layers, image):
    x = layers.Conv2D(4, 3)(image)
    means = layers.GlobalAveragePooling2D(keepdims=True)(x)
    shares = layers.Dense(4, activation="sigmoid")(layers.Dense(2, activation="relu")(means))
    return layers.Flatten()(layers.Multiply()([x, shares]))


def unequal(keras, layers, image):
    short = layers.Conv2D(3, 3, padding="same")(image)
    long = layers.Conv2D(3, 3, padding="same")(layers.Conv2D(3, 3, padding="same")(image))
    return layers.Flatten()(layers.Subtract()([short, long]))


def nested(keras, layers, image):
    given = keras.Input((8, 8, 2))
    inner = layers.Conv2D(2, 1)(layers.Conv2D(2, 1)(given))
    block = keras.Model(given, layers.Add()([given, inner]), name="block")
    chain = [layers.Conv2D(4, 1), keras.Sequential([layers.Conv2D(2, 1)])]
    x = keras.Sequential(chain, name="chain")(image)
    beside = layers.Conv2D(2, 1)(layers.Conv2D(2, 1)(x))
    return layers.Flatten()(layers.Maximum()([block(x, training=False), beside]))


def separable(keras, layers, image):
    one = layers.SeparableConv2D(4, 3, padding="same", depth_multiplier=2)(image)
    two = layers.SeparableConv2D(4, 3, padding="same", activation="relu", use_bias=False)(
        layers.SeparableConv2D(4, 3, padding="same")(image)
    )
    return layers.Flatten()(layers.Minimum()([one, two]))


def operations(keras, layers, image):
    short = layers.Conv2D(3, 1)(image)
    long = layers.Conv2D(3, 1)(layers.Conv2D(3, 1)(image))
    joined = keras.ops.maximum((short - long) * image + short, long)
    return layers.Flatten()(layers.Average()([joined, image, short]))


def zeros(keras, layers, image):
    padded = layers.Conv2D(3, 3)(layers.ZeroPadding2D(1)(image))
    plain = layers.Conv2D(3, 3, padding="same")(image)
    long = layers.Conv2D(3, 3, padding="same")(layers.Conv2D(3, 1)(image))
    return layers.Flatten()(layers.Add()([long, padded, plain]))


GRAPHS = (
    *(residual, inception, squeeze_and_excite, unequal),
    *(nested, separable, operations, zeros),
)


def randomize(model, seed=0):
    """Give a model of Keras weights of which no two are alike; return images for it."""
    generator = np.random.default_rng(seed)
    for weight in model.weights:
        low, high = (0.5, 1.5) if "variance" in weight.path else (-0.5, 0.5)
        weight.assign(generator.uniform(low, high, weight.shape))
    return generator.uniform(-1, 1, (3, *model.input_shape[1:])).astype(np.float32)


def predicted(model, images):
    return np.asarray(model.predict_on_batch(images))


@marked
@pytest.mark.parametrize("build", GRAPHS, ids=lambda build: build.__name__)
def test_a_graph_of_keras_survives_the_way_to_us_and_back(tmp_path, build):
    keras = import_keras()
    image = keras.Input((8, 8, 3), name="input")
    theirs = keras.Model(image, build(keras, keras.layers, image))
    images = randomize(theirs)
    theirs.save(tmp_path / "theirs.keras")
    ours = read_keras(tmp_path / "theirs.keras").network
    np.testing.assert_allclose(forward(ours, images), predicted(theirs, images), 1e-5, 1e-6)

    back = keras.models.load_model(save(tmp_path, KerasModel(ours)))
    np.testing.assert_allclose(predicted(back, images), predicted(theirs, images), 1e-5, 1e-6)
    back.save(tmp_path / "again.keras")
    assert read_keras(tmp_path / "again.keras").network.layers == ours.layers


@marked
@pytest.mark.parametrize("build", [residual, inception, unequal], ids=lambda build: build.__name__)
def test_keras_and_we_read_the_calls_of_keras_2_alike(tmp_path, build):
    keras = import_keras()
    image = keras.Input((8, 8, 3))
    theirs = keras.Model(image, build(keras, keras.layers, image))
    images = randomize(theirs)
    path = tmp_path / "theirs.keras"
    theirs.save(path)
    parts = parts_of(path.read_bytes())
    config = as_keras_2(json.loads(parts["config.json"]))
    path.write_bytes(zipped(parts | {"config.json": json.dumps(config).encode()}))
    loaded = keras.models.load_model(path)
    np.testing.assert_allclose(predicted(loaded, images), predicted(theirs, images), 1e-6)
    ours = read_keras(path).network
    np.testing.assert_allclose(forward(ours, images), predicted(theirs, images), 1e-5, 1e-6)


@marked
@settings(deadline=None, max_examples=10)
@given(graph=graphs(), seed=st.integers(0, 100))
def test_keras_loads_any_graph_and_predicts_the_same(tmp_path_factory, graph, seed):
    keras = import_keras()
    layers, shape = graph
    network = varied(layers, shape, seed)
    path = tmp_path_factory.mktemp("graph") / "model.keras"
    path.write_bytes(saved(KerasModel(network)))
    theirs = keras.models.load_model(path)
    names = [layer.name for layer in theirs.layers][1:]
    assert names == [layer.name for layer in in_keras_order(layers)]
    images = np.random.default_rng(seed).normal(size=(2, *shape)).astype(np.float32)
    np.testing.assert_allclose(forward(network, images), predicted(theirs, images), 2e-4, 2e-4)


@marked
@pytest.mark.parametrize("build", [unequal, nested, separable], ids=lambda build: build.__name__)
def test_the_optimizers_memory_goes_both_ways(tmp_path, build):
    keras = import_keras()
    image = keras.Input((8, 8, 3))
    theirs = keras.Model(image, keras.layers.Dense(2)(build(keras, keras.layers, image)))
    images = randomize(theirs)
    theirs.compile(keras.optimizers.Adam(), "mse")
    for _ in range(2):
        theirs.train_on_batch(images, np.ones((3, 2)))
    theirs.save(tmp_path / "theirs.keras")
    model = read_keras(tmp_path / "theirs.keras")
    training = read_training(model)
    assert training.state.iterations == 2
    again = KerasModel(
        model.network,
        compile_config=compile_config(training.loss, training.optimizer),
        extra={"optimizer": optimizer_variables(model.network, training.optimizer, training.state)},
    )
    back = keras.models.load_model(save(tmp_path, again))
    for number in range(3):
        for other in (theirs, back):
            other.reset_metrics()  # it would be the mean with what was before
        losses = [
            np.atleast_1d(other.train_on_batch(images, np.zeros((3, 2))))[0]
            for other in (theirs, back)
        ]
        assert losses[0] == pytest.approx(losses[1], rel=1e-5), number
    np.testing.assert_allclose(predicted(back, images), predicted(theirs, images), 1e-4, 1e-5)


@marked
@pytest.mark.parametrize("kind", [Identity, *INFERENCE_ONLY_LAYERS])
def test_what_works_in_training_alone_goes_to_keras_and_back_as_it_was(tmp_path, kind):
    keras = import_keras()
    needed = {field.name: 0.5 for field in fields(kind) if field.default is MISSING}
    if kind.__name__ == "RandomPosterization":
        needed = {"factor": 2}  # bits
    chain = [keras.Input((6, 6, 3)), getattr(keras.layers, kind.__name__)(**needed)]
    theirs = keras.Sequential([*chain, keras.layers.Flatten(), keras.layers.Dense(2)])
    images = randomize(theirs) * 300
    theirs.save(tmp_path / "theirs.keras")
    ours = read_keras(tmp_path / "theirs.keras").network
    assert type(ours.layers[0]) is kind
    np.testing.assert_allclose(forward(ours, images), predicted(theirs, images), 1e-4, 1e-4)
    back = keras.models.load_model(save(tmp_path, KerasModel(ours)))
    assert plain(back.layers[0].get_config()) == plain(theirs.layers[0].get_config())
    np.testing.assert_allclose(predicted(back, images), predicted(theirs, images), 1e-6)


def plain(config):
    """A configuration as JSON has it, but for what is drawn."""
    return json.loads(json.dumps({**config, "seed": None}))


@marked
@pytest.mark.parametrize("build", [residual, nested, zeros], ids=lambda build: build.__name__)
def test_a_live_model_that_branches_predicts_as_keras(build):
    keras = import_keras()
    image = keras.Input((8, 8, 3))
    theirs = keras.Model(image, build(keras, keras.layers, image))
    images = randomize(theirs)
    with saved_model(theirs) as path:
        ours = read_keras(path).network
    np.testing.assert_allclose(forward(ours, images), predicted(theirs, images), 1e-5, 1e-6)
