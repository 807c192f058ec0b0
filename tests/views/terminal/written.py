"""Equations as they are printed, worked out again from their text alone."""

import re
from math import log, sqrt

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


def _value(text):
    text = re.sub(r" from [^+]*?(terms|shown|regularizer)", "", text)
    text = re.sub(rf"√({NUMBER})", r"sqrt(\1)", text)
    text = text.replace("ᵖ", "").replace("−", "-").replace("×", "*").replace("²", "**2")
    text = text.replace("^", "**").replace("√(", "sqrt(").replace("ln(", "log(")
    return eval(text, {"sqrt": sqrt, "log": log, "max": max})  # noqa: S307 (the text is our own)
