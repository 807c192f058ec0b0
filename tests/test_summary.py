import pytest

from cnncalc.errors import ShapeError
from cnncalc.layers import (
    BatchNormalization,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Flatten,
    GlobalAveragePooling2D,
    MaxPooling2D,
)
from cnncalc.summary import affordable_units, fully_connected, summarize

ARTICLE = (Conv2D(10, 5, activation="relu"), MaxPooling2D(2), Flatten(), Dense(2, "softmax"))
SHAPE = (300, 300, 3)


def test_the_articles_network_has_the_articles_numbers():
    summary = summarize(ARTICLE, SHAPE)
    assert [each.parameters for each in summary.layers] == [760, 0, 0, 438_082]
    assert [each.formula for each in summary.layers] == [
        "(5×5×3 + 1) × 10 = 760", "", "", "(219,040 + 1) × 2 = 438,082",
    ]  # fmt: skip
    assert summary.parameters == 438_842
    assert summary.weight_bytes == 4 * 438_842


def test_with_one_unit_it_has_the_numbers_that_the_article_prints():
    summary = summarize([*ARTICLE[:3], Dense(1)], SHAPE)
    assert summary.layers[-1].parameters == 219_041
    assert summary.parameters == 219_801


def test_arithmetic_and_memory_are_those_of_one_sample():
    convolution = summarize(ARTICLE, SHAPE).layers[0]
    assert convolution.multiply_adds == 296 * 296 * 10 * 5 * 5 * 3
    assert convolution.output_bytes == 296 * 296 * 10 * 4
    assert convolution.weight_bytes == 4 * 760
    assert convolution.window.strides == (1, 1)
    assert convolution.receptive_field == (5, 5)


def test_statistics_are_not_trainable():
    summary = summarize([BatchNormalization()], (4, 4, 10))
    assert (summary.parameters, summary.trainable) == (40, 20)


def test_an_input_that_is_no_image_has_no_receptive_field():
    assert summarize([Dense(3)], (5,)).layers[0].receptive_field is None


def test_notes_name_their_layer():
    [note] = summarize([Dense(3)], (4, 4, 2)).notes
    assert note.startswith("layer dense: its input, 4×4×2, is not flat")


def test_a_layer_that_does_not_fit_is_named():
    with pytest.raises(
        ShapeError, match=r"layer max_pooling2d: .* window of 5×5 on an input of 4×4"
    ):
        summarize([MaxPooling2D(5)], (4, 4, 1))


def test_fully_connected_a_unit_stands_for_each_number_of_the_maps():
    other = fully_connected(summarize(ARTICLE, SHAPE))
    counts = {each.layer.name: each.parameters for each in other.layers}
    units = 296 * 296 * 10
    assert counts == {
        "flattened input": 0, "conv2d": (270_000 + 1) * units, "dense": (units + 1) * 2,
    }  # fmt: skip


def test_fully_connected_biases_follow_the_convolutions():
    layers = (Conv2D(2, 3, use_bias=False), DepthwiseConv2D(3), GlobalAveragePooling2D())
    other = fully_connected(summarize(layers, (6, 6, 1)))
    assert [each.parameters for each in other.layers] == [0, 36 * 32, (32 + 1) * 8]


@pytest.mark.parametrize(("units", "parameters"), [(1, 270_001 + 2 * 2), (0, 0)])
def test_the_affordable_units_are_as_many_as_the_parameters_allow(units, parameters):
    summary = summarize(ARTICLE if units else [MaxPooling2D(300), Flatten(), Dense(2)], SHAPE)
    assert affordable_units(summary) == units
    assert parameters <= summary.parameters


def test_one_more_unit_would_be_one_too_many():
    layers = (Conv2D(6, 5), MaxPooling2D(2), Flatten(), Dense(84), Dense(10))
    summary = summarize(layers, (28, 28, 1))
    units = affordable_units(summary)
    for count, fits in ((units, True), (units + 1, False)):
        hidden = summarize([Flatten(), Dense(count), Dense(10)], (28, 28, 1))
        assert (hidden.parameters <= summary.parameters) == fits
