import io
from dataclasses import replace

import numpy as np
import pytest

from cnncalc.calculator import Calculation, pooling_layer, pooling_network
from cnncalc.errors import OptionError, OutputError
from cnncalc.provenance import Provenance
from cnncalc.sheet.planning import make_plan
from cnncalc.sheet.vector_cells import trace_values
from cnncalc.sheet.worksheet import WorksheetOptions
from cnncalc.trace import record
from cnncalc.views.workbook.about import read_about
from cnncalc.views.workbook.export import WorkbookOptions, plan_trace, write_workbook
from tests.views.workbook.drawn import drawn_trace, written
from tests.views.workbook.reading import formulas_of, mismatches, values_of

EDGE = np.array([[0.0, -1, 0], [-1, 4, -1], [0, -1, 0]]).reshape(3, 3, 1, 1)


def edges(shape=(5, 5, 1), **options):
    image = np.random.default_rng(3).integers(0, 256, shape).astype(float)
    return record(Calculation(EDGE, **options).network(shape), image)


@pytest.mark.parametrize("seed", range(25))
def test_every_cell_shows_the_traces_value_and_its_formula(seed):
    trace = drawn_trace(seed)
    content, plan, values = written(trace), plan_trace(trace), [trace_values(trace)]
    assert mismatches(formulas_of(content), plan, values, formulas=True) == []
    assert mismatches(values_of(content), plan, values, formulas=False) == []


def test_a_result_that_is_a_denormal_is_stored_as_0():
    kernel = np.full((1, 1, 1, 1), 1e-200)
    image = np.array([[1e-120, 1e-100]]).reshape(1, 2, 1)
    trace = record(Calculation(kernel).network(image.shape), image)
    assert 0 < trace.layers[0].output[0, 0, 0] < 2.3e-308
    assert trace.layers[0].output[0, 1, 0] == pytest.approx(1e-300)
    sheet = values_of(written(trace))["Calculation"]
    stored = [cell.value for row in sheet["A6:Z6"] for cell in row if cell.value is not None]
    assert stored == [1e-120, 1e-100, 1e-200, 0, pytest.approx(1e-300)]


def test_what_a_worksheet_gives_or_hides_is_stored_as_0_where_it_is_a_denormal():
    kernel = np.full((1, 1, 1, 1), 1e-200)
    image = np.array([[1e-120, 2e-120]]).reshape(1, 2, 1)
    trace = record(Calculation(kernel).network(image.shape), image)
    book = values_of(written(trace, worksheet=WorksheetOptions(0.5)))
    sheets = (book["Calculation"], book["Solution Calculation"])
    stored = {cell.value for sheet in sheets for cell in sheet[6]} - {None}
    assert stored == {1e-120, 2e-120, 1e-200, 0}


@pytest.mark.parametrize("seed", range(5))
def test_the_about_sheet_gives_the_plan_back(seed):
    trace = drawn_trace(seed)
    book = values_of(written(trace, title="A title: with a colon"))
    rows = book["About"].iter_rows(values_only=True)
    assert make_plan(read_about(rows)) == plan_trace(trace, "A title: with a colon")


def test_the_names_lead_to_image_weight_and_output():
    book = formulas_of(written(edges(padding="same", bias=2.0)))
    names = {name: area.attr_text for name, area in book.defined_names.items()}
    assert names == {
        "image": "Calculation!$C$7:$G$11",
        "weight": "Calculation!$J$6:$L$8",
        "bias": "Calculation!$J$10",
        "output": "Calculation!$T$6:$X$10",
    }


def test_a_large_calculation_has_contents_with_links():
    trace = edges((60, 70, 1), pooling=pooling_layer("max"))
    book = formulas_of(written(trace, title="my photo"))
    assert book.sheetnames == [
        *("Contents", "Image", "Weights", "Convolution", "Max pooling", "About"),
    ]
    links = {cell.hyperlink.location for row in book["Contents"] for cell in row if cell.hyperlink}
    assert "'Max pooling'!A1" in links
    assert book["Contents"]["A1"].value == "my photo"


def test_padding_that_must_not_count_is_empty():
    image = -np.ones((3, 3, 1))
    network = pooling_network(image.shape, pooling_layer("max", 2, 2, "same"))
    sheet = formulas_of(written(record(network, image)))["Calculation"]
    assert sheet["B6"].value == -1
    assert sheet["E6"].value is None
    assert sheet["E6"].has_style


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-1", "@SUM(A1)", "http://example.org", "mailto:a@b", "{=1}", "a\x07b\ud800"],
)
def test_text_stays_text(text):
    book = formulas_of(written(edges(), title=text, provenance=Provenance(text)))
    cells = [cell for sheet in book for row in sheet for cell in row]
    shown = [
        cell for cell in cells if cell.value == text.replace("\x07", "�").replace("\ud800", "�")
    ]
    assert len(shown) == 3  # the title, the command, and the calculation's own line
    assert all(cell.data_type == "s" and cell.hyperlink is None for cell in shown)


@pytest.mark.parametrize("title", ["a & b", "&[Page]", "x" * 500, "line\nbreak"])
def test_any_title_can_be_printed(title):
    header = formulas_of(written(edges(), title=title))["Calculation"].oddHeader.left.text
    assert header.replace("&&", "")[:10] == title.replace("\n", " ").replace("&", "")[:10]


def test_a_number_out_of_range_is_refused_before_anything_is_written():
    trace = edges()
    (stage,) = trace.layers[0].stages
    stages = (replace(stage, values=np.full_like(stage.values, np.inf)),)
    trace = replace(trace, layers=(replace(trace.layers[0], stages=stages),))
    stream = io.BytesIO()
    with pytest.raises(OutputError, match=r"numbers up to 1\.8e308 only.*'conv2d convolution'"):
        write_workbook(stream, trace, WorkbookOptions())
    assert stream.getvalue() == b""


def test_no_negative_zero_is_written():
    trace = record(Calculation(-EDGE).network((3, 3, 1)), np.zeros((3, 3, 1)))
    value = values_of(written(trace))["Calculation"]["J6"].value
    assert not str(value).startswith("-")


def test_progress_adds_up_to_the_number_of_formulas():
    seen = []
    size = write_workbook(io.BytesIO(), edges(bias=1.0), WorkbookOptions(progress=seen.append))
    assert sum(seen) == size.formulas == 18
    assert len(seen) == 3


def test_a_path_is_written_to(tmp_path):
    path = tmp_path / "edges.xlsx"
    write_workbook(path, edges(), WorkbookOptions())
    assert path.read_bytes() == written(edges())


def test_too_many_formulas_are_refused():
    image = np.zeros((1_001, 1_000, 1))
    trace = record(pooling_network(image.shape, pooling_layer("max", 1)), image)
    with pytest.raises(OptionError, match="--large"):
        write_workbook(io.BytesIO(), trace, WorkbookOptions())
