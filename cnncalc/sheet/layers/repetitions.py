"""The sum, for each number of a result that a merge repeated, over all its places."""

from __future__ import annotations

from cnncalc.errors import OptionError
from cnncalc.sheet import formulas
from cnncalc.sheet.blocks import Draw, Finder, Index, whole
from cnncalc.sheet.plan import STAY, Block, Formula, Quantity, Step
from cnncalc.sheet.volumes import Source, Volume

__all__ = ["repeated_sum"]

# A function takes so many arguments.
_MOST_SLICES = 255

_RULE = "All its places added up."


def repeated_sum(title: str, where: tuple[Quantity, Source], places: Source) -> Volume:
    """Return the volume of what each number of a repeated result gets back.

    Arguments: the `title`; the quantity, and the result whose form it has; the gradient by all
    `places`.
    Raises OptionError where a number was repeated to more channels than a formula adds up.
    """
    quantity, part = where
    draw: Draw = whole(quantity, *part.size, lambda index, find: _sum(part, places, index, find))
    if part.is_vector:
        draw = _of_units(quantity, part, places)
    if part.shape[-1] == 1 and not places.is_vector and places.shape[-1] > _MOST_SLICES:
        message = f"a workbook can add up {_MOST_SLICES} channels that one was repeated to at most"
        received = f". Received: {places.shape[-1]}"
        raise OptionError(message + received)
    what = (title, quantity.layer, quantity, *part.size, part.items, draw, _RULE, ())
    return Volume(*what, *part.labels)


def _of_units(quantity: Quantity, part: Source, places: Source) -> Draw:
    """Return the rule for a vector: a cell for each unit."""

    def draw(index: Index, find: Finder) -> tuple[Block, ...]:
        columns = len(part.captions)
        return tuple(
            Block(*at, 1, 1, "formula", quantity, (), *at, _sum(part, places, (unit,), find))
            for unit in range(part.shape[0])
            for at in [divmod(unit, columns)]
        )

    return draw


def _sum(part: Source, places: Source, index: Index, find: Finder) -> Formula:
    """Return the sum over the places of a slice, or of a unit."""
    if places.is_vector:
        return formulas.apply("SUM({0})", find(places.quantity, (), places.size))
    rows, columns, channels = (1,) * (3 - len(part.shape)) + part.shape
    height, width, depth = places.shape
    steps = (Step(1, 0) if rows == height else STAY, Step(0, 1) if columns == width else STAY)
    size = (1 if rows == height else height, 1 if columns == width else width)
    slices = (index[0],) if channels == depth else range(depth)
    ranges = [find(places.quantity, (channel,), size, steps) for channel in slices]
    arguments = ",".join(f"{{{place}}}" for place in range(len(ranges)))
    return formulas.apply(f"SUM({arguments})", *ranges)
