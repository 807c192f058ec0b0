"""What a layer of a network that branches reads: cells of one result, or of several.

Nothing is copied: what a merge is given is the list of the results themselves, its `parts`, whose
channels stand one after the other. One that is smaller (1×1, as in squeeze-and-excite, or a vector
beside volumes) is read where it stands, again and again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from cnncalc.layers import Layer, MergeLayer, Shape
from cnncalc.layers.graph import IMAGE, run
from cnncalc.part.structure import Part
from cnncalc.sheet.blocks import Finder, Index
from cnncalc.sheet.plan import STAY, Quantity, Reference, Step
from cnncalc.sheet.quantities import IMAGE as IMAGE_QUANTITY
from cnncalc.sheet.volumes import Source, Volume

__all__ = ["Drawn", "drawn_layers", "gathered", "is_repeated", "part_cell", "part_names"]


class Drawn(NamedTuple):
    """A layer, what it takes in, its volumes, and what others take of it."""

    layer: Layer
    source: Source
    volumes: list[Volume]
    result: Source


def drawn_layers(
    layers: Sequence[Layer],
    image: Source,
    draw: Callable[[Layer, Source], tuple[list[Volume], Source]],
    part: Part | None = None,
) -> Iterator[Drawn]:
    """Yield what each layer draws, in the network's order.

    Arguments: the `layers`; the `image`; how a layer is to `draw` on what it takes in;
    the `part` of a larger network that they are, by whose numbers their outputs then go.
    """
    found: list[Drawn] = []

    def step(place: int, taken: Sequence[Source]) -> Source:
        layer = layers[place]
        numbers = part.shown[place + 1].channels if part else ()
        source = replace(gathered(layer, taken), numbers=numbers)
        found.append(Drawn(layer, source, *draw(layer, source)))
        return found[-1].result

    for _ in run(layers, image, step):
        yield found.pop()


def gathered(layer: Layer, sources: Sequence[Source]) -> Source:
    """Return what a layer takes in, from the results that it takes.

    A merge's has these as its `parts`, in the order in which their channels stand; it has no cells
    of its own.
    """
    if not isinstance(layer, MergeLayer):
        (source,) = sources
        return source
    shapes = [source.shape for source in sources]
    sizes = layer.part_sizes(shapes)
    captions = tuple(
        caption
        for name, source, size in zip(part_names(sources), sources, sizes, strict=True)
        for caption in _captions(name, source, size)
    )
    quantity = Quantity("stage", layer.name, "taken in")
    return Source(quantity, layer.side_by_side(shapes), captions, parts=tuple(sources))


def part_names(parts: Sequence[Source]) -> tuple[str, ...]:
    """Return what the parts of a merge are called: as the layers that they come from."""
    return tuple(part.quantity.layer or IMAGE for part in parts)


def _captions(name: str, part: Source, size: int) -> Sequence[str]:
    """Return the name of each channel of a part: its layer's, and its number there or its colour.

    A part of a single channel may be repeated to a size.
    """
    if part.shape[-1] == 1:
        return (name,) * size
    is_image = part.quantity == IMAGE_QUANTITY
    captions = part.captions if is_image and not part.is_vector else map(str, range(size))
    return [f"{name} {caption}" for caption in captions]


def is_repeated(part: Source, shape: Shape) -> bool:
    """Tell whether a part is smaller than the shape of what it is joined to."""
    return part.shape != shape


def part_cell(part: Source, shape: Shape, index: Index, find: Finder) -> Reference:
    """Return a reference to a part's cells that serve a slice, moving where the part does.

    Arguments: the `part`; the `shape` that all parts are repeated to, (height, width, channels);
    the `index` of the slice, its channel; how to `find` it. What is repeated stays where it is.
    """
    (channel,) = index
    if part.is_vector:
        unit = channel if part.shape[0] > 1 else 0
        return find(part.quantity, ()).moved(*divmod(unit, len(part.captions)))
    height, width, channels = part.shape
    steps = (
        Step(1, 0) if height == shape[0] else STAY,
        Step(0, 1) if width == shape[1] else STAY,
    )
    return find(part.quantity, (channel if channels > 1 else 0,), steps=steps)
