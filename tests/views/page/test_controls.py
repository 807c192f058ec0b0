"""What changes a page: typing, undo, drawing, pictures, sliders, kernels, charts."""

from __future__ import annotations

import base64
import io

import numpy as np
import pytest
from PIL import Image

pytestmark = pytest.mark.browser

CROSS = ("export-html", "article:6x6", "--kernel", "1 0 1; 0 1 0; 1 0 1")
SOBEL = ("export-html", "article:6x6", "--kernel", "sobel-x", "--kernel", "sobel-y")
NETWORK = 'Conv2D(2, 3, activation="relu"); Flatten(); Dense(10, activation="softmax")'
TRAINING = ("--training-steps", "3", "--batch-size", "2", "--samples", "2")
TRAINED = ("export-html", "--network", NETWORK, *TRAINING, "--learning-rate", "0.01")
IMAGE, KERNEL, RESULT = 0, 1, 2


def cell(page, number, row, column):
    return page.locator(f'.grid[data-slice="{number}"] td[data-cell="{row},{column}"]')


def numbers(page, number):
    """Return the numbers of a slice, as they are shown."""
    texts = page.locator(f'.grid[data-slice="{number}"] td[data-cell]').all_inner_texts()
    return [float(text.replace("−", "-")) for text in texts]


def write(page, number, row, column, text):
    write_over(page, cell(page, number, row, column), text)


def write_over(page, place, text):
    place.click()
    page.keyboard.type(text)
    page.keyboard.press("Enter")


def button(page, name):
    return page.get_by_role("button", name=name)


def test_a_number_typed_over_changes_what_follows_from_it(open_page):
    page = open_page(*CROSS)
    assert numbers(page, RESULT)[:2] == [429, 505]
    write(page, IMAGE, 0, 0, "19,5")
    assert cell(page, IMAGE, 0, 0).inner_text() == "19.5"
    # A cell shows as many decimals as it has room for.
    assert numbers(page, RESULT)[:2] == pytest.approx([430.5, 505], abs=0.5)
    cell(page, KERNEL, 1, 1).click()
    page.keyboard.press("Enter")
    page.keyboard.type("−3")
    page.keyboard.press("Enter")
    assert numbers(page, RESULT)[0] == pytest.approx(430.5 - 4 * 121, abs=0.5)


def test_enter_goes_on_below_and_escape_leaves_the_number(open_page):
    page = open_page(*CROSS)
    write(page, IMAGE, 0, 0, "1")
    page.keyboard.type("2")
    page.keyboard.press("Enter")
    assert [cell(page, IMAGE, row, 0).inner_text() for row in (0, 1)] == ["1", "2"]
    page.keyboard.type("99")
    page.keyboard.press("Escape")
    assert cell(page, IMAGE, 2, 0).inner_text() == "35"


def test_what_is_no_number_is_refused_with_the_reason(open_page):
    page = open_page(*CROSS)
    write(page, IMAGE, 0, 0, "7x")
    field = page.locator(".editor")
    assert field.get_attribute("aria-invalid") == "true"
    assert "expected a number" in page.locator(".editor-reason").inner_text()
    page.keyboard.press("Escape")
    assert cell(page, IMAGE, 0, 0).inner_text() == "18"


def test_a_result_is_not_typed_over(open_page):
    page = open_page(*CROSS)
    cell(page, RESULT, 0, 0).click()
    page.keyboard.type("7")
    assert page.locator(".editor").is_hidden()


def test_changes_are_undone_redone_and_reset(open_page):
    page = open_page(*CROSS)
    before = numbers(page, RESULT)
    assert button(page, "Undo").is_disabled()
    write(page, IMAGE, 0, 0, "0")
    write(page, IMAGE, 5, 5, "9")
    after = numbers(page, RESULT)
    button(page, "Undo").click()
    page.keyboard.press("Control+z")
    assert numbers(page, RESULT) == before
    page.keyboard.press("Control+y")
    page.keyboard.press("Control+Shift+Z")
    assert numbers(page, RESULT) == after
    button(page, "Put every number back").click()
    assert numbers(page, RESULT) == before
    assert button(page, "Put every number back").is_disabled()


def test_a_stroke_of_the_brush_is_one_change(open_page):
    page = open_page(*CROSS)
    before = numbers(page, IMAGE)
    button(page, "Draw on the input").click()
    first, last = (cell(page, IMAGE, 2, column).bounding_box() for column in (1, 4))
    page.mouse.move(first["x"] + 20, first["y"] + 20)
    page.mouse.down()
    page.mouse.move(last["x"] + 20, last["y"] + 20, steps=4)
    page.mouse.up()
    assert numbers(page, IMAGE)[12:18] == [35, 255, 255, 255, 255, 221]
    button(page, "Undo").click()
    assert numbers(page, IMAGE) == before
    button(page, "Draw with 0").click()
    page.mouse.click(first["x"] + 20, first["y"] + 20)
    assert cell(page, IMAGE, 2, 1).inner_text() == "0"


def test_a_colour_is_drawn_on_the_picture_in_colour(open_page, tmp_path):
    path = tmp_path / "dark.png"
    path.write_bytes(png(np.full((8, 8, 3), 90)))
    page = open_page("export-html", str(path), "--network", "Conv2D(2, 3)")
    button(page, "Draw on the input").click()
    page.get_by_label("colour", exact=True).fill("#ff8000")
    page.locator(".composite").click(position={"x": 1, "y": 1})
    assert [numbers(page, channel)[0] for channel in range(3)] == [255, 128, 0]


DROP = """([type, data]) => {
  const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File([bytes], "<b>file</b>", { type }));
  for (const name of ["dragover", "drop"]) {
    const options = { dataTransfer, bubbles: true, cancelable: true };
    document.body.dispatchEvent(new DragEvent(name, options));
  }
}"""


def drop(page, data, kind="image/png"):
    page.evaluate(DROP, [kind, base64.b64encode(data).decode()])
    said = page.locator(".said")
    said.wait_for(state="visible")
    return said.inner_text()


def png(pixels):
    file = io.BytesIO()
    Image.fromarray(np.asarray(pixels, dtype=np.uint8)).save(file, "PNG")
    return file.getvalue()


def test_a_dropped_picture_is_brought_to_the_size_of_the_input(open_page):
    page = open_page(*CROSS)
    levels = np.arange(36).reshape(6, 6) * 7
    said = drop(page, png(levels.repeat(3, 0).repeat(3, 1)))
    assert said == "18 × 18 pixels, cropped to its shape, averaged to 6 × 6, grey"
    assert numbers(page, IMAGE) == levels.ravel().tolist()
    button(page, "Undo").click()
    assert numbers(page, IMAGE)[0] == 18


def test_a_dropped_picture_keeps_its_colours_where_the_input_has_three(open_page, tmp_path):
    path = tmp_path / "green.png"
    path.write_bytes(png(np.full((8, 8, 3), (0, 90, 0))))
    page = open_page("export-html", str(path), "--network", "Conv2D(2, 3)")
    said = drop(page, png(np.full((8, 8, 3), (255, 51, 0))))
    assert said == "8 × 8 pixels, cropped to its shape, averaged to 8 × 8"
    assert [{*numbers(page, channel)} for channel in range(3)] == [{255}, {51}, {0}]


def huge_png():
    file = io.BytesIO()
    Image.new("1", (10_000, 10_000)).save(file, "PNG")
    return file.getvalue()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (huge_png(), "50 million pixels"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "This file is none"),
        (b"\x89PNG\r\n\x1a\n and nothing of one", "damaged"),
        (b"", "This file is none"),
    ],
)
def test_what_is_no_picture_is_refused_in_words(open_page, data, reason):
    page = open_page(*CROSS)
    assert reason in drop(page, data)
    assert numbers(page, IMAGE)[0] == 18


def test_a_slider_shows_the_calculation_of_another_stride(open_page):
    page = open_page(*CROSS)
    write(page, IMAGE, 0, 0, "19")
    stride = page.get_by_role("slider", name="stride")
    stride.focus()
    page.keyboard.press("ArrowRight")
    assert stride.get_attribute("aria-valuetext") == "2"
    assert numbers(page, RESULT) == [430, 686, 633, 851]


def test_a_kernel_is_chosen_by_its_name_for_each_filter(open_page):
    page = open_page(*SOBEL)
    kernel, filter_ = (page.get_by_role("combobox", name=name) for name in ("kernel", "filter"))
    assert kernel.input_value() == "sobel-x"
    filter_.select_option("1")
    assert kernel.input_value() == "sobel-y"
    kernel.select_option("identity")
    assert numbers(page, KERNEL + 1) == [0, 0, 0, 0, 1, 0, 0, 0, 0]
    write(page, KERNEL + 1, 0, 0, "7")
    assert kernel.input_value() == ""


def test_charts_follow_the_learning_rate_and_lead_to_their_step(open_page):
    page = open_page(*TRAINED)
    chart = page.locator(".chart-figure").first
    line = chart.locator(".chart-line")
    before = line.get_attribute("d")
    write_over(page, page.locator("td.choice").first, "0.5")
    assert line.get_attribute("d") != before
    assert chart.locator(".chart-before").get_attribute("d") == before
    chart.get_by_text("as numbers").click()
    rows = chart.locator("tbody tr")
    assert rows.count() == 3
    assert "was" in rows.nth(2).inner_text()
    rows.nth(1).get_by_role("button").click()
    assert "loss" in page.locator("#panel").inner_text()


def test_a_point_of_a_chart_is_chosen_with_the_pointer(open_page):
    page = open_page(*TRAINED)
    chart = page.locator(".chart-figure").last
    chart.locator("circle").nth(2).hover()
    assert chart.locator(".chart-readout").inner_text().startswith("step 3: ")
    chart.locator("circle").nth(2).click()
    assert "accuracy" in page.locator("#panel").inner_text()


def test_what_an_optimizer_does_not_allow_is_refused(open_page):
    page = open_page(*TRAINED)
    write_over(page, page.locator("td.choice").nth(1), "1.5")
    assert "beta_1 must be" in page.locator(".editor-reason").inner_text()


def test_a_pasted_picture_becomes_the_input(open_page):
    page = open_page(*CROSS)
    paste = DROP.replace("DragEvent", "ClipboardEvent").replace('"dragover", "drop"', '"paste"')
    paste = paste.replace("{ dataTransfer,", "{ clipboardData: dataTransfer,")
    data = base64.b64encode(png(np.full((6, 6), 9))).decode()
    page.evaluate(paste, ["image/png", data])
    page.locator(".said").wait_for()
    assert {*numbers(page, IMAGE)} == {9}


def test_a_chosen_picture_becomes_the_input(open_page, tmp_path):
    path = tmp_path / "picture.png"
    path.write_bytes(png(np.full((6, 6), 9)))
    page = open_page(*CROSS)
    page.get_by_label("Picture…").set_input_files(path)
    page.locator(".said").wait_for()
    assert {*numbers(page, IMAGE)} == {9}


def test_a_finger_types_and_draws_on_a_phone(open_page):
    page = open_page(*CROSS, width=390, height=844, has_touch=True, is_mobile=True)
    first = cell(page, IMAGE, 0, 0)
    first.tap()
    first.tap()
    page.keyboard.type("19")
    page.keyboard.press("Enter")
    assert first.inner_text() == "19"
    small = [
        box
        for part in page.locator("#toolbar button:visible, #toolbar .button:visible").all()
        if (box := part.bounding_box())["height"] < 40
    ]
    assert small == []
    button(page, "Draw on the input").tap()
    cell(page, IMAGE, 1, 1).tap()
    assert cell(page, IMAGE, 1, 1).inner_text() == "255"


def test_letters_of_a_hostile_name_stay_letters(open_page):
    """What a network, its classes and its file are called is text, wherever it is shown."""
    hostile = "<img src=x onerror=alert(1)>"
    network = f'Conv2D(1, 3, name="{hostile}"); Flatten(); Dense(2, activation="softmax")'
    page = open_page(
        "export-html", "article:6x6", "--network", network, "--class-names", "a,<b>b</b>"
    )
    page.keyboard.press(".")
    assert hostile in page.locator("#flow").inner_text()
    assert page.locator("img, b").count() == 0
