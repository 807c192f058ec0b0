"""Pointing at numbers: what lights up, what is spelled out, where one can go."""

from __future__ import annotations

import pytest

from tests.views.page.view_pages import (
    BIASED,
    CONVOLUTION,
    CONVOLVED,
    IMAGE,
    KERNEL,
    PADDED,
    POOLED,
    RELU,
    TRAINING,
    cell,
    colour,
    focused,
    grid,
    outlines,
    said,
)

pytestmark = pytest.mark.browser


def within(outline, first, last):
    """Tell whether an outline runs around two corner cells, and around no more."""
    left, top, width, height = outline
    one, other = first.bounding_box(), last.bounding_box()
    right, bottom = other["x"] + other["width"], other["y"] + other["height"]
    gaps = (one["x"] - left, one["y"] - top, left + width - right, top + height - bottom)
    return all(-1 <= gap <= 6 for gap in gaps)


def test_pointing_at_a_number_lights_up_its_window_and_its_weights(open_page):
    page = open_page(*CONVOLUTION)
    cell(page, CONVOLVED, 1, 1).hover()
    [window] = outlines(page, "window")
    [weights] = outlines(page, "weights")
    assert within(window, cell(page, IMAGE, 1, 1), cell(page, IMAGE, 3, 3))
    assert within(weights, cell(page, KERNEL, 0, 0), cell(page, KERNEL, 2, 2))
    times = grid(page, IMAGE).locator(".times").all_inner_texts()
    assert times == ["×1", "×0", "×1", "×0", "×1", "×0", "×1", "×0", "×1"]


def test_only_what_is_multiplied_has_weights_in_its_corners(open_page):
    page = open_page(*CONVOLUTION)
    cell(page, BIASED, 1, 1).hover()
    assert len(outlines(page, "window")) == 1
    assert page.locator(".grid .times").count() == 0


def test_a_window_is_solid_and_its_weights_are_dashed(open_page):
    page = open_page(*CONVOLUTION)
    cell(page, CONVOLVED, 0, 0).hover()
    style = "element => getComputedStyle(element).borderTopStyle"
    assert page.locator(".grid .outline.window").evaluate(style) == "solid"
    assert page.locator(".grid .outline.weights").evaluate(style) == "dashed"


def test_the_panel_spells_the_sum_in_the_colours_of_its_outlines(open_page):
    page = open_page(*CONVOLUTION)
    cell(page, CONVOLVED, 1, 1).hover()
    text = page.locator("#panel .sum").inner_text()
    assert text.startswith("121×1 + 75×0 + 78×1")
    assert text.endswith("= 792")
    number = page.locator("#panel .sum .part").first
    outline = page.locator(".grid .outline.window")
    assert "hue-0" in number.get_attribute("class")
    assert "hue-0" in outline.get_attribute("class")


def test_window_times_kernel_is_products(open_page):
    page = open_page(*CONVOLUTION)
    cell(page, CONVOLVED, 1, 1).hover()
    tables = page.locator("#panel .products table")
    numbers = [table.locator("td").all_inner_texts() for table in tables.all()]
    window, weights, products = ([float(number) for number in table] for table in numbers)
    assert products == [a * b for a, b in zip(window, weights, strict=True)]
    assert sum(products) == 792


def test_a_look_ends_where_the_pointer_leaves_and_the_pinned_number_is_back(open_page):
    page = open_page(*CONVOLUTION)
    cell(page, CONVOLVED, 0, 0).click()
    cell(page, CONVOLVED, 1, 1).hover()
    assert page.locator("#panel .value").inner_text() == "792"
    page.locator("#title").hover()
    assert page.locator("#panel .value").inner_text() == "429"


def test_clicks_lead_from_a_pooling_down_to_the_pixels_and_escape_back(open_page):
    page = open_page(*CONVOLUTION)
    way = [(POOLED, 0, 0), (RELU, 1, 1), (BIASED, 1, 1), (CONVOLVED, 1, 1), (IMAGE, 3, 3)]
    cell(page, POOLED, 0, 0).click()
    for number, row, column in way[:-1]:
        assert focused(page) == [number, row, column]
        cell(page, number, row, column).click()
    assert focused(page) == list(way[-1])
    for number, row, column in reversed(way[:-1]):
        page.keyboard.press("Escape")
        assert focused(page) == [number, row, column]
    page.keyboard.press("Escape")
    assert page.locator("#panel .hint").is_visible()


def test_an_input_shows_what_reads_it(open_page):
    page = open_page(*CONVOLUTION)
    cell(page, IMAGE, 0, 0).hover()
    assert len(outlines(page, "reader")) == 1
    assert page.locator("#panel .readers").inner_text().startswith("Read by 1 number")
    cell(page, IMAGE, 2, 2).hover()
    assert len(outlines(page, "reader")) == 9
    page.locator("#panel .readers button").click()
    assert focused(page)[0] == CONVOLVED


def test_a_link_of_the_panel_goes_to_the_window(open_page):
    page = open_page(*CONVOLUTION)
    cell(page, CONVOLVED, 1, 1).click()
    page.locator("#panel .link.weights").click()
    assert focused(page)[0] == KERNEL
    page.locator("#panel .moves button").first.click()
    assert focused(page) == [CONVOLVED, 1, 1]


def test_padding_is_neither_numbered_nor_coloured_as_pixels_are(open_page):
    page = open_page(*PADDED)
    corner = cell(page, IMAGE, 0, 0)
    assert "padding" in corner.get_attribute("class")
    assert grid(page, IMAGE).locator("th[scope=col]").all_inner_texts() == ["", *"012345", ""]
    assert "padded to 8×8" in page.locator('[data-stage="0"] .size').inner_text()


def test_a_gradient_is_explained_and_leads_back_to_the_error(open_page):
    page = open_page(*TRAINING)
    gradient = page.locator(".stage.gradient .grid").last
    gradient.scroll_into_view_if_needed()
    gradient.locator("td[data-cell]").first.click()
    assert page.locator("#panel .sum").inner_text()
    before = focused(page)
    page.keyboard.press("Enter")
    assert focused(page) != before


def test_what_is_read_of_another_step_has_that_step_shown(open_page):
    page = open_page(*TRAINING)
    page.get_by_role("group", name="Step").get_by_role("button", name="2").click()
    weight = page.locator(".stage.weight .grid").first
    weight.locator("td[data-cell]").first.click()
    page.keyboard.press("Enter")
    step = page.get_by_role("group", name="Step").locator('[aria-pressed="true"]')
    assert step.inner_text() == "1"
    assert "step 1" in said(page)


def test_a_picture_has_a_frame_where_the_focus_is_and_becomes_numbers(open_page, tmp_path):
    page = open_page(*colour(tmp_path))
    picture = grid(page, 0)
    assert picture.locator("td").count() == 0
    assert "40×40" in picture.locator("canvas").get_attribute("aria-label")
    picture.click(position={"x": 1, "y": 1})
    frame = picture.locator(".frame")
    assert "(0, 0)" in frame.get_attribute("aria-label")
    for _ in range(12):
        page.locator("#larger").click()
    assert cell(page, 0, 0, 0).is_visible()
    assert 0 < picture.locator("tbody tr").count() < 40


def test_the_wheel_zooms_with_control_where_the_pointer_is(open_page, tmp_path):
    page = open_page(*colour(tmp_path))
    box = grid(page, 0).bounding_box()
    page.mouse.move(box["x"] + 30, box["y"] + 30)
    page.keyboard.down("Control")
    page.mouse.wheel(0, -300)
    page.keyboard.up("Control")
    assert int(page.locator("#zoom").inner_text().rstrip("%")) > 100
    after = grid(page, 0).bounding_box()
    assert after["width"] > box["width"]
