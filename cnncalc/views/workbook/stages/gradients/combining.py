"""The gradient by what was made one channel of many."""

from __future__ import annotations

from cnncalc.layers import Combine
from cnncalc.views.workbook import formulas
from cnncalc.views.workbook.nearness import LEAST, NEAREST
from cnncalc.views.workbook.plan import Formula, Quantity
from cnncalc.views.workbook.stages.gradients.quantities import by_input, helper, title
from cnncalc.views.workbook.stages.volumes import (
    EACH,
    Finder,
    Index,
    Source,
    Volume,
    each_number,
)

__all__ = ["combine_gradient_volumes"]

_SUM = "Every channel gets the error of the sum, as it is."
_EQUAL = (
    f"How many channels up to this one are the maximum, or {NEAREST}: more than 1 in the last "
    "channel is a tie, and then only the first one learns."
)
_MAX = "The error goes to the first channel that is the maximum; all others get 0."


def combine_gradient_volumes(layer: Combine, source: Source, gradient: Source) -> list[Volume]:
    """Return the gradient by each channel, and for the maximum what it takes to find the first."""
    result = by_input(layer.name)
    if layer.mode == "max":
        return _max_volumes(layer, source, gradient)

    def copy(index: Index, find: Finder) -> Formula:
        return formulas.apply(formulas.COPY, find(gradient.quantity, (0,), steps=EACH))

    return [each_number(title(result), result, source, copy, _SUM)]


def _max_volumes(layer: Combine, source: Source, gradient: Source) -> list[Volume]:
    result, equal = by_input(layer.name), helper(layer.name, "equal maxima")
    combined = Quantity("stage", layer.name, "combined")

    def count(index: Index, find: Finder) -> Formula:
        (channel,) = index
        own, largest = find(source.quantity, index, steps=EACH), find(combined, (0,), steps=EACH)
        if not channel:
            return formulas.apply(f"IF({{0}}>={LEAST},1,0)", own, largest)
        before = find(equal, (channel - 1,), steps=EACH)
        return formulas.apply(f"IF({{0}}>={LEAST},{{2}}+1,{{2}})", own, largest, before)

    def handed_on(index: Index, find: Finder) -> Formula:
        own, largest = find(source.quantity, index, steps=EACH), find(combined, (0,), steps=EACH)
        counted, error = (find(equal, index, steps=EACH), find(gradient.quantity, (0,), steps=EACH))
        template = f"IF({{0}}>={LEAST},IF({{2}}=1,{{3}},0),0)"
        return formulas.apply(template, own, largest, counted, error)

    return [
        each_number("Equal maxima", equal, source, count, _EQUAL),
        each_number(title(result), result, source, handed_on, _MAX),
    ]
