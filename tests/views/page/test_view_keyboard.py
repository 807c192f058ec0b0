"""The page by keys alone, and what a screen reader hears."""

from __future__ import annotations

import pytest

from tests.views.page.view_pages import (
    BIAS,
    BIASED,
    CONVOLUTION,
    CONVOLVED,
    IMAGE,
    KERNEL,
    RELU,
    cell,
    colour,
    focused,
    grid,
    said,
)

pytestmark = pytest.mark.browser


def press(page, *keys):
    for key in keys:
        page.keyboard.press(key)
    return focused(page)


@pytest.fixture
def at_result(open_page):
    """A page with the focus on a number of the convolution."""
    page = open_page(*CONVOLUTION)
    cell(page, CONVOLVED, 1, 1).click()
    return page


def test_arrows_go_from_number_to_number(at_result):
    assert press(at_result, "ArrowRight") == [CONVOLVED, 1, 2]
    assert press(at_result, "ArrowDown") == [CONVOLVED, 2, 2]
    assert press(at_result, "ArrowLeft") == [CONVOLVED, 2, 1]
    assert press(at_result, "ArrowUp") == [CONVOLVED, 1, 1]


def test_arrows_go_on_to_the_next_block(at_result):
    assert press(at_result, "ArrowRight", "ArrowRight", "ArrowRight")[0] == BIASED
    assert press(at_result, "Control+ArrowRight")[0] == RELU
    assert press(at_result, "Control+ArrowLeft", "Control+ArrowLeft")[0] == CONVOLVED
    assert press(at_result, "Control+ArrowLeft")[0] in (KERNEL, BIAS)


def test_home_and_end_go_to_the_ends_of_a_row_and_of_a_block(at_result):
    assert press(at_result, "End") == [CONVOLVED, 1, 3]
    assert press(at_result, "Home") == [CONVOLVED, 1, 0]
    assert press(at_result, "Control+End") == [CONVOLVED, 3, 3]
    assert press(at_result, "Control+Home") == [CONVOLVED, 0, 0]


def test_enter_goes_down_and_escape_back(at_result):
    assert press(at_result, "Enter") == [IMAGE, 3, 3]
    assert press(at_result, "Escape") == [CONVOLVED, 1, 1]


def test_tab_goes_from_stage_to_stage_and_comes_back_to_the_same_number(at_result):
    assert press(at_result, "Tab") == [BIASED, 0, 0]
    assert press(at_result, "Tab") == [RELU, 0, 0]
    assert press(at_result, "Shift+Tab", "Shift+Tab") == [CONVOLVED, 1, 1]


def test_the_sentence_of_the_number_in_focus_is_read_out(at_result):
    assert said(at_result).startswith("conv2d convolution (1, 1): 792 = 121×1 + 75×0")
    press(at_result, "ArrowRight")
    assert said(at_result).startswith("conv2d convolution (1, 2): 412")


def test_numbers_stand_in_tables_with_headers_and_a_caption(open_page):
    page = open_page(*CONVOLUTION)
    table = grid(page, IMAGE).locator("table")
    assert "Image" in table.locator("caption").inner_text()
    assert table.locator("th[scope=col]").all_inner_texts() == list("012345")
    assert table.locator("th[scope=row]").all_inner_texts() == list("012345")


def test_a_picture_is_gone_through_with_arrows(open_page, tmp_path):
    page = open_page(*colour(tmp_path))
    grid(page, 0).click(position={"x": 1, "y": 1})
    before = said(page)
    press(page, "ArrowDown", "ArrowRight")
    assert said(page) != before
    assert "(1, 1)" in page.locator(".frame:focus").get_attribute("aria-label")


def test_help_opens_with_a_question_mark_and_closes_with_escape(at_result):
    press(at_result, "?")
    dialog = at_result.locator("#keys")
    assert dialog.is_visible()
    assert "to the next stage" in dialog.inner_text()
    press(at_result, "Escape")
    assert dialog.is_hidden()
    assert focused(at_result) == [CONVOLVED, 1, 1]


def test_every_stage_is_named_and_can_be_reached(open_page):
    page = open_page(*CONVOLUTION)
    stages = page.locator(".stage").all()
    assert len(stages) == 7
    for stage in stages:
        assert stage.locator("h4").inner_text()
        assert stage.locator(".grid[tabindex='0']").count() == 1
