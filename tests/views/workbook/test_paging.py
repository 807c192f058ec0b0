import io
from dataclasses import replace

import pytest
from openpyxl import load_workbook

from cnncalc.layers import Conv2D
from cnncalc.sheet.annotations import Area, Text
from cnncalc.sheet.paper import Paper
from cnncalc.sheet.plan import Block, Quantity, Sheet, Specification
from cnncalc.sheet.planning import make_plan
from cnncalc.views.workbook.article_workbook import write_article_workbook
from cnncalc.views.workbook.export import WorkbookOptions
from cnncalc.views.workbook.measures import Measures
from cnncalc.views.workbook.paging import paged


def block(row, column, height, width):
    return Block(row, column, height, width, "pixels", Quantity("input"))


def sheet(*blocks, texts=(), **fields):
    return Sheet("Sheet", "", "", 0, blocks, texts, **fields)


def pages(shown, paper=Paper.A4):
    return paged(Measures(shown), paper)


def test_what_is_small_is_twice_as_large_and_no_more():
    made = pages(sheet(block(2, 1, 3, 3)))
    assert (made.scale, made.areas) == (2.0, (Area(2, 1, 3, 3),))


def test_a_page_lies_where_what_is_wide_gets_larger():
    assert pages(sheet(block(2, 1, 3, 20))).is_landscape
    assert not pages(sheet(block(2, 1, 20, 3))).is_landscape


def test_the_scale_fills_the_page_with_room_for_wider_columns():
    made = pages(sheet(block(2, 1, 10, 20)))
    width, _ = Paper.A4.room(is_landscape=True)
    assert made.scale == pytest.approx(width / (20 * 42 * 1.07))


@pytest.mark.parametrize(("paper", "count"), [(Paper.A4, 4), (Paper.A3, 2)])
def test_pages_are_cut_between_blocks_fewer_of_large_paper(paper, count):
    shown = sheet(*(block(2 + 31 * place, 1, 30, 24) for place in range(4)), cell=42)
    areas = pages(shown, paper).areas
    assert len(areas) == count
    for area in areas:
        edges = {area.row, area.row + area.height}
        assert not any(2 + 31 * k < edge < 32 + 31 * k for edge in edges for k in range(4))


def test_a_caption_stays_with_what_it_heads():
    blocks = [block(3 + 31 * place, 1, 30, 24) for place in range(4)]
    texts = tuple(Text(at.row - 1, 1, f"filter {at.row}", "caption") for at in blocks)
    areas = pages(sheet(*blocks, texts=texts)).areas
    assert {area.row for area in areas} <= {text.row for text in texts}


def test_own_areas_have_one_scale_at_which_each_fits():
    areas = (Area(5, 1, 10, 40), Area(20, 1, 3, 10))
    shown = sheet(block(5, 1, 30, 40), areas=areas, frozen=(5, 0), cell=48, row=20)
    made = pages(shown)
    assert made.areas == areas
    assert made.scale == pytest.approx(Paper.A4.room(is_landscape=True)[0] / (40 * 48 * 1.07))
    assert pages(shown, Paper.A3).scale > made.scale


def test_a_title_alone_rows_of_links_and_hidden_columns_are_not_printed():
    texts = (
        Text(0, 1, "Title", "title"),
        Text(1, 1, "To the sheet About", "link", "About"),
        Text(9, 1, "Back", "link", "Contents"),
    )
    shown = sheet(block(3, 1, 2, 2), block(3, 30, 2, 2), texts=texts, marks=29)
    assert pages(shown).areas == (Area(3, 1, 2, 2),)


def test_text_that_runs_over_to_the_right_is_printed_whole():
    text = Text(2, 1, "x" * 100)
    [area] = pages(sheet(block(3, 1, 2, 2), texts=(text,))).areas
    assert area.width * 42 >= 650


def test_a_picture_is_shrunk_rather_than_cut():
    [area] = pages(sheet(block(2, 1, 200, 200), cell=20)).areas
    assert (area.height, area.width) == (200, 200)


def test_a_convolution_of_28_by_28_is_cut_between_its_tiles():
    plan = make_plan([Specification("", (Conv2D(2, 5, name="c"),), (28, 28, 1), "network")])
    shown = plan.sheets[1]
    areas = pages(shown).areas
    for at in shown.blocks:
        around = [
            area
            for area in areas
            if area.row <= at.row < area.row + area.height
            and area.column <= at.column < area.column + area.width
        ]
        assert len(around) == 1
        assert around[0].row + around[0].height >= at.row + at.height
        assert around[0].column + around[0].width >= at.column + at.width


def test_each_cell_of_a_table_larger_than_a_page_is_printed_once():
    shown = sheet(block(3, 1, 1, 90), block(6, 1, 200, 90), cell=0)
    areas = pages(shown).areas
    assert sum(area.height * area.width for area in areas if area.row >= 6) == 200 * 90
    assert sum(area.width for area in areas if area.row == 3) == 90


def test_the_last_page_is_not_left_with_what_the_others_had_no_room_for():
    shown = sheet(*(block(2 + 11 * place, 1, 10, 4) for place in range(12)), cell=0)
    first, last = pages(shown).areas
    assert first.height == last.height + 1 == 66


@pytest.mark.parametrize(("paper", "number"), [("A4", 9), ("letter", 1), ("A3", 8)])
def test_every_sheet_has_the_paper_that_was_asked_for(paper, number):
    file = io.BytesIO()
    write_article_workbook(file, replace(WorkbookOptions(), paper=Paper(paper)))
    sizes = {each.page_setup.paperSize for each in load_workbook(file)}
    assert sizes == {number}
