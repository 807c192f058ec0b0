"""Playing a calculation, sharing what a page shows, and filling in a worksheet."""

from __future__ import annotations

import json

import pytest

from tests.views.page.test_controls import CROSS, IMAGE, RESULT, button, cell, numbers, write

pytestmark = pytest.mark.browser

PADDED = ("export-html", "article:6x6", "--kernel", "edge", "--padding", "same", "--stride", "2")
WORKSHEET = (*CROSS, "--worksheet")


def shown(page):
    return [bool(text) for text in texts(page)]


def texts(page):
    return page.locator(f'.grid[data-slice="{RESULT}"] td[data-cell]').all_inner_texts()


def test_steps_fill_the_output_up_to_its_final_numbers(open_page):
    page = open_page(*CROSS)
    final = numbers(page, RESULT)
    page.keyboard.press(".")
    assert shown(page) == [True] + 15 * [False]
    for _ in range(15):
        page.keyboard.press("ArrowRight")
    assert numbers(page, RESULT) == final
    page.keyboard.press(",")
    assert shown(page) == 15 * [True] + [False]
    page.keyboard.press("Escape")
    assert numbers(page, RESULT) == final
    assert page.locator(".play-text").inner_text() == "all is shown"


def test_it_plays_by_itself_and_stops_where_one_points(open_page):
    page = open_page(*CROSS)
    page.locator("body").press(" ")
    place = page.locator(".play-text")
    place.filter(has_text="3 of 16").wait_for()
    cell(page, IMAGE, 0, 0).click()
    stopped = place.inner_text()
    page.wait_for_timeout(300)
    assert place.inner_text() == stopped
    page.get_by_label("speed").select_option("16")
    page.locator(".primary").click()
    place.filter(has_text="all is shown").wait_for()


def test_the_progress_bar_leads_to_a_scene(open_page):
    page = open_page(*PADDED)
    page.get_by_role("slider", name="how far").fill("4")
    assert shown(page) == 4 * [True] + 5 * [False]
    page.keyboard.press(".")
    assert shown(page) == 5 * [True] + 4 * [False]
    page.keyboard.press("ArrowLeft")
    assert shown(page) == 4 * [True] + 5 * [False]


def test_arrows_on_a_slider_move_the_slider_alone_while_it_plays(open_page):
    page = open_page(*CROSS)
    page.keyboard.press(".")
    page.get_by_role("slider", name="stride").focus()
    page.keyboard.press("ArrowRight")
    assert page.get_by_role("slider", name="stride").get_attribute("aria-valuetext") == "2"
    assert page.locator(".play-text").inner_text() == "all is shown"
    assert shown(page) == 4 * [True]


def test_keys_of_an_open_help_do_not_play(open_page):
    page = open_page(*CROSS)
    page.keyboard.press("?")
    page.keyboard.press(".")
    assert page.locator(".play-text").inner_text() == "all is shown"


def test_with_reduced_motion_nothing_plays_by_itself(open_page):
    page = open_page(*CROSS, reduced_motion="reduce")
    assert page.locator(".primary").inner_text() == "▶ Step"
    page.locator("body").press(" ")
    page.wait_for_timeout(700)
    assert shown(page) == [True] + 15 * [False]


def link(page):
    button(page, "Copy a link").click()
    field = page.locator(".link-field")
    field.wait_for(state="visible")
    return field.input_value()


NO_CLIPBOARD = "void (navigator.clipboard.writeText = () => Promise.reject())"


def test_a_link_holds_what_was_changed(open_page):
    page = open_page(*CROSS)
    page.evaluate(NO_CLIPBOARD)
    write(page, IMAGE, 0, 0, "1,25")
    changed = numbers(page, RESULT)
    fragment = link(page).partition("#")[2]
    again = open_page(*CROSS, fragment=f"#{fragment}")
    assert numbers(again, RESULT) == changed
    assert cell(again, IMAGE, 0, 0).inner_text() == "1.25"


def test_a_link_leads_to_a_number_by_its_layer_and_place(open_page):
    page = open_page(*CROSS, fragment="#conv2d/1,1,0")
    assert "conv2d (1, 1)" in page.locator("#panel").inner_text()


@pytest.mark.parametrize(
    "fragment",
    [
        "#e=0.0.0:1e999",
        "#e=2.0.0:5",
        "#e=99.0.0:5",
        "#f=9999",
        "#conv2d/9,9,9",
        "#__proto__=1&e=<img src=x onerror=alert(1)>",
        "#%E0%A4%A",
        "#" + "e=0.0.0:1;" * 5000,
    ],
)
def test_a_hostile_link_changes_nothing_and_is_refused_in_words(open_page, fragment):
    page = open_page(*CROSS, fragment=fragment)
    page.locator(".said.refusal").wait_for(state="visible")
    assert numbers(page, RESULT)[:2] == [429, 505]


def saved(page, tmp_path):
    with page.expect_download() as download:
        page.get_by_role("link", name="Save").click()
    path = tmp_path / download.value.suggested_filename
    download.value.save_as(path)
    return path


def test_saved_numbers_are_opened_again(open_page, tmp_path):
    page = open_page(*CROSS)
    write(page, IMAGE, 0, 0, "1,25")
    changed = numbers(page, RESULT)
    path = saved(page, tmp_path)
    assert path.suffix == ".json"
    assert json.loads(path.read_text("utf-8"))["cnncalc"] == "state"
    again = open_page(*CROSS)
    again.get_by_label("Open…").set_input_files(path)
    again.locator(".said").wait_for(state="visible")
    assert numbers(again, RESULT) == changed


@pytest.mark.parametrize("text", ["", "{", "[]", '{"cnncalc": "state"}', "null"])
def test_a_file_of_something_else_is_refused_in_words(open_page, tmp_path, text):
    page = open_page(*CROSS)
    path = tmp_path / "other.json"
    path.write_text(text, "utf-8")
    page.get_by_label("Open…").set_input_files(path)
    page.locator(".said.refusal").wait_for(state="visible")
    assert numbers(page, RESULT)[0] == 429


def test_answers_of_a_worksheet_are_judged_by_sign_and_colour(open_page):
    page = open_page(*WORKSHEET)
    score = page.locator(".score")
    assert score.inner_text() == "0 of 16 right"
    write(page, RESULT, 0, 0, "429")
    write(page, RESULT, 0, 1, "504")
    assert score.inner_text() == "1 of 16 right, 1 to look at again"
    assert "right" in cell(page, RESULT, 0, 0).get_attribute("class")
    assert "wrong" in cell(page, RESULT, 0, 1).get_attribute("class")
    write(page, RESULT, 0, 1, "505")
    assert score.inner_text() == "2 of 16 right"


def test_answers_without_a_solution_are_counted_and_not_judged(open_page):
    page = open_page(*WORKSHEET, "--no-solution")
    write(page, RESULT, 0, 0, "1")
    assert page.locator(".score").inner_text() == "1 of 16 filled in"
    assert page.locator("td.right, td.wrong").count() == 0


def test_saved_answers_are_opened_again(open_page, tmp_path):
    page = open_page(*WORKSHEET)
    write(page, RESULT, 0, 0, "429")
    path = saved(page, tmp_path)
    again = open_page(*WORKSHEET)
    again.get_by_label("Open…").set_input_files(path)
    again.locator(".said").wait_for(state="visible")
    assert again.locator(".score").inner_text() == "1 of 16 right"


def test_pixels_of_a_worksheet_are_not_typed_over(open_page):
    page = open_page(*WORKSHEET)
    cell(page, IMAGE, 0, 0).click()
    page.keyboard.type("7")
    assert page.locator(".editor").is_hidden()
    assert page.get_by_role("button", name="Draw on the input").count() == 0
