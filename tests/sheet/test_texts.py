import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnncalc.layers import Add, Flatten
from cnncalc.sheet.texts import clean_text, page_header, sheet_name, sizes_said

anything = st.text(st.characters(codec=None), max_size=80)


def utf16_length(text):
    return len(text.encode("utf-16-le")) // 2


@given(anything)
def test_cleaned_text_can_be_written_as_xml(text):
    cleaned = clean_text(text)
    cleaned.encode("utf-8")
    assert not any(ord(c) < 32 and c not in "\t\n\r" for c in cleaned)
    assert clean_text(cleaned) == cleaned


def test_a_lone_surrogate_and_control_characters_become_a_sign():
    assert clean_text("a\ud800b\x07c") == "a�b�c"


def test_ordinary_text_stays_as_it_is():
    assert clean_text("=1+1 – « é 数 😀 »\n") == "=1+1 – « é 数 😀 »\n"


def test_a_text_too_long_for_a_cell_is_cut():
    assert utf16_length(clean_text("😀" * 30_000)) <= 32_767
    assert clean_text("x" * 40_000).endswith("x…")


@given(anything, st.lists(anything.map(lambda text: sheet_name(text, ())), max_size=5))
def test_a_sheet_name_is_allowed_and_new(text, taken):
    name = sheet_name(text, taken)
    assert 1 <= utf16_length(name) <= 31
    assert not set(name) & set("[]:*?/\\")
    assert "'" not in name
    assert name.strip()
    assert name.casefold() not in {other.casefold() for other in taken}


@pytest.mark.parametrize(
    ("text", "taken", "name"),
    [
        ("History", (), "History (2)"),
        ("", (), "Sheet"),
        ("''", (), "Sheet"),
        ("a/b:c", (), "a-b-c"),
        ("'it's'", (), "it’s"),
        ("Bias", ("bias", "BIAS (2)"), "Bias (3)"),
        ("x" * 40, (), "x" * 30 + "…"),
    ],
)
def test_sheet_names(text, taken, name):
    assert sheet_name(text, taken) == name


def test_a_header_shows_an_ampersand_as_one():
    assert page_header("a & b\nc", "d&") == "&La && b c&Rd&&"


@given(
    st.sampled_from("&x😀").map(lambda c: c * 300), st.sampled_from(["", "&" * 300, "x😀&" * 90])
)
def test_a_header_is_short_enough_as_a_whole(left, right):
    header = page_header(left, right)
    assert 250 <= utf16_length(header) <= 255
    shown = header.removeprefix("&L").replace("&&", "").replace("&R", "", 1)
    assert "&" not in shown
    assert header.count("…") == 1 + bool(right)


@pytest.mark.parametrize("right", ["", "student 12 · seed 7"])
def test_a_short_right_part_stays_whole(right):
    assert page_header("&" * 500, right).endswith(f"…&R{right}" if right else "…")


def test_the_sizes_of_several_results_are_listed_as_in_a_sentence():
    assert sizes_said(Flatten(), (2, 2, 3), [(2, 2, 3)]) == "2×2×3 → 12"
    three = sizes_said(Add(inputs=("a", "b", "c")), (2, 2, 6), [(2, 2, 2)] * 3)
    assert three == "2×2×2, 2×2×2 and 2×2×2 → 2×2×2"
