"""Whether weights are those that cnncalc drew, as a workbook finds out by itself."""

import io
from functools import cache, partial
from itertools import product

import numpy as np
import pytest

from cnncalc.files.engines import recalculate
from cnncalc.network import initialize
from cnncalc.notation import parse
from cnncalc.sheet.calculations import network_calculation
from cnncalc.sheet.plan import Quantity
from cnncalc.sheet.planning import make_plan
from cnncalc.sheet.quantities import CHANGED, CROSS_ENTROPY, PREDICTED, PREDICTED_NAME
from cnncalc.sheet.values import computed_values, input_shapes, trace_as_written
from cnncalc.tasks.verification import compare_exported
from cnncalc.tasks.workbook_reading import read_exported
from cnncalc.views.workbook.about import read_about
from cnncalc.views.workbook.export import WorkbookOptions, write
from tests.views.workbook.networks import image_of
from tests.views.workbook.reading import formulas_of, values_of

SEED = 5
UNTRAINED = "untrained (seed 5)"
NETWORKS = (
    "Conv2D(2, 3); BatchNormalization(); MaxPooling2D(2); Flatten(); Dense(3, 'softmax')",
    "DepthwiseConv2D(3, depth_multiplier=2); Dense(4); GlobalMaxPooling2D(); Dense(3)",
    "Conv2D(40, 3); GlobalAveragePooling2D(); Dense(1, 'sigmoid')",  # more slices than one formula
)


@cache
def calculation(text, **options):
    network = initialize(parse(text).layers, (6, 6, 2), SEED)
    trace = trace_as_written(network, image_of((6, 6, 2)))
    return network_calculation(trace, drawn_from=SEED, **options)


@cache
def written(text, **options):
    specification, values = calculation(text, **options)
    stream = io.BytesIO()
    write(stream, make_plan([specification]), [values], WorkbookOptions())
    return stream.getvalue()


def changed(content, change):
    book = formulas_of(content)
    change(book)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def verified(content):
    evaluation = recalculate([content], "formualizer")[0]
    return compare_exported(read_exported(content), evaluation), evaluation


def said(evaluation):
    """What stands below "weights" and "predicted class", as the spreadsheet has it."""
    found = {
        place[1:]: value for place, value in evaluation.values.items() if place[0] == "Prediction"
    }
    return [found[row, 2] for row in (4, 5)]


@pytest.mark.parametrize("text", NETWORKS)
def test_drawn_weights_name_no_class(text):
    content = written(text)
    sheet = values_of(content)["Prediction"]
    assert [sheet["C5"].value, sheet["C6"].value] == [UNTRAINED, UNTRAINED]
    report, evaluation = verified(content)
    assert report.agrees
    assert said(evaluation) == [UNTRAINED, UNTRAINED]


@pytest.mark.parametrize("text", NETWORKS)
def test_weights_that_are_typed_over_name_the_class(text):
    content = written(text)
    places = {}
    for sheet in make_plan([calculation(text)[0]]).sheets:
        for block in sheet.blocks:
            if block.role == "weights" and block.quantity.name in ("kernel", "bias"):
                # The last slice of each: the least likely to be looked at.
                places[block.quantity] = sheet.name, block.address(0, 0)
    for name, address in places.values():
        report, evaluation = verified(changed(content, partial(_type, name, address, -1.0)))
        assert report.agrees
        assert said(evaluation)[0] == "typed over"
        assert isinstance(said(evaluation)[1], float)


@pytest.mark.parametrize(
    "engine", ["formualizer", pytest.param("libreoffice", marks=pytest.mark.recalculation)]
)
def test_the_words_about_the_weights_decide_nothing(engine):
    """Whoever translates them is told the class all the same."""
    content = changed(written(NETWORKS[0]), _translate)
    typed = changed(content, partial(_type, "dense", "D15", -1.0))
    assert [said(each) for each in recalculate([content], engine)] == [["Zufall", "Zufall"]]
    (evaluation,) = recalculate([typed], engine)
    assert said(evaluation)[0] == "überschrieben"
    assert isinstance(said(evaluation)[1], float)


def _swap(sheet, cells, book):
    first, last = book[sheet][cells[0]], book[sheet][cells[-1]]
    first.value, last.value = last.value, first.value


def _flip(sheet, cells, book):
    numbers = [book[sheet][cell].value for cell in cells]
    for cell, number in zip(cells, reversed(numbers), strict=True):
        book[sheet][cell] = number


MOVES = {
    "two weights swapped": (_swap, slice(None)),
    "neighbours swapped": (_swap, slice(-2, None)),
    "flipped": (_flip, slice(None)),
}


@pytest.mark.parametrize("move", MOVES)
@pytest.mark.parametrize(
    "engine", ["formualizer", pytest.param("libreoffice", marks=pytest.mark.recalculation)]
)
def test_weights_that_change_places_name_the_class(engine, move):
    """The same numbers at other places are another network."""
    change, part = MOVES[move]
    contents = []
    for text in NETWORKS:
        content = written(text)
        places = {}
        for sheet in make_plan([calculation(text)[0]]).sheets:
            for block in sheet.blocks:
                if block.role == "weights" and block.quantity.name.endswith("kernel"):
                    size = range(block.height), range(block.width)
                    cells = [block.address(*place) for place in product(*size)]
                    places[block.quantity] = sheet.name, cells
        assert places
        contents += [
            changed(content, partial(change, name, cells[part])) for name, cells in places.values()
        ]
    for content, evaluation in zip(contents, recalculate(contents, engine), strict=True):
        assert said(evaluation)[0] == "typed over"
        assert isinstance(said(evaluation)[1], float)
        assert compare_exported(read_exported(content), evaluation).agrees


def test_neighbours_among_many_weights_count_by_their_places():
    """A swap shows where the places differ least: at the end of a large layer."""
    network = initialize(parse("Flatten(); Dense(100)").layers, (30, 30, 1), SEED)
    trace = trace_as_written(network, image_of((30, 30, 1)))
    specification, values = network_calculation(trace, drawn_from=SEED)
    inputs = {key: values[key].copy() for key in input_shapes(specification)}
    kernel = inputs[Quantity("weight", "dense", "kernel")].reshape(-1)
    kernel[-2:] = kernel[-2:][::-1].copy()
    assert computed_values(specification, inputs)[CHANGED].sum() == 1


def _translate(book):
    cell = book["Prediction"]["C5"]
    cell.value = cell.value.replace(UNTRAINED, "Zufall").replace("typed over", "überschrieben")


def _type(sheet, address, number, book):
    book[sheet][address] = number


def test_names_follow_too_and_the_cross_entropy_stays():
    options = {"class_names": ("a", "b", "c"), "target": 1}
    specification, values = calculation(NETWORKS[0], **options)
    assert values[PREDICTED].item() == values[PREDICTED_NAME].item() == UNTRAINED
    assert values[CROSS_ENTROPY].item() > 0
    inputs = {key: values[key] for key in input_shapes(specification)}
    assert computed_values(specification, inputs)[PREDICTED].item() == UNTRAINED
    bias = Quantity("weight", "dense", "bias")
    inputs[bias] = inputs[bias] + np.array([[0.0, 0.0, 100.0]])
    again = computed_values(specification, inputs)
    assert (again[PREDICTED].item(), again[PREDICTED_NAME].item()) == (2.0, "c")
    assert again[CHANGED].sum() == 1


def test_the_seed_is_read_back_and_a_workbook_of_before_names_its_class():
    content = written(NETWORKS[0])
    rows = list(values_of(content)["About"].iter_rows(values_only=True))
    (specification,) = read_about(rows)
    assert specification.drawn_from == SEED
    (before,) = read_about([row for row in rows if row[0] != "Weights drawn from seed"])
    assert before.drawn_from is None
    network = initialize(parse(NETWORKS[0]).layers, (6, 6, 2), SEED)
    trace = trace_as_written(network, image_of((6, 6, 2)))
    old, values = network_calculation(trace)
    assert old.layers == before.layers
    assert isinstance(values[PREDICTED].item(), float)
    stream = io.BytesIO()
    write(stream, make_plan([old]), [values], WorkbookOptions())
    without_rows = changed(stream.getvalue(), _without_provenance)
    assert verified(without_rows)[0].agrees


def _without_provenance(book):
    sheet = book["About"]
    for row in range(sheet.max_row, 0, -1):
        if sheet.cell(row, 1).value in ("Version", "Made by", "Weights", "Image"):
            sheet.delete_rows(row)
