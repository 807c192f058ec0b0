"""Equations as they are printed, worked out again from their text alone."""

import re
from math import exp, isclose, log, sqrt

NUMBER = r"\d+(?:\.\d+)?(?:e−?\d+)?"


def equations(text):
    """Return the equations of a drawing, broken lines joined, without the labels behind them."""
    joined = []
    for line in text.splitlines():
        own = re.sub(r"  +[a-z].*$", "", line.strip())
        if own.startswith("+ ") and joined:
            joined[-1] += " " + own
        elif re.search(r" [=≈] ", own):
            joined.append(own)
    return joined


def worked_out(equation):
    """Return the number on the left of an equation, what its right side comes to, and its sign."""
    left, sign, right = re.split(r" ([=≈]) ", equation, maxsplit=1)
    number = float(re.search(rf"−?{NUMBER}$", left)[0].replace("−", "-"))
    return number, _value(right), sign


def require_true(text, **functions):
    """Require each equation of a drawing with many decimals to be true, and return how many it has.

    What stands there in words, without numbers on both sides, is none. The drawing may name
    `functions` of a number.
    """
    found = 0
    for equation in equations(text):
        if re.search(r"[│┌]|^\w+ \(", equation):
            continue  # a matrix, or the heading of a number
        try:
            left, right = (_value(side, functions) for side in re.split(r" [=≈] ", equation))
        except (SyntaxError, NameError, TypeError, ValueError):
            continue
        found += 1
        assert isclose(left, right, rel_tol=1e-6, abs_tol=1e-9), equation
    return found


def _value(text, functions=None):
    text = re.sub(r" from [^+]*?(terms|shown|regularizer)", "", text)
    text = re.sub(rf"\b(bias|offset) |^[a-z_ ]+ (?=−?{NUMBER}$)", "", text)
    text = re.sub(rf"√({NUMBER})", r"sqrt(\1)", text)
    text = text.replace("ᵖ", "").replace("−", "-").replace("×", "*").replace("²", "**2")
    text = (
        text.replace("e^", "exp").replace("^", "**").replace("√(", "sqrt(").replace("ln(", "log(")
    )
    names = {"sqrt": sqrt, "log": log, "max": lambda *terms: max(terms), "exp": exp} | (
        functions or {}
    )
    return eval(text, names)  # noqa: S307 (the text is our own)
