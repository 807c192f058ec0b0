import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnncalc.layers import (
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    MaxPooling2D,
    ReLU,
    Rescaling,
    ZeroPadding2D,
)
from cnncalc.layers.names import named
from cnncalc.notation import parse, write, write_layer
from tests.drawn_layers import chains


@pytest.mark.parametrize(
    ("layer", "text"),
    [
        (Conv2D(10, (5, 5), (1, 1), activation="linear"), "Conv2D(10, 5)"),
        (
            Conv2D(4, (3, 1), 2, "same", dilation_rate=(1, 2), groups=2, use_bias=False),
            'Conv2D(4, (3, 1), strides=2, padding="same", dilation_rate=(1, 2), groups=2, '
            "use_bias=False)",
        ),
        (Conv2D(1, 1, padding=((1, 1), (1, 1))), "Conv2D(1, 1, padding=1)"),
        (Conv2D(1, 1, padding=(0, 0, 1, 1)), "Conv2D(1, 1, padding=(0, 1))"),
        (Conv2D(1, 1, padding=(0, 1, 1, 1)), "Conv2D(1, 1, padding=(0, 1, 1, 1))"),
        (MaxPooling2D(), "MaxPooling2D(2)"),
        (AveragePooling2D(3, strides=3), "AveragePooling2D(3)"),
        (AveragePooling2D(3, strides=(3, 2)), "AveragePooling2D(3, strides=(3, 2))"),
        (ZeroPadding2D(), "ZeroPadding2D()"),
        (ZeroPadding2D(2), "ZeroPadding2D(padding=2)"),
        (Rescaling(1 / 255), "Rescaling(1/255)"),
        (Rescaling((0.5, 1, 2), -1), "Rescaling((0.5, 1, 2), offset=-1)"),
        (Rescaling((1 / 3,), 0.1), "Rescaling((1/3,), offset=0.1)"),
        (ReLU(max_value=6.0), "ReLU(max_value=6)"),
        (Dropout(0.25), "Dropout(0.25)"),
        (BatchNormalization(scale=False), "BatchNormalization(scale=False)"),
        (Flatten(trainable=False), "Flatten(trainable=False)"),
        (Dense(2, trainable=False, name="x"), 'Dense(2, trainable=False, name="x")'),
        (Dense(2, "softmax", name='a "b"'), 'Dense(2, activation="softmax", name="a \\"b\\"")'),
    ],
)
def test_a_layer_is_written_with_what_is_no_default(layer, text):
    assert write_layer(layer) == text
    assert parse(text).layers == (layer,)


def test_automatic_names_are_left_out_and_others_kept():
    layers = named([Flatten(), Flatten(name="second"), Flatten()])
    assert write(layers) == 'Flatten(); Flatten(name="second"); Flatten()'


def test_the_input_shape_comes_first_and_lines_can_separate():
    text = write([Flatten(), Dense(2)], (28, 28, 1), separator="\n")
    assert text == "Input((28, 28, 1))\nFlatten()\nDense(2)"
    assert write([Dense(2)], (5,)) == "Input((5,)); Dense(2)"


@settings(deadline=None)
@given(chains(), st.sampled_from(["; ", "\n", ", "]))
def test_what_is_written_reads_back_as_the_same_layers(chain, separator):
    layers, shape = chain
    written = parse(write(named(layers), shape, separator))
    assert written.layers == tuple(layers)
    assert written.input_shape == shape
    assert written.notes == ()


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_any_name_reads_back(name):
    layer = Flatten(name=name)
    assert parse(write_layer(layer)).layers == (layer,)


@settings(deadline=None)
@given(st.floats(allow_nan=False, allow_infinity=False))
def test_any_number_reads_back_exactly(number):
    assert parse(write_layer(Rescaling(number))).layers == (Rescaling(number),)
