import numpy as np
import pytest

from cnncalc.errors import OptionError, ShapeError
from cnncalc.layers import Activation, Combine, Conv2D, DepthwiseConv2D, Layer, MaxPooling2D
from cnncalc.sheet.plan import Specification
from cnncalc.sheet.planning import make_plan, specify
from cnncalc.sheet.values import input_shapes
from cnncalc.sheet.vector_cells import trace_values
from tests.views.workbook.drawn import drawn_trace


def plan_of(*layers, shape=(6, 6, 1), **options):
    named = tuple(layer if layer.name else type(layer)(**vars(layer)) for layer in layers)
    return make_plan([Specification("", named, shape, **options)])


def cells(sheet):
    for block in sheet.blocks:
        for row in range(block.height):
            for column in range(block.width):
                yield (block.row + row, block.column + column)


@pytest.mark.parametrize("seed", range(40))
def test_blocks_and_texts_never_overlap(seed):
    plan = make_plan([specify(drawn_trace(seed).network)])
    for sheet in plan.sheets:
        taken = [*cells(sheet), *((text.row, text.column) for text in sheet.texts)]
        assert len(taken) == len(set(taken))


@pytest.mark.parametrize("seed", range(40))
def test_every_number_is_drawn_once(seed):
    trace = drawn_trace(seed)
    plan = make_plan([specify(trace.network)])
    values = trace_values(trace)
    drawn = {key: np.zeros(array.shape, int) for key, array in values.items()}
    for sheet in plan.sheets:
        for block in sheet.blocks:
            block.slice(drawn)[...] += 1
    entered = input_shapes(plan.specifications[0])
    for key, times in drawn.items():
        # Padding is drawn around the image itself, whose pixels are not drawn again.
        assert times.max() == 1, key
        if key in entered or key.name not in ("padded input",):
            assert times.min() == 1, key


@pytest.mark.parametrize("seed", range(5))
def test_the_same_specification_makes_the_same_plan(seed):
    specification = specify(drawn_trace(seed).network, "a title")
    assert make_plan([specification]) == make_plan([specification])


def test_a_small_calculation_stands_on_one_sheet():
    plan = plan_of(Conv2D(2, 3, padding="same", name="conv"), MaxPooling2D(2, name="pool"))
    assert [sheet.name for sheet in plan.sheets] == ["Calculation"]


def test_a_large_one_has_a_sheet_for_each_stage():
    plan = plan_of(
        Conv2D(2, 3, activation="relu", name="conv"),
        MaxPooling2D(2, name="pool"),
        shape=(50, 50, 3),
    )
    names = [sheet.name for sheet in plan.sheets]
    assert names == ["Image", "Weights", "Convolution", "Bias", "ReLU", "Max pooling"]


def test_stages_of_several_layers_are_told_apart():
    conv, pool = Conv2D(1, 3, use_bias=False), MaxPooling2D(2, strides=1)
    plan = plan_of(
        *(Conv2D(**{**vars(conv), "name": name}) for name in ("one", "two")),
        MaxPooling2D(**{**vars(pool), "name": "pool"}),
        shape=(50, 50, 1),
    )
    names = [sheet.name for sheet in plan.sheets]
    assert names[1:5] == ["one Weights", "one Convolution", "two Weights", "two Convolution"]
    defined = [name.name for sheet in plan.sheets for name in sheet.names]
    assert defined == ["image", "one_weight", "two_weight", "output"]


def test_slices_are_named_by_number():
    plan = plan_of(Conv2D(2, 2, name="conv"), shape=(4, 4, 2))
    assert [name.name for name in plan.sheets[0].names] == [
        *("image_0", "image_1"),
        *("weight_0_0", "weight_0_1", "weight_1_0", "weight_1_1"),
        *("bias_0", "bias_1"),
        *("output_0", "output_1"),
    ]


def test_the_name_of_a_padded_image_is_that_of_its_pixels():
    plan = plan_of(Conv2D(1, 3, padding=1, name="conv"), shape=(4, 4, 1))
    sheet = plan.sheets[0]
    pixels = next(block for block in sheet.blocks if block.role == "pixels")
    name = next(name for name in sheet.names if name.name == "image")
    assert (name.row, name.column, name.height, name.width) == (pixels.row, pixels.column, 4, 4)


def captions(plan):
    return [text.text for text in plan.sheets[0].texts if text.style == "caption"]


def test_the_channels_of_a_colour_image_are_named():
    shown = captions(plan_of(Conv2D(2, 3, use_bias=False, name="conv"), shape=(5, 5, 3)))
    assert {"red", "green", "blue", "filter 0 on red", "filter 1 on blue"} <= set(shown)


def test_channels_keep_their_names_through_a_depthwise_convolution():
    layer = DepthwiseConv2D(2, depth_multiplier=2, use_bias=False, name="conv")
    assert {"red 0", "red 1", "blue 1"} <= set(captions(plan_of(layer, shape=(5, 5, 3))))


def formulas(plan):
    return {
        (block.quantity.name, *block.index): block.formula.text(0, 0)
        for sheet in plan.sheets
        for block in sheet.blocks
        if block.formula
    }


def test_each_stage_refers_to_the_one_before():
    plan = plan_of(Conv2D(1, 3, activation="relu", name="conv"), MaxPooling2D(2, name="pool"))
    assert formulas(plan) == {
        ("convolution", 0): "SUMPRODUCT(B6:D8,$I$6:$K$8)",
        ("bias", 0): "M6+$I$10",
        ("activation", 0): "MAX(0,R6)",
        ("pooling", 0): "MAX(W6:X7)",
    }


def test_a_filter_of_one_weight_is_a_product():
    plan = plan_of(Conv2D(1, 1, use_bias=False, name="conv"), shape=(2, 2, 2))
    assert formulas(plan) == {("convolution", 0): "B6*$F$6+B10*$H$6"}


def test_a_dilated_filter_is_drawn_with_its_gaps():
    plan = plan_of(Conv2D(1, 2, dilation_rate=2, use_bias=False, name="conv"))
    texts = formulas(plan)
    assert texts["convolution", 0] == "SUMPRODUCT(B6:D8,$I$9:$K$11)"
    assert texts["dilated kernel", 0, 0] == "$J$7"


def test_many_channels_are_added_up_in_parts():
    plan = plan_of(Conv2D(1, 2, use_bias=False, name="conv"), shape=(2, 2, 40))
    texts = formulas(plan)
    assert texts["partial sums", 0, 0].count("SUMPRODUCT") == 32
    assert texts["partial sums", 1, 0].count("SUMPRODUCT") == 8
    assert texts["convolution", 0].count("+") == 1
    assert all(len(text) <= 8_192 for text in texts.values())


@pytest.mark.parametrize("mode", ["sum", "max"])
def test_many_channels_are_combined_in_parts(mode):
    texts = formulas(plan_of(Combine(mode, name="all"), shape=(2, 2, 40)))
    assert {("partial combined", 0), ("partial combined", 1), ("combined", 0)} == texts.keys()


def test_softmax_subtracts_the_largest_number_first():
    texts = formulas(plan_of(Activation("softmax", name="soft"), shape=(2, 2, 2)))
    assert texts["largest", 0] == "MAX(B6,B10)"
    assert texts["exponentials", 0] == "EXP(B6-F6)"
    assert texts["total", 0] == "J6+J10"
    assert texts["activation", 1] == "J10/N6"


def test_more_channels_than_a_formula_can_hold_are_refused():
    with pytest.raises(ShapeError, match=r"1,024 channels at most\. Received: 1,025"):
        plan_of(Conv2D(1, 1, name="conv"), shape=(1, 1, 1_025))


class Unheard(Layer):
    """A layer that workbooks know nothing of."""


def test_a_layer_without_formulas_is_refused():
    with pytest.raises(OptionError, match=r"of this kind\. Received: Unheard"):
        plan_of(Unheard(name="unheard"))
