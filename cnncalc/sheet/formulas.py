"""Formula templates, of functions that every spreadsheet computes alike; `{0}` is a reference.

Each is safe for any number: an exponential never overflows, nothing is divided by zero.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cnncalc.nearness import NEAR, SMALLEST
from cnncalc.rules.formula import Expression, Name, Operation, names_of
from cnncalc.rules.joins import Join, reduction_by
from cnncalc.rules.spelling import literal, template
from cnncalc.sheet.plan import Formula, Reference

__all__ = [
    "COPY",
    "IS_MAXIMUM",
    "LEAST",
    "MOST",
    "NEAREST",
    "PLUS",
    "added",
    "apply",
    "joined",
    "products",
    "summed",
    "written",
]

COPY = "{0}"
PLUS = "{0}+{1}"
# The template of the number from which on one counts as the maximum, which reference {1} is.
LEAST = f"{{1}}-{literal(NEAR)}*MAX({literal(SMALLEST)},ABS({{1}}))"
# And up to which one counts as the minimum.
MOST = f"{{1}}+{literal(NEAR)}*MAX({literal(SMALLEST)},ABS({{1}}))"
# 1 where {0} is the maximum, but for rounding, else 0.
IS_MAXIMUM = f"IF({{0}}>={LEAST},1,0)"
# How near to a maximum, in words.
NEAREST = f"within {NEAR:G} of it"


def apply(template: str, *references: Reference) -> Formula:
    """Return a template with its references."""
    return Formula(template, references)


def written(expression: Expression, cells: Mapping[str, Reference | str]) -> Formula:
    """Return an expression as a formula.

    Arguments: the `expression`; for each of its names a reference, or a text that stands there.
    Raises KeyError for a name without either.

    >>> cell = Reference("", 1, 1)
    >>> written(Name("x") / Name("x") - Name("y"), {"x": cell, "y": "3"}).template
    '{0}/{0}-3'
    """
    texts: dict[str, str] = {}
    references: list[Reference] = []
    for name in names_of(expression):
        found = cells[name]
        if isinstance(found, str):
            texts[name] = found
            continue
        if found not in references:
            references.append(found)
        texts[name] = f"{{{references.index(found)}}}"
    return Formula(template(expression, texts), tuple(references))


def summed(expression: Expression, ranges: Mapping[str, Reference]) -> Formula:
    """Return the sum, over ranges of cells, of a number or of a product of two.

    Raises TypeError for another expression.

    >>> cells = Reference("", 1, 1, 2, 2)
    >>> summed(Name("x") * Name("x"), {"x": cells}).text(0, 0)
    'SUMSQ($B$2:$C$3)'
    """
    match expression:
        case Name(name):
            return apply("SUM({0})", ranges[name])
        case Operation("*", Name(first), Name(second)) if first == second:
            return apply("SUMSQ({0})", ranges[first])
        case Operation("*", Name(first), Name(second)):
            return products([(ranges[first], ranges[second])])
    message = f"what is summed over cells must be a number or a product. Received: {expression}"
    raise TypeError(message)


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


def joined(join: Join, references: Sequence[Reference]) -> Formula:
    """Return what joins several cells: their sum, difference or product, their mean, an end.

    Raises TypeError for another `join`.

    >>> cell = Reference("", 1, 1)
    >>> joined(Join.SUM, [cell, cell]).template, joined(Join.MAX, [cell, cell]).template
    ('{0}+{1}', 'MAX({0},{1})')
    """
    places = [f"{{{place}}}" for place in range(len(references))]
    if join in _SIGNS:
        return Formula(_SIGNS[join].join(places), tuple(references))
    if join in _CALLED:
        written = reduction_by(join).template.format(",".join(places))
        return Formula(written, tuple(references))
    names = ", ".join((*_SIGNS, *_CALLED))
    message = f"several cells must be joined by one of {names}. Received: {join}"
    raise TypeError(message)


_SIGNS = {Join.SUM: "+", Join.DIFFERENCE: "-", Join.PRODUCT: "*"}
_CALLED = (Join.MAX, Join.MIN, Join.AVERAGE)
