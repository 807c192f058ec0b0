"""Which pixels of the image one number depends on, walked back over all ways that lead to it.

Where a network branches, they need be no rectangle: they are several boxes, a union of which is
exact. Above a few boxes they become the one around them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, product
from math import prod

from cnncalc.layers import Layer, MergeLayer, Shape
from cnncalc.layers.graph import IMAGE_PLACE, input_shape_of, run, sources
from cnncalc.layers.names import named
from cnncalc.rules.directions import Direction
from cnncalc.rules.law import law_of
from cnncalc.rules.wiring import Directions, Reshape

__all__ = [
    "MOST_BOXES",
    "Box",
    "ImageRegions",
    "Region",
    "box_around",
    "boxes_before",
    "image_regions",
]

# More boxes than these are no help to a reader, and each costs time in all layers before.
MOST_BOXES = 8

# Some numbers of a result: each index of a direction, in order, with each of the others.
Box = tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class Region:
    """Some numbers of a volume: each of the `rows` with each of the `columns` and `channels`.

    Indices count from 0, in order, without those of padding.
    """

    rows: tuple[int, ...]
    columns: tuple[int, ...]
    channels: tuple[int, ...]

    @property
    def numbers(self) -> Iterator[tuple[int, int, int]]:
        """The (row, column, channel) of each."""
        return product(self.rows, self.columns, self.channels)


@dataclass(frozen=True)
class ImageRegions:
    """The pixels that a number depends on: those of any of the `regions`, which may overlap.

    Where it isn't `is_exact`, it depends on these at most.
    """

    regions: tuple[Region, ...]
    is_exact: bool = True


def image_regions(layers: Sequence[Layer], input_shape: Shape, at: Sequence[int]) -> ImageRegions:
    """Return the pixels that one number depends on, as far as the layers alone tell.

    Arguments: the layers up to the number's own; the image's `input_shape` (height, width,
    channels); `at`, the (row, column, channel) or (unit,) in the last layer's output.
    Returns the regions of the image, none where the number comes from padding alone.

    >>> from cnncalc.layers import Conv2D, MaxPooling2D
    >>> layers = [Conv2D(10, 5), MaxPooling2D(2)]
    >>> [region] = image_regions(layers, (300, 300, 3), (0, 10, 7)).regions
    >>> region.columns
    (20, 21, 22, 23, 24, 25)
    """
    ordered = named(layers)
    taken, shapes = sources(ordered), _shapes_taken(ordered, input_shape)
    wanted: dict[int, list[Box]] = {len(ordered) - 1: [tuple((index,) for index in at)]}
    is_exact = True
    for place in reversed(range(len(ordered))):
        boxes = _simplified(wanted.pop(place, []))
        if len(boxes) > MOST_BOXES:
            boxes, is_exact = [box_around(boxes)], False
        for source, box in boxes_before(ordered[place], taken[place], shapes[place], boxes):
            wanted.setdefault(source, []).append(box)
    found = sorted(_simplified(wanted.get(IMAGE_PLACE, [])))
    if len(found) > MOST_BOXES:
        found, is_exact = [box_around(found)], False
    return ImageRegions(tuple(Region(*box) for box in found), is_exact)


def _shapes_taken(layers: Sequence[Layer], input_shape: Shape) -> list[Sequence[Shape]]:
    """Return the shapes of the results that each layer takes."""
    found: list[Sequence[Shape]] = []

    def step(place: int, taken: Sequence[Shape]) -> Shape:
        found.append(taken)
        return layers[place].output_shape(input_shape_of(layers[place], taken))

    for _ in run(layers, input_shape, step):
        pass
    return found


def boxes_before(
    layer: Layer, taken: Sequence[int], shapes: Sequence[Shape], boxes: Iterable[Box]
) -> Iterator[tuple[int, Box]]:
    """Yield what boxes of a layer's output come from: the place of a result, and a box of it."""
    given = input_shape_of(layer, shapes)
    law = law_of(layer, given)
    compared = tuple(range(layer.output_shape(given)[-1]))
    for box in boxes:
        outputs = (*box[:-1], compared) if law.has_softmax else box
        for seen in _seen(law.wiring, outputs):
            yield from _apart(layer, taken, shapes, seen)


def _seen(wiring: Directions | Reshape, outputs: Box) -> Iterator[Box]:
    """Yield the boxes of a layer's input that those of its output come from, padding left out."""
    if isinstance(wiring, Reshape):
        yield from _unflattened(wiring, outputs[0])
        return
    if wiring.is_flat:
        outputs = ((0,), (0,), *outputs)
    box = tuple(map(_inside, wiring.directions, outputs))
    if all(box):
        yield box


def _inside(direction: Direction, outputs: Iterable[int]) -> tuple[int, ...]:
    found = {tap.at for output in outputs for tap in direction.sees(output)}
    return tuple(sorted(index for index in found if 0 <= index < direction.inputs))


def _unflattened(wiring: Reshape, units: Sequence[int]) -> Iterable[Box]:
    """Return the boxes of a volume that units of the flat layer after it come from."""
    if len(units) == prod(wiring.shape):
        return [tuple(tuple(range(size)) for size in wiring.shape)]
    places = (wired.at for unit in units for wired in wiring.sees((unit,)))
    boxes: list[Box] = [tuple((index,) for index in place) for place in places]
    for direction in reversed(range(len(wiring.shape))):
        boxes = _joined_along(boxes, direction)
    return boxes


def _apart(
    layer: Layer, taken: Sequence[int], shapes: Sequence[Shape], box: Box
) -> Iterator[tuple[int, Box]]:
    """Yield what a box of a layer's input is of each result that stands in it."""
    if not isinstance(layer, MergeLayer):
        yield taken[0], box
        return
    sizes = layer.part_sizes(shapes)
    starts = [end - size for end, size in zip(accumulate(sizes), sizes, strict=True)]
    for source, shape, size, start in zip(taken, shapes, sizes, starts, strict=True):
        channels = tuple(index - start for index in box[-1] if start <= index < start + size)
        if channels:
            yield source, _of_shape((*box[:-1], channels), shape)


def _of_shape(box: Box, shape: Shape) -> Box:
    """Return a box of a result of this shape, repeated, as one of the result itself."""
    inner = box[len(box) - len(shape) :]
    return tuple((0,) if size == 1 else indices for indices, size in zip(inner, shape, strict=True))


def _simplified(boxes: Sequence[Box]) -> list[Box]:
    """Return fewer boxes that hold the same: joined where two differ in one direction alone."""
    found, before = list(dict.fromkeys(boxes)), -1
    while before != len(found):
        before = len(found)
        found = _without_contained(found)
        for direction in range(len(found[0]) if found else 0):
            found = _joined_along(found, direction)
    return found


def _without_contained(boxes: Sequence[Box]) -> list[Box]:
    sets = [tuple(map(frozenset, box)) for box in boxes]
    return [
        box
        for box, inner in zip(boxes, sets, strict=True)
        if not any(
            outer is not inner and all(map(frozenset.issubset, inner, outer)) for outer in sets
        )
    ]


def _joined_along(boxes: Iterable[Box], direction: int) -> list[Box]:
    """Return boxes of which no two differ in a direction alone."""
    joined: dict[tuple[Box, Box], set[int]] = {}
    for box in boxes:
        others = box[:direction], box[direction + 1 :]
        joined.setdefault(others, set()).update(box[direction])
    return [
        (*before, tuple(sorted(indices)), *after) for (before, after), indices in joined.items()
    ]


def box_around(boxes: Sequence[Box]) -> Box:
    """Return the box with all indices of several."""
    ways: Iterable[tuple[tuple[int, ...], ...]] = zip(*boxes, strict=True)
    return tuple(tuple(sorted(set().union(*indices))) for indices in ways)
