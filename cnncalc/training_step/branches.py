"""Whose input a layer's numbers become: that of the layer behind, or of several, and where in it.

A merge's input holds the results that it joins side by side; one that is smaller stands in it
repeated, so that its number gets back what all its places do.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from typing import NamedTuple

from cnncalc.layers import Layer, MergeLayer, Shape
from cnncalc.layers.graph import IMAGE, IMAGE_PLACE, sources
from cnncalc.network import Array, scatter
from cnncalc.trace.parts import part_at
from cnncalc.training_step.structure import LayerStep, Position, StepRecord, TakenNumber

__all__ = [
    "Taking",
    "added_up",
    "handed_back",
    "names_taken",
    "parts_handed_back",
    "places_in",
    "taken_number",
    "takings",
]


class Taking(NamedTuple):
    """A layer that takes a result, by its `place`, and as which `part` of its input."""

    place: int
    part: int


def takings(layers: Sequence[Layer], place: int) -> tuple[Taking, ...]:
    """Return who takes the result of the layer at a place, in order; who takes it twice, twice.

    >>> from cnncalc.layers import Add, Flatten
    >>> takings([Flatten(name="flat"), Add(name="add", inputs=("flat", "flat"))], 0)
    (Taking(place=1, part=0), Taking(place=1, part=1))
    """
    return tuple(
        Taking(behind, part)
        for behind, taken in enumerate(sources(layers))
        for part, source in enumerate(taken)
        if source == place
    )


def added_up(names: Sequence[str]) -> str:
    """Return what is handed back to a layer whose result is taken several times, in words.

    Argument: the `names` of those that take it, one that takes it twice named twice.

    >>> added_up(["add", "conv2d_1"]), added_up(["add", "add"])
    ('what add and conv2d_1 hand back, added up', 'what add hands back each time, added up')
    """
    different = list(dict.fromkeys(names))
    listed = " and ".join(filter(None, [", ".join(different[:-1]), different[-1]]))
    hands = "hand back" if different[1:] else "hands back"
    again = " each time" if len(different) < len(names) else ""
    return f"what {listed} {hands}{again}, added up"


def handed_back(record: StepRecord, taking: Taking) -> Array | None:
    """Return what a layer hands back to one of the results that it took, (samples, *shape).

    None where no gradient goes on through it.
    """
    step = record.layers[taking.place]
    if step.input is None:
        return None
    return scatter(step.layer, step.input, _shapes(record, taking.place))[taking.part]


def parts_handed_back(record: StepRecord, step: LayerStep) -> list[tuple[str, Array]]:
    """Return what a merge hands back to each result that it took, with whose that is.

    The gradients are (samples, *shape), where a gradient goes on through it; else there are none.
    """
    place = record.layers.index(step)
    if step.input is None:
        return []
    parts = scatter(step.layer, step.input, _shapes(record, place))
    return list(zip(names_taken(record.network.layers, place), parts, strict=True))


def names_taken(layers: Sequence[Layer], place: int) -> list[str]:
    """Return whose results the layer at a place takes, the image's being "input".

    >>> from cnncalc.layers import Add, Flatten
    >>> names_taken([Flatten(name="flat"), Add(name="add", inputs=("flat", "input"))], 1)
    ['flat', 'input']
    """
    taken = sources(layers)[place]
    return [IMAGE if source == IMAGE_PLACE else layers[source].name for source in taken]


def _shapes(record: StepRecord, place: int) -> list[Shape]:
    """Return the shapes of the results that the layer at a place takes, one sample's."""
    taken = sources(record.network.layers)[place]
    results = [
        record.images if source == IMAGE_PLACE else record.layers[source].layer_output
        for source in taken
    ]
    return [result.shape[1:] for result in results]


def places_in(record: StepRecord, taking: Taking, at: Position) -> Iterator[Position]:
    """Yield where a result's number stands in the input of a layer that takes it, row by row.

    That is one place, but for what a merge repeats.
    """
    layer = record.layers[taking.place].layer
    if not isinstance(layer, MergeLayer):
        yield at
        return
    shapes = _shapes(record, taking.place)
    sizes = layer.part_sizes(shapes)
    size = (*layer.common_shape(shapes)[:-1], sizes[taking.part])
    missing = len(size) - len(at)
    given = (1,) * missing + shapes[taking.part]
    ways = (
        range(repeated) if once < repeated else (index,)
        for index, once, repeated in zip((0,) * missing + at, given, size, strict=True)
    )
    for *position, channel in product(*ways):
        yield (*position, sum(sizes[: taking.part]) + channel)


def taken_number(record: StepRecord, step: LayerStep, at: Position) -> TakenNumber | None:
    """Return whose number stands in a merge's input; None for a layer that takes one result."""
    if not isinstance(step.layer, MergeLayer):
        return None
    place = record.layers.index(step)
    part, there = part_at(step.layer, _shapes(record, place), at)
    return TakenNumber(names_taken(record.network.layers, place)[part], there, part)
