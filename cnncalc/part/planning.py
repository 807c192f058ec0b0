"""Which numbers one number is made of, as far back as a single result leads to all of them.

A part begins with the image, or with the result of one layer: where a network branches, with the
last one that all ways come through. So its image is one, and it is a network like any other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import count, product
from math import prod
from typing import NamedTuple

from cnncalc.errors import OptionError, ShapeError
from cnncalc.image_regions import Box, box_around, boxes_before
from cnncalc.layers import Flatten, InputLayer, Layer, Shape
from cnncalc.layers.graph import IMAGE, IMAGE_PLACE, in_keras_order, sources
from cnncalc.layers.names import place_of
from cnncalc.network import walk
from cnncalc.part.kinds import computed_box, crop_between, cut_layer
from cnncalc.part.structure import Part, Shown
from cnncalc.rules import Join, Position, law_of

__all__ = ["Cut", "PartPlan", "part_depths", "plan_part"]


class Cut(NamedTuple):
    """What a layer is cut out of: its place in the whole network, and what it takes and computes.

    `taken` is a box of each result that it takes, `box` one of its own.
    """

    place: int
    taken: tuple[Box, ...]
    box: Box


@dataclass(frozen=True)
class PartPlan:
    """The layers of a part, before any number is known.

    `layers` take an image of `input_shape`; `part` tells what they show, and `first` is the place
    in the whole network of the layer whose result the image is cut out of, -1 for the image;
    `cuts` tell where the weights of each layer come from, None of what only crops. `depth` is the
    longest way back, in layers that calculate.
    """

    layers: tuple[Layer, ...]
    input_shape: Shape
    part: Part
    first: int
    cuts: tuple[Cut | None, ...]
    depth: int


@dataclass
class _Walk:
    """The way back from a number: what is needed of each result, and by whom.

    `boxes` has what is computed of each result by its layer's place; `wants`, of each layer, the
    place and the box of each result that it takes.
    """

    layers: Sequence[Layer]
    given: Sequence[Shape]
    taken: Sequence[Sequence[int]]
    shapes: Mapping[int, Shape]
    boxes: dict[int, Box] = field(default_factory=dict)
    wants: dict[int, list[tuple[int, Box]]] = field(default_factory=dict)
    levels: dict[int, int] = field(default_factory=dict)

    def back(self, place: int, at: Position) -> Iterator[int]:
        """Yield the places whose results all ways come through, after the number's own layer."""
        pending: dict[int, list[Box]] = {place: [tuple((index,) for index in at)]}
        self.levels[place] = 0
        while pending:
            here = max(pending)
            needed = _filled(box_around(pending.pop(here)))
            if here != place and not pending:
                self.boxes[here] = needed
                yield here
            if here == IMAGE_PLACE or isinstance(self.layers[here], InputLayer):
                return
            for source, box in self._step(here, needed):
                pending.setdefault(source, []).append(box)

    def _step(self, place: int, needed: Box) -> list[tuple[int, Box]]:
        """Return what a layer takes of each result so that a box of its own can be computed."""
        layer, given = self.layers[place], self.given[place]
        self.boxes[place] = computed_box(layer, given, needed)
        shapes = [self.shapes[source] for source in self.taken[place]]
        found = list(boxes_before(layer, self.taken[place], shapes, [self.boxes[place]]))
        if not found:
            message = f"layer {layer.name}: what lies behind this number is padding alone. "
            raise ShapeError(message + "Received: a window that reaches none of its input")
        if isinstance(layer, Flatten):
            found = [(found[0][0], box_around([box for _, box in found]))]
        self.wants[place] = [(source, _filled(box)) for source, box in found]
        if isinstance(layer, Flatten) and len(given) > 1:
            self.boxes[place] = (_units(self.wants[place][0][1], given),)
        counts = law_of(layer, given).join is not Join.SAME
        for source, _ in found:
            level = self.levels[place] + counts
            self.levels[source] = max(self.levels.get(source, 0), level)
        return self.wants[place]


def _filled(box: Box) -> Box:
    """Return a box without gaps between its rows and its columns."""
    *positions, channels = box
    whole = (tuple(range(indices[0], indices[-1] + 1)) for indices in positions)
    return (*whole, channels)


def _units(box: Box, shape: Shape) -> tuple[int, ...]:
    """Return which units of a flat volume a box of it is."""
    behind = [prod(shape[place + 1 :]) for place in range(len(shape))]
    return tuple(
        sum(index * count for index, count in zip(place, behind, strict=True))
        for place in product(*box)
    )


def _start(layers: Sequence[Layer], input_shape: Shape, name: str, at: Position) -> _Walk:
    """Return a walk that has not begun, after the number was found to be there."""
    walked = list(walk(layers, input_shape))
    ordered, given = [layer for layer, _ in walked], [shape for _, shape in walked]
    place = place_of(name, [layer.name for layer in ordered])
    shapes = {index: layer.output_shape(given[index]) for index, layer in enumerate(ordered)}
    shape = shapes[place]
    if isinstance(ordered[place], InputLayer):
        message = f"layer {name} hands the image on: name a layer that calculates. Received: {name}"
        raise OptionError(message)
    if len(at) != len(shape) or any(not 0 <= i < n for i, n in zip(at, shape, strict=False)):
        limits = ",".join(f"0 to {size - 1}" for size in shape)
        message = f"a position in the output of {name} must be {limits}. "
        raise OptionError(message + f"Received: {','.join(map(str, at))}")
    return _Walk(ordered, given, sources(ordered), shapes | {IMAGE_PLACE: input_shape})


def plan_part(
    layers: Sequence[Layer],
    input_shape: Shape,
    layer_name: str,
    at: Position,
    depth: int | None = None,
) -> PartPlan:
    """Return the layers behind one number, each cut to the numbers that it is made of.

    Arguments: the `layers` in order; the image's `input_shape`; the layer's name and `at`, the
    (row, column, channel) or (unit,) in its output; the `depth`, how many layers back at least on
    the longest way, those not counted that only hand numbers on; None for back to the image.
    Raises OptionError for an unknown layer or a position outside its output, ShapeError for a
    number of padding alone.

    >>> from cnncalc.layers import Conv2D
    >>> layers = [Conv2D(8, 3, name="a"), Conv2D(4, 3, name="b")]
    >>> plan = plan_part(layers, (9, 9, 3), "b", (2, 3, 1), depth=1)
    >>> plan.part.image.words, plan.input_shape, plan.layers[0].filters
    ('rows 2 to 4, columns 3 to 5 of a (7×7×8)', (3, 3, 8), 1)
    """
    way = _start(layers, input_shape, layer_name, at)
    place = [layer.name for layer in way.layers].index(layer_name)
    for first in way.back(place, at):
        if depth is not None and way.levels[first] >= depth:
            break
    return _planned(way, place, first, at)


def part_depths(
    layers: Sequence[Layer], input_shape: Shape, layer_name: str, at: Position
) -> Iterator[PartPlan]:
    """Yield each part that there is of a number, those of fewer layers first; as `plan_part`."""
    way = _start(layers, input_shape, layer_name, at)
    place = [layer.name for layer in way.layers].index(layer_name)
    for first in way.back(place, at):
        yield _planned(way, place, first, at)


def _planned(way: _Walk, place: int, first: int, at: Position) -> PartPlan:
    """Return the layers between a result and a number."""
    joined = _Joined(way, first)
    for index in range(first + 1, place + 1):
        if index in way.wants:
            joined.add(index)
    image = IMAGE if first == IMAGE_PLACE else way.layers[first].name
    begins = Shown(image, way.shapes[first], way.boxes[first])
    ordered = in_keras_order([piece.layer for piece in joined.pieces])
    by_name = {piece.layer.name: piece for piece in joined.pieces}
    pieces = [by_name[layer.name] for layer in ordered]
    shown = (begins, *(piece.shown for piece in pieces))
    part = Part(way.layers[place].name, tuple(at), shown)
    sizes, cuts = tuple(map(len, begins.box)), tuple(piece.cut for piece in pieces)
    return PartPlan(ordered, sizes, part, first, cuts, way.levels[first])


class _Piece(NamedTuple):
    """A layer of a part, what it shows, and what it is cut out of."""

    layer: Layer
    shown: Shown
    cut: Cut | None


class _Joined:
    """The layers of a part as they are put together, with crops where less is taken than is there.

    Arguments: the way back; the place of the result that the part begins with.
    """

    def __init__(self, way: _Walk, first: int) -> None:
        self.way, self.first = way, first
        self.pieces: list[_Piece] = []
        self._crops: dict[tuple[int, Box], str] = {}

    def add(self, place: int) -> None:
        """Add the layer at a place of the whole network, and what it needs cropped."""
        way = self.way
        box, wanted = way.boxes[place], way.wants[place]
        names = tuple(self._taken(source, taken) for source, taken in wanted)
        layer = cut_layer(way.layers[place], way.given[place], box, names)
        cut = Cut(place, tuple(taken for _, taken in wanted), box)
        self.pieces.append(_Piece(layer, self._shown(place, box), cut))

    def _shown(self, place: int, box: Box) -> Shown:
        return Shown(self._name(place), self.way.shapes[place], box)

    def _name(self, place: int) -> str:
        return IMAGE if place == IMAGE_PLACE else self.way.layers[place].name

    def _taken(self, source: int, box: Box) -> str:
        """Return the name of what gives a box of a result."""
        given = IMAGE if source == self.first else self._name(source)
        there = self.way.boxes[source]
        if box == there:
            return given
        if (source, box) not in self._crops:
            name = self._free_name(f"{self._name(source)}_cropped")
            crop = replace(crop_between(there, box), name=name, inputs=(given,))
            self._crops[source, box] = name
            self.pieces.append(_Piece(crop, self._shown(source, box), None))
        return self._crops[source, box]

    def _free_name(self, base: str) -> str:
        names = {layer.name for layer in self.way.layers} | set(self._crops.values())
        numbered = (base if not number else f"{base}_{number}" for number in count())
        return next(name for name in numbered if name not in names)
