import pytest

from cnncalc import layers
from cnncalc.errors import InputError
from cnncalc.layers import AveragePooling2D, Combine, Conv2D, DepthwiseConv2D
from cnncalc.views.workbook.layer_text import decode_layers, encode_layers


@pytest.mark.parametrize(
    "layer",
    [
        Conv2D(10, (5, 3), 2, (0, 1), dilation_rate=3, activation="relu", name="first"),
        DepthwiseConv2D(3, padding="same", depth_multiplier=2, use_bias=False),
        AveragePooling2D(2, padding=(1, 0, 1, 0)),
        Combine("max"),
        layers.BatchNormalization(momentum=0.9),
        layers.Rescaling((0.1, 0.2, 0.3), 1 / 3),
    ],
)
def test_layers_come_back_as_they_were(layer):
    assert decode_layers(encode_layers([layer, layer])) == (layer, layer)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[",
        "3",
        '["Conv2D"]',
        '[{"filters": 3}]',
        '[{"class": "os"}]',
        '[{"class": "Shape"}]',
        '[{"class": "ACTIVATIONS"}]',
        '[{"class": "Layer"}]',
        '[{"class": "PoolingLayer", "pool_size": 2}]',
        '[{"class": "Conv2D", "filters": -1, "kernel_size": 3}]',
        '[{"class": "Conv2D", "colour": "red"}]',
    ],
)
def test_anything_else_is_refused(text):
    with pytest.raises(InputError, match="layers must be written as cnncalc writes them"):
        decode_layers(text)
