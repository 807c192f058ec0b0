from __future__ import annotations

from cnncalc.views.terminal.equations import Equation, draw_equation, equals, in_formula, signed
from tests.views.terminal.rendering import plain, screen


def draw(equation, **options):
    return plain(draw_equation(equation, screen(**options)))


def test_a_negative_number_stands_in_parentheses_with_a_real_minus():
    assert (in_formula("-1.5"), in_formula("1.5"), in_formula("1e-9")) == ("(−1.5)", "1.5", "1e−9")
    assert signed("-1e-9") == "−1e−9"


def test_what_fits_is_one_line_with_its_label():
    equation = Equation("3 = ", ["1×1", "2×1"], row=1, label="conv2d (0, 0)")
    assert draw(equation) == ["3 = 1×1 + 2×1  conv2d (0, 0)"]


def test_a_label_that_does_not_fit_stands_below():
    equation = Equation("3 = ", ["1×1", "2×1"], label="conv2d (0, 0)")
    assert draw(equation, width=20) == ["3 = 1×1 + 2×1", "  conv2d (0, 0)"]


def test_a_long_sum_is_broken_as_the_kernel_is_and_aligned():
    equation = Equation("12 = ", ["1×1", "20×1", "3×1", "4×(−3)"], row=2)
    assert draw(equation, width=20) == [
        "12 = 1×1 +   20×1",
        "   + 3×1 + 4×(−3)",
    ]


def test_a_sum_whose_rows_do_not_fit_is_filled():
    equation = Equation("10 = ", ["1×1", "2×1", "3×1", "4×1"], row=4)
    assert draw(equation, width=20) == ["10 = 1×1 + 2×1", "   + 3×1 + 4×1"]


def test_a_list_is_broken_after_its_commas():
    equation = Equation("max(", ["100", "200", "300"], ", ", ") = 300")
    assert draw(equation, width=22) == ["max(100, 200,", "    300) = 300"]


def test_an_equation_may_have_no_terms():
    assert draw(Equation("429 + bias 2 = 431", ())) == ["429 + bias 2 = 431"]


def test_terms_that_add_nothing_are_faint():
    [line] = draw_equation(Equation("1 = ", ["1×1", "5×0"], faint=frozenset({1})), screen())
    faint = [line.plain[span.start : span.end] for span in line.spans if span.style == "dim"]
    assert faint == ["5×0"]


def test_a_very_long_sum_loses_its_middle_unless_full():
    equation = Equation("0 = ", [f"{index}×0" for index in range(300)], row=3)
    short = " ".join(draw(equation))
    assert "49×0 + … 200 more … + 250×0" in short.replace("  ", " ").replace(" + + ", " + ")
    assert "299×0" in short
    full = " ".join(draw(equation, full=True))
    assert all(f" {index}×0" in full for index in range(300))


def test_ascii_keeps_lines_within_the_screen():
    equation = Equation("√(", [f"{index}²" for index in range(40)], " + ", ") = 1")
    lines = draw(equation, width=40, encoding="ascii")
    assert lines[0].startswith("sqrt(0^2 + 1^2")
    assert max(map(len, lines)) <= 40


def test_equal_is_what_the_printed_numbers_give_once_rounded():
    assert equals(70.7778, 70.7707, screen()) == "≈"
    assert equals(5.477225575, 30**0.5, screen()) == "="
    assert equals(0.30000000000000004, 0.3, screen(decimals=17)) == "="
    assert equals(2.4, 2, screen(decimals=0)) == "="
    assert equals(1e-9, 2e-9, screen()) == "≈"


def test_a_head_that_leaves_no_room_has_a_line_of_its_own():
    powers = ["e^(−637.1242 − (−317.2179))", "e^(−317.2179 − (−317.2179))"]
    equation = Equation(f"{powers[0]} / (", powers, tail=") = 0", label="conv2d (0, 0, 0)")
    assert plain(draw_equation(equation, screen(width=58))) == [
        "e^(−637.1242 − (−317.2179)) / (",
        "    e^(−637.1242 − (−317.2179))",
        "  + e^(−317.2179 − (−317.2179))) = 0  conv2d (0, 0, 0)",
    ]


def test_a_long_formula_without_a_list_of_terms_is_broken_between_words():
    equation = Equation(
        "−0.0001824 = ((−6.674e−6) − (−1.12e−7)) × 1.001 / √(0.0002963 + 0.001)", ()
    )
    assert plain(draw_equation(equation, screen(width=50))) == [
        "−0.0001824 = ((−6.674e−6) − (−1.12e−7)) × 1.001 /",
        "    √(0.0002963 + 0.001)",
    ]


def test_a_label_wider_than_the_screen_is_broken_between_words():
    equation = Equation("1 = 1", (), label="dense kernel (26, 0); 8 more terms are 0")
    lines = plain(draw_equation(equation, screen(width=30)))
    assert lines == ["1 = 1", "  dense kernel (26, 0); 8 more", "  terms are 0"]
