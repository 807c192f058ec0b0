"""What softmax draws: its steps, each of which fits a cell."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from cnncalc.views.workbook import formulas
from cnncalc.views.workbook.plan import Formula, Quantity
from cnncalc.views.workbook.stages.reduction import reduction_volumes
from cnncalc.views.workbook.stages.volumes import (
    EACH,
    Finder,
    Index,
    Item,
    Slot,
    Source,
    Volume,
    each_number,
    whole,
)

__all__ = ["softmax_volumes"]

_EXPONENTIALS = "e to the power of each number less the largest, so that none overflows."


def softmax_volumes(layer: str, source: Source) -> tuple[list[Volume], Source]:
    """Return the steps of softmax, over a vector or over the channels of each position.

    The steps are the largest number, the exponentials, their total, and each one's share of it.
    """
    draw = _vector_volumes if source.is_vector else _position_volumes
    volumes = draw(layer, source)
    return volumes, replace(source.feed(volumes[-1]), logits=source.quantity)


def _vector_volumes(layer: str, source: Source) -> list[Volume]:
    stage, largest, exponentials, total = _quantities(layer, "softmax")

    def of_two(template: str, first: Quantity, second: Quantity) -> Callable[..., Formula]:
        return lambda index, find: formulas.apply(
            template, find(first, index, steps=EACH), find(second, ())
        )

    power = of_two(formulas.EXPONENTIAL, source.quantity, largest)
    share = of_two(formulas.SHARE, exponentials, total)
    return [
        _of_all("MAX({0})", "Largest", source, largest, "The largest number."),
        each_number("Exponentials", exponentials, source, power, _EXPONENTIALS),
        _of_all("SUM({0})", "Total", source, total, "The exponentials added up.", exponentials),
        each_number("Softmax", stage, source, share, "Each exponential's share of the total."),
    ]


def _of_all(
    template: str,
    group: str,
    source: Source,
    result: Quantity,
    note: str,
    read: Quantity | None = None,
) -> Volume:
    """Return the single cell of what all numbers of a vector come to."""

    def formula(index: Index, find: Finder) -> Formula:
        return formulas.apply(template, find(read or source.quantity, index, source.size))

    draw = whole(result, 1, 1, formula)
    return Volume(group, result.layer, result, 1, 1, (Item((), Slot(0)),), draw, (note,))


def _position_volumes(layer: str, source: Source) -> list[Volume]:
    stage, largest, exponentials, total = _quantities(layer, "activation")

    def of_two(template: str, first: Quantity, second: Quantity) -> Callable[..., Formula]:
        return lambda index, find: formulas.apply(
            template, find(first, index, steps=EACH), find(second, (0,), steps=EACH)
        )

    power = of_two(formulas.EXPONENTIAL, source.quantity, largest)
    share = of_two(formulas.SHARE, exponentials, total)
    drawn = each_number("Exponentials", exponentials, source, power, _EXPONENTIALS)
    note = "Each exponential's share of the total: a position's shares add up to 1."
    return [
        *reduction_volumes(
            "max", source, largest, "Largest", "The largest number of each position's channels."
        ),
        drawn,
        *reduction_volumes(
            "sum", source.feed(drawn), total, "Total", "Each position's exponentials added up."
        ),
        each_number("Softmax", stage, source, share, note),
    ]


def _quantities(layer: str, stage: str) -> tuple[Quantity, Quantity, Quantity, Quantity]:
    """Return the names of the result, the largest number, the exponentials and their total."""
    helpers = (Quantity("helper", layer, name) for name in ("largest", "exponentials", "total"))
    largest, exponentials, total = helpers
    return Quantity("stage", layer, stage), largest, exponentials, total
