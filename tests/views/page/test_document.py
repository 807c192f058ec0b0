"""A page's document says all that its calculation is made of."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest

from cnncalc.article import GRIDS
from cnncalc.calculator import Calculation
from cnncalc.layers import MaxPooling2D
from cnncalc.provenance import Origin, Provenance
from cnncalc.sheet.flow import make_flow
from cnncalc.sheet.planning import specify
from cnncalc.sheet.quantities import IMAGE
from cnncalc.sheet.scales import stage_scales
from cnncalc.sheet.vector_cells import trace_values
from cnncalc.trace import record
from cnncalc.views.page.document import Cell, Page, PageFlow, Settings, document
from tests.views.page import decoded


def convolution(padding: int = 0) -> PageFlow:
    options = {"activation": "relu", "pooling": MaxPooling2D(2), "padding": padding}
    network = Calculation([[1, 0.3], [0.5, 2]], **options).network((17, 4, 1))
    trace = record(network, GRIDS["digit4"])
    settings = Settings("valid" if not padding else str(padding), (1, 1), (1, 1))
    flow = make_flow(specify(network))
    return PageFlow(flow, trace_values(trace), stage_scales(flow), 255, settings)


def test_a_formula_is_a_template_with_the_slices_that_it_reads():
    record = decoded.data(json.loads(document(Page("A page", (convolution(),)))))
    [flow] = record["flows"]
    stage, number, block = decoded.blocks(flow)[2]
    assert (stage["name"], number, block[:5]) == ("convolution", 2, [0, 0, 16, 3, "formula"])
    template, window, kernel = block[5]
    assert record["templates"][template] == "SUMPRODUCT({0},{1})"
    assert window == [0, 0, 0, 2, 2, 1, 0, 0, 1]
    assert kernel == [1, 0, 0, 2, 2]


def test_numbers_that_are_entered_stand_in_the_order_of_their_blocks():
    written = json.loads(document(Page("A page", (convolution(),))))
    image, kernel = np.split(decoded.numbers(written), [68])
    np.testing.assert_array_equal(image.reshape(17, 4), GRIDS["digit4"])
    assert kernel.tolist() == [1, 0.3, 0.5, 2]


def test_all_settings_have_the_same_inputs_and_their_own_padding():
    written = json.loads(document(Page("A page", (convolution(), convolution(padding=1)))))
    second = decoded.data(written)["flows"][1]
    assert second["settings"] == {"padding": "1", "stride": "1", "dilation": "1"}
    entered = {block[4]: block[5] for _, _, block in decoded.blocks(second)}
    assert entered["pixels"] == ["same", 0, 0, 0]
    assert entered["weights"] == ["same", 1, 0, 0]
    assert entered["padding"] == 0
    padding = 2 * 6 + 2 * 17
    assert decoded.numbers(written).size == 68 + 4 + padding


def test_a_page_can_open_at_a_cell():
    page = Page("A page", (convolution(),), cell=Cell(IMAGE, (0,), 9, 0))
    assert decoded.data(json.loads(document(page)))["selection"] == [0, 9, 0]


def test_where_its_numbers_came_from_is_told():
    origins = Provenance("cnncalc export-html", image=Origin("article", "article:digit4"))
    written = json.loads(document(Page("A page", (convolution(),), origins)))
    assert written["command"] == "cnncalc export-html"
    assert ["Image", "the article's own: article:digit4"] in written["facts"]


@pytest.mark.parametrize("text", ["</script><script>alert(1)</script>", "<!--", "]]>", "\u2028"])
def test_no_text_ends_the_document(text):
    written = document(Page(text, (convolution(),), Provenance(text)))
    assert "<" not in written
    assert json.loads(written)["title"] == text


def test_the_values_of_a_setting_stand_in_order_once_valid_before_same_before_numbers():
    given = [
        dataclasses.replace(convolution(), settings=Settings(padding, strides, (1, 1)))
        for padding, strides in [("10", (2, 1)), ("same", (1, 1)), ("2", (1, 1)), ("valid", (1, 1))]
    ]
    record = decoded.data(json.loads(document(Page("A page", tuple(given)))))
    assert record["choices"] == {
        "padding": ["valid", "same", "2", "10"],
        "stride": ["1", "2×1"],
        "dilation": ["1"],
    }
