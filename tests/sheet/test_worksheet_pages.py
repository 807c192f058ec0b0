from dataclasses import replace

import numpy as np
import pytest

from cnncalc.calculator import Calculation
from cnncalc.layers import MaxPooling2D
from cnncalc.sheet.planning import make_plan, specify
from cnncalc.sheet.vector_cells import trace_values
from cnncalc.sheet.worksheet import (
    WorksheetOptions,
    as_worksheet,
    is_answer,
    marks_of,
    with_asked,
)
from cnncalc.sheet.worksheet_pages import as_key
from cnncalc.trace import record
from tests.views.workbook.drawn import draw

CROSS = np.array([[1.0, 0, 1], [0, 1, 0], [1, 0, 1]])


def small():
    """The 6×6 grid, its convolution and its pooling, side by side."""
    kernel = CROSS.reshape(3, 3, 1, 1)
    return Calculation(kernel, pooling=MaxPooling2D(2)).network((6, 6, 1)), np.ones((6, 6, 1))


def large():
    """A convolution that has a sheet a stage, its answers larger than a page."""
    return Calculation(np.ones((3, 3, 1, 2))).network((40, 40, 1)), np.ones((40, 40, 1))


def asked(network, image, **options):
    """The sheets of a worksheet."""
    plan, values = make_plan([specify(network)]), [trace_values(record(network, image))]
    return as_worksheet(plan, values, WorksheetOptions(**options)).plan.sheets


def texts(sheet, row):
    return [(text.column, text.text) for text in sheet.texts if text.row == row and text.text]


def test_a_small_worksheet_is_one_page_without_the_score():
    [sheet] = asked(*small())
    [area] = sheet.areas
    assert (area.row, area.column, area.width) == (1, 1, 19)
    assert area.height == max(text.row for text in sheet.texts)
    assert sheet.blocks[-1].quantity.name == "score"
    assert sheet.blocks[-1].column == 0


def test_cells_have_room_for_a_handwritten_number_at_91_percent():
    [sheet] = asked(*small())
    assert [side * 25.4 / 96 * 0.91 for side in (sheet.cell, sheet.row)] == pytest.approx(
        [12.039, 8.186], abs=0.001
    )


def test_above_stand_title_task_and_name():
    [sheet] = asked(*small(), number=3)
    assert sheet.title == "Step by step: fill in the empty cells"
    [(column, title)] = texts(sheet, 0)
    assert column == 1
    assert title.startswith("Step by step: fill in the empty cells · student 3 · ")
    assert texts(sheet, 1) == [(1, "Name"), (9, "Date"), (14, "Class")]
    assert [text.column for text in sheet.texts if text.style == "entry"] == [
        *range(2, 8),
        *range(10, 13),
        *range(15, 17),
    ]


def test_below_stands_what_a_student_needs():
    [sheet] = asked(*small())
    below = [text.text for text in sheet.texts if text.row > 10 and text.text]
    assert below == [
        "Convolution: Each number sums the products of the cells under the window and the weights.",
        "Convolution: Height (6 − 3 + 2×0) / 1 + 1 = 4; width (6 − 3 + 2×0) / 1 + 1 = 4.",
        "Max pooling: The largest number under the window.",
        "Max pooling: Height (4 − 2 + 2×0) / 2 + 1 = 2; width (4 − 2 + 2×0) / 2 + 1 = 2.",
        "a pixel, which is given",
        "a weight or a bias, which is given",
        "a result: work it out where the cell is empty",
        "Whole numbers exactly; of others two decimals are enough, or three digits below 1.",
    ]
    assert not [text for text in sheet.texts if text.link]


def test_notes_stand_below_the_last_cells_on_one_page_with_these():
    network = Calculation(np.stack([CROSS, CROSS], axis=-1)[:, :, None]).network((6, 6, 1))
    [sheet] = asked(network, np.ones((6, 6, 1)))
    [area] = sheet.areas
    assert max(block.row + block.height for block in sheet.blocks if 0 < block.column < 20) == 17
    assert [row for row in range(17, 30) if texts(sheet, row)] == [18, 19, 21, 22, 23, 24]
    assert area.height == max(text.row for text in sheet.texts)


def test_no_page_holds_notes_alone_under_headings():
    network = Calculation(np.ones((3, 3, 1, 3)), padding="same").network((6, 6, 1))
    [sheet] = asked(network, np.ones((6, 6, 1)))
    for area in sheet.areas:
        rows = range(area.row, area.row + area.height)
        assert any(block.row in rows for block in sheet.blocks if block.column)


def test_a_large_one_is_cut_into_equal_pages_each_with_its_name():
    image, weights, convolution = asked(*large())
    # Nothing is written on these two.
    assert [len(sheet.areas) for sheet in (image, weights)] == [4, 1]
    assert image.areas[0].width == image.areas[1].column - 1 == 20
    widths = [(area.column, area.width) for area in convolution.areas]
    # Two filters of 38 columns and as many rows, each on two pages across and three down.
    assert widths == [(1, 19), (20, 19), (40, 19), (59, 19)] * 3
    named = [column for column, text in texts(convolution, 1) if text == "Name"]
    assert named == [1, 20, 40, 59]
    assert (convolution.frozen[0], convolution.repeated) == (4, 3)


def test_the_contents_ask_for_nothing_to_be_typed_over():
    assert [sheet.summary for sheet in asked(*large())][:2] == ["", ""]


@pytest.mark.parametrize("seed", range(12))
def test_each_cell_is_on_one_page_and_each_page_has_room(seed):
    for sheet in asked(*draw(seed)):
        shown = [block for block in sheet.blocks if 0 < block.column < (sheet.marks or 10**6)]
        for block in shown:
            for row in range(block.row, block.row + block.height):
                for column in range(block.column, block.column + block.width):
                    pages = [
                        area
                        for area in sheet.areas
                        if area.row <= row < area.row + area.height
                        and area.column <= column < area.column + area.width
                    ]
                    assert len(pages) == 1
        if any(block.role == "answer" for block in shown):
            assert max(area.width for area in sheet.areas) <= 19


def test_pages_are_cut_between_filters():
    network = Calculation(np.ones((3, 3, 1, 3)), padding="same").network((6, 6, 1))
    [sheet] = asked(network, np.ones((6, 6, 1)))
    captions = [row for row in range(30) if (14, "filter 0") in texts(sheet, row)]
    assert [area.row for area in sheet.areas] == [1, 24]
    assert captions == [4]
    assert [text for _, text in texts(sheet, 24)] == ["filter 2"] * 2


def test_a_key_is_printed_as_its_worksheet_is():
    network, image = small()
    key = as_key(make_plan([specify(network)]), "student 3 · ABCD-EFGH").sheets[0]
    [sheet] = asked(network, image)
    assert texts(key, 0) == [(1, "Key to student 3 · ABCD-EFGH · Step by step")]
    assert key.header == "Key to student 3 · ABCD-EFGH"
    # The links are where a worksheet has the line for the name, and aren't printed.
    assert texts(key, 1) == [(1, "To the sheet About")]
    assert (key.cell, key.row, key.repeated) == (sheet.cell, sheet.row, sheet.repeated - 1)
    assert [(area.row, area.column, area.width) for area in key.areas] == [(2, 1, 19)]
    assert max(text.row for text in key.texts) == key.areas[0].row + key.areas[0].height - 1
    last = max(text.row for text in key.texts)
    assert texts(key, last) == [(1, "Bold and underlined: what the worksheet asks for.")]
    assert [block.range for block in key.blocks] == ["B6:G11", "I6:K8", "M6:P9", "R6:S7"]
    assert not key.locked


def test_a_key_marks_what_its_worksheet_leaves_blank():
    network, image = small()
    options = WorksheetOptions(0.3, seed=5, solution=False)
    plan, values = make_plan([specify(network)]), [trace_values(record(network, image))]
    worksheet = as_worksheet(plan, values, options)
    (marked,) = with_asked(plan, values, options)
    for block in filter(is_answer, plan.sheets[0].blocks):
        blank = np.isnan(block.slice(worksheet.values[0]))
        marks = replace(block, quantity=marks_of(block.quantity))
        assert np.array_equal(marks.slice(marked), blank)
