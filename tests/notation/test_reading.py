import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnncalc.errors import CnncalcError, NotationError
from cnncalc.layers import (
    L1,
    L1L2,
    L2,
    Activation,
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    MaxPooling2D,
    ReLU,
    Rescaling,
    Softmax,
    ZeroPadding2D,
)
from cnncalc.layers.vocabulary import ARGUMENTS, LAYERS
from cnncalc.notation import parse
from tests.drawn_examples import of_examples

ARTICLE = (
    Conv2D(10, 5, activation="relu"),
    MaxPooling2D(2),
    Flatten(),
    Dense(2, activation="softmax"),
)

ARTICLE_LISTING = """
from keras.models import Sequential
from keras.layers import convolutional, pooling, core

model = Sequential()
model.add(convolutional.Conv2D(filters=10, kernel_size=(5,5), strides=(1,1), padding='valid',
                               data_format='channels_last', activation='relu',
                               input_shape=(300,300,3)))
model.add(pooling.MaxPooling2D(pool_size=(2, 2), strides=None, padding='valid'))
model.add(core.Flatten())
model.add(core.Dense(2, activation='softmax'))
model.compile(optimizer=Adam(lr=1e-3), loss='categorical_crossentropy', metrics=['accuracy'])
model.summary()
"""

KERAS_LISTING = '''
    """A simple convnet."""
    import keras
    from keras import layers

    num_classes = 10
    input_shape = (28, 28, 1)
    (x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
    x_train = x_train.astype("float32") / 255

    model = keras.Sequential(
        [
            keras.Input(shape=input_shape),
            layers.Rescaling(1.0 / 255),
            layers.Conv2D(32, kernel_size=(3, 3), activation="relu"),  # edges
            layers.MaxPooling2D(pool_size=(2, 2)),
            layers.Flatten(),
            layers.Dropout(0.5),
            layers.Dense(num_classes, activation="softmax"),
        ]
    )

    history = model.fit(x_train, y_train, batch_size=128, epochs=15, validation_split=0.1)
    print(history)
'''


def error_of(text):
    with pytest.raises(NotationError) as caught:
        parse(text)
    message = str(caught.value)
    assert "\n" not in message
    return message


@pytest.mark.parametrize(
    "text",
    [
        'Conv2D(10, 5, activation="relu"); MaxPooling2D(2); Flatten(); Dense(2, "softmax")',
        "Conv2D(10, 5, activation='relu')\nMaxPooling2D()\n\nFlatten()  # all\nDense(2, 'softmax')",
        "  Conv2D(10, 5, activation='relu'),\n  MaxPooling2D(2),\n  Flatten(), Dense(2, 'softmax')",
        "[Conv2D(10, 5, activation='relu'), MaxPooling2D(2), Flatten(), Dense(2, 'softmax')]",
        "keras.Sequential(layers=[tf.keras.layers.Conv2D(10, 5, activation=tf.nn.relu), "
        "layers.MaxPool2D(), Flatten(), Dense(2, 'softmax')], name='model')",
        "Convolution2D(10, (5, 5), border_mode='valid', subsample=(1, 1), activation='relu'); "
        "MaxPooling2D((2, 2), border_mode='VALID'); Flatten(); Dense(output_dim=2, "
        "activation='softmax', kernel_initializer='glorot_uniform', trainable=True)",
        ARTICLE_LISTING,
    ],
)
def test_the_articles_network_is_read_in_every_spelling(text):
    assert parse(text).layers == ARTICLE


def test_the_articles_own_listing_brings_its_input_shape_and_what_was_left_out():
    written = parse(ARTICLE_LISTING)
    assert written.input_shape == (300, 300, 3)
    assert written.notes == ("left out, since they hold no layer: model.summary (line 13)",)


def test_a_pasted_script_is_read_with_the_names_that_it_gives_to_values():
    written = parse(KERAS_LISTING)
    assert written.input_shape == (28, 28, 1)
    assert written.layers == (
        Rescaling(1 / 255),
        Conv2D(32, 3, activation="relu"),
        MaxPooling2D(2),
        Flatten(),
        Dropout(0.5),
        Dense(10, activation="softmax"),
    )
    assert written.notes == (
        "left out, since they hold no layer: ((x_train, y_train), (x_test, y_test)) = … (line 8), "
        "x_train = … (line 9), history = … (line 23), print (line 24)",
    )


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("Input((8, 8, 1)); Flatten()", (8, 8, 1)),
        ("InputLayer(shape=[8, 8, 1], name='in'); Flatten()", (8, 8, 1)),
        ("Input(batch_shape=(None, 8, 8, 1)); Flatten()", (8, 8, 1)),
        ("Flatten(input_shape=(28, 28)); Dense(2)", (28, 28)),
        ("Dense(2, input_dim=784)", (784,)),
        ("Dense(2, batch_input_shape=(None, 784))", (784,)),
        ("Flatten(); Dense(2, input_shape=(784,))", None),
        ("Input((8, 8, 1)); Flatten(input_shape=(8, 8, 1))", (8, 8, 1)),
        ("Flatten()", None),
    ],
)
def test_the_input_shape_is_found_wherever_keras_takes_it(text, shape):
    assert parse(text).input_shape == shape


@pytest.mark.parametrize(
    ("text", "layer"),
    [
        (
            "Conv2D(4, 3, 2, 'same', 'channels_last', 1, 2, 'relu', False)",
            Conv2D(4, 3, 2, "same", groups=2, activation="relu", use_bias=False),
        ),
        ("Conv2D(4, (3, 1), padding=(1, 0))", Conv2D(4, (3, 1), padding=(1, 0))),
        ("BatchNormalization(-1, 0.9, 1e-5)", BatchNormalization(momentum=0.9, epsilon=1e-5)),
        ("GlobalAvgPool2D('channels_last', True)", GlobalAveragePooling2D(keepdims=True)),
        ("AvgPool2D(pool_size=3, strides=1)", AveragePooling2D(3, 1)),
        ("ZeroPadding2D(((1, 0), (2, 3)))", ZeroPadding2D((1, 0, 2, 3))),
        ("ReLU(6., name='relu6')", ReLU(6.0, name="relu6")),
        ("LeakyReLU(alpha=0.1)", parse("LeakyReLU(negative_slope=0.1)").layers[0]),
        (
            "Dense(2, kernel_regularizer='l2', bias_regularizer=regularizers.l1(1 / 4))",
            Dense(2, kernel_regularizer=L2(0.01), bias_regularizer=L1(0.25)),
        ),
        (
            "decay = keras.regularizers.L1L2(l2=1e-3)\nConv2D(4, 3, kernel_regularizer=decay)",
            Conv2D(4, 3, kernel_regularizer=L1L2(l2=0.001)),
        ),
        (
            "Dense(2, None, True, 'glorot_uniform', 'zeros', L2())",
            Dense(2, kernel_regularizer="l2"),
        ),
        ("ELU(alpha=2 * 3 - 4 // 2)", parse("ELU(4)").layers[0]),
        ("Rescaling(-1 / 127.5, offset=-1)", Rescaling(-1 / 127.5, -1)),
        ("Activation(keras.activations.softplus)", Activation("softplus")),
        ("Softmax(axis=-1)", Softmax()),
        ("Dropout(0.5, seed=42, noise_shape=None)", Dropout(0.5)),
    ],
)
def test_arguments_are_bound_as_keras_binds_them(text, layer):
    assert parse(text).layers == (layer,)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "Conv2D(10, 5); Dens(2)",
            "line 1, column 16: cnncalc has no layer Dens; the nearest name is Dense",
        ),
        (
            "keras.layers.maxpooling2d(2)",
            "line 1, column 1: cnncalc has no layer maxpooling2d; the nearest name is MaxPooling2D",
        ),
        (
            "Flatten()\nDense(2, actvation='relu')",
            "line 2, column 10: Dense has no argument actvation; the nearest name is activation",
        ),
        (
            "Dense(2, activation='rellu')",
            "line 1, column 1: Dense: activation must be one of linear, relu, relu6, leaky_relu, "
            "sigmoid, tanh, softmax, elu, softplus. Received: activation='rellu'",
        ),
        ("Conv2D(10)", "line 1, column 1: Conv2D: kernel_size is missing. Received: filters"),
        ("Dense()", "line 1, column 1: Dense: units is missing. Received: no arguments"),
        (
            "Flatten(1, 2)",
            "line 1, column 1: Flatten is given too many arguments: it takes at most 1 argument "
            "without a name. Received: 2",
        ),
        (
            "Dense(8, 'relu', True, 3, 4)",
            "line 1, column 1: Dense is given too many arguments: it takes at most 3 arguments "
            "without a name. Received: 5",
        ),
        (
            "Dense(8, 'relu', True, 'he_normal')",
            "line 1, column 1: Dense: kernel_initializer must be 'glorot_uniform' in cnncalc. "
            "Received: kernel_initializer='he_normal'",
        ),
        ("Dense(2, units=2)", "line 1, column 10: Dense is given units twice"),
        (
            "Conv2D(8, 3, strides=(1, 0))",
            "line 1, column 1: Conv2D: strides must be one or two whole numbers, at least 1. "
            "Received: strides=(1, 0)",
        ),
        (
            "Conv2D(8, 3, data_format='channels_first')",
            "line 1, column 1: Conv2D: data_format must be 'channels_last' in cnncalc. "
            "Received: data_format='channels_first'",
        ),
        (
            "Conv2D(8, 3, kernel_initializer='he_normal')",
            "line 1, column 1: Conv2D: kernel_initializer must be 'glorot_uniform' in cnncalc. "
            "Received: kernel_initializer='he_normal'",
        ),
        (
            "Dense(8, kernel_constraint='max_norm')",
            "line 1, column 1: Dense: kernel_constraint must be None in cnncalc. "
            "Received: kernel_constraint='max_norm'",
        ),
        (
            "Dense(8, kernel_regularizer=keras.regularizers.OrthogonalRegularizer())",
            "line 1, column 29: a value must be a number, a text, True, False, None, or a tuple of "
            "these: code is not executed. Received: keras.regularizers.OrthogonalRegularize…",
        ),
        (
            "Dense(8, kernel_regularizer=L2(l=0.01))",
            "line 1, column 29: L2 takes l2. Received: L2(l=0.01)",
        ),
        (
            "Dense(8, kernel_regularizer=L1L2(1, 2, 3))",
            "line 1, column 29: L1L2 takes l1 and l2. Received: L1L2(1, 2, 3)",
        ),
        (
            "Dense(8, kernel_regularizer=L2(-1))",
            "line 1, column 29: L2: l2 must be a number, at least 0. Received: l2=-1",
        ),
        (
            "Dense(8, kernel_regularizer='l3')",
            "line 1, column 1: Dense: kernel_regularizer must be L1, L2 or L1L2, such as L2(0.01). "
            "Received: kernel_regularizer='l3'",
        ),
        (
            "Dense(units)",
            "line 1, column 7: a value must be a number, a text, True, False, None, or a tuple of "
            "these: code is not executed. Received: units",
        ),
        ("Dense(1/0)", "line 1, column 7: 1 / 0 can't be worked out: division by zero"),
        ("Dense(2 * 'a')", "line 1, column 11: arithmetic must be on numbers. Received: 'a'"),
        (
            "Dense(10**9)",
            "line 1, column 7: a value must be a number, a text, True, False, None, or a tuple of "
            "these: code is not executed. Received: 10 ** 9",
        ),
        (
            f"Dense({10**16})",
            "line 1, column 7: a whole number must be at most 1,000,000,000,000,000",
        ),
        (
            "Lambda(lambda x: x)",
            "line 1, column 1: a Lambda layer holds code, which is never executed",
        ),
        (
            "import os; os.system('ls')",
            "line 1, column 12: os.system(…) is no layer. The text is read and never executed; "
            "expected layers, such as Dense(2)",
        ),
        (
            "layers.Sistem(2)",
            "line 1, column 1: cnncalc has no layer Sistem; it has ",
        ),
        (
            "Flatten()(x)",
            "line 1, column 11: no layer before this one is named x; there are input, flatten",
        ),
        (
            "x = Flatten()",
            "line 1, column 5: the layer flatten is never called: expected it alone, or called on "
            "a result. Received: Flatten()",
        ),
        (
            "n = 5; n = count(n)\nDense(n)",
            "line 2, column 7: a value must be a number, a text, True, False, None, or a tuple of "
            "these: code is not executed. Received: n",
        ),
        (
            "x = [Dense(2)]",
            "line 1, column 6: the layer dense is never called: expected it alone, or called on a "
            "result. Received: Dense(2)",
        ),
        (
            "for i in range(3):\n    model.add(Dense(2))",
            "line 1, column 1: for isn't executed: expected every layer in the listing, or a file "
            'that Keras saved by model.save("network.keras"). '
            "Received: for i in range(3): model.add(Dense(2))",
        ),
        (
            "Dense(2) + Dense(3)",
            "line 1, column 1: expected the result of a layer, as conv2d or Dense(2)(flatten). "
            "Received: Dense(2)",
        ),
        (
            "Sequential([Dense(2)]); Sequential([Dense(3)])",
            "line 1, column 25: a listing must hold one network. Received: a second Sequential",
        ),
        (
            "Dense(2); Input((2,))",
            "line 1, column 11: the input must be named once, before the first layer",
        ),
        (
            "Input((None, None, 3)); Flatten()",
            "line 1, column 1: the input's shape must be whole numbers, at least 1 each, such as "
            "(28, 28, 1). Received: shape=(None, None, 3)",
        ),
        (
            "Convolution2D(32, 3, 3)",
            "line 1, column 1: Convolution2D with three numbers is a kernel of rows and columns in "
            "Keras 1, a size and its strides since; write Conv2D(…, (3, 3)) or strides=",
        ),
        (
            "Conv2D(10, 5",
            "line 1, column 7: not a list of layers in Keras calls: '(' was never closed",
        ),
        (
            "  Flatten();\n  Dense(2))",
            "line 2, column 11: not a list of layers in Keras calls: unmatched ')'",
        ),
        (
            "",
            "a network must have at least one layer, such as Conv2D(10, 5); Flatten(); Dense(2). "
            "Received: no layer",
        ),
    ],
)
def test_an_error_points_at_its_place_and_says_what_would_do(text, message):
    assert error_of(text).startswith(message)


def test_columns_are_counted_in_characters_and_with_the_indentation():
    assert error_of("    Dense(2, name='é'), Dens(2)").startswith("line 1, column 25: ")
    assert error_of("    Flatten()\r\n    Dense(2), Dens(2)").startswith("line 2, column 15: ")


@pytest.mark.parametrize(
    "text",
    [
        "-" * 100_000 + "1",
        "Dense(" + "-" * 50_000 + "1)",
        "Dense(" + "1+" * 50_000 + "1)",
        "[" * 1000 + "]" * 1000,
        "Dense(2)\0",
        "Dense(2, name='\ud800')",
        "Dense(" + "9" * 5000 + ")",
        "Dense(0x" + "f" * 5000 + ")",
        "Dense(1e400)",
        "Dense(nan)",
        "Dense(2j)",
        "Dense(b'2')",
        "Dense(...)",
        "Dense(*[2])",
        "Dense(**{'units': 2})",
        "Dense(f'{1}')",
        "Dense([x for x in (2,)])",
        "Dense(__import__('os').system('true'))",
        "Flatten().__class__",
        "Dense(2, name=5)",
        "x" * 1_000_001,
    ],
    ids=range(21),
)
def test_hostile_text_is_one_line_of_error(text):
    assert len(error_of(text)) < 500


def is_read_or_refused(text):
    """Whether a text is a network, or an error of ours on one line."""
    try:
        return bool(parse(text).layers)
    except CnncalcError as error:
        return "\n" not in str(error)


@settings(deadline=None)
@given(st.text() | st.text(alphabet="Dense()[],;=. \n'\"012+-*/lambdix"))
def test_any_text_is_a_network_or_an_error_of_ours(text):
    assert is_read_or_refused(text)


VALUES = ["0", "1", "2.5", "-1", "1e300", "True", "None", "'same'", "''", "()", "(1, 2)", "'a'"]
VALUES += ["(1, (2, 3))", "((1, 1), (2, 2))", "(1, 2, 3, 4)", "('a',)", "(None, 2)", "10**2"]


@settings(deadline=None, max_examples=of_examples(500))
@given(
    st.sampled_from(sorted(LAYERS)),
    st.lists(st.sampled_from(VALUES), max_size=4),
    st.dictionaries(
        st.sampled_from(
            sorted({name for names in ARGUMENTS.values() for name in names} | {"name"})
        ),
        st.sampled_from(VALUES),
        max_size=3,
    ),
)
def test_any_argument_of_any_layer_is_used_or_an_error_of_ours(kind, positional, named):
    arguments = [*positional, *(f"{name}={value}" for name, value in named.items())]
    assert is_read_or_refused(f"{kind}({', '.join(arguments)})")


def test_what_compile_asks_is_kept_as_it_is_written():
    listing = (
        "m = Sequential([Dense(2)])\nm.compile('adam', loss=keras.losses.Hinge(), metrics=['acc'])"
    )
    assert parse(listing).compiled == (
        ("optimizer", "'adam'"),
        ("loss", "keras.losses.Hinge()"),
        ("metrics", "['acc']"),
    )
