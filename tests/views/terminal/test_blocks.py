from __future__ import annotations

from cnncalc.views.terminal.blocks import flow, indented, labelled, sign
from tests.views.terminal.rendering import plain, screen


def block(*texts):
    return [screen().line(text) for text in texts]


def test_blocks_stand_side_by_side_while_they_fit():
    blocks = [block("aa", "a"), block("b"), block("cc", "cc", "c")]
    assert plain(flow(blocks, screen(width=13))) == ["aa   b   cc", "a        cc", "         c"]
    assert plain(flow(blocks, screen(width=10))) == ["aa   b", "a", "", "cc", "cc", "c"]


def test_a_block_wider_than_the_screen_stands_alone():
    lines = plain(flow([block("aaaa"), block("b")], screen(width=3)))
    assert lines == ["aaaa", "", "b"]


def test_the_gap_can_be_chosen():
    assert plain(flow([block("a"), block("b")], screen(), gap=1)) == ["a b"]


def test_a_sign_stands_at_half_height():
    assert plain(sign("×", 4, screen())) == ["", "", "×", ""]


def test_only_a_label_adds_a_line():
    assert plain(labelled("name", block("1"), screen())) == ["name", "1"]
    assert plain(labelled("", block("1"), screen())) == ["1"]


def test_empty_lines_are_not_indented():
    assert [line.plain for line in indented(block("a", ""), screen())] == ["  a", ""]
