from __future__ import annotations

import pytest
from rich.color import ColorSystem

from cnncalc.errors import OptionError
from cnncalc.views.terminal import COLOR_MAPS
from cnncalc.views.terminal.screen import Display, Drawing, Screen
from tests.views.terminal.rendering import plain, printed, screen


def asked(**console):
    """The screen that a drawing is given by a console."""
    screens = []
    printed(Drawing(Display(), lambda it: screens.append(it) or []), **console)
    return screens[0]


@pytest.mark.parametrize(
    ("name", "system"),
    [
        (None, None),
        ("standard", ColorSystem.STANDARD),
        ("256", ColorSystem.EIGHT_BIT),
        ("truecolor", ColorSystem.TRUECOLOR),
    ],
)
def test_the_console_says_what_the_screen_is_like(name, system):
    expected = Screen(93, 25, system, "ascii", Display())
    assert asked(width=93, encoding="ascii", color_system=name) == expected


def test_no_color_is_a_screen_without_colours():
    assert asked(color_system="truecolor", no_color=True).colors is None


def test_a_screen_has_at_least_20_columns():
    assert asked(width=10).width == 20


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("utf-8", "⌊(5 − 2) / 2⌋ × … ᵖ √9² · 猫"),
        ("latin-1", "floor((5 - 2) / 2) × ... p sqrt9² · ?"),
        ("ascii", "floor((5 - 2) / 2) x ... p sqrt9^2 . ?"),
    ],
)
def test_signs_are_replaced_only_where_the_screen_lacks_them(encoding, text):
    assert screen(encoding=encoding).spell("⌊(5 − 2) / 2⌋ × … ᵖ √9² · 猫") == text


def test_sentences_break_between_words():
    lines = plain(screen(width=24).sentences("the window covers rows 0 to 2 and more"))
    assert lines == ["the window covers rows 0", "to 2 and more"]


def test_plain_lines_have_no_trailing_spaces_and_colour_keeps_them():
    drawing = Drawing(Display(), lambda it: [it.line(" 1 ", "on red"), it.line()])
    assert printed(drawing) == " 1\n\n"
    assert printed(drawing, color_system="standard") == "\x1b[41m 1 \x1b[0m\n\n"


def test_a_long_line_is_never_wrapped():
    drawing = Drawing(Display(), lambda it: [it.line("1 " * 20)])
    assert printed(drawing, width=10).count("\n") == 1


@pytest.mark.parametrize("decimals", [-1, 18])
def test_decimals_out_of_range_are_refused(decimals):
    with pytest.raises(OptionError, match=rf"0 to 17\. Received: decimals={decimals}"):
        Display(decimals=decimals)


@pytest.mark.parametrize("name", COLOR_MAPS)
def test_every_colour_map_is_accepted(name):
    assert Display(colors=name).colors == name


def test_an_unknown_colour_map_suggests_the_nearest():
    with pytest.raises(
        OptionError, match=r"one of green, .*Received: colors='virdis'\. Did you me"
    ):
        Display(colors="virdis")


def test_a_name_like_no_other_suggests_nothing():
    with pytest.raises(OptionError, match=r"Received: colors='zzz'\.$"):
        Display(colors="zzz")
