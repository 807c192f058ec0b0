"""How the page looks: dark, on a phone, on paper, without motion; and what hostile names do."""

from __future__ import annotations

import pytest

from tests.views.page.view_pages import (
    CONVOLUTION,
    CONVOLVED,
    IMAGE,
    cell,
    colour,
    grid,
    outlines,
)

pytestmark = pytest.mark.browser

HOSTILE = '<img src=x onerror="window.hit=1">'


def contrast(page, locator):
    """Return the contrast of a text with what it stands on, as WCAG counts it."""
    return page.evaluate(
        """element => {
          const parts = (color) => color.match(/[\\d.]+/g).map(Number);
          const shades = (color) => {
            const canvas = document.createElement("canvas").getContext("2d");
            canvas.fillStyle = color;
            canvas.fillRect(0, 0, 1, 1);
            return [...canvas.getImageData(0, 0, 1, 1).data.slice(0, 3)];
          };
          const luminance = (rgb) => rgb
            .map((part) => part / 255)
            .map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
            .reduce((sum, part, at) => sum + part * [0.2126, 0.7152, 0.0722][at], 0);
          let back = element;
          while (parts(getComputedStyle(back).backgroundColor)[3] === 0) back = back.parentElement;
          const colors = [getComputedStyle(element).color, getComputedStyle(back).backgroundColor];
          const [one, other] = colors.map((color) => luminance(shades(color)) + 0.05);
          return Math.max(one, other) / Math.min(one, other);
        }""",
        locator.element_handle(),
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_texts_stand_out(open_page, scheme):
    page = open_page(*CONVOLUTION, color_scheme=scheme)
    cell(page, CONVOLVED, 1, 1).click()
    texts = ["#title", ".card h3", ".card code", ".size", "figcaption:not(:empty)", ".ends span"]
    texts += ["#panel .value", "#panel .rule", "#panel .part.hue-0", "#panel .part.hue-1"]
    texts += [
        "#panel .small td",
        ".times span",
        ".numbers th",
        "td.zero",
        "#panel .part.zero",
        ".links",
    ]
    for text in texts:
        assert contrast(page, page.locator(text).first) >= 4.5, text


def test_dark_follows_the_system_until_another_is_chosen(open_page):
    page = open_page(*CONVOLUTION, color_scheme="dark")
    theme = page.locator("html")
    assert theme.get_attribute("data-theme") == "dark"
    page.locator("#theme").click()
    assert theme.get_attribute("data-theme") == "light"
    page.emulate_media(color_scheme="light")
    page.locator("#theme").click()
    assert theme.get_attribute("data-theme") == "dark"


def pixel(page, number):
    """Return the colour of a slice's first cell."""
    return page.evaluate(
        """number => {
          const copy = document.createElement("canvas").getContext("2d");
          copy.drawImage(document.querySelector(`.grid[data-slice="${number}"] canvas`), 0, 0);
          return [...copy.getImageData(0, 0, 1, 1).data];
        }""",
        number,
    )


def test_scales_follow_the_theme_but_pixels_stay_as_they_are(open_page):
    page = open_page(*CONVOLUTION)
    light = pixel(page, CONVOLVED), pixel(page, IMAGE)
    page.locator("#theme").click()
    dark = pixel(page, CONVOLVED), pixel(page, IMAGE)
    assert light[0] != dark[0]
    assert light[1] == dark[1]


def test_on_a_phone_result_and_window_are_in_sight_together(open_page):
    page = open_page(*CONVOLUTION, width=390, height=844, has_touch=True, is_mobile=True)
    assert page.evaluate("innerWidth") == 390
    result = cell(page, CONVOLVED, 1, 1)
    result.scroll_into_view_if_needed()
    result.tap()
    sheet = page.locator("#panel").bounding_box()
    box = result.bounding_box()
    assert box["y"] > page.locator("#top").bounding_box()["height"]
    assert box["y"] + box["height"] <= sheet["y"]
    inset = page.locator("#panel .inset").bounding_box()
    assert inset["y"] + inset["height"] <= 844
    assert page.locator("#panel .inset .outline").count() == 1


def test_an_inset_leads_to_the_window_that_is_out_of_sight(open_page):
    page = open_page(*CONVOLUTION, width=390, height=844, has_touch=True, is_mobile=True)
    cell(page, CONVOLVED, 1, 1).scroll_into_view_if_needed()
    cell(page, CONVOLVED, 1, 1).tap()
    page.locator("#panel .inset").tap()
    page.wait_for_timeout(600)
    [window] = outlines(page, "window")
    assert window[1] >= page.locator("#top").bounding_box()["height"]


def test_without_motion_outlines_do_not_slide_and_nothing_flashes(open_page):
    page = open_page(*CONVOLUTION, reduced_motion="reduce")
    cell(page, CONVOLVED, 1, 1).click()
    slide = "element => getComputedStyle(element).transitionDuration"
    assert page.locator(".grid .outline.window").evaluate(slide) == "0s"
    cell(page, IMAGE, 0, 0).click()
    page.keyboard.type("7")
    page.keyboard.press("Enter")
    assert cell(page, CONVOLVED, 0, 0).inner_text() == "418"
    assert page.locator(".changed").count() == 0


def test_with_motion_what_changed_flashes(open_page):
    page = open_page(*CONVOLUTION)
    cell(page, IMAGE, 0, 0).click()
    page.keyboard.type("7")
    page.keyboard.press("Enter")
    page.wait_for_selector(f'.grid[data-slice="{CONVOLVED}"] .changed')
    assert grid(page, CONVOLVED).locator(".changed").count() == 1


def test_paper_has_all_stages_light_and_no_panel(open_page):
    page = open_page(*CONVOLUTION, color_scheme="dark", height=400)
    cell(page, CONVOLVED, 1, 1).click()
    page.emulate_media(media="print")
    page.wait_for_timeout(200)
    assert page.locator("#panel").is_hidden()
    assert page.locator("#toolbar").is_hidden()
    paper = "element => getComputedStyle(element).backgroundColor"
    assert page.locator("body").evaluate(paper) == "rgb(255, 255, 255)"
    assert page.locator(".stage td[data-cell]").count() == 36 + 9 + 1 + 16 * 3 + 4
    flow = page.locator("#flow")
    assert flow.evaluate("element => element.scrollHeight <= element.clientHeight + 1")


def test_forced_colours_leave_numbers_readable(open_page):
    page = open_page(*CONVOLUTION, forced_colors="active")
    canvas = grid(page, CONVOLVED).locator("canvas")
    assert canvas.evaluate("element => getComputedStyle(element).visibility") == "hidden"
    cell(page, CONVOLVED, 1, 1).click()
    assert len(outlines(page, "window")) == 1


def test_hostile_names_stay_texts(open_page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "<b>.csv").write_text("1,2\n3,4\n")
    page = open_page(
        *("export-html", "<b>.csv", "--network"),
        "Flatten(); Dense(2, activation='softmax', name='<u>layer')",
        *("--class-names", f"{HOSTILE},</script>"),
    )
    assert page.evaluate("window.hit") is None
    assert "<b>.csv" in page.locator("#title").inner_text()
    assert "<u>layer" in page.locator("#flow").inner_text()
    assert page.locator("#flow img, #flow u, #title b").count() == 0
    names = page.locator(".stage", has=page.locator("h4", has_text="name"))
    names.first.scroll_into_view_if_needed()
    name = names.first.locator("td[data-cell]").first
    assert name.inner_text() == HOSTILE
    name.click()
    assert page.locator("#panel img").count() == 0


def test_a_photo_is_shown_in_its_colours(open_page, tmp_path):
    page = open_page(*colour(tmp_path))
    assert page.locator("canvas.composite").count() == 1


def test_headings_of_a_large_table_stay_in_sight(open_page):
    large = 'Flatten(); Dense(30); Dense(10, activation="softmax")'
    steps = ("--training-steps", "1", "--batch-size", "1", "--samples", "1")
    page = open_page("export-html", "--network", large, *steps)
    weights = page.locator(".stage.weight .grid").first
    weights.hover(position={"x": 50, "y": 50})
    for _ in range(12):
        page.locator("#larger").click()
    table = weights.locator("table.windowed")
    table.wait_for()
    flow = page.locator("#flow")
    flow.evaluate("flow => flow.scrollBy(60, 700)")
    page.wait_for_timeout(200)
    sight = flow.bounding_box()
    column = table.locator("th[scope=col]").last.bounding_box()
    row = table.locator("th[scope=row]").last.bounding_box()
    assert abs(column["y"] - sight["y"]) < 2
    assert abs(row["x"] - sight["x"]) < 2


def test_the_digits_are_as_bright_as_they_can_be(open_page):
    steps = ("--training-steps", "1", "--batch-size", "1", "--samples", "1")
    page = open_page(
        "export-html", "--network", 'Flatten(); Dense(10, activation="softmax")', *steps
    )
    ends = page.locator(".stage", has=page.locator("h4", has_text="Image")).locator(".ends").first
    assert ends.locator("span").all_inner_texts() == ["0", "16"]


def test_in_play_the_number_is_in_sight_though_it_lies_below_and_to_the_right(open_page):
    network = 'Conv2D(2, 3); Flatten(); Dense(10, activation="softmax")'
    page = open_page("export-html", "article:6x6", "--network", network, width=700)
    progress = page.locator("#progress")
    progress.fill(progress.get_attribute("max"))
    page.wait_for_function(
        """() => {
          const [sight, cell] = ["#flow", ".outline.result"].map((name) =>
            document.querySelector(name).getBoundingClientRect());
          const isAcross = sight.left <= cell.left && cell.right <= sight.right;
          return isAcross && sight.top <= cell.top && cell.bottom <= sight.bottom;
        }"""
    )
