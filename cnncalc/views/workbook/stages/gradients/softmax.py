"""The gradient by the numbers that softmax made shares of, where it isn't joined with the loss."""

from __future__ import annotations

from cnncalc.views.workbook import formulas
from cnncalc.views.workbook.plan import Formula, Quantity
from cnncalc.views.workbook.stages.gradients.quantities import helper, title
from cnncalc.views.workbook.stages.sums import Parts, sum_volumes
from cnncalc.views.workbook.stages.vectors import ONE_SLICE
from cnncalc.views.workbook.stages.volumes import (
    EACH,
    Finder,
    Index,
    Source,
    Volume,
    each_number,
    whole,
)

__all__ = ["softmax_gradient_volumes"]

_TOTAL = "All errors × their shares, added up."
_PARTS = Parts("gradient partial softmax total")
_RULE = "Share × (error − the total of all errors × shares)."


def softmax_gradient_volumes(
    result: Quantity, gradient: Source, outputs: Source
) -> tuple[list[Volume], Source]:
    """Return the total of error × share, over a vector or at each position, and the gradient."""
    total = helper(result.layer, "softmax total")
    draw = _vector_total if gradient.is_vector else _position_totals
    volumes = draw(total, gradient, outputs)

    def formula(index: Index, find: Finder) -> Formula:
        error = find(gradient.quantity, index, steps=EACH)
        share = find(outputs.quantity, index, steps=EACH)
        own = find(total, ()) if gradient.is_vector else find(total, (0,), steps=EACH)
        return formulas.apply("{1}*({0}-{2})", error, share, own)

    volumes.append(each_number(title(result), result, gradient, formula, _RULE))
    return volumes, gradient.feed(volumes[-1])


def _vector_total(total: Quantity, gradient: Source, outputs: Source) -> list[Volume]:
    def formula(index: Index, find: Finder) -> Formula:
        read = (gradient.quantity, outputs.quantity)
        first, second = (find(each, index, gradient.size) for each in read)
        return formulas.products([(first, second)])

    draw = whole(total, 1, 1, formula)
    return [Volume("Total of error × share", total.layer, total, 1, 1, ONE_SLICE, draw, (_TOTAL,))]


def _position_totals(total: Quantity, gradient: Source, outputs: Source) -> list[Volume]:
    def products(_: int, channels: range, find: Finder) -> Formula:
        return formulas.products(
            [
                (
                    find(gradient.quantity, (channel,), steps=EACH),
                    find(outputs.quantity, (channel,), steps=EACH),
                )
                for channel in channels
            ]
        )

    each = Source(total, (*gradient.size, 1), ("",))
    note = "Each position's errors × shares, added up."
    depth = gradient.shape[2]
    return sum_volumes("Total of error × share", each, depth, products, (note,), _PARTS)
