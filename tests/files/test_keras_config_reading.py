import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnncalc.errors import InputError
from cnncalc.files.keras_archive import read_keras
from cnncalc.layers import (
    L1,
    L1L2,
    L2,
    BatchNormalization,
    Conv2D,
    Dense,
    GlobalAveragePooling2D,
)
from cnncalc.network import forward
from cnncalc.training.state import trainable
from tests.drawn_examples import of_examples
from tests.files.keras_files import (
    SMALL,
    change,
    entry,
    error_of,
    layer_config,
    parts_of,
    save,
    small_with,
    zipped,
)
from tests.keras_peer import import_keras, keras_model
from tests.peers import requires


def test_a_shape_left_open_is_taken_from_the_caller(tmp_path):
    def open_sizes(config):
        layer_config(config, 0)["config"]["batch_shape"] = [None, None, None, 1]

    layers = (Conv2D(2, 3), GlobalAveragePooling2D())
    path = save(tmp_path, small_with(open_sizes, layers=layers))
    assert error_of(path) == (
        "the model leaves its input's shape open, (None, None, 1): name it by --input-shape"
    )
    assert read_keras(path, (8, 9, 1)).network.shapes[1] == (6, 7, 2)


def test_what_only_training_would_heed_is_told_apart(tmp_path):
    def regularize(config):
        options = layer_config(config, 1)["config"]
        options["kernel_regularizer"] = {"class_name": "Orthogonal", "config": {"factor": 0.01}}
        options["kernel_initializer"] = {"class_name": "HeNormal", "config": {}}

    model = read_keras(save(tmp_path, small_with(regularize)))
    (option,) = model.uncalculated
    assert str(option) == "layer conv2d: kernel_regularizer=Orthogonal(factor=0.01)"
    assert (option.changes_loss, option.replaced_by, model.notes) == (True, ("--l2",), ())


@pytest.mark.parametrize(
    ("index", "options", "said"),
    [
        (1, {"kernel_constraint": {"class_name": "NonNeg", "config": {}}}, ["NonNeg()"]),
        (1, {"bias_constraint": {"class_name": "MaxNorm", "config": {"max_value": 2, "axis": 0}}},
         ["MaxNorm(max_value=2, axis=0)"]),
        (1, {"activity_regularizer": {"class_name": "L2", "config": {"l2": 0.009999999776482582}}},
         ["L2(l2=0.01)"]),
        (1, {"lora_rank": 4, "lora_alpha": 4}, ["4"]),
        (1, {"kernel_initializer": {"class_name": "HeNormal", "config": {}}}, []),
        (3, {"kernel_constraint": None}, []),
        (3, {"kernel_regularizer": {"class_name": "L2", "config": {"l2": 0.0}}}, []),
    ],
)  # fmt: skip
def test_each_option_of_a_layer_that_is_not_calculated_is_named(tmp_path, index, options, said):
    found = read_keras(save(tmp_path, small_with(change(index, **options)))).uncalculated
    name = next(iter(options))
    assert [str(option) for option in found] == [f"layer conv2d: {name}={value}" for value in said]


def test_a_synchronized_normalization_is_noted_and_no_more(tmp_path):
    layers = (BatchNormalization(), GlobalAveragePooling2D())
    content = small_with(change(1, synchronized=True), layers=layers)
    model = read_keras(save(tmp_path, content))
    assert model.uncalculated == ()
    assert model.notes == (
        "layer batch_normalization: synchronized=True is left out: cnncalc takes the statistics of "
        "the whole batch anyway",
    )


@pytest.mark.parametrize(
    ("serialized", "regularizer"),
    [
        ({"class_name": "L2", "config": {"l2": 0.01}, "registered_name": None}, L2(0.01)),
        ({"class_name": "L1", "config": {"l1": 0.20000000298023224}}, L1(0.2)),
        ({"class_name": "L1L2", "config": {"l1": 0.0, "l2": 0.5}}, L1L2(0.0, 0.5)),
        ("l2", L2(0.01)),
        ({"class_name": "L2", "config": {"l2": 1}, "registered_name": "mine>L2"}, None),
        ({"class_name": ["L2"]}, None),
    ],
)
def test_regularizers_are_those_of_keras(tmp_path, serialized, regularizer):
    path = save(tmp_path, small_with(change(1, kernel_regularizer=serialized)))
    assert read_keras(path).network.layers[0].kernel_regularizer == regularizer


def test_a_frozen_layer_is_read_and_written_as_one(tmp_path):
    model = read_keras(save(tmp_path, small_with(change(1, trainable=False))))
    assert [layer.trainable for layer in model.network.layers] == [False, True, True]
    assert model.notes == ()
    again = read_keras(save(tmp_path, model))
    assert again.network.layers == model.network.layers


def frozen_model(class_name, value=False):
    def apply(config):
        config["config"]["trainable"] = value
        config["class_name"] = class_name
        layers = config["config"]["layers"]
        names = [layer["config"]["name"] for layer in layers]
        for layer, name, before in zip(layers, names, [None, *names], strict=False):
            layer["name"] = name
            layer["inbound_nodes"] = [[[before, 0, 0, {}]]] if before else []
        config["config"]["input_layers"] = [[names[0], 0, 0]]
        config["config"]["output_layers"] = [[names[-1], 0, 0]]

    return apply


def test_a_functional_model_that_is_frozen_itself_has_nothing_to_train(tmp_path):
    model = read_keras(save(tmp_path, small_with(frozen_model("Functional"))))
    assert [layer.trainable for layer in model.network.layers] == [False] * 3
    assert model.notes == ()


def test_a_sequential_model_that_is_frozen_itself_is_what_its_layers_are_and_that_is_said(tmp_path):
    model = read_keras(save(tmp_path, small_with(frozen_model("Sequential"))))
    assert [layer.trainable for layer in model.network.layers] == [True] * 3
    assert model.notes == (
        "the model says trainable=False of itself, which Keras passes over in a Sequential: what "
        "each layer says holds",
    )


@pytest.mark.peer
@requires("keras")
@pytest.mark.filterwarnings("ignore")  # what Keras warns about is Keras's to mend
@pytest.mark.parametrize("functional", [False, True], ids=["sequential", "functional"])
@pytest.mark.parametrize("how", ["a layer", "all layers", "the model", "the model alone"])
def test_what_is_trained_is_what_keras_trains_of_the_file(tmp_path, how, functional):
    keras = import_keras()
    theirs = keras_model([*SMALL[:-1], Dense(2, trainable=how != "a layer")], (5, 5, 1))
    if functional:
        theirs = keras.Model(theirs.inputs, theirs.outputs)
    if how in ("the model", "the model alone"):
        theirs.trainable = False
    if how == "the model alone":
        theirs.layers[-1].trainable = True
    for layer in theirs.layers if how == "all layers" else ():
        layer.trainable = False
    theirs.save(tmp_path / "theirs.keras")
    loaded = keras.models.load_model(tmp_path / "theirs.keras")
    ours = read_keras(tmp_path / "theirs.keras").network
    sizes = [ours.weights[layer][name].shape for layer, name in trainable(ours)]
    assert sizes == [tuple(weight.shape) for weight in loaded.trainable_weights]


@pytest.mark.parametrize(
    ("apply", "message"),
    [
        (change(1, trainable=1), "layer 'conv2d', Conv2D: trainable must be True or False. Rec"),
        (
            frozen_model("Sequential", "no"),
            "the model's trainable must be True or False. Received: 'no'",
        ),
        (
            entry(1, class_name="Lambda"),
            "layer 'conv2d' is a Lambda layer: it holds code, which is never executed",
        ),
        (entry(1, class_name="LSTM"), "cnncalc lacks the layer 'LSTM', which 'conv2d' is. It has"),
        (entry(1, class_name="Sequential"), "layers must be a JSON list of at least one. Received"),
        (entry(1, class_name=None), "cnncalc lacks the layer 'None', which 'conv2d' is."),
        (
            entry(1, registered_name="mine>Conv2D"),
            "layer 'conv2d' is of a class of its author's own, 'mine>Conv2D'",
        ),
        (
            change(1, kernel_regularizer={"class_name": "L2", "config": {"l2": "x"}}),
            "layer 'conv2d', Conv2D: l2 must be a number, at least 0. Received: l2='x'",
        ),
        (
            change(1, kernel_regularizer={"class_name": "L2"}),
            "a regularizer's config must be a JSON object. Received: 'None'",
        ),
        (
            change(1, activation="swish"),
            "layer 'conv2d', Conv2D: activation must be one of linear, relu,",
        ),
        (
            change(1, activation={"class_name": "__lambda__", "config": {"value": "4wAAAA"}}),
            "layer 'conv2d', Conv2D: activation must be one of Keras's own by name: code is not "
            "executed. Received: '__lambda__'",
        ),
        (
            change(1, data_format="channels_first"),
            "layer 'conv2d', Conv2D: data_format must be 'channels_last' in cnncalc.",
        ),
        (
            change(1, dtype={"class_name": "DTypePolicy", "config": {"name": "mixed_float16"}}),
            "the model calculates in mixed_float16, layer 'conv2d' for one, and cnncalc in float32",
        ),
        (change(1, dtype="bfloat16"), "the model calculates in bfloat16, layer 'conv2d' for one"),
        (
            change(1, dtype={"class_name": "QuantizedDTypePolicy", "config": {"mode": "int8"}}),
            "the model is quantized, layer 'conv2d' by 'int8': its weights are rounded to a few",
        ),
        (
            change(3, quantization_config={"class_name": "Int4QuantizationConfig", "config": {}}),
            "the model is quantized, layer 'dense' by 'its own settings': its weights are rounded",
        ),
        (
            entry(1, registered_name="Conv2D", module="mine.layers"),
            "layer 'conv2d' is of a class of its author's own, 'Conv2D'",
        ),
        (
            lambda config: config | {"registered_name": "My", "class_name": "My", "module": None},
            "the model is of a class of its author's own, 'My', whose code is not in the file: in ",
        ),
        (change(1, new=True), "layer 'conv2d', Conv2D: new must be None in cnncalc. Received:"),
        (change(1, filters=-1), "layer 'conv2d', Conv2D: filters must be a whole number,"),
        (change(1, filters="2"), "layer 'conv2d', Conv2D: filters must be a whole number,"),
        (
            change(1, filters=3),
            "layer conv2d: the weight 'kernel' must have the shape (3, 3, 1, 3). "
            "Received: (3, 3, 1, 2)",
        ),
        (
            change(1, kernel_size=[9, 9]),
            "layer conv2d: the window must fit into the input. Received: a window of 9×9 on an "
            "input of 5×5",
        ),
        (
            change(1, use_bias=False),
            "layer conv2d must have 1 weights in the file (kernel). Received: 2",
        ),
        (change(1, name="a/b"), "a layer's name must be printable and without '/'."),
        (change(1, name="flatten"), "each layer must have a name of its own. Received: 2 named"),
        (change(0, batch_shape=[None, "5", 5, 1]), "the input's shape must be whole numbers."),
        (entry(1, config=[]), "a layer's config must be a JSON object. Received: '[]'"),
        (lambda config: [1], "config.json must be a JSON object. Received: '[1]'"),
        (lambda config: {"class_name": "Sequential"}, "the model's config must be a JSON object."),
        (
            lambda config: config | {"class_name": "Lambda"},
            "expected a Sequential or Functional model. Received: 'Lambda'",
        ),
        (
            lambda config: config["config"].update(layers=config["config"]["layers"][:1]),
            "expected a model of at least one layer. Received: no layer",
        ),
    ],
)
def test_a_model_that_cnncalc_lacks_is_an_error_that_says_why(tmp_path, apply, message):
    assert error_of(save(tmp_path, small_with(apply))).startswith(message)


def test_deep_nesting_in_an_argument_is_an_error(tmp_path):
    def nest(config):
        value = []
        for _ in range(900):
            value = [value]
        layer_config(config, 1)["config"]["kernel_size"] = value

    assert error_of(save(tmp_path, small_with(nest)))


CONTENT = small_with()
CONFIG = json.loads(parts_of(CONTENT)["config.json"])


def places(value, path=()):
    """Every place in a JSON value, as the keys that lead to it."""
    yield path
    if isinstance(value, dict | list):
        for key in value if isinstance(value, dict) else range(len(value)):
            yield from places(value[key], (*path, key))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


@settings(deadline=None, max_examples=of_examples(200))
@given(st.sampled_from([path for path in places(CONFIG) if path]), json_values)
def test_any_change_of_the_configuration_is_read_or_refused(tmp_path_factory, place, value):
    config = json.loads(json.dumps(CONFIG))
    inner = config
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = value
    path = tmp_path_factory.getbasetemp() / "changed.keras"
    parts = parts_of(CONTENT) | {"config.json": json.dumps(config).encode()}
    path.write_bytes(zipped(parts))
    try:
        network = read_keras(path).network
    except InputError:
        assert error_of(path)
    else:
        assert forward(network, np.ones((1, *network.input_shape), np.float32)).size
