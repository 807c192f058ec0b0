"""How layers are wired: which results each takes, and the order that they stand in.

A layer that names no inputs takes the result of the layer before it, the first one the image. One
that does names layers, or the image as "input". All functions are given named layers in an order
in which each takes only from layers before it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import chain, count
from typing import Final, TypeVar

from cnncalc.errors import OptionError
from cnncalc.layers.base import Layer, Shape
from cnncalc.layers.core import InputLayer
from cnncalc.layers.merging import MergeLayer
from cnncalc.layers.names import snake_case

__all__ = [
    "IMAGE",
    "IMAGE_PLACE",
    "in_keras_order",
    "input_shape_of",
    "leading_to",
    "put_in",
    "run",
    "sources",
    "takers",
]

IMAGE: Final = "input"
"""What a layer's `inputs` call the image, or the InputLayer that it comes through."""

IMAGE_PLACE: Final = -1
"""Where the image stands, before the layers' places from 0 on."""

Result = TypeVar("Result")


def sources(layers: Sequence[Layer]) -> tuple[tuple[int, ...], ...]:
    """Return the places of what each layer takes, the image's being -1.

    Raises OptionError that names a layer whose inputs aren't there, or come after it.

    >>> from cnncalc.layers import Add, Conv2D
    >>> first, second = Conv2D(1, 1, name="first"), Conv2D(1, 1, name="second")
    >>> sources([first, second, Add(name="add", inputs=("second", "first"))])
    ((-1,), (0,), (1, 0))
    """
    has_input_layer = isinstance(layers[0], InputLayer) if layers else False
    places = {IMAGE: 0 if has_input_layer else IMAGE_PLACE}
    places |= {layer.name: place for place, layer in enumerate(layers)}
    found = []
    for place, layer in enumerate(layers):
        taken = tuple(_place_of(name, layer, places) for name in layer.inputs) or (place - 1,)
        if max(taken) >= place:
            late = layers[max(taken)].name
            message = f"layer {layer.name}: what it takes must stand before it. Received: {late}"
            raise OptionError(message)
        _check_count(layer, len(layer.inputs) or 1)
        found.append(taken)
    return tuple(found)


def _place_of(name: str, layer: Layer, places: dict[str, int]) -> int:
    if name not in places:
        message = (
            f"layer {layer.name}: its inputs must be among {', '.join(places)}. Received: {name}"
        )
        raise OptionError(message)
    return places[name]


def _check_count(layer: Layer, taken: int) -> None:
    if isinstance(layer, MergeLayer):
        try:
            layer.check_inputs(taken)
        except OptionError as error:
            message = f"layer {layer.name}: {error}"
            raise OptionError(message) from error
    elif taken > 1:
        message = (
            f"layer {layer.name}: {type(layer).__name__} must take one result. "
            f"Received: {', '.join(layer.inputs)}"
        )
        raise OptionError(message)


def takers(layers: Sequence[Layer]) -> tuple[tuple[int, ...], ...]:
    """Return the places of the layers that take each layer's result, in order.

    A layer that takes a result twice is named twice.

    >>> from cnncalc.layers import Add, Flatten
    >>> takers([Flatten(name="flat"), Add(name="add", inputs=("flat", "flat"))])
    ((1, 1), ())
    """
    found: list[list[int]] = [[] for _ in layers]
    for place, taken in enumerate(sources(layers)):
        for source in taken:
            if source != IMAGE_PLACE:
                found[source].append(place)
    return tuple(map(tuple, found))


def input_shape_of(layer: Layer, shapes: Sequence[Shape]) -> Shape:
    """Return the shape of what a layer is given, from the shapes of what it takes.

    Raises ShapeError where a merge can't join them.

    >>> from cnncalc.layers import Add, Flatten
    >>> input_shape_of(Flatten(), [(4, 4, 2)])
    (4, 4, 2)
    >>> input_shape_of(Add(inputs=("a", "b")), [(4, 4, 2), (4, 4, 2)])
    (4, 4, 4)
    """
    if isinstance(layer, MergeLayer):
        return layer.side_by_side(shapes)
    (shape,) = shapes
    return shape


def run(
    layers: Sequence[Layer], image: Result, step: Callable[[int, Sequence[Result]], Result]
) -> Iterator[Result]:
    """Yield what each layer gives, in order, and let it go once nobody takes it any more.

    Arguments: the `layers`; the `image`, or what stands for it; a `step` that is told a layer's
    place and the results that it takes.

    >>> from cnncalc.layers import Add, Flatten
    >>> layers = [Flatten(name="flat"), Add(name="add", inputs=("flat", "input"))]
    >>> list(run(layers, 1, lambda place, taken: 10 * sum(taken)))
    [10, 110]
    """
    taken = sources(layers)
    last_use = {source: place for place, places in enumerate(taken) for source in places}
    kept = {IMAGE_PLACE: image}
    for place, places in enumerate(taken):
        result = step(place, [kept[source] for source in places])
        for source in {source for source in places if last_use[source] == place}:
            del kept[source]
        if place in last_use:
            kept[place] = result
        yield result


def leading_to(layers: Sequence[Layer], place: int) -> tuple[int, ...]:
    """Return the places of the layers that lead to one, in order, itself the last.

    >>> from cnncalc.layers import Dense
    >>> layers = [Dense(1, name="a"), Dense(1, name="b", inputs=("input",)), Dense(1, name="c")]
    >>> leading_to(layers, 2)
    (1, 2)
    """
    taken, wanted = sources(layers), {place}
    for behind in reversed(range(place + 1)):
        if behind in wanted:
            wanted.update(taken[behind])
    return tuple(sorted(wanted - {IMAGE_PLACE}))


def in_keras_order(layers: Sequence[Layer]) -> tuple[Layer, ...]:
    """Return layers in the order in which Keras holds them, and numbers their weights.

    That is by the longest way to the output, the last layer; of one length, as a walk back from the
    output meets them first. Inputs that a place tells are left out.
    Raises OptionError for a layer that doesn't lead to the output.
    Source: `map_graph` in keras/src/ops/function.py.

    >>> from cnncalc.layers import Add, Conv2D
    >>> left, right = Conv2D(1, 1, name="left"), Conv2D(1, 1, name="right", inputs=("input",))
    >>> add = Add(name="add", inputs=("right", "left"))
    >>> [layer.name for layer in in_keras_order([left, right, add])]
    ['right', 'left', 'add']
    """
    if not any(layer.inputs for layer in layers):
        return tuple(layers)
    taken = sources(layers)
    met = _met_on_the_way_back(taken)
    _require_all(layers, met)
    distance = [0] * len(layers)
    for place in reversed(range(len(layers))):
        for source in taken[place]:
            if source != IMAGE_PLACE:
                distance[source] = max(distance[source], distance[place] + 1)
    order = sorted(met, key=lambda place: (-distance[place], met[place]))
    return tuple(_with_inputs(layers, taken, order, index) for index in range(len(order)))


def put_in(layers: Sequence[Layer], place: int, layer: Layer) -> tuple[Layer, ...]:
    """Return layers with one more, which all take that took the result before its place.

    Arguments: the `layers`, a `place` among them, and the `layer`, which takes one result.

    >>> from cnncalc.layers import Add, Flatten, Rescaling
    >>> layers = [Flatten(name="flat"), Add(name="add", inputs=("flat", "input"))]
    >>> put_in(layers, 0, Rescaling(0.5, name="half"))[-1].inputs
    ('flat', 'half')
    """
    if not any(other.inputs for other in layers):
        return (*layers[:place], layer, *layers[place:])
    names = {other.name for other in layers}
    base = layer.name or snake_case(type(layer).__name__)
    free = (name for name in chain([base], (f"{base}_{number}" for number in count(1))))
    new = replace(layer, name=next(name for name in free if name not in names), inputs=())
    taken = sources(layers)
    behind = (
        _taking(layers[index], taken[index], place - 1, new.name)
        for index in range(place, len(layers))
    )
    return (*layers[:place], new, *behind)


def _taking(layer: Layer, taken: Sequence[int], place: int, name: str) -> Layer:
    """Return a layer that takes what has a name instead of what stands at a place."""
    pairs = zip(layer.inputs, taken, strict=False)
    inputs = (name if source == place else before for before, source in pairs)
    return replace(layer, inputs=tuple(inputs))


def _met_on_the_way_back(taken: Sequence[Sequence[int]]) -> dict[int, int]:
    """Return how many places a walk back from the last one meets before each that leads there."""
    met: dict[int, int] = {}
    ahead = [len(taken) - 1]
    while ahead:
        place = ahead.pop()
        if place != IMAGE_PLACE and place not in met:
            met[place] = len(met)
            ahead.extend(reversed(taken[place]))
    return met


def _require_all(layers: Sequence[Layer], met: dict[int, int]) -> None:
    for place, layer in enumerate(layers):
        if place not in met:
            message = (
                f"layer {layer.name}: its result must lead to that of the last layer, "
                f"{layers[-1].name}; a network has one output. Received: a layer that nobody takes"
            )
            raise OptionError(message)


def _with_inputs(
    layers: Sequence[Layer], taken: Sequence[Sequence[int]], order: Sequence[int], index: int
) -> Layer:
    """Return the layer at an index of an order, its inputs named where they need to be."""
    place = order[index]
    before = order[index - 1] if index else IMAGE_PLACE
    if tuple(taken[place]) == (before,):
        return replace(layers[place], inputs=())
    names = (IMAGE if source == IMAGE_PLACE else layers[source].name for source in taken[place])
    return replace(layers[place], inputs=tuple(names))
