"""Formula templates, of functions that every spreadsheet computes alike; `{0}` is a reference.

Each is safe for any number: an exponential never overflows, nothing is divided by zero.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence

import numpy as np

from cnncalc.errors import OutputError
from cnncalc.sheet.plan import Formula, Reference

__all__ = [
    "ACTIVATIONS",
    "COPY",
    "EXPONENTIAL",
    "PLUS",
    "SHARE",
    "added",
    "apply",
    "decimal",
    "joined",
    "literal",
    "products",
]

COPY = "{0}"
PLUS = "{0}+{1}"
EXPONENTIAL = "EXP({0}-{1})"
SHARE = "{0}/{1}"

# Softmax needs its neighbours, so it has steps of its own instead. EXP(x)-1 and LN(1+EXP(x)) would
# lose the digits of a small result: tanh(x/2)·(e^x + 1) is the same as the one, and the other's
# error is that of 1 + e^x, which the division takes out again (D. Goldberg, What Every Computer
# Scientist Should Know About Floating-Point Arithmetic, theorem 4).
ACTIVATIONS: Mapping[str, str] = {
    "linear": "{0}",
    "relu": "MAX(0,{0})",
    "leaky_relu": "IF({0}>0,{0},0.2*{0})",
    "sigmoid": "IF({0}>=0,1/(1+EXP(-{0})),EXP({0})/(1+EXP({0})))",
    "tanh": "TANH({0})",
    "elu": "IF({0}>0,{0},TANH({0}/2)*(EXP({0})+1))",
    "softplus": (
        "IF({0}>0,{0}+LN(1+EXP(-{0})),"
        "IF(EXP({0})<1E-12,EXP({0}),EXP({0})*LN(1+EXP({0}))/(1+EXP({0})-1)))"
    ),
}


def apply(template: str, *references: Reference) -> Formula:
    """Return a template with its references."""
    return Formula(template, references)


def literal(number: float) -> str:
    """Return a number as a formula writes it.

    Raises OutputError for one so near to 0 that spreadsheets have none (LibreOffice shows #VALUE!).

    >>> literal(2.0), literal(1e-05)
    ('2', '1E-05')
    """
    if 0 < abs(number) < sys.float_info.min:
        message = (
            f"a formula holds numbers down to {sys.float_info.min:.1e} only; 0 is nearest. "
            f"Received: {number!r}"
        )
        raise OutputError(message)
    return repr(int(number) if number == int(number) and abs(number) < 1e15 else number).upper()


def decimal(number: float) -> str:
    """Return a number as a formula writes it, without an exponent: not every program reads `1E-12`.

    >>> decimal(1e-12), decimal(3.3)
    ('0.000000000001', '3.3')
    """
    return np.format_float_positional(number, trim="-")


def products(pairs: Sequence[tuple[Reference, Reference]]) -> Formula:
    """Return the sum of the products of each pair of ranges, cell by cell.

    >>> cell = Reference("", 1, 1)
    >>> products([(cell, cell)]).template, products([(cell, cell)] * 2).template
    ('{0}*{1}', '{0}*{1}+{2}*{3}')
    """
    single = pairs[0][0].height == pairs[0][0].width == 1
    form = "{{{0}}}*{{{1}}}" if single else "SUMPRODUCT({{{0}}},{{{1}}})"
    terms = [form.format(2 * place, 2 * place + 1) for place in range(len(pairs))]
    return Formula("+".join(terms), tuple(reference for pair in pairs for reference in pair))


def added(terms: Sequence[Formula]) -> Formula:
    """Return the sum of what several formulas give.

    >>> cell = Reference("", 1, 1)
    >>> added([products([(cell, cell)]), apply("SUM({0})", cell)]).template
    '{0}*{1}+SUM({2})'
    """
    templates = []
    references: list[Reference] = []
    for term in terms:
        places = range(len(references), len(references) + len(term.references))
        templates.append(term.template.format(*(f"{{{place}}}" for place in places)))
        references += term.references
    return Formula("+".join(templates), tuple(references))


def joined(mode: str, references: Sequence[Reference]) -> Formula:
    """Return the "sum" or the "max" of several cells.

    >>> cell = Reference("", 1, 1)
    >>> joined("sum", [cell, cell]).template, joined("max", [cell, cell]).template
    ('{0}+{1}', 'MAX({0},{1})')
    """
    places = [f"{{{place}}}" for place in range(len(references))]
    template = "+".join(places) if mode == "sum" else f"MAX({','.join(places)})"
    return Formula(template, tuple(references))
