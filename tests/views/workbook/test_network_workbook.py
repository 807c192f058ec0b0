"""Whole networks as workbooks: a sheet a layer."""

import io
from functools import cache

import numpy as np
import openpyxl
import pytest
from hypothesis import given, settings

from cnncalc.errors import InputError, OptionError, ShapeError
from cnncalc.layers import (
    ELU,
    Activation,
    BatchNormalization,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    GlobalMaxPooling2D,
    InputLayer,
    Layer,
    LeakyReLU,
    MaxPooling2D,
    ReLU,
    Rescaling,
    Softmax,
    ZeroPadding2D,
)
from cnncalc.layers.names import named
from cnncalc.network import assemble
from cnncalc.sheet.calculations import network_calculation
from cnncalc.sheet.layouts.sheet_parts import contents_sheet
from cnncalc.sheet.plan import Specification
from cnncalc.sheet.planning import is_calculation, make_plan, specify_network
from cnncalc.sheet.quantities import (
    CLASS_NAMES,
    CROSS_ENTROPY,
    OUTPUTS,
    PREDICTED,
    PREDICTED_NAME,
    TARGET,
)
from cnncalc.sheet.values import computed_values, input_shapes, trace_as_written
from cnncalc.views.workbook.about import read_about
from tests.drawn_examples import of_examples
from tests.trace.drawn import networks_and_images, vary
from tests.views.workbook.networks import DrawnNetwork, image_of, written_network
from tests.views.workbook.reading import formulas_of, mismatches, values_of

SEEDS = range(20)
drawn_network = cache(DrawnNetwork)


def calculation(drawn):
    return network_calculation(drawn.trace, "", drawn.class_names, drawn.target)


def plan_of(*layers, shape=(6, 6, 1), **options):
    return make_plan([Specification("", named(layers), shape, "network", **options)])


def formulas(plan):
    """The first formula of each quantity and slice."""
    found = {}
    for sheet in plan.sheets:
        for block in sheet.blocks:
            if block.formula:
                key = (block.quantity.layer, block.quantity.name, *block.index)
                found.setdefault(key, block.formula.text(0, 0))
    return found


def texts(plan, name):
    (sheet,) = [sheet for sheet in plan.sheets if sheet.name == name]
    return [text.text for text in sheet.texts]


# The plan


@pytest.mark.parametrize("seed", SEEDS)
def test_blocks_and_texts_never_overlap(seed):
    plan = make_plan([calculation(drawn_network(seed))[0]])
    for sheet in plan.sheets:
        taken = [(text.row, text.column) for text in sheet.texts]
        for block in sheet.blocks:
            rows, columns = np.indices((block.height, block.width))
            cells = zip(rows.ravel() + block.row, columns.ravel() + block.column, strict=True)
            taken += [(int(row), int(column)) for row, column in cells]
        assert len(taken) == len(set(taken)), sheet.name


@pytest.mark.parametrize("seed", SEEDS)
def test_every_number_is_drawn_once(seed):
    drawn = drawn_network(seed)
    check_every_number(drawn.network, *calculation(drawn))


@settings(max_examples=of_examples(60), deadline=None)
@given(networks_and_images())
def test_every_number_of_any_chain_of_layers_is_drawn_once(drawn):
    network, image = drawn
    check_every_number(network, *network_calculation(trace_as_written(network, image)))


def check_every_number(network, specification, values):
    inputs = {layer.name for layer in network.layers if isinstance(layer, InputLayer)}
    times = {key: np.zeros(a.shape, int) for key, a in values.items() if key.layer not in inputs}
    for sheet in make_plan([specification]).sheets:
        for block in sheet.blocks:
            block.slice(times)[...] += 1
    assert {key for key, array in times.items() if not (array == 1).all()} == set()


@pytest.mark.parametrize("seed", SEEDS)
def test_each_sheet_reads_itself_and_the_one_before(seed):
    plan = make_plan([calculation(drawn_network(seed))[0]])
    for before, sheet in zip(("", *plan.sheets), plan.sheets, strict=False):
        if sheet.name == "Prediction":
            continue  # the logits may stand on the sheet before the last
        read = {
            reference.sheet
            for block in sheet.blocks
            if block.formula
            for reference in block.formula.references
        }
        assert read <= {"", getattr(before, "name", "")}


def test_a_sheet_for_each_layer_in_order():
    layers = (InputLayer((6, 6, 1)), Conv2D(2, 3), MaxPooling2D(), Flatten(), Dense(2, "softmax"))
    specification = specify_network(vary(layers, (6, 6, 1)))
    names = [sheet.name for sheet in make_plan([specification]).sheets]
    assert names == ["Input", "conv2d", "max_pooling2d", "flatten", "dense", "Prediction"]


def test_layers_named_like_other_sheets_or_with_signs_have_sheets_of_their_own():
    layers = [Activation("relu", name=name) for name in ("About", "input", "a:b?", "x" * 40)]
    names = [sheet.name for sheet in plan_of(*layers).sheets]
    assert names == ["Input", "About (2)", "input (2)", "a-b-", f"{'x' * 30}…"]


def test_links_lead_to_the_contents_and_the_sheets_beside():
    plan = plan_of(Conv2D(1, 3), MaxPooling2D(2))
    links = [[text.link for text in sheet.texts if text.link] for sheet in plan.sheets]
    assert links == [
        ["Contents", "conv2d"],
        ["Contents", "Input", "max_pooling2d"],
        ["Contents", "conv2d"],
    ]


def test_image_and_output_have_names():
    plan = plan_of(Conv2D(2, 3), shape=(4, 5, 3))
    names = [[name.name for name in sheet.names] for sheet in plan.sheets]
    assert names == [["image_0", "image_1", "image_2"], ["output_0", "output_1"]]
    flat = plan_of(Flatten(), shape=(2, 3, 4)).sheets[1].names
    assert [(name.name, name.height, name.width) for name in flat] == [("output", 6, 4)]


def test_each_formula_is_a_teachers():
    plan = plan_of(Conv2D(2, 3, activation="relu"), MaxPooling2D(2), Flatten(), Dense(2, "softmax"))
    assert formulas(plan) == {
        ("conv2d", "convolution", 0): "SUMPRODUCT(Input!B8:D10,$B$8:$D$10)",
        ("conv2d", "convolution", 1): "SUMPRODUCT(Input!B8:D10,$B$15:$D$17)",
        ("conv2d", "bias", 0): "G8+$B$12",
        ("conv2d", "bias", 1): "G15+$B$19",
        ("conv2d", "activation", 0): "MAX(0,L8)",
        ("conv2d", "activation", 1): "MAX(0,L15)",
        ("max_pooling2d", "pooling", 0): "MAX(conv2d!Q8:R9)",
        ("max_pooling2d", "pooling", 1): "MAX(conv2d!Q15:R16)",
        ("flatten", "flatten"): "max_pooling2d!B8",
        ("dense", "weighted sum"): "SUMPRODUCT($C$15:$C$22,D15:D22)",
        ("dense", "logits"): "D6+D7",
        ("dense", "largest"): "MAX($D$8:$E$8)",
        ("dense", "exponentials"): "EXP(D8-$D$9)",
        ("dense", "total"): "SUM($D$10:$E$10)",
        ("dense", "softmax"): "D10/$D$11",
        ("dense", "inputs"): "flatten!C8",
        ("", "outputs"): "dense!D12",
        ("", "largest output"): "MAX($C$9:$C$10)",
        ("", "is largest"): "IF(C9>=$C$6-0.000000000001*MAX(1,ABS($C$6)),1,0)",
        ("", "class"): "INDEX($B$9:$B$10,MATCH(1,$D$9:$D$10,0))",
    }


def test_a_units_weights_and_its_inputs_are_ranges_of_one_shape():
    plan = plan_of(Flatten(), Dense(3))
    sums = next(b for b in plan.sheets[2].blocks if b.quantity.name == "weighted sum")
    assert [sums.formula.text(0, unit) for unit in range(3)] == [
        "SUMPRODUCT($C$11:$C$46,D11:D46)",
        "SUMPRODUCT($C$11:$C$46,E11:E46)",
        "SUMPRODUCT($C$11:$C$46,F11:F46)",
    ]


def test_a_flattened_volume_reads_row_by_row_as_kerass_vector():
    layers, shape = (Flatten(), Dense(1)), (2, 3, 4)
    trace = trace_as_written(vary(layers, shape), np.arange(24.0).reshape(shape))
    sheet = values_of(written_network(trace))["flatten"]
    rows = [[cell.value for cell in row] for row in sheet["C8:F13"]]
    assert [number for row in rows for number in row] == list(range(24))
    column = values_of(written_network(trace))["dense"]["C11:C34"]
    assert [cell.value for (cell,) in column] == list(range(24))


@pytest.mark.parametrize(
    ("layer", "formula"),
    [
        (Rescaling(1 / 255), "Input!B8*(1/255)"),
        (Rescaling(0.1), "Input!B8*0.1"),
        (Rescaling(2, -1), "Input!B8*2-1"),
        (Rescaling(-0.5, 0.25), "Input!B8*-0.5+0.25"),
        (ReLU(), "MAX(0,Input!B8)"),
        (ReLU(6, 0.1), "IF(Input!B8>0,MIN(Input!B8,6),0.1*Input!B8)"),
        (ReLU(6, 0.1, 1), "IF(Input!B8>1.000000000001,MIN(Input!B8,6),0.1*MIN(0,Input!B8-1))"),
        (LeakyReLU(0.25), "IF(Input!B8>0,Input!B8,0.25*Input!B8)"),
        (ELU(2.0), "IF(Input!B8>0,Input!B8,2*TANH(Input!B8/2)*(EXP(Input!B8)+1))"),
        (Activation("linear"), "Input!B8"),
        (Dropout(0.5), "Input!B8"),
        (ZeroPadding2D(1), "Input!B8"),
        (GlobalAveragePooling2D(), "AVERAGE(Input!$B$8:$G$13)"),
        (GlobalMaxPooling2D(keepdims=True), "MAX(Input!$B$8:$G$13)"),
        (Dense(1, use_bias=False), "Input!B8*$B$8"),
    ],
)
def test_a_layer_alone_has_its_formula(layer, formula):
    assert list(formulas(plan_of(layer)).values()) == [formula]


def test_a_normalization_divides_by_its_deviation():
    found = formulas(plan_of(BatchNormalization()))
    assert list(found.values()) == ["SQRT($B$14+0.001)", "(Input!B8-$B$12)/$B$16*$B$8+$B$10"]
    bare = formulas(plan_of(BatchNormalization(center=False, scale=False), Flatten()))
    assert bare["batch_normalization", "normalization", 0] == "(Input!B8-$B$8)/$B$12"


def test_units_of_a_vector_may_have_scales_of_their_own():
    plan = plan_of(Rescaling((1, 2), (0, -1)), shape=(2,))
    blocks = [block for block in plan.sheets[1].blocks if block.formula]
    assert [block.formula.text(0, 0) for block in blocks] == ["Input!C6*1", "Input!D6*2-1"]


@pytest.mark.parametrize(
    ("layer", "said"),
    [
        (Rescaling(0.0625), "Each number × 0.0625."),
        (Rescaling(2, -1), "Each number × 2 + -1."),
        (Rescaling((1, 2), (0, 0)), "Each number × a number of each channel's own."),
    ],
)
def test_a_rescaling_says_what_it_adds_if_anything(layer, said):
    assert f"Rescaling: {said}" in texts(plan_of(layer, shape=(2, 2, 2)), "rescaling")


def test_the_padding_of_a_layer_stands_on_its_own_sheet():
    sheet = plan_of(Conv2D(1, 3, padding="same")).sheets[1]
    assert next(b.range for b in sheet.blocks if b.role == "formula") == "C9:H14"
    assert sum(b.role == "padding" for b in sheet.blocks) == 4


def test_dropout_says_that_it_does_nothing():
    assert any("Does nothing here" in text for text in texts(plan_of(Dropout(0.5)), "dropout"))


def test_channels_and_units_are_labelled():
    plan = plan_of(
        DepthwiseConv2D(2), Conv2D(2, 1), GlobalMaxPooling2D(), Dense(2), shape=(3, 3, 3)
    )
    assert {"red", "green", "blue"} <= set(texts(plan, "depthwise_conv2d"))
    assert {"filter 0 on red", "filter 1 on blue"} <= set(texts(plan, "conv2d"))
    assert {"filter 0", "filter 1"} <= set(texts(plan, "global_max_pooling2d"))
    assert {"unit 0", "unit 1", "filter 0", "filter 1"} <= set(texts(plan, "dense"))
    flat = plan_of(Flatten(), Dense(2), shape=(2, 2, 3))
    assert {"0,0", "1,1", "red", "blue"} <= set(texts(flat, "flatten"))
    assert {"0,0 red", "1,1 blue"} <= set(texts(flat, "dense"))


def test_an_input_of_another_kind_is_refused():
    with pytest.raises(ShapeError, match=r"shows images .* or vectors\. Received: .* 2×3$"):
        plan_of(Activation("relu"), shape=(2, 3))


class Unheard(Layer):
    """A layer that workbooks know nothing of."""


def test_a_layer_without_formulas_is_refused_by_its_name():
    with pytest.raises(OptionError, match=r"^layer odd: a workbook can't show .*: Unheard$"):
        plan_of(Unheard(name="odd"))


def test_more_channels_than_formulas_can_add_up_are_refused_by_their_layer():
    with pytest.raises(ShapeError, match=r"^layer softmax: .* 1,024 channels at most"):
        plan_of(Softmax(), shape=(1, 1, 1_025))


def test_what_convolve_makes_is_a_calculation_and_all_else_a_network():
    def made(*layers):
        return is_calculation(vary(layers, (6, 6, 2)))

    assert made(Conv2D(2, 3), MaxPooling2D(2))
    assert not made(Conv2D(2, 3), Conv2D(2, 3))
    assert not made(Flatten(), Dense(2))


# The values


@pytest.mark.parametrize("seed", SEEDS)
def test_a_workbooks_own_inputs_give_its_numbers(seed):
    specification, values = calculation(drawn_network(seed))
    inputs = {key: values[key] for key in input_shapes(specification)}
    assert {key: array.shape for key, array in inputs.items()} == input_shapes(specification)
    again = computed_values(specification, inputs)
    for key, array in again.items():
        np.testing.assert_array_equal(array, values[key])


@pytest.mark.parametrize("seed", range(10))
def test_every_cell_shows_its_value_and_its_formula(seed):
    drawn = drawn_network(seed)
    specification, values = calculation(drawn)
    content, plan = drawn.written(), make_plan([specification])
    assert mismatches(formulas_of(content), plan, [values], formulas=True) == []
    assert mismatches(values_of(content), plan, [values], formulas=False) == []


def logits_network(*logits, last=None):
    """A network whose logits are the numbers of its one-row image, and that image."""
    layers = [Flatten(), last or Softmax()]
    network = assemble(layers, (1, len(logits), 1), [{}, {}])
    return trace_as_written(network, np.reshape(logits, (1, -1, 1)))


def test_the_prediction_names_the_first_of_the_largest():
    trace = logits_network(1.0, 2.0, 2.0)
    _, values = network_calculation(trace, class_names=("cat", "dog", "bird"), target=0)
    assert values[PREDICTED].item() == 1
    assert values[PREDICTED_NAME].item() == "dog"
    assert values[CROSS_ENTROPY].item() == pytest.approx(-np.log(values[OUTPUTS][0, 0]))


def test_one_sigmoid_has_a_row_for_no_and_one_for_yes():
    trace = logits_network(0.3, last=Activation("sigmoid"))
    specification, values = network_calculation(trace, target=1)
    assert values[OUTPUTS].sum() == pytest.approx(1)
    found = formulas(make_plan([specification]))
    assert found["", "logits"] == "IF($C$6=1,-flatten!$C$6,flatten!$C$6)"
    assert found["", "outputs"] == "1-activation!$C$6"


def test_no_output_of_classes_no_prediction():
    specification, _ = network_calculation(
        trace_as_written(vary([Conv2D(2, 2)], (3, 3, 1)), image_of((3, 3, 1)))
    )
    assert [sheet.name for sheet in make_plan([specification]).sheets] == ["Input", "conv2d"]


@pytest.mark.parametrize(
    ("options", "error", "said"),
    [
        ({"class_names": ("a",)}, OptionError, "a name for each of the 3 classes. Received: 1"),
        ({"target": 3}, InputError, "0 to 2. Received: 3"),
        ({"target": -1}, InputError, "0 to 2. Received: -1"),
    ],
)
def test_names_and_targets_must_fit_the_classes(options, error, said):
    with pytest.raises(error, match=said):
        network_calculation(logits_network(1.0, 2.0, 2.0), **options)


def test_a_target_needs_probabilities():
    with pytest.raises(OptionError, match="ends in softmax, or in one unit with a sigmoid"):
        network_calculation(logits_network(1.0, 2.0, last=ReLU()), target=1)
    with pytest.raises(OptionError, match="ends in softmax, or in one unit with a sigmoid"):
        plan_of(Conv2D(1, 2), has_target=True)


def test_a_target_that_was_changed_to_no_class_is_said():
    specification, values = network_calculation(logits_network(1.0, 2.0), target=1)
    inputs = {key: values[key] for key in input_shapes(specification)}
    with pytest.raises(InputError, match=r"0 to 1\. Received: 0\.5"):
        computed_values(specification, inputs | {TARGET: np.array([[0.5]])})


# The workbook


@pytest.mark.parametrize("seed", range(10))
def test_the_about_sheet_gives_the_plan_back(seed):
    drawn = drawn_network(seed)
    rows = values_of(drawn.written())["About"].iter_rows(values_only=True)
    assert make_plan(read_about(rows)) == make_plan([calculation(drawn)[0]])


def test_the_contents_have_a_line_for_each_sheet():
    plan = plan_of(Conv2D(2, 3, activation="relu"), Flatten(), Dense(3, "softmax"))
    sheet = contents_sheet(plan, "mine")
    rows = {}
    for text in sheet.texts:
        rows.setdefault(text.row, []).append(text.text)
    lines = list(rows.values())
    assert lines[1] == ["Sheet", "Layer", "Output", "Parameters", "What is calculated"]
    assert [line[:4] for line in lines[2:7]] == [
        ["Input", "", "6×6×1", ""],
        ["conv2d", 'Conv2D(2, 3, activation="relu")', "4×4×2", "(3×3×1 + 1) × 2 = 20"],
        ["flatten", "Flatten()", "32", "0"],
        ["dense", 'Dense(3, activation="softmax")', "3", "(32 + 1) × 3 = 99"],
        ["Prediction", "", "", ""],
    ]
    assert lines[-1] == ["Parameters in all", "119"]
    links = [text.link for text in sheet.texts if text.link]
    assert links == ["Input", "conv2d", "flatten", "dense", "Prediction", "About"]


def test_class_names_stay_texts():
    names = ("=1+1", "http://x", "7", "")
    content = written_network(logits_network(1.0, 2.0, 3.0, 0.0), names)
    sheet = formulas_of(content)["Prediction"]
    cells = [sheet.cell(row, 3) for row in range(10, 14)]
    assert [cell.value for cell in cells] == ["=1+1", "http://x", "7", "class 3"]
    assert all(cell.data_type == "s" and cell.hyperlink is None for cell in cells)
    assert values_of(content)["Prediction"]["C6"].value == "7"


def test_probabilities_are_shaded_from_0_to_1_and_each_slice_has_one_scale():
    trace = trace_as_written(vary([Flatten(), Dense(3), Softmax()], (2, 3, 4)), image_of((2, 3, 4)))
    book = openpyxl.load_workbook(io.BytesIO(written_network(trace)))
    assert [str(each.sqref) for each in book["flatten"].conditional_formatting] == ["C8:F13"]
    (shares,) = book["Prediction"].conditional_formatting
    limits = [(each.type, each.val) for each in shares.rules[0].colorScale.cfvo]
    assert limits == [("num", 0), ("num", 1)]


def test_scores_are_coloured_as_numbers_of_two_signs():
    content = written_network(logits_network(1.0, 2.0, last=ReLU()))
    (scores,) = formulas_of(content)["Prediction"].conditional_formatting
    assert len(scores.rules[0].colorScale.color) == 3


def test_the_same_network_gives_the_same_bytes():
    assert DrawnNetwork(3).written() == DrawnNetwork(3).written()


def test_names_are_read_back_as_they_stand():
    specification, values = network_calculation(logits_network(1.0, 2.0), class_names=("a", "b"))
    inputs = {key: values[key] for key in input_shapes(specification)}
    inputs[CLASS_NAMES] = np.array([["x"], [7.0]], dtype=object)
    assert computed_values(specification, inputs)[PREDICTED_NAME].item() == 7.0
