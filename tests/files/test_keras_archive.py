import json
import time
import zipfile
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnncalc.errors import InputError
from cnncalc.files.keras_archive import (
    KerasModel,
    Variables,
    read_keras,
    unknown_to_keras,
)
from cnncalc.layers import (
    ELU,
    Activation,
    AveragePooling2D,
    BatchNormalization,
    Combine,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    GlobalMaxPooling2D,
    L2Pooling2D,
    LeakyReLU,
    MaxPooling2D,
    ReLU,
    Rescaling,
    Softmax,
    ZeroPadding2D,
)
from cnncalc.network import forward, initialize
from tests.drawn_examples import of_examples
from tests.drawn_layers import chains
from tests.files.keras_files import (
    SMALL,
    error_of,
    parts_of,
    save,
    saved,
    small_with,
    varied,
    zipped,
)
from tests.keras_peer import import_keras, keras_model
from tests.peers import requires

VARIED = (
    Rescaling((0.5, 1, 2), offset=-1),
    ZeroPadding2D(((1, 0), (2, 1))),
    Conv2D(4, (3, 2), strides=(1, 2), padding="same", activation="leaky_relu"),
    DepthwiseConv2D(2, depth_multiplier=2, use_bias=False),
    BatchNormalization(momentum=0.9, center=False),
    ReLU(max_value=6, negative_slope=0.1, threshold=0.5),
    MaxPooling2D((2, 1), strides=1),
    Conv2D(8, 2, groups=4, dilation_rate=2, activation="elu"),
    AveragePooling2D(2, padding="same"),
    LeakyReLU(),
    ELU(0.5),
    Dropout(0.25),
    GlobalMaxPooling2D(keepdims=True),
    Flatten(),
    Dense(5, activation="softplus"),
    Activation("tanh"),
    Dense(3),
    Softmax(name="shares"),
)


def test_a_network_with_every_kind_of_layer_comes_back_as_it_was(tmp_path):
    network = varied(VARIED, (9, 8, 3))
    model = read_keras(save(tmp_path, KerasModel(network, "mine")))
    assert model.network.layers == network.layers
    assert model.network.input_shape == network.input_shape
    for ours, theirs in zip(network.weights, model.network.weights, strict=True):
        assert list(ours) == list(theirs)
        assert all(np.array_equal(ours[name], theirs[name]) for name in ours)
    assert (model.name, model.notes, model.compile_config, model.extra) == ("mine", (), None, {})


@settings(deadline=None, max_examples=60)
@given(chains(), st.integers(0, 1000), st.sampled_from([np.float32, np.float64]))
def test_any_network_predicts_the_same_after_it_was_saved(tmp_path_factory, chain, seed, dtype):
    layers, shape = chain
    network = varied(layers, shape, seed, dtype)
    path = tmp_path_factory.mktemp("saved") / "model.keras"
    path.write_bytes(saved(KerasModel(network)))
    images = np.random.default_rng(seed).standard_normal((2, *shape)).astype(dtype)
    result = forward(read_keras(path).network, images)
    # Padding in numbers comes back as a layer of zeros before: the same sums, in any order.
    rtol = 1e-4 if dtype == np.float32 else 1e-12
    np.testing.assert_allclose(result, forward(network, images), rtol=rtol, atol=rtol)


def test_what_training_keeps_comes_back(tmp_path):
    extra = {"optimizer": Variables("adam", (np.array(7), np.arange(3, dtype=np.float32)))}
    compiled = {"optimizer": {"class_name": "Adam"}, "loss": "mse"}
    metadata = {"classes": ["cat", "dog"], "history": [{"loss": 0.5}]}
    model = KerasModel(initialize(SMALL, (5, 5, 1)), "m", compiled, extra, metadata)
    again = read_keras(save(tmp_path, model))
    assert (again.compile_config, again.metadata) == (compiled, metadata)
    assert again.extra["optimizer"].name == "adam"
    arrays = again.extra["optimizer"].arrays
    assert [array.tolist() for array in arrays] == [7, [0, 1, 2]]
    assert [array.dtype for array in arrays] == [np.int64, np.float32]
    assert saved(again) == saved(model)


def test_the_same_model_gives_the_same_bytes_at_any_time():
    model = KerasModel(varied(VARIED, (9, 8, 3)))
    first = saved(model)
    time.sleep(1.1)  # HDF5 counts seconds
    assert saved(model) == first


def test_padding_in_numbers_becomes_a_layer_of_zeros_where_zeros_count(tmp_path):
    layers = (
        Conv2D(2, 3, padding=(1, 0, 2, 1), name="conv2d_1"),
        AveragePooling2D(2, padding=1),
        Conv2D(2, 2, padding="same", name="conv2d_1_padding"),
    )
    network = varied(layers, (6, 6, 1))
    assert unknown_to_keras(network) == ()
    names = [layer.name for layer in read_keras(save(tmp_path, KerasModel(network))).network.layers]
    assert names == [
        *("conv2d_1_padding_", "conv2d_1"),
        *("average_pooling2d_padding", "average_pooling2d"),
        "conv2d_1_padding",
    ]


def test_layers_that_keras_lacks_are_saved_under_our_own_name(tmp_path):
    layers = (
        L2Pooling2D(2, 1),
        MaxPooling2D(2, 1, padding=1),
        Combine("max"),
        Conv2D(1, 2, strides=2, dilation_rate=2),
    )
    network = varied(layers, (6, 6, 2))
    assert unknown_to_keras(network) == ("l2_pooling2d", "max_pooling2d", "combine", "conv2d")
    path = save(tmp_path, KerasModel(network))
    assert read_keras(path).network.layers == network.layers
    config = json.loads(parts_of(path.read_bytes())["config.json"])
    names = [layer["registered_name"] for layer in config["config"]["layers"]]
    assert names == [
        *(None, "cnncalc>L2Pooling2D", "cnncalc>MaxPooling2D"),
        *("cnncalc>Combine", "cnncalc>Conv2D"),
    ]


@pytest.mark.parametrize("name", ["model.weights.h5", "config.json"])
def test_a_member_that_would_fill_the_memory_is_refused(tmp_path, name):
    parts = parts_of(small_with()) | {name: bytes(80_000_000)}
    message = error_of(save(tmp_path, zipped(parts, zipfile.ZIP_DEFLATED)))
    assert message.startswith(f"{name} claims 80,000,000 bytes, of which ")


def test_a_configuration_of_absurd_length_is_refused(tmp_path):
    parts = parts_of(small_with()) | {"config.json": b" " * 20_000_000}
    assert error_of(save(tmp_path, zipped(parts))).startswith(
        "config.json must have at most 16,777,216"
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"no zip", "expected a .keras file, a zip. Received: no zip, or one truncated or damaged"),
        (zipped({"a": b""}), "expected a .keras file, with config.json in it. Received: a zip"),
        (zipped({"config.json": b"{"}), "expected a .keras file, with model.weights.h5 in it."),
        (zipped({"config.json": b"{", "model.weights.h5": b""}), "config.json is not JSON"),
        (zipped({"config.json": b"\xff", "model.weights.h5": b""}), "config.json is not JSON"),
        (
            zipped({"config.json": b"[" * 10**6, "model.weights.h5": b""}),
            "config.json is not JSON",
        ),
        (
            zipped(parts_of(small_with()) | {"model.weights.h5": b"x" * 3000}),
            "the weights are no HDF5 file of Keras, or it is damaged",
        ),
        (
            zipped(parts_of(small_with()) | {"metadata.json": b"x"}),
            "metadata.json is not JSON",
        ),
    ],
    ids=range(8),
)
def test_a_file_that_is_no_model_is_an_error(tmp_path, content, message):
    assert error_of(save(tmp_path, content)).startswith(message)


@pytest.mark.parametrize("eighths", range(8))
def test_a_truncated_file_is_an_error(tmp_path, eighths):
    content = small_with()
    path = save(tmp_path, content[: len(content) * eighths // 8])
    with pytest.raises(InputError):
        read_keras(path)


def test_a_file_that_is_missing_or_a_folder_is_an_error(tmp_path):
    for path in (tmp_path / "none.keras", tmp_path):
        with pytest.raises(InputError):
            read_keras(path)


CONTENT = small_with()


@settings(deadline=None, max_examples=of_examples(100))
@given(st.integers(0, len(CONTENT) - 1), st.integers(0, 255))
def test_any_changed_byte_is_noticed_or_harmless(tmp_path_factory, position, byte):
    content = bytearray(CONTENT)
    content[position] = byte
    path = tmp_path_factory.getbasetemp() / "flipped.keras"
    path.write_bytes(content)
    try:
        network = read_keras(path).network
    except InputError:
        return
    assert network.layers[0].filters == 2


# Ten models as Keras's users write them, different in depth, padding, strides and activations.
MODELS = {
    "the article's": ((30, 30, 3), *SMALL[:1], MaxPooling2D(2), *SMALL[1:]),
    "LeNet-5": (
        (28, 28, 1),
        Conv2D(6, 5, padding="same", activation="tanh"),
        AveragePooling2D(2),
        Conv2D(16, 5, activation="tanh"),
        AveragePooling2D(2),
        Flatten(),
        Dense(120, activation="tanh"),
        Dense(84, activation="tanh"),
        Dense(10, activation="softmax"),
    ),
    "VGG-like": (
        (32, 32, 3),
        Rescaling(1 / 255),
        Conv2D(8, 3, padding="same", activation="relu"),
        Conv2D(8, 3, padding="same", activation="relu"),
        MaxPooling2D(2),
        Conv2D(16, 3, padding="same", activation="relu"),
        MaxPooling2D(2),
        Flatten(),
        Dense(32, activation="relu"),
        Dropout(0.5),
        Dense(10, activation="softmax"),
    ),
    "MobileNet-like": (
        (33, 31, 3),
        ZeroPadding2D(((0, 1), (0, 1))),
        Conv2D(8, 3, strides=2, use_bias=False),
        BatchNormalization(),
        ReLU(max_value=6),
        DepthwiseConv2D(3, padding="same", use_bias=False),
        BatchNormalization(momentum=0.9, epsilon=1e-5),
        ReLU(max_value=6),
        Conv2D(16, 1, activation="relu"),
        GlobalAveragePooling2D(keepdims=True),
        Flatten(),
        Dense(3),
        Softmax(),
    ),
    "dilated and grouped": (
        (17, 19, 4),
        Conv2D(8, (3, 2), dilation_rate=(2, 3), groups=2, activation="elu"),
        Conv2D(4, 3, strides=(1, 2), padding="same", groups=4, activation="softplus"),
        GlobalMaxPooling2D(),
        Dense(2, activation="sigmoid"),
    ),
    "overlapping pools": (
        (15, 16, 2),
        Conv2D(4, 3, activation="leaky_relu"),
        MaxPooling2D(3, strides=2, padding="same"),
        AveragePooling2D((2, 3), strides=1),
        Flatten(),
        Dense(1),
    ),
    "activation layers": (
        (8, 8, 1),
        Conv2D(3, 2),
        LeakyReLU(0.1),
        DepthwiseConv2D(2, depth_multiplier=2),
        ELU(0.7),
        Activation("softplus"),
        Flatten(),
        Dense(4),
        Activation("softmax"),
    ),
    "fully connected": (
        (28, 28),
        Flatten(),
        Dense(20, activation="relu"),
        BatchNormalization(scale=False),
        Dense(10, activation="softmax", use_bias=False),
    ),
    "a vector's": ((5,), Dense(4, activation="tanh"), Dropout(0.2), Dense(3)),
    "dense before flatten": ((6, 5, 3), Dense(4, activation="relu"), Flatten(), Dense(2)),
}


def randomize(model, seed):
    """Give a model of Keras weights of which none is a neutral 0 or 1; return a batch for it."""
    generator = np.random.default_rng(seed)
    shapes = [weight.shape for weight in model.weights]
    model.set_weights([generator.uniform(0.05, 0.5, shape) - 0.1 for shape in shapes])
    for layer in model.layers:
        if hasattr(layer, "moving_variance"):
            layer.moving_variance.assign(generator.uniform(0.5, 2, layer.moving_variance.shape))
    return generator.uniform(-1, 1, (3, *model.input_shape[1:])).astype(np.float32)


@pytest.mark.peer
@requires("keras")
@pytest.mark.filterwarnings("ignore")  # what Keras warns about is Keras's to mend
@pytest.mark.parametrize("functional", [False, True], ids=["sequential", "functional"])
@pytest.mark.parametrize("name", MODELS)
def test_a_model_of_keras_survives_the_way_to_us_and_back(tmp_path, name, functional):
    keras = import_keras()
    shape, *layers = MODELS[name]
    theirs = keras_model(layers, shape)
    if functional:
        theirs = keras.Model(theirs.inputs, theirs.outputs)
    images = randomize(theirs, seed=len(layers))
    expected = theirs.predict(images, verbose=0)
    theirs.save(tmp_path / "theirs.keras")

    model = read_keras(tmp_path / "theirs.keras")
    np.testing.assert_allclose(forward(model.network, images), expected, rtol=1e-5, atol=1e-5)
    assert [replace(layer, name="") for layer in model.network.layers] == list(layers)

    back = keras.saving.load_model(save(tmp_path, model))
    np.testing.assert_array_equal(back.predict(images, verbose=0), expected)
    assert [layer.name for layer in back.layers] == [layer.name for layer in model.network.layers]


@pytest.mark.peer
@requires("keras")
@pytest.mark.filterwarnings("ignore")  # what Keras warns about is Keras's to mend
def test_keras_predicts_the_same_of_a_network_with_padding_in_numbers(tmp_path):
    layers = (
        Conv2D(3, 3, padding=(1, 0, 2, 1), strides=2, activation="relu"),
        DepthwiseConv2D(2, padding=1),
        AveragePooling2D(2, padding=1),
        Flatten(),
        Dense(2),
    )
    network = varied(layers, (9, 8, 2))
    theirs = import_keras().saving.load_model(save(tmp_path, KerasModel(network)))
    images = np.random.default_rng(0).standard_normal((3, 9, 8, 2)).astype(np.float32)
    expected = forward(network, images)
    np.testing.assert_allclose(theirs.predict(images, verbose=0), expected, rtol=1e-5, atol=1e-5)


@pytest.mark.peer
@requires("keras")
@pytest.mark.filterwarnings("ignore")  # what Keras warns about is Keras's to mend
def test_keras_says_what_it_lacks_of_a_network_with_layers_of_our_own(tmp_path):
    path = save(tmp_path, KerasModel(varied((L2Pooling2D(2), Flatten(), Dense(2)), (4, 4, 1))))
    with pytest.raises(TypeError, match="Could not locate class 'L2Pooling2D'"):
        import_keras().saving.load_model(path)


@pytest.mark.peer
@requires("keras")
@pytest.mark.filterwarnings("ignore")  # what Keras warns about is Keras's to mend
def test_keras_goes_on_training_where_a_file_through_us_left_off(tmp_path):
    keras = import_keras()
    shape, *layers = MODELS["the article's"]
    theirs = keras_model(layers, shape)
    theirs.compile(keras.optimizers.Adam(0.01), "categorical_crossentropy", metrics=["accuracy"])
    images, labels = randomize(theirs, seed=1), np.eye(2)[[0, 1, 1]]
    theirs.fit(images, labels, epochs=2, verbose=0)
    theirs.save(tmp_path / "theirs.keras")

    model = read_keras(tmp_path / "theirs.keras")
    ours = keras.saving.load_model(save(tmp_path, model))
    for model_of_keras in (theirs, ours):
        model_of_keras.fit(images, labels, epochs=1, verbose=0, shuffle=False)
    for mine, original in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_array_equal(mine, original)
    assert int(ours.optimizer.iterations.numpy()) == 3
    assert len(model.extra["optimizer"].arrays) == 2 + 2 * 4


@pytest.mark.peer
@requires("keras")
@pytest.mark.filterwarnings("ignore")  # what Keras warns about is Keras's to mend
def test_what_keras_can_save_and_we_lack_is_refused(tmp_path):
    keras = import_keras()
    path = tmp_path / "theirs.keras"
    for layer, message in [
        (keras.layers.Lambda(lambda x: x), "is a Lambda layer: it holds code"),
        (keras.layers.Dense(2, activation=lambda x: x), "code is not executed"),
        (keras.layers.Dense(2, activation=keras.layers.ReLU()), "code is not executed"),
        (keras.layers.Reshape((2, 2)), "cnncalc lacks the layer 'Reshape'"),
        (keras.layers.Dense(4, dtype="mixed_float16"), "the model calculates in mixed_float16"),
    ]:
        keras.Sequential([keras.Input((4,)), layer]).save(path)
        assert message in error_of(path)
    entry = keras.Input((4,))
    other = keras.Input((4,))
    keras.Model([entry, other], keras.layers.Add()([entry, other])).save(path)
    assert "cnncalc has networks of one input. Received: 2 inputs" in error_of(path)
    keras.Model(entry, keras.layers.Add()([entry, entry * 2.0])).save(path)
    assert "cnncalc has no constants in a network. Received: 2.0" in error_of(path)
