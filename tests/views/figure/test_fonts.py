"""The faces of figures: what they cover, how wide texts are."""

import pytest
from fontTools.ttLib import TTFont

from cnncalc.views.figure.fonts import (
    MISSING,
    clean,
    covered,
    font_file,
    shortened,
    width,
    wrapped,
)
from cnncalc.views.spelling import SPELLINGS


@pytest.mark.parametrize("is_bold", [False, True])
def test_digits_are_as_wide_as_each_other(is_bold):
    wide = {round(width(digit, 100, is_bold=is_bold), 0) for digit in "0123456789"}
    assert len(wide) == 1


def test_all_signs_of_ours_are_covered():
    # Those that draw lines in a terminal have no place in a figure.
    signs = "".join(sign for sign in SPELLINGS if sign not in "│─┌⋱")
    assert covered(signs) == signs
    written = "Äpfel Łódź кошка σ π ∂ ∇ ≡ ⌈x⌉ ≤ ≥ ↔ ⇒ xⁿ ∼ 5 € ✓"
    assert covered(written) == written


def test_what_is_not_covered_is_shown_to_be_missing():
    assert covered("3×猫") == f"3×{MISSING}"
    assert width("猫", 10) == width(MISSING, 10)


def test_a_text_is_as_wide_as_its_letters():
    assert width("abc", 10) == pytest.approx(sum(width(letter, 10) for letter in "abc"))
    assert width("abc", 20) == pytest.approx(2 * width("abc", 10))
    assert width("abc", 10, is_bold=True) > width("abc", 10)


def test_what_no_figure_prints_is_left_out():
    assert clean("a\nb\t c\x00\x1b[31m\u202ed\ud800") == "a b c[31md"


def test_a_text_is_cut_only_where_there_is_no_room():
    assert shortened("word", width("word", 12), 12) == "word"
    cut = shortened("a longer word", 50, 12)
    assert cut.endswith("…")
    assert width(cut, 12) <= 50
    assert shortened("word", 0, 12) == "…"


def test_lines_are_no_wider_than_their_room():
    lines = wrapped("one two three four incomprehensibilities", 60, 10)
    assert max(width(line, 10) for line in lines) <= 60
    assert " ".join(lines).startswith("one two three four incom")
    assert wrapped("", 60, 10) == []


def test_a_number_and_its_percent_sign_stay_together():
    room = width("they are 42.6", 10) + 1
    assert wrapped("they are 42.6 % of", room, 10) == ["they are", "42.6 % of"]


@pytest.mark.parametrize("is_bold", [False, True])
def test_a_face_is_small_and_told_apart_from_an_installed_one(is_bold):
    file = font_file(is_bold=is_bold)
    assert file.stat().st_size < 80_000
    with TTFont(file) as font:
        assert font["name"].getDebugName(1) == "Inter for cnncalc"
        assert "glyf" in font
    assert "SIL OPEN FONT LICENSE" in (file.parent / "LICENSE.txt").read_text()
