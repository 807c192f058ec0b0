"""A spreadsheet's formula, calculated as Python calculates it."""

import math
import re

import numpy as np


def calculated(template, **cells):
    """Return what a template comes to, given the numbers of its names."""
    text = re.sub(r"(?<![<>=])=", "==", template.format(**{name: name for name in cells}))
    names = {
        "IF": lambda condition, then, otherwise: then if condition else otherwise,
        "MAX": max,
        "MIN": min,
        "ABS": abs,
        "SQRT": math.sqrt,
        "TANH": math.tanh,
        # Both sides of a condition are worked out here: what isn't chosen may overflow.
        "EXP": lambda x: math.exp(min(x, 700)),
        "LN": lambda x: math.log(x) if x > 0 else math.nan,
    }
    given = {name: float(np.asarray(value)) for name, value in cells.items()}
    return eval(text.replace("^", "**"), {"__builtins__": {}}, names | given)  # noqa: S307
