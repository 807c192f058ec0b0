"""What a merge hands back to each result that it joined: its share of the error, cell by cell.

A result that was smaller, and so repeated, gets the sum over all its places.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from cnncalc.errors import OptionError
from cnncalc.layers import Concatenate, MergeLayer
from cnncalc.network import Array
from cnncalc.ops.maxima import first_maximum
from cnncalc.ops.merging import apart
from cnncalc.rules import Join, law_of
from cnncalc.rules.shares import share_rule
from cnncalc.sheet import formulas
from cnncalc.sheet.formulas import LEAST, MOST, NEAREST
from cnncalc.sheet.gathering import is_repeated, part_names
from cnncalc.sheet.layers.maxima import first_gets
from cnncalc.sheet.layers.repetitions import repeated_sum
from cnncalc.sheet.layers.side_by_side import Read, Write, drawn_number_by_number
from cnncalc.sheet.plan import Formula, Quantity, Reference, StageScale
from cnncalc.sheet.quantities import GradientStep, by_part, helper, repeated_part
from cnncalc.sheet.volumes import Source, Volume
from cnncalc.trace.stage_names import StageName

__all__ = ["merge_gradient_steps", "merge_gradient_volumes"]

# Formulas may stand in each other 64 deep.
_MOST_COMPARED = 60

_ENDS = {
    Join.MAX: (GradientStep.FIRST_MAXIMUM, "maximum", "largest"),
    Join.MIN: (GradientStep.FIRST_MINIMUM, "minimum", "smallest"),
}


def merge_gradient_volumes(
    layer: MergeLayer, source: Source, gradient: Source, wanted: Collection[int]
) -> tuple[list[Volume], dict[int, Source]]:
    """Return what one sample's backward pass draws of a merge, and what it hands back to whom.

    Arguments: the `layer`; what it takes in; the `gradient` by its output; the places, among the
    results that it joins, of those `wanted`.
    Raises OptionError for more results than a formula compares.
    """
    merge = _Merge(layer, source, gradient)
    volumes = [*merge.first_volumes()]
    handed_back = {}
    for place in wanted:
        drawn = merge.part_volumes(place)
        volumes += drawn
        handed_back[place] = source.parts[place].feed(drawn[-1])
    return volumes, handed_back


@dataclass(frozen=True)
class _Merge:
    """A merge, what it takes in, and the gradient by its output, whose form its numbers have."""

    layer: MergeLayer
    source: Source
    gradient: Source

    @property
    def join(self) -> Join:
        return law_of(self.layer, self.source.shape).join

    @property
    def names(self) -> tuple[str, ...]:
        return part_names(self.source.parts)

    def first_volumes(self) -> Iterator[Volume]:
        """Yield which result has the maximum, or minimum, first at each place."""
        if self.join not in _ENDS:
            return
        name, end, size = _ENDS[self.join]
        if len(self.names) > _MOST_COMPARED:
            message = f"a workbook can compare {_MOST_COMPARED} results at most. "
            raise OptionError(message + f"Received: {len(self.names)} of {self.layer.name}")
        joined = replace(
            self.gradient, quantity=Quantity("stage", self.layer.name, StageName.MERGED)
        )
        reads = [Read(joined), *map(Read, self.source.parts)]
        numbers = ", ".join(f"{number} for {name}" for number, name in enumerate(self.names, 1))
        rule = f"Whose number is the {size}, or {NEAREST}: the first one's, {numbers}."
        where = (helper(self.layer.name, name), self.gradient)
        yield drawn_number_by_number(
            f"First {end}", where, reads, partial(_first_of, self.join), rule
        )

    def part_volumes(self, place: int) -> list[Volume]:
        """Return the gradient by one of the results; the last volume is of its form."""
        part, name = self.source.parts[place], self.names[place]
        reads, write, rule = self.share(place)
        title, result = f"Gradient by {name}", by_part(self.layer.name, place)
        if isinstance(self.layer, Concatenate) or not is_repeated(part, self.gradient.shape):
            return [drawn_number_by_number(title, (result, part), reads, write, rule)]
        repeated = repeated_part(self.layer.name, place)
        where = (repeated, self.gradient)
        at_places = drawn_number_by_number(f"{title}, place by place", where, reads, write, rule)
        return [
            replace(at_places, scale=StageScale.SIGNED),
            repeated_sum(title, (result, part), replace(self.gradient, quantity=repeated)),
        ]

    def share(self, place: int) -> tuple[list[Read], Write, str]:
        """Return what the gradient by one of the results reads, its formula, and it in words."""
        error, join, parts = Read(self.gradient), self.join, self.source.parts
        name, others = self.names[place], [*parts[:place], *parts[place + 1 :]]
        match join:
            case Join.SAME:
                error = Read(self.gradient, sum(part.shape[-1] for part in parts[:place]))
                return [error], _copied, f"The errors of {name}'s own channels."
            case Join.SUM:
                return [error], _copied, "The error of the sum, as it is."
            case Join.DIFFERENCE:
                write, sign = (_turned, "with the other sign") if place else (_copied, "as it is")
                return [error], write, f"The error of the difference, {sign}."
            case Join.AVERAGE:
                write = partial(_divided, len(parts))
                return [error], write, f"The error of the mean / {len(parts)}."
            case Join.PRODUCT:
                named = " × ".join([*self.names[:place], *self.names[place + 1 :]])
                return [error, *map(Read, others)], _multiplied, f"The error × {named}."
        if join not in _ENDS:
            message = f"what a merge hands back must have its cells here. Received: {join}"
            raise TypeError(message)
        step, end, _ = _ENDS[join]
        first = Read(replace(self.gradient, quantity=helper(self.layer.name, step)))
        return (
            [first, error],
            partial(_to_the_first, place),
            f"The error where {name} is the first {end}, else 0.",
        )


def _copied(cells: Sequence[Reference]) -> Formula:
    return formulas.apply(formulas.COPY, *cells)


def _turned(cells: Sequence[Reference]) -> Formula:
    return formulas.apply("-{0}", *cells)


def _divided(count: int, cells: Sequence[Reference]) -> Formula:
    (error,) = cells
    return formulas.written(share_rule(Join.AVERAGE).part, {"error": error, "count": str(count)})


def _multiplied(cells: Sequence[Reference]) -> Formula:
    return formulas.joined(Join.PRODUCT, cells)


def _to_the_first(place: int, cells: Sequence[Reference]) -> Formula:
    return formulas.apply(first_gets(place + 1), *cells)


def _first_of(join: Join, cells: Sequence[Reference]) -> Formula:
    """Return the formula of which number is the joined one first, counted from 1."""
    count = len(cells) - 1
    is_it = f">={LEAST}" if join is Join.MAX else f"<={MOST}"
    compared = is_it.replace("{1}", "{0}")
    tests = "".join(f"IF({{{place}}}{compared},{place}," for place in range(1, count))
    return formulas.apply(f"{tests}{count}{')' * (count - 1)}", *cells[:-1])


def merge_gradient_steps(layer: MergeLayer, layer_input: Array) -> dict[str, Array]:
    """Return the numbers of the smaller steps by name: of a maximum or minimum alone there are any.

    Arguments: the `layer`; what it took in of one sample, side by side.
    """
    join = law_of(layer, layer_input.shape).join
    if join not in _ENDS:
        return {}
    parts = apart(layer_input, layer.parts)
    compared = parts if join is Join.MAX else -parts
    first = first_maximum(compared, compared.ndim - 2, near=True)
    return {_ENDS[join][0]: np.asarray(first.squeeze(-2) + 1.0)}
