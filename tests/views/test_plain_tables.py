import numpy as np

from cnncalc.views.plain_tables import (
    MOST_COLUMNS,
    MOST_ROWS,
    flow_tables,
    framed_page,
    plain_table,
    plain_text,
)
from tests.views.film.calculations import convolution


def test_what_was_typed_is_text():
    table = plain_table(["<b>"], [["a & b", "<i>"]], "<caption>")
    assert "&lt;b&gt;" in table
    assert "a &amp; b" in table
    assert "<i>" not in table
    assert plain_text(["<script>"]).count("<") == 2


def test_rows_and_columns_have_their_labels():
    table = plain_table(["", "loss"], [["epoch 1", "0.5"]])
    assert '<th scope="col">loss</th>' in table
    assert '<th scope="row">epoch 1</th><td>0.5</td>' in table


def test_a_page_in_a_frame_is_one_attribute():
    page = framed_page('<p title="a">1 &lt; 2</p>', 'A "page"', "<table></table>")
    assert 'srcdoc="<p title=&quot;a&quot;>1 &amp;lt; 2</p>"' in page
    assert 'title="A &quot;page&quot;"' in page
    assert page.index("</iframe>") < page.index("<table>")


def test_every_stage_of_a_calculation_has_its_table():
    drawn = convolution()
    tables = flow_tables(drawn.flow, drawn.values)
    assert tables.count("<h4>") == tables.count("<table>") == 6
    assert "<td>792</td>" in tables


def test_a_large_matrix_is_cut_in_the_middle():
    drawn = convolution(np.arange(400.0).reshape(20, 20), [[1]], None, activation=None)
    first = flow_tables(drawn.flow, drawn.values).split("</table>")[0]
    assert first.count("<tr>") == 1 + MOST_ROWS + 1
    assert first.count("<td>") == (MOST_ROWS + 1) * (MOST_COLUMNS + 1)
    assert "<td>0</td>" in first
    assert "<td>399</td>" in first
    assert "<td>210</td>" not in first
