"""A network that branches on the page: its lines, and where its cards stand."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.browser

SKIP = (
    *("export-html", "article:6x6", "--network"),
    "Conv2D(1, 1); Conv2D(1, 3, padding='same'); Add()([conv2d_1, conv2d]); ReLU()",
)
BRANCHES = (
    *("export-html", "article:6x6", "--network"),
    "Conv2D(1, 1); Conv2D(1, 3, padding='same')(input); Concatenate()([conv2d, conv2d_1])",
)


def lines(page):
    """Return where each line begins and ends, as cards' names."""
    return page.evaluate(
        """() => [...document.querySelectorAll(".wires path")].map((path) => {
          const cards = [...document.querySelectorAll(".card")];
          const end = (at) => {
            const { x, y } = path.getPointAtLength(at);
            const far = ({ offsetLeft, offsetTop, offsetWidth }) =>
              Math.hypot(
                Math.max(offsetLeft - x, 0, x - offsetLeft - offsetWidth),
                Math.max(offsetTop - y, 0, y - offsetTop - 40),
              );
            const [nearest] = cards.sort((one, other) => far(one) - far(other));
            return nearest.querySelector("h3").textContent;
          };
          return [end(0), end(path.getTotalLength())];
        })"""
    )


def test_a_skip_goes_over_the_cards_that_it_leaves_out(open_page):
    page = open_page(*SKIP)
    page.wait_for_selector(".wires path", state="attached")
    assert lines(page) == [["conv2d", "add"]]
    assert page.locator("section.lane h2").count() == 0


def test_a_branch_stands_below_and_lines_lead_to_it(open_page):
    page = open_page(*BRANCHES)
    page.wait_for_selector(".wires path", state="attached")
    found = lines(page)
    assert found[-2:] == [["conv2d", "concatenate"], ["conv2d_1", "concatenate"]]
    assert len(found) == 3
    assert found[0][0] == "Input"
    titles = page.locator("section.lane h2").all_inner_texts()
    assert titles[-1] == "conv2d, conv2d_1 → concatenate"


def test_a_chain_has_no_lines(open_page):
    page = open_page("export-html", "article:6x6", "--network", "Conv2D(1, 3); ReLU()")
    assert page.locator(".wires").count() == 0


def test_on_a_phone_titles_say_what_lines_say(open_page):
    page = open_page(*BRANCHES, width=390)
    assert not page.locator(".wires").is_visible()
    assert page.locator("section.lane h2").last.is_visible()
