from __future__ import annotations

import numpy as np
import pytest

from cnncalc.views.terminal.classes import draw_shares, share_bar, verdict
from tests.views.terminal.rendering import plain, screen

LOGITS = np.log([1.0, 2, 5])
SHARES = np.array([0.125, 0.25, 0.625])


def test_each_class_has_its_logit_its_share_and_a_bar():
    assert plain(draw_shares(LOGITS, SHARES, ["cat", "dog", "cow"], screen(width=30))) == [
        "class   logit  share",
        "cat         0  0.125  █",
        "dog    0.6931   0.25  ██",
        "cow    1.6094  0.625  █████",
    ]


def test_a_bar_is_exact_to_the_eighth_of_a_character():
    assert share_bar(0.5, 4, screen()) == "██"
    assert share_bar(0.5 + 1 / 32, 4, screen()) == "██▏"
    assert share_bar(0.5 - 1 / 32, 4, screen()) == "█▉"
    assert share_bar(0.0, 4, screen()) == ""


def test_the_largest_share_stands_out():
    lines = list(draw_shares(LOGITS, SHARES, [], screen()))
    styled = [any(str(span.style) == "bold green" for span in line.spans) for line in lines[1:]]
    assert styled == [False, False, True]


def test_ascii_has_bars_too():
    lines = plain(draw_shares(LOGITS, SHARES, [], screen(encoding="ascii")))
    assert set(lines[-1].split()[-1]) == {"#"}


@pytest.mark.parametrize(("classes", "rows"), [(20, 20), (21, 10)])
def test_of_many_classes_the_first_ten_are_shown_unless_full(classes, rows):
    shares = np.arange(classes) / sum(range(classes))
    short = plain(draw_shares(shares, shares, [], screen()))
    assert sum(line.startswith("class ") for line in short) == 1 + rows
    full = plain(draw_shares(shares, shares, [], screen(full=True)))
    assert sum(line.startswith("class ") for line in full) == 1 + classes


def test_many_classes_are_sorted_by_their_shares():
    shares = np.arange(30) / sum(range(30))
    lines = plain(draw_shares(shares, shares, [], screen()))
    assert [line.split()[1] for line in lines[1:11]] == list(map(str, range(29, 19, -1)))
    assert lines[-1] == "the largest 10 of 30 shares; --full shows them all."


@pytest.mark.parametrize(
    ("output", "activation", "names", "said"),
    [
        ([0.2, 0.8], "softmax", ["cat", "dog"], "dog, with a share of 0.8"),
        ([0.2, 0.8], "softmax", [], "class 1, with a share of 0.8"),
        ([3.0, -1.0], "linear", [], "class 0, with the largest output, 3"),
        ([0.75], "sigmoid", ["cat", "dog"], "dog, as 0.75 is above 0.5"),
        ([0.5], "sigmoid", [], "class 0, as 0.5 is not above 0.5"),
        ([0.5 + 1e-15], "sigmoid", [], "class 0, as 0.5 is not above 0.5"),
        ([0.1, 0.3, 0.1 + 0.2], "linear", [], "class 1, with the largest output, 0.3"),
        ([0.75], "linear", [], ""),
        ([[[1.0]]], "softmax", [], ""),
    ],
)
def test_the_verdict_is_the_class_of_the_largest_number(output, activation, names, said):
    assert verdict(np.array(output), activation, names) == said
