"""What else changes with the sliders of a page, and what keys say where nothing can be typed."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from tests.views.page.test_controls import CROSS, IMAGE, RESULT, button, cell, numbers, write

pytestmark = pytest.mark.browser

RELU = (*CROSS, "--bias", "1", "--activation", "relu")
POOLED = (*CROSS, "--pool", "max:2")


def slide(page, name, steps=1):
    page.get_by_role("slider", name=name).focus()
    for _ in range(steps):
        page.keyboard.press("ArrowRight")


def test_a_slider_explains_what_is_selected_anew(open_page):
    page = open_page(*RELU)
    page.locator('.grid[data-slice="2"] td[data-cell="0,0"]').click()
    assert "Read by 16 numbers" in page.locator("#panel").inner_text()
    slide(page, "stride")
    assert "Read by 4 numbers" in page.locator("#panel").inner_text()
    # Who slides goes on sliding.
    assert page.evaluate("document.activeElement.ariaLabel") == "stride"


def test_a_slider_leaves_a_number_that_is_gone(open_page):
    page = open_page(*CROSS)
    cell(page, RESULT, 3, 3).click()
    assert page.locator("#explanation").is_visible()
    slide(page, "stride", 2)
    assert page.locator("#explanation").is_hidden()


def test_a_slider_is_undone_and_reset(open_page):
    page = open_page(*CROSS)
    slide(page, "stride")
    button(page, "Undo").click()
    assert len(numbers(page, RESULT)) == 16
    page.keyboard.press("Control+y")
    assert len(numbers(page, RESULT)) == 4
    button(page, "Put every number back").click()
    assert len(numbers(page, RESULT)) == 16
    assert button(page, "Put every number back").is_disabled()


def test_settings_that_do_not_fit_are_grey_and_say_why(open_page):
    page = open_page(*CROSS)
    mark = page.locator(".setting", has_text="dilation").locator(".tick", has_text="3")
    assert "unfit" in mark.get_attribute("class")
    mark.click()
    assert "a window of 7×7 on an input of 6×6" in page.locator(".said").inner_text()
    assert len(numbers(page, RESULT)) == 16


def test_a_setting_that_leaves_too_little_for_a_later_layer_says_so(open_page):
    page = open_page(*POOLED)
    page.locator(".setting", has_text="stride").locator(".tick", has_text="4").click()
    assert "pool" in page.locator(".said").inner_text()


def test_a_large_calculation_plays_by_rows(open_page, tmp_path):
    path = tmp_path / "grey.png"
    Image.fromarray(np.arange(40 * 40).reshape(40, 40).astype(np.uint8)).save(path)
    page = open_page("export-html", str(path), "--kernel", "edge")
    page.keyboard.press(".")
    assert page.locator(".play-text").inner_text().startswith("1 of 24")
    assert "(0, 19)" in page.locator("#who").inner_text()


def test_digits_on_a_result_say_where_to_type_and_do_not_play(open_page):
    page = open_page(*CROSS)
    cell(page, RESULT, 0, 0).click()
    page.keyboard.type("2.5")
    assert page.locator(".said").inner_text() == "calculated, or given: type over an input"
    assert page.locator(".play-text").inner_text() == "all is shown"
    assert len(numbers(page, RESULT)) == 16


def test_an_equals_sign_begins_a_number(open_page):
    page = open_page(*CROSS, "--worksheet")
    write(page, RESULT, 0, 0, "=429")
    assert page.locator(".score").inner_text() == "1 of 16 right"
    page = open_page(*CROSS)
    write(page, IMAGE, 0, 0, "=19")
    assert numbers(page, RESULT)[0] == 430
