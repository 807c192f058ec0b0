"""Listings of networks that branch: second calls, and functional listings as they are pasted."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnncalc.layers import Add, Concatenate, Conv2D, Dense, DepthwiseConv2D, Flatten, ReLU
from cnncalc.layers.graph import in_keras_order
from cnncalc.layers.names import named
from cnncalc.notation import parse, write
from tests.drawn_graphs import graphs
from tests.notation.test_reading import error_of, is_read_or_refused

RESIDUAL = """
import keras
from keras import layers

inputs = keras.Input((8, 8, 3), name="img")
x = layers.Conv2D(4, 3, padding="same")(inputs)
shortcut = x
x = layers.ReLU()(layers.BatchNormalization()(x))
x = layers.Conv2D(4, 3, padding="same", name="second")(x)
x += shortcut
x, y = layers.MaxPooling2D(2)(x), layers.AveragePooling2D(2)(x)
x = layers.concatenate([x, y], axis=-1)
head = keras.Sequential([layers.Flatten(), keras.Sequential([layers.Dense(5)])])
classify = layers.Dense(2)
outputs = classify(head(x))
model = keras.Model(inputs, outputs, name="small")
model.summary()
"""
WRITTEN = """Input((8, 8, 3))
Conv2D(4, 3, padding="same")
BatchNormalization()
ReLU()
Conv2D(4, 3, padding="same", name="second")
Add()([second, conv2d])
MaxPooling2D(2)
AveragePooling2D(2)(add)
Concatenate()([max_pooling2d, average_pooling2d])
Flatten()
Dense(5)
Dense(2)"""


def layers_of(text):
    return parse(text).layers


def test_a_layer_that_is_called_on_nothing_takes_the_one_before():
    text = (
        'Conv2D(4, 3, padding="same"); Conv2D(4, 3, padding="same"); Add()([conv2d_1, conv2d]); '
        "Flatten(); Dense(2)"
    )
    assert layers_of(text) == (
        Conv2D(4, 3, padding="same", name="conv2d"),
        Conv2D(4, 3, padding="same", name="conv2d_1"),
        Add(name="add", inputs=("conv2d_1", "conv2d")),
        Flatten(name="flatten"),
        Dense(2, name="dense"),
    )


def test_the_image_has_a_name_too():
    assert layers_of("Conv2D(4, 1); Concatenate()([conv2d, input])")[1].inputs == (
        "conv2d",
        "input",
    )
    named_input = 'Input((4, 4, 1), name="photo"); Conv2D(4, 1); Conv2D(4, 1)(photo); '
    assert layers_of(named_input + "Add()([conv2d, conv2d_1])")[1].inputs == ("input",)


def test_layers_stand_in_keras_order_and_keep_the_names_that_they_were_written_by():
    short_first = "Conv2D(1, 1); Conv2D(2, 1)(input); ReLU(); Concatenate()([re_lu, conv2d])"
    assert [layer.name for layer in layers_of(short_first)] == [
        *("conv2d_1", "re_lu", "conv2d", "concatenate"),
    ]
    assert write(layers_of(short_first)) == (
        'Conv2D(2, 1, name="conv2d_1"); ReLU(); Conv2D(1, 1, name="conv2d")(input); '
        "Concatenate()([re_lu, conv2d])"
    )


def test_a_functional_listing_is_read_as_it_is_pasted():
    written = parse(RESIDUAL)
    assert write(written.layers, written.input_shape, "\n") == WRITTEN
    assert written.notes == ("left out, since they hold no layer: model.summary (line 17)",)
    assert parse(WRITTEN).layers == written.layers


def test_a_functional_listing_of_a_chain_is_the_chain():
    text = "i = Input((4, 4, 1)); x = Conv2D(2, 3)(i); x = Flatten()(x); y = Dense(2)(x)"
    assert layers_of(text) == (Conv2D(2, 3), Flatten(), Dense(2))


def test_layers_have_the_names_that_keras_gives_them_where_they_are_made():
    text = "i = Input((4,)); b = Dense(3); a = Dense(2); o = b(a(i))"
    assert layers_of(text) == (Dense(2, name="dense_1"), Dense(3, name="dense"))
    nested = "i = Input((4,)); o = Dense(3)(Dense(2)(i))"
    assert layers_of(nested) == (Dense(2, name="dense_1"), Dense(3, name="dense"))


def test_what_a_model_puts_out_may_be_written_where_it_is_named():
    assert layers_of("i = Input((4,)); a = Dense(3)(i); m = Model(i, Dense(2)(a))") == (
        *(Dense(3), Dense(2)),
    )
    assert layers_of("i = Input((4,)); a = Dense(4)(i); m = Model(i, a + i)")[1:] == (
        Add(name="add", inputs=("dense", "input")),
    )


def test_a_kind_of_layer_may_be_given_its_own_name():
    assert layers_of("Dense = keras.layers.Dense; i = Input((4,)); a = Dense(3)(i)") == (Dense(3),)


def test_sequentials_in_each_other_are_one_chain():
    chain = (Conv2D(2, 1), ReLU(), Flatten())
    assert layers_of("Sequential([Sequential([Conv2D(2, 1), ReLU()]), Flatten()])") == chain
    model = "inner = Sequential()\ninner.add(Conv2D(2, 1))\ninner.add(ReLU())\n"
    assert layers_of(model + "Sequential([inner, Flatten()])") == chain
    assert layers_of(model + "outer = Sequential([inner])\nouter.add(Flatten())") == chain


def test_a_separable_convolution_is_the_two_that_it_is_made_of():
    text = "SeparableConv2D(8, 3, activation='relu', name='s'); Conv2D(8, 1); Add()([s, conv2d])"
    assert layers_of(text) == (
        DepthwiseConv2D(3, use_bias=False, name="s_depthwise"),
        Conv2D(8, 1, activation="relu", name="s_pointwise"),
        Conv2D(8, 1, name="conv2d"),
        Add(name="add", inputs=("s_pointwise", "conv2d")),
    )


def test_functions_and_operations_are_the_layers_that_they_call():
    start = "i = Input((4, 4, 2)); a = Conv2D(2, 1)(i); "
    for call, kind in (("layers.add([a, i])", Add), ("a + i", Add), ("ops.add(a, i)", Add)):
        assert layers_of(f"{start} b = {call}")[1] == kind(inputs=("conv2d", "input"), name="add")
    joined = Concatenate(inputs=("conv2d", "input"), name="concatenate")
    for call in ("concatenate([a, i])", "concatenate((a, i), -1)", "Concatenate()([a, i])"):
        assert layers_of(f"{start} b = {call}")[1] == joined


START = "i = Input((4, 4, 2)); a = Conv2D(2, 1)(i); "


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "Conv2D(4, 1); Add()([conv2d, conv2d_1])",
            "line 1, column 30: no layer before this one is named conv2d_1; the nearest name is "
            "conv2d",
        ),
        (
            "Conv2D(4, 1); Conv2D(4, 1)(input)",
            "line 1, column 1: no layer takes the result of conv2d; a network has one output, here "
            "conv2d_1",
        ),
        (
            START + "a * 2",
            "line 1, column 44: results are calculated with each other only; a number",
        ),
        (START + "b = 1 + a", "line 1, column 48: results are calculated with each other only"),
        (
            START + "a / i",
            "line 1, column 44: results can be joined by +, - and *. Received: a / i",
        ),
        (START + "j = Input((2,))", "line 1, column 48: the input must be named once"),
        (
            START + "m = Model(i, [a, a])",
            "line 1, column 57: a network must have one input and one output. Received: "
            "outputs=[a, a]",
        ),
        (
            START + "m = Model([i, i], a)",
            "line 1, column 54: a network must have one input and one",
        ),
        (START + "m = Model(a, a)", "line 1, column 54: a Model's inputs must be the Input."),
        (START + "m = Model(i)", "line 1, column 48: a Model must be given inputs and outputs."),
        (
            START + "m = Model(i, a); b = m(i)",
            "line 1, column 65: a Model that is part of another isn't read; save the whole by",
        ),
        (START + "m = Model(i, a); m.add(Flatten())", "line 1, column 67: nothing can be added to"),
        (START + "m = Model(i, a); n = Model(i, a)", "line 1, column 65: a listing must hold one"),
        (
            START + "f = Flatten(); b = f(a); c = f(i)",
            "line 1, column 73: only a layer that wasn't called yet can be called on results, for "
            "cnncalc has no layers that share weights. Received: f(i)",
        ),
        (
            START + "s = Sequential([Flatten()]); b = s(a); c = s(i)",
            "line 1, column 87: the Sequential (line 1, column 48) is used twice; cnncalc has no "
            "layers that share weights",
        ),
        (START + "b = Dropout(0.5)(a, training=True)", "line 1, column 64: a layer is called on"),
        (
            START + "b = Flatten()([a, i])",
            "line 1, column 48: Flatten must be called on one result.",
        ),
        (START + "b = Add()([a])", "line 1, column 48: Add must be called on at least 2 results"),
        (START + "b = Concatenate(1)([a, i])", "line 1, column 48: Concatenate: axis must be -1"),
        (START + "b = tf.nn.relu(a)", "line 1, column 48: cnncalc has no layer relu; the nearest"),
        (
            START + "b = blur(a)",
            "line 1, column 48: blur(…) is no layer. The text is read and never",
        ),
        (START + "b = a[0]", "line 1, column 48: expected a layer, such as Dense(2)"),
        (START + "b, c = a", "line 1, column 51: expected a layer, such as Dense(2)"),
        (START + "a = load(); Flatten()(a)", "line 1, column 66: a must be a layer or its result."),
        (
            "Flatten()(keras.applications.ResNet50()(input))",
            "line 1, column 11: keras.applications.",
        ),
        (
            "m = keras.applications.ResNet50(weights=None)",
            "line 1, column 5: keras.applications.ResNet50(…) is built by code",
        ),
        (
            "base = ResNet50(); " + START + "b = base(a)",
            "line 1, column 67: base must be a layer or its result. Received: what line 1, column "
            "8 gave it",
        ),
        (
            "def block(x):\n    return x",
            "line 1, column 1: def isn't executed: expected every layer",
        ),
        (
            'Conv2D(1, 1, name="a"); Conv2D(1, 1, name="a"); Add()([a, input])',
            "line 1, column 25: layers that branch must each have a name of their own",
        ),
        (
            'Conv2D(1, 1, name="input"); Conv2D(1, 1); Add()([input, conv2d_1])',
            "line 1, column 1: layers that branch must each have a name of their own, and none",
        ),
        ("SeparableConv2D(8)", "line 1, column 1: SeparableConv2D: kernel_size is missing."),
        (
            "SeparableConv2D(8, 0)",
            "line 1, column 1: SeparableConv2D: kernel_size must be one or two",
        ),
    ],
)
def test_an_error_says_what_a_network_of_one_image_and_one_output_lacks(text, message):
    assert error_of(text).startswith(message)


def automatically_named(layers):
    """The layers with the names that they would have automatically."""
    new = {
        layer.name: bare.name
        for layer, bare in zip(
            layers, named([replace(layer, name="", inputs=()) for layer in layers]), strict=True
        )
    } | {"input": "input"}
    return tuple(
        replace(layer, name=new[layer.name], inputs=tuple(new[name] for name in layer.inputs))
        for layer in layers
    )


SEPARATORS = st.sampled_from(["; ", "\n", ", "])


@settings(deadline=None)
@given(graphs(), SEPARATORS, st.booleans())
def test_a_graph_that_is_written_reads_back_as_the_same_layers(drawn, separator, is_automatic):
    layers, shape = drawn
    if is_automatic:
        layers = automatically_named(layers)
    text = write(layers, shape, separator)
    assert ("name=" in text) != is_automatic
    written = parse(text)
    # A chain needs no names.
    assert named(written.layers) == layers
    assert written.input_shape == shape


@pytest.mark.parametrize("name", ["a b", "lambda", "None", "1st", "ﬁ", "größe", "block-2.add"])
def test_a_name_that_is_no_variable_is_written_as_a_text(name):
    layers = in_keras_order(
        named([Conv2D(2, 1, name=name), Conv2D(2, 1), Add(name="add", inputs=("conv2d_1", name))])
    )
    assert layers_of(write(layers)) == layers


PIECES = ["x", "y", "i", "m", "Input((4, 4, 1))", "Flatten()", "Dense(2)", "Add()", "Model(i, x)"]
PIECES += ["Sequential([Dense(2), x])", "Sequential()", "(x)", "([x, y])", "(i)", "+", "-", "*"]
PIECES += ["\n", "x = ", "y = ", "x, y = ", "m.add(Dense(2))", "add([x, y])", "x += ", "2", "; "]
PIECES += ["m.trainable = False", "x.trainable = True", "m.layers[0].trainable = False", "dense"]


@settings(deadline=None, max_examples=200)
@given(st.lists(st.sampled_from(PIECES), max_size=14))
def test_any_functional_listing_is_a_network_or_an_error_of_ours(pieces):
    assert is_read_or_refused("".join(pieces))


@pytest.mark.parametrize("start", ["a = (1, 1)\n", "Conv2D(1, 1); a = conv2d\n"])
def test_names_of_pairs_of_names_take_no_time(start):
    assert error_of(start + "a = (a, a)\n" * 100 + "Dense(a); Add()(a)").startswith("line ")


def test_a_call_that_is_told_not_to_train_is_read_as_keras_3_takes_it():
    told, untold = (
        parse(START + f"b = Dropout(0.5)(a{training}); m = Model(i, Flatten()(b))")
        for training in (", training=False", "")
    )
    assert told.layers == untold.layers
