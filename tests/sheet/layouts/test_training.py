"""What stands where in a training's workbook, and that a reader finds it."""

from __future__ import annotations

import io
import re
import zipfile
from functools import cache

import numpy as np
import openpyxl
import pytest

from cnncalc.network import initialize
from cnncalc.notation import parse
from cnncalc.sheet.addresses import address_of
from cnncalc.sheet.calculations import training_specification
from cnncalc.sheet.layouts.step_pages import COLUMNS, ROWS
from cnncalc.sheet.paper import Paper
from cnncalc.sheet.plan import Quantity
from cnncalc.sheet.planning import make_plan
from cnncalc.sheet.values import input_shapes
from cnncalc.tasks.workbook_reading import read_exported
from cnncalc.views.workbook.export import WorkbookOptions, write
from tests.sheet.training.examples import (
    NETWORKS,
    OPTIMIZERS,
    drawn_network,
    example,
    pieces,
    small,
)
from tests.views.workbook.reading import formulas_of, mismatches, values_of

HEADINGS = ("weights", "forward", "backward", "rule")
MEANS = ("Mean loss", "Accuracy")
WIDE = (
    "Conv2D(4, 3, activation='relu'); MaxPooling2D(2); Flatten(); Dense(10, activation='softmax')"
)


def cells_of(area):
    return [
        (area.row + row, area.column + column)
        for row, column in np.ndindex(area.height, area.width)
    ]


@cache
def drawn(name):
    network = drawn_network(name, "categorical_crossentropy")
    return example(pieces(network, optimizer="Adam(0.1)"))


@cache
def shown_values(name):
    return values_of(drawn(name).content)


@pytest.fixture(scope="module")
def written():
    return small(optimizer="SGD(0.1, momentum=0.5)")


@pytest.fixture(scope="module")
def book(written):
    return formulas_of(written.content)


@pytest.mark.parametrize("name", NETWORKS)
def test_blocks_and_texts_never_overlap(name):
    for sheet in drawn(name).plan.sheets:
        cells = [
            (block.row + row, block.column + column)
            for block in sheet.blocks
            for row, column in np.ndindex(block.height, block.width)
        ]
        taken = cells + [(text.row, text.column) for text in sheet.texts]
        assert len(taken) == len(set(taken)), sheet.name


@pytest.mark.parametrize("name", NETWORKS)
def test_every_number_is_drawn_once(name):
    made = drawn(name)
    times = {key: np.zeros(array.shape, int) for key, array in made.values.items()}
    for sheet in made.plan.sheets:
        for block in sheet.blocks:
            block.slice(times)[...] += 1
    for key, count in times.items():
        # The dashboard has room for some of the first weights, and a batch may be smaller.
        if not np.isnan(made.values[key]).any() and not key.name.startswith("weights "):
            assert (count.min(), count.max()) == (1, 1), key


@pytest.mark.parametrize("name", NETWORKS)
def test_cells_hold_the_formulas_and_the_numbers_of_the_plan(name):
    made = drawn(name)
    shown = formulas_of(made.content)
    assert mismatches(shown, made.plan, [made.values], formulas=True) == []
    assert mismatches(shown_values(name), made.plan, [made.values], formulas=False) == []


def test_the_workbook_tells_what_it_was_made_of(written):
    plan = read_exported(written.content).plan
    assert plan.specifications == (written.specification,)
    assert plan == written.plan == make_plan([written.specification])


def test_the_dashboard_stands_in_front_and_a_sheet_for_each_step(book):
    assert book.sheetnames == ["Dashboard", "Contents", "Step 1", "Step 2", "Step 3", "About"]
    links = {cell.value: cell.hyperlink.location for cell in book["Dashboard"][2] if cell.hyperlink}
    assert links == {
        "Contents": "Contents!A1",
        **{f"Step {step}": f"'Step {step}'!A1" for step in (1, 2, 3)},
    }


def test_the_dashboard_charts_loss_and_accuracy(written, book):
    charts = book["Dashboard"]._charts
    assert len(charts) == 2
    with zipfile.ZipFile(io.BytesIO(written.content)) as archive:
        texts = [archive.read(f"xl/charts/chart{number}.xml").decode() for number in (1, 2)]
    for text in texts:
        assert "<c:lineChart>" in text
        (sheet, column, first, last) = re.findall(
            r"<c:val>.*?<c:f>(\w+)!\$(\w+)\$(\d+):\$\2\$(\d+)</c:f>", text
        )[0]
        shown = [book[sheet][f"{column}{row}"].value for row in range(int(first), int(last) + 1)]
        assert [value[:8] for value in shown] == [f"='Step {step}" for step in (1, 2, 3)]


@pytest.mark.parametrize(
    ("layer", "shape", "filters", "said"),
    [
        ("Conv2D(10, 5)", (6, 6, 1), 10, ""),
        ("Conv2D(70, 3)", (4, 4, 1), 48, " · the first 48 of 70 filters"),
        ("Conv2D(30, 3)", (4, 4, 3), 48, " · the first 48 of 90 slices"),
        ("Dense(33)", (2, 20, 1), 1, " · the first 16 of 40 rows · the first 24 of 33 columns"),
    ],
)
def test_the_dashboard_shows_the_first_layers_weights_or_says_how_many(layer, shape, filters, said):
    network = initialize(parse(f"{layer}; Flatten(); Dense(2, 'softmax')").layers, shape)
    if layer.startswith("Dense"):
        network = initialize(parse(f"Flatten(); {layer}; Dense(2, 'softmax')").layers, shape)
    made = pieces(network, batches=((0,),))
    (sheet, *_) = make_plan([training_specification(made)]).sheets
    (heading,) = [text.text for text in sheet.texts if "blue below 0" in text.text]
    assert heading.endswith(f"kernel: blue below 0, orange above{said}")
    for name in ("weights before", "weights after"):
        shown = [block for block in sheet.blocks if block.quantity.name == name]
        assert len(shown) == filters
        assert max(block.column + block.width for block in shown) <= 25
    places = [(block.row, block.column) for block in sheet.blocks]
    assert len(places) == len(set(places))


@pytest.mark.parametrize(("samples", "said"), [(10, ""), (20, " · the first 10 of 20 samples")])
def test_the_dashboard_shows_the_classes_of_a_batch_or_says_of_how_many(samples, said):
    made = pieces(drawn_network("a row", "categorical_crossentropy"), batches=(range(samples),))
    (sheet, *_) = make_plan([training_specification(made)]).sheets
    (heading,) = [text.text for text in sheet.texts if "predictions are green" in text.text]
    assert heading.endswith(f"right predictions are green{said}")
    assert len([b for b in sheet.blocks if b.quantity.name == "labels of each step"]) == 10


def test_any_gradients_formula_is_two_clicks_from_the_contents(book):
    """The first click follows a link, which leads to the block's cell; the second is on it."""
    contents = book["Contents"]
    rows = [row for row in contents.iter_rows(min_row=4) if str(row[1].value).startswith("← ")]
    found = {(row[0].value, row[1].value) for row in rows}
    assert {
        ("dense", "← Gradient by the kernel"),
        ("dense", "← Gradient by the bias"),
        ("dense", "← Gradient by the input"),
        ("conv2d", "← Gradient by the kernel"),
        ("conv2d", "← Gradient by the bias"),
        ("conv2d", "← Gradient by the pre-activation"),
        ("max_pooling2d", "← Gradient by the input"),
    } <= found
    for row in rows:
        assert row[2].value, "what is calculated is said in a line"
        for step, cell in enumerate(row[3:6], start=1):
            sheet, address = cell.hyperlink.location.rsplit("!", 1)
            assert sheet == f"'Step {step}'"
            assert str(book[sheet.strip("'")][address].value).startswith("=")


def test_every_sample_is_a_click_away_from_the_top_of_its_step(book):
    sheet = book["Step 1"]
    links = {cell.value: cell.hyperlink.location for cell in sheet[3] if cell.hyperlink}
    assert list(links) == ["Weights", "Gradients", "Update", "0 →", "0 ←", "1 →", "1 ←"]
    titles = {link: sheet[place.rsplit("!", 1)[1]].value for link, place in links.items()}
    assert titles["1 ←"] == "Sample 1 · backward ←"
    assert titles["Gradients"] == "Gradients of the weights: all samples together"
    assert int(sheet.freeze_panes[1:]) > 3


def test_the_contents_go_backward_through_backward_passes(book):
    rows = book["Contents"].iter_rows(min_row=4, max_col=3, values_only=True)
    backward = [layer for layer, block, _ in rows if block == "← Gradient by the input"]
    assert backward == ["dense", "flatten", "max_pooling2d"]


@pytest.mark.parametrize("name", NETWORKS)
def test_every_line_of_the_contents_says_what_is_calculated(name):
    (sheet,) = [sheet for sheet in drawn(name).plan.sheets if sheet.name == "Contents"]
    shown = {(text.row, text.column): text.text for text in sheet.texts}
    blocks = {row: text for (row, column), text in shown.items() if column == 1 and row > 2}
    assert [text for row, text in blocks.items() if not shown.get((row, 2))] == []
    assert len({shown[row, 2] for row, text in blocks.items() if text in MEANS}) == 2


@pytest.mark.parametrize("name", NETWORKS)
def test_titles_and_rules_stand_above_their_own_cells(name):
    """No wider than the way to the next block of their row."""
    sheet = drawn(name).plan.sheets[2]
    texts = [text for text in sheet.texts if text.style in HEADINGS and text.row > 3]
    starts = {
        row: sorted(text.column for text in sheet.texts if text.row == row)
        for row in {text.row for text in texts}
    }
    for text in texts:
        following = [column for column in starts[text.row] if column > text.column]
        assert len(text.text) * 7.2 <= 39 * (min([*following, 1_000]) - text.column), text
        below = [
            block
            for block in sheet.blocks
            if block.column <= text.column < block.column + block.width and block.row > text.row
        ]
        assert min(block.row for block in below) - text.row <= 8, text


def test_layers_stand_in_the_order_of_calculation(written):
    """Forward from the image to the loss; backward from the loss to the first layer."""
    sheet = next(sheet for sheet in written.plan.sheets if sheet.name == "Step 1")
    bars = {text.row: text.text for text in sheet.texts if text.style.endswith("bar") and text.text}

    def layers(title):
        rows = [row + 1 for row, text in bars.items() if text.startswith(title)]
        found = [text for text in sheet.texts if text.row in rows and text.style == "heading"]
        ordered = sorted(found, key=lambda text: (text.row, text.column))
        return list(dict.fromkeys(text.text.partition(" · ")[0] for text in ordered))

    forward = ["image", "conv2d", "max_pooling2d", "flatten", "dense", "categorical_crossentropy"]
    assert layers("Sample 1 · forward") == forward
    assert layers("Sample 1 · backward") == forward[:0:-1]


@pytest.mark.parametrize("name", NETWORKS)
def test_each_number_of_a_step_is_printed_once_below_its_section_and_its_layer(name):
    for sheet in drawn(name).plan.sheets[2:]:
        texts = {(text.row, text.column): text for text in sheet.texts if text.text}
        printed = [cell for area in sheet.areas for cell in cells_of(area)]
        assert len(printed) == len(set(printed))
        drawn_cells = {cell for block in sheet.blocks for cell in cells_of(block)}
        assert drawn_cells <= set(printed)
        for area in sheet.areas:
            assert area.width <= COLUMNS
            assert area.height <= ROWS
            assert drawn_cells & set(cells_of(area))
            assert texts[area.row, area.column].style.endswith(" bar")
            assert texts[area.row + 1, area.column].style == "heading"


@pytest.mark.parametrize("paper", [Paper.A4, Paper.LETTER])
def test_rules_are_printed_at_8_points_and_numbers_at_7(paper):
    made = example(pieces(initialize(parse(WIDE).layers, (8, 8, 1)), batches=((0,),)))
    stream = io.BytesIO()
    write(stream, made.plan, [made.values], WorkbookOptions("A test", paper=paper))
    with zipfile.ZipFile(stream) as archive:
        step = archive.read("xl/worksheets/sheet3.xml").decode()
        assert "'Step 1'!$4:$4" in archive.read("xl/workbook.xml").decode()
    (scale,) = re.findall(r'<pageSetup [^>]*scale="(\d+)"', step)
    sheet = openpyxl.load_workbook(stream)["Step 1"]
    rules = {text.row: text for text in made.plan.sheets[2].texts if text.style == "rule"}
    sizes = {sheet.cell(text.row + 1, text.column + 1).font.size for text in rules.values()}
    numbers = {
        sheet.cell(block.row + 1, block.column + 1).font.size
        for block in made.plan.sheets[2].blocks
    }
    assert (sizes, numbers) == ({10}, {9})
    assert int(scale) >= 80


def test_a_step_of_digits_takes_few_pages():
    made = example(pieces(initialize(parse(WIDE).layers, (8, 8, 1)), batches=((0,),)))
    tiny = small(batches=((0,),))
    assert [len(each.plan.sheets[2].areas) for each in (tiny, made)] == [4, 8]


def test_what_is_higher_than_a_page_goes_on_on_the_next_with_its_section_and_layer():
    network = "Conv2D(5, 3); Flatten(); Dense(2, activation='softmax')"
    made = example(pieces(initialize(parse(network).layers, (14, 14, 1)), batches=((0,),)))
    sheet = made.plan.sheets[2]
    titles = [text for text in sheet.texts if text.text.startswith("Convolution")]
    assert [text.text for text in titles] == ["Convolution", "Convolution, continued"]
    bars = [text for text in sheet.texts if text.style == "forward bar" and text.text]
    assert [text.text for text in bars][:2] == [
        "Sample 0 · forward →",
        "Sample 0 · forward →, continued",
    ]
    _, second = titles
    below = [
        text
        for text in sheet.texts
        if text.style == "caption" and text.row > second.row and text.column == second.column
    ]
    below.sort(key=lambda text: text.row)
    assert [text.text for text in below][:2] == ["filter 3", "filter 4"]


def test_vectors_higher_than_a_page_stand_side_by_side_and_go_on_in_the_same_columns():
    network = "Rescaling(0.1); Flatten(); Dense(3); Dense(2, activation='softmax')"
    made = example(pieces(initialize(parse(network).layers, (8, 8, 1)), batches=((0,),)))
    sheet = made.plan.sheets[2]
    flat, taken = (
        next(
            each
            for each in sheet.blocks
            if each.quantity[1:3] == name and each.quantity.sample == 0
        )
        for name in (("flatten", "flatten"), ("dense", "inputs"))
    )
    assert (taken.row, taken.column, taken.height) == (flat.row, flat.column + 2, 64)
    pages = [area for area in sheet.areas if flat.row - 9 < area.row < flat.row + 64]
    assert [(area.column, area.width) for area in pages] == [(1, 17)] * 2


def test_the_contents_are_printed_without_the_links_to_steps(written):
    (sheet,) = [sheet for sheet in written.plan.sheets if sheet.name == "Contents"]
    assert {(area.column, area.width) for area in sheet.areas} == {(0, 3)}
    rows = [row for area in sheet.areas for row in range(area.row, area.row + area.height)]
    last = max(text.row for text in sheet.texts)
    assert rows == list(range(3, last + 1))
    assert len(sheet.areas) == 2


@pytest.mark.parametrize("steps", [2, 3, 20])
def test_no_chart_covers_a_cell_or_a_text(steps):
    sheet = small(batches=((0,),) * steps).plan.sheets[0]
    covered = {
        (row, column)
        for chart in sheet.charts
        for row in range(chart.row, chart.row + 15)
        for column in range(chart.column, chart.column + 10)
    }
    assert len(covered) == 2 * 15 * 10
    taken = {cell for block in sheet.blocks for cell in cells_of(block)}
    for text in sheet.texts:
        if text.row > 1:
            taken |= {(text.row, text.column + over) for over in range(len(text.text) * 8 // 48)}
    assert covered & taken == set()


def test_a_single_step_has_no_chart_and_accuracy_ends_at_one(written):
    assert small(batches=((0, 1),)).plan.sheets[0].charts == ()
    assert [chart.most for chart in written.plan.sheets[0].charts] == [None, 1.0]


def test_forward_and_backward_are_told_apart_by_arrows_and_colours(book):
    bars = {
        row[1].value: row[1].fill.fgColor.rgb
        for row in book["Step 1"].iter_rows()
        if row[1].fill.fill_type == "solid" and isinstance(row[1].value, str)
        if not row[1].value.endswith(", continued")
    }
    assert list(bars) == [
        "Weights before the step",
        "Sample 0 · forward →",
        "Sample 0 · backward ←",
        "Sample 1 · forward →",
        "Sample 1 · backward ←",
        "Gradients of the weights: all samples together",
        "Update: the weights after the step",
    ]
    assert bars["Sample 0 · forward →"] != bars["Sample 0 · backward ←"]
    assert bars["Sample 0 · forward →"] == bars["Sample 1 · forward →"]


def test_a_sample_is_entered_where_it_is_used_first(written):
    roles = {
        (block.quantity.step, block.quantity.sample): block.role
        for sheet in written.plan.sheets
        for block in sheet.blocks
        if block.quantity[:3] == ("input", "", "")
    }
    assert roles == {(1, 0): "pixels", (1, 1): "pixels", (2, 0): "pixels", (3, 0): "formula"}
    entered = input_shapes(written.specification)
    assert Quantity("input", "", "", 2, 0) in entered
    assert Quantity("input", "", "", 3, 0) not in entered


def test_constants_and_labels_are_refused_where_no_training_takes_them():
    made = small(optimizer="Adam(0.1)", batches=((0, 1), (0,)))
    book = formulas_of(made.content)
    found = {}
    for sheet in made.plan.sheets:
        rules = {str(each.sqref): each for each in book[sheet.name].data_validations.dataValidation}
        choices = [block for block in sheet.blocks if block.role == "choice"]
        assert set(rules) == {block.address(0, 0) for block in choices}
        for block in choices:
            cell, rule = block.address(0, 0), rules[block.address(0, 0)]
            said = found.setdefault(block.quantity.name, set())
            said.add((rule.formula1.replace(cell, "x"), rule.error))
            assert (rule.type, rule.errorStyle) == ("custom", None)
    memory = "AND(ISNUMBER(x),x>=0,x<1)"
    assert found == {
        "learning_rate": {("ISNUMBER(x)", "learning_rate must be a number.")},
        "beta_1": {(memory, "beta_1 must be a number of at least 0 and below 1.")},
        "beta_2": {(memory, "beta_2 must be a number of at least 0 and below 1.")},
        "epsilon": {("AND(ISNUMBER(x),x>=0)", "epsilon must be a number of at least 0.")},
        "label": {
            (
                "AND(ISNUMBER(x),x>=0,x<=2,x=INT(x))",
                "label must be the number of a class: a whole number from 0 to 2.",
            )
        },
    }


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_every_constant_has_a_rule_for_what_it_may_be(optimizer):
    sheets = small(optimizer=optimizer, batches=((0,),)).plan.sheets
    constants = [block for block in sheets[0].blocks if block.role == "choice"]
    assert len(sheets[0].entries) == len(constants) > 0


def test_later_steps_start_from_the_weights_before(written, book):
    before = address_of(written.plan, "dense", "kernel", (0, 0), step=2)
    sheet, cell = before.split("!")
    after = address_of(written.plan, "dense", "update kernel", (0, 0), step=1)
    assert book[sheet.strip("'")][cell].value == f"={after}"


@pytest.mark.parametrize("name", NETWORKS)
def test_gradients_and_updates_are_found_in_their_cells(name):
    made = drawn(name)
    values = shown_values(name)

    def shown(*place, **when):
        sheet, cell = address_of(made.plan, *place, **when).rsplit("!", 1)
        return values[sheet.strip("'")][cell].value

    last = made.specification.layers[-1].name
    for weight in ("kernel", "bias"):
        for kind, name_of in (("gradient", weight), ("update", f"{weight} velocity")):
            numbers = made.values[Quantity(kind, last, name_of, 2)]
            position = (0, 0) if weight == "kernel" else (0,)
            assert shown(last, f"{kind} {name_of}", position, step=2) == numbers[0, 0]
    errors = made.values[Quantity("gradient", last, "pre-activation", 1, 1)]
    assert shown(last, "gradient pre-activation", (2,), sample=1) == errors[0, 2]


def test_what_a_layer_puts_out_is_what_the_next_takes_in(written):
    found = address_of(written.plan, "conv2d", "gradient output", (1, 2, 0))
    assert found == address_of(written.plan, "max_pooling2d", "gradient input", (1, 2, 0))


def test_one_step_of_a_tiny_network_fits_a_screen_or_two():
    made = small(batches=((0,),))
    (sheet,) = [sheet for sheet in made.plan.sheets if sheet.name == "Step 1"]
    width = max(block.column + block.width for block in sheet.blocks) * sheet.cell
    height = max(block.row + block.height for block in sheet.blocks) * sheet.row
    assert width * sheet.zoom / 100 < 1920
    assert height * sheet.zoom / 100 < 2 * 1000


def test_the_workbook_opens_in_openpyxl_without_a_warning(written, recwarn):
    openpyxl.load_workbook(io.BytesIO(written.content))
    assert list(recwarn) == []
