"""Functional models and models within models: their layers, what these take, their weights."""

import json

import numpy as np
import pytest

from cnncalc.errors import InputError
from cnncalc.files.keras_archive import read_keras
from cnncalc.files.keras_training import read_training
from cnncalc.network import forward
from cnncalc.training.state import trainable
from tests.files.keras_files import error_of
from tests.files.keras_graphs import (
    as_keras_2,
    called,
    conv,
    functional,
    kernels,
    layer,
    operation,
    save_graph,
    sequential,
    tensor,
)

# A branch of one layer beside one of two, all of one shape, listed as one would write them. Keras
# numbers them by their way to the output: longer, then shorter.
UNEQUAL = (
    conv("short", "image"),
    conv("first", "image"),
    conv("second", "first"),
    layer("Subtract", "subtract", "short", "second"),
)
THREE = {
    "conv2d": kernels(1, 3, 3, 2, 2),  # the first of the longer branch
    "conv2d_1": kernels(2, 3, 3, 2, 2),  # the shorter branch, which subtract takes first
    "conv2d_2": kernels(3, 3, 3, 2, 2),
}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "model.keras"


def first_numbers(network):
    """The first number of each layer's first weight, by the layer's name."""
    return {
        layer.name: float(next(iter(weights.values())).flat[0])
        for layer, weights in zip(network.layers, network.weights, strict=True)
        if weights
    }


def inputs_of(network):
    return {layer.name: layer.inputs for layer in network.layers}


@pytest.mark.parametrize("form", [lambda model: model, as_keras_2], ids=["Keras 3", "Keras 2"])
def test_branches_of_unequal_length_have_the_weights_that_keras_gives_them(path, form):
    network = read_keras(save_graph(path, form(functional(UNEQUAL)), THREE)).network
    assert first_numbers(network) == {"first": 1, "short": 2, "second": 3}
    assert [layer.name for layer in network.layers] == ["first", "short", "second", "subtract"]
    assert inputs_of(network) == {
        "first": (),
        "short": ("input",),
        "second": ("first",),
        "subtract": ("short", "second"),
    }


MOMENTUM = {"class_name": "SGD", "config": {"momentum": 0.9, "learning_rate": 0.1}}


def test_what_an_optimizer_remembers_goes_to_the_branch_it_is_of(path):
    slots = [array * 10 for arrays in THREE.values() for array in arrays]
    variables = [np.array(7), np.array(0.1, np.float32), *slots]
    given = functional(UNEQUAL)
    compiled = {"compile_config": {"optimizer": MOMENTUM, "loss": "mse"}}
    model = read_keras(save_graph(path, given, THREE, optimizer=variables, **compiled))
    state = read_training(model).state
    remembered = {
        (model.network.layers[place].name, name): slot["momentum"].flat[0]
        for (place, name), slot in zip(trainable(model.network), state.slots, strict=True)
    }
    assert remembered == {
        (layer, weight): number
        for layer, number in (("first", 10), ("short", 20), ("second", 30))
        for weight in ("kernel", "bias")
    }


def nested():
    """A model within a model in one branch: to the outer one it is a single layer."""
    within = functional(
        [conv("one", "image"), conv("two", "one"), layer("Add", "add", "two", "image")], "block"
    )
    return functional(
        [
            conv("short", "image"),
            conv("other", "short"),
            called(within, "image"),
            layer("Concatenate", "concatenate", "other", "block", axis=3),
        ]
    )


NESTED = {
    "conv2d": kernels(1, 3, 3, 2, 2),
    "conv2d_1": kernels(2, 3, 3, 2, 2),
    "functional/layers/conv2d": kernels(3, 3, 3, 2, 2),
    "functional/layers/conv2d_1": kernels(4, 3, 3, 2, 2),
}


def test_a_model_within_a_model_is_laid_open_with_the_names_of_both(path):
    network = read_keras(save_graph(path, nested(), NESTED)).network
    assert first_numbers(network) == {"short": 1, "other": 2, "block_one": 3, "block_two": 4}
    taken = {name: inputs for name, inputs in inputs_of(network).items() if inputs}
    assert taken["block_add"] == ("block_two", "input")
    assert taken["concatenate"] == ("other", "block_add")


def test_an_optimizer_remembers_a_model_within_in_its_place_not_by_its_layers(path):
    slots = [array * 10 for arrays in NESTED.values() for array in arrays]
    variables = [np.array(7), np.array(0.1, np.float32), *slots]
    compiled = {"compile_config": {"optimizer": MOMENTUM, "loss": "mse"}}
    model = read_keras(save_graph(path, nested(), NESTED, optimizer=variables, **compiled))
    names = [layer.name for layer in model.network.layers if layer.has_weights]
    assert names != ["short", "other", "block_one", "block_two"]  # the file's order
    state = read_training(model).state
    numbers = first_numbers(model.network)
    for (place, _), slot in zip(trainable(model.network), state.slots, strict=True):
        assert slot["momentum"].flat[0] == 10 * numbers[model.network.layers[place].name]


def test_a_sequential_within_a_sequential_is_one_chain(path):
    inner = sequential([conv("deep", "")], "inner")
    model = sequential(
        [sequential([conv("conv", ""), inner], "outer"), conv("last", "")], "sequential"
    ) | {"build_config": {"input_shape": [None, 6, 6, 2]}}
    weights = {
        "sequential/layers/conv2d": kernels(1, 3, 3, 2, 2),
        "sequential/layers/sequential/layers/conv2d": kernels(2, 3, 3, 2, 2),
        "conv2d": kernels(3, 3, 3, 2, 2),
    }
    network = read_keras(save_graph(path, model, weights)).network
    assert first_numbers(network) == {"outer_conv": 1, "outer_inner_deep": 2, "last": 3}
    assert inputs_of(network) == {"outer_conv": (), "outer_inner_deep": (), "last": ()}


def test_a_frozen_model_within_is_frozen_and_the_rest_is_not(path):
    model = nested()
    model["config"]["layers"][3]["config"]["trainable"] = False
    network = read_keras(save_graph(path, model, NESTED)).network
    frozen = [layer.name for layer in network.layers if not layer.trainable]
    assert sorted(frozen) == ["block_add", "block_one", "block_two"]


def test_a_call_as_in_prediction_is_one_like_any_other(path):
    # Keras writes so of each Dropout, and passes over it where the model is trained.
    drop = layer("Dropout", "drop", "image", rate=0.5)
    model = functional([drop, layer("Flatten", "flatten", "drop")])
    model["config"]["layers"][1]["inbound_nodes"][0]["kwargs"] = {"training": False, "mask": None}
    read = read_keras(save_graph(path, model, {}))
    assert (read.network.layers[0].rate, read.uncalculated) == (0.5, ())


def test_augmentation_may_be_called_as_in_training(path):
    # Keras writes so of each, whose call has training=True for its default.
    model = functional(
        [layer("RandomFlip", "flip", "image", mode="vertical"), conv("conv", "flip")]
    )
    model["config"]["layers"][1]["inbound_nodes"][0]["kwargs"] = {"training": True}
    read = read_keras(save_graph(path, model, {"conv2d": kernels(1, 3, 3, 2, 2)}))
    assert (read.network.layers[0].mode, read.uncalculated) == ("vertical", ())


def test_an_operation_on_two_results_is_the_layer_that_does_it(path):
    model = functional([conv("conv", "image"), operation("Multiply", "multiply", "conv", "image")])
    network = read_keras(save_graph(path, model, {"conv2d": kernels(1, 3, 3, 2, 2)})).network
    image = np.random.default_rng(0).normal(size=(1, 6, 6, 2)).astype(np.float32)
    inner = read_keras(
        save_graph(path, functional([conv("conv", "image")]), {"conv2d": kernels(1, 3, 3, 2, 2)})
    ).network
    np.testing.assert_allclose(forward(network, image), forward(inner, image) * image, rtol=1e-6)


def test_a_separable_convolution_is_a_depthwise_one_and_one_by_one(path):
    options = {"filters": 3, "kernel_size": [3, 3], "padding": "same", "activation": "relu"}
    more = {"depth_multiplier": 2, "strides": [2, 2], "dilation_rate": [1, 1], "use_bias": True}
    more |= {"depthwise_regularizer": {"class_name": "L2", "config": {"l2": 0.5}}, "groups": 1}
    more |= {"pointwise_regularizer": "l1"}
    model = functional(
        [
            layer("SeparableConv2D", "sep", "image", **options, **more),
            layer("Flatten", "flatten", "sep"),
        ]
    )
    arrays = [
        np.full(size, i, np.float32) for i, size in enumerate([(3, 3, 2, 2), (1, 1, 4, 3), 3])
    ]
    network = read_keras(save_graph(path, model, {"separable_conv2d": arrays})).network
    depthwise, pointwise, _ = network.layers
    assert (depthwise.name, pointwise.name) == ("sep_depthwise", "sep_pointwise")
    assert (depthwise.strides, depthwise.use_bias, depthwise.activation) == (
        (2, 2),
        False,
        "linear",
    )
    assert (pointwise.strides, pointwise.use_bias, pointwise.activation) == ((1, 1), True, "relu")
    assert depthwise.depthwise_regularizer.factors == {"l2": 0.5}
    assert pointwise.kernel_regularizer.factors == {"l1": 0.01}
    found = [array.flat[0] for weights in network.weights for array in weights.values()]
    assert found == [0, 1, 2]


def two(call, *more):
    """A convolution, and a layer called in some way on it."""
    return functional([conv("conv", "image"), call, *more])


def with_node(entry, *nodes):
    return entry | {"inbound_nodes": list(nodes)}


FLAT = layer("Flatten", "flatten", "conv")


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (
            two(operation("Multiply", "multiply", "conv", 2.0)),
            "layer 'multiply' must be called on results of layers alone: cnncalc has no constants "
            "in a network. Received: 2.0",
        ),
        (
            two(operation("Add", "add", "conv")),
            "layer 'add' is an operation, 'Add', which must join 2 results of as many sizes. "
            "Received: 'conv'",
        ),
        (
            two(
                layer("GlobalAveragePooling2D", "mean", "conv"),
                operation("Multiply", "multiply", "conv", tensor("mean", (2,))),
            ),
            "layer 'multiply' is an operation, 'Multiply', which must join 2 results of as many "
            "sizes. Received: 'conv', 'mean'",
        ),
        (
            two(operation("Average", "average", "conv", "image")),
            "layer 'average' is an operation on numbers, 'Average': of these, cnncalc has Add, "
            "Subtract, Multiply, Maximum, Minimum, of two results; it has layers for some others",
        ),
        (
            two(layer("TFOpLambda", "tf.math.multiply", "conv")),
            "cnncalc lacks the layer 'TFOpLambda', which 'tf.math.multiply' is. It has",
        ),
        (
            two(layer("Add", "add", "conv")),
            "layer add: Add must be called on at least 2 results, as in Add()([a, b]). Received: 1",
        ),
        (
            two(layer("Dense", "dense", "conv", "image", units=2)),
            "layer dense: Dense must take one result. Received: conv, input",
        ),
        (
            two(layer("Concatenate", "concatenate", "conv", "image", axis=1)),
            "layer 'concatenate', Concatenate: axis must be -1 in cnncalc. Received: axis=1",
        ),
        (
            two(with_node(FLAT, *FLAT["inbound_nodes"] * 2)),
            "layer 'flatten' is called 2 times, with the same weights: cnncalc has no shared",
        ),
        (
            two(with_node(FLAT, {"args": [tensor("conv")], "kwargs": {"training": True}})),
            "layer 'flatten' is called with training=True: cnncalc calls layers on results alone",
        ),
        (
            two(called(functional([conv("deep", "image")], "block"), "conv", training=True)),
            "layer 'block' is called with training=True: cnncalc calls layers on results alone",
        ),
        (
            two(with_node(FLAT, {"args": [tensor("conv")], "kwargs": {"mask": tensor("image")}})),
            "layer 'flatten' is called with mask=__keras_tensor__(",
        ),
        (
            two(with_node(FLAT, [["conv", 0, 1, {}]])),
            "layer 'flatten' takes result 1 of 'conv': in cnncalc, a layer has one result",
        ),
        (
            two(with_node(FLAT, [["conv", 0, 0, {"y": 2.0}]])),
            "layer 'flatten' is called with y=2.0: cnncalc calls layers on results alone",
        ),
        (
            two(with_node(FLAT, [3.0])),
            "layer 'flatten' must be called on results of layers alone: cnncalc has no constants",
        ),
        (
            two(layer("Flatten", "flatten", "later"), layer("Flatten", "later", "flatten")),
            "layer 'flatten' must be called on layers before it. Received: 'later'",
        ),
        (
            functional([conv("conv", "image"), FLAT], result=[["conv", 0, 0], ["flatten", 0, 0]]),
            "cnncalc has networks of one output. Received: 2 outputs, 'conv', 'flatten'",
        ),
        (
            functional([conv("conv", "image"), FLAT], result=["conv", 0, 0]),
            "cnncalc has networks of one output, to which all layers lead. Received: output 'conv'",
        ),
        (
            two(with_node(FLAT)),
            "a functional model must have one input and each layer a name of its own. Received: ",
        ),
        (
            functional([conv("input", "image"), layer("Add", "add", "input", "image")]),
            "in a network that branches, 'input' is the image: no layer may have that name.",
        ),
        (
            two(layer("MultiHeadAttention", "attention", "conv", "conv")),
            "cnncalc lacks the layer 'MultiHeadAttention', which 'attention' is.",
        ),
        (two(layer("Dot", "dot", "conv", "image", axes=1)), "cnncalc lacks the layer 'Dot'"),
        (
            two(layer("Lambda", "lambda", "conv")),
            "layer 'lambda' is a Lambda layer: it holds code, which is never executed",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_wired_is_refused_by_name(path, model, message):
    assert error_of(save_graph(path, model, {"conv2d": kernels(1, 3, 3, 2, 2)})).startswith(message)


def test_rows_of_volumes_are_never_joined(path):
    # Keras tells a merge's shapes in a list, of two here: its length is no number of sizes.
    join = layer("Concatenate", "concatenate", "conv", "image", axis=1)
    join["build_config"] = {"input_shape": [[None, 6, 6, 2], [None, 6, 6, 2]]}
    message = error_of(save_graph(path, two(join), {"conv2d": kernels(1, 3, 3, 2, 2)}))
    assert message.endswith("axis must be -1 in cnncalc. Received: axis=1")


def test_two_inputs_are_refused(path):
    model = functional([conv("conv", "image"), FLAT])
    model["config"]["input_layers"] = [["image", 0, 0], ["other", 0, 0]]
    weights = {"conv2d": kernels(1, 3, 3, 2, 2)}
    assert error_of(save_graph(path, model, weights)) == (
        "cnncalc has networks of one input. Received: 2 inputs, 'image', 'other'"
    )


def places(value, path=()):
    """Every place in a JSON value, as the keys that lead to it."""
    yield path
    if isinstance(value, dict | list):
        for key in value if isinstance(value, dict) else range(len(value)):
            yield from places(value[key], (*path, key))


@pytest.mark.parametrize("value", [None, 1, "x", [], {}, [["conv", 0, 0]], ["conv", 0, "x"]])
def test_whatever_a_call_is_changed_to_is_read_or_refused(path, value):
    model = two(layer("Subtract", "subtract", "conv", "image"))
    weights = {"conv2d": kernels(1, 3, 3, 2, 2)}
    for place in list(places(model["config"]["layers"])):
        if not {"inbound_nodes", "name"} & set(place):
            continue
        changed = json.loads(json.dumps(model))
        inner = changed["config"]["layers"]
        for key in place[:-1]:
            inner = inner[key]
        inner[place[-1]] = value
        try:
            network = read_keras(save_graph(path, changed, weights)).network
        except InputError:
            assert error_of(path)
        else:
            assert forward(network, np.ones((1, 6, 6, 2), np.float32)).size
