"""The forms in which spreadsheet programs write one and the same formula."""

from __future__ import annotations

import re

__all__ = ["DIGITS", "is_same_formula"]

DIGITS = 15
"""Some programs write the constants of a workbook with so many digits, and not all 17."""

_TOKEN = re.compile(
    r"""
    (?P<text>"(?:[^"]|"")*")                                     # "a text"
    | '(?P<sheet>(?:[^']|'')*)'                                  # 'a sheet'
    | (?<![\w.$])(?P<number>(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)  # 0.50, but not A1 or A$1
    | (?<![\w.$])(?P<logical>true|false)(?:\(\)|(?![\w.(]))     # TRUE or TRUE()
    | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)


def is_same_formula(first: str, second: str) -> bool:
    """Tell whether two formulas differ at most in how a spreadsheet program writes them.

    Spaces, capitals, dollar signs, the quotes around a sheet's name, the form of a number and of
    TRUE, and an equals sign in front make no difference; nor do a number's digits after the 15th.

    >>> is_same_formula("SUM('Image'!$A$1:B2) * 0.50", "=sum(Image!A1:B2)*0.5")
    True
    >>> is_same_formula("SUM(A1:B2)", "SUM(A1:B3)")
    False
    """
    return first == second or _normal_form(first) == _normal_form(second)


def _normal_form(formula: str) -> str:
    return _TOKEN.sub(_normal_token, formula.strip().removeprefix("="))


def _normal_token(token: re.Match[str]) -> str:
    kind = str(token.lastgroup)
    text = token[kind]
    if kind == "text":
        return text
    if kind == "number":
        return f"{float(text):.{DIGITS}g}"
    return "" if text.isspace() or text == "$" else text.casefold()
