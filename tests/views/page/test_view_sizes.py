"""Numbers have the room that they need: typed, tiny and huge ones, a photo's, on paper."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from tests.views.page.view_pages import (
    BIASED,
    CONVOLUTION,
    CONVOLVED,
    IMAGE,
    KERNEL,
    cell,
    grid,
)

pytestmark = pytest.mark.browser

FILTERS = (
    *("export-html", "article:6x6", "--network"),
    'Conv2D(4, 3); Flatten(); Dense(2, activation="softmax")',
    *("--training-steps", "1", "--target", "0", "--learning-rate", "0.1"),
)
CUT = """() => [...document.querySelectorAll(".numbers td, .ends span")]
  .filter((element) => element.scrollWidth > element.clientWidth && element.clientWidth > 0)
  .map((element) => element.textContent)"""


def typed(page, place, text):
    cell(page, *place).click()
    page.keyboard.press("F2")
    page.keyboard.insert_text(text)
    page.keyboard.press("Enter")
    page.wait_for_timeout(100)


def test_cells_widen_for_the_numbers_that_typing_brings(open_page):
    page = open_page(*CONVOLUTION)
    typed(page, (IMAGE, 1, 1), "1.5")
    assert cell(page, CONVOLVED, 0, 0).inner_text() == "309.5"
    assert cell(page, CONVOLVED, 1, 1).inner_text() == "672.5"
    assert cell(page, BIASED, 0, 0).inner_text() == "−190.5"
    typed(page, (IMAGE, 1, 1), "-1234.5678")
    assert cell(page, IMAGE, 1, 1).inner_text() == "−1234.6"
    typed(page, (KERNEL, 0, 1), "0.333")
    assert cell(page, KERNEL, 0, 1).inner_text() == "0.333"
    assert page.evaluate(CUT) == []


def test_a_change_that_fits_moves_nothing(open_page):
    page = open_page(*CONVOLUTION)
    before = grid(page, CONVOLVED).bounding_box()
    typed(page, (IMAGE, 1, 1), "7")
    assert grid(page, CONVOLVED).bounding_box() == before


def test_the_focus_stays_where_cells_widen(open_page):
    page = open_page(*CONVOLUTION)
    typed(page, (IMAGE, 1, 1), "-1234.5678")
    page.keyboard.press("ArrowUp")
    assert page.evaluate("document.activeElement.dataset.cell") == "1,1"


def test_exponents_are_never_cut(open_page):
    page = open_page(
        *("export-html", "article:6x6", "--kernel", "1e-300 0 1e-300; 0 -1e-300 0; 1e-300 0 0"),
        *("--kernel", "1e15 0 1e15; 0 1e15 0; 1e15 0 -1e15"),
    )
    assert cell(page, 1, 1, 1).inner_text() == "−1e−300"
    assert cell(page, 2, 0, 0).inner_text() == "1e15"
    assert page.evaluate(CUT) == []
    for ends in page.locator(".legend").all():
        box, card = ends.bounding_box(), ends.locator("xpath=ancestor::article").bounding_box()
        assert box is None or box["x"] + box["width"] <= card["x"] + card["width"]


def test_a_photo_becomes_numbers_of_what_is_in_sight(open_page, tmp_path):
    path = tmp_path / "wide.png"
    Image.fromarray(np.indices((415, 498)).sum(axis=0).astype(np.uint8)).save(path)
    page = open_page("export-html", str(path), "--kernel", "edge", height=900)
    for _ in range(18):
        page.locator("#larger").click()
    page.wait_for_timeout(200)
    numbers = page.locator(f'.grid[data-slice="{IMAGE}"] td').count()
    assert 20 < numbers < 3000


def test_a_number_that_a_page_starts_with_lies_above_the_panel(open_page):
    page = open_page(
        *("explain", 'Conv2D(2, 3); MaxPooling2D(2); Flatten(); Dense(3, activation="softmax")'),
        *("article:6x6", "--target", "1", "--gradient", "bias", "--layer", "conv2d", "--at", "0"),
        height=900,
    )
    page.wait_for_timeout(1200)
    box = page.locator(".outline.result").bounding_box()
    assert box["y"] + box["height"] <= page.locator("#panel").bounding_box()["y"]


def test_on_a_phone_most_of_the_screen_is_the_calculation(open_page):
    page = open_page(*CONVOLUTION, width=390, height=844, has_touch=True)
    cell(page, CONVOLVED, 2, 1).click()
    page.wait_for_timeout(600)
    heights = {part: page.locator(part).bounding_box()["height"] for part in ("#top", "#panel")}
    assert heights["#top"] < 80
    assert heights["#panel"] <= 0.4 * 844
    assert page.locator("#panel .inset").bounding_box()["x"] < 390 - 60


def test_on_a_phone_a_worksheet_tells_how_many_are_right(open_page):
    page = open_page(*CONVOLUTION, "--worksheet", width=390, height=844, has_touch=True)
    assert page.locator("#score").bounding_box()["x"] < 390
    assert page.locator("#title").is_visible()


@pytest.mark.parametrize("command", [CONVOLUTION, FILTERS])
def test_paper_is_as_wide_as_what_is_on_it(open_page, command):
    page = open_page(*command, width=718, height=1000)
    page.emulate_media(media="print")
    page.wait_for_timeout(300)
    widest = page.evaluate(
        """Math.max(...[...document.querySelectorAll(".grid")]
          .map((grid) => grid.getBoundingClientRect().right))"""
    )
    assert widest <= 718


def test_help_says_each_thing_once(open_page):
    page = open_page(*CONVOLUTION)
    keys = page.locator("#keys kbd").all_text_contents()
    singles = [key for text in keys for key in text.replace(",", " , ").split() if key != ","]
    assert singles.count("0") == 1
    assert page.locator("#keys dd", has_text="to type over").count() == 1
    assert page.locator("#keys dd", has_text="play").count() == 1
