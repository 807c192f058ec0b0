"""What a window slides over: the image, or a stage, with its padding drawn as cells."""

from __future__ import annotations

from cnncalc.geometry import Geometry
from cnncalc.layers import WindowLayer
from cnncalc.layers.graph import IMAGE as IMAGE_NAME
from cnncalc.part.structure import Part
from cnncalc.rules import law_of
from cnncalc.shapes import Pads, Size
from cnncalc.sheet import formulas
from cnncalc.sheet.blocks import (
    EACH,
    Draw,
    Finder,
    Index,
    entered,
    framed,
    whole,
)
from cnncalc.sheet.plan import Block, Formula, Quantity, Reference
from cnncalc.sheet.quantities import IMAGE
from cnncalc.sheet.volumes import Source, Volume, each_channel
from cnncalc.trace.stage_names import StageName

__all__ = ["framed_copy", "image_volume", "sides_text", "size_notes", "spread", "window_volumes"]

_PIXELS = "The pixels: type over any of them."
_RESULTS = "The layer's results, calculated before: type over any of them."


def image_volume(source: Source, part: Part | None = None) -> Volume:
    """Return the image, its pixels to be typed over, or the result that a `part` begins with."""
    draw = entered(IMAGE, *source.size, "pixels")
    columns = source.captions if source.is_vector else ()
    is_image = part is None or part.image.name == IMAGE_NAME
    title, rule = ("Image", _PIXELS) if is_image or part is None else (part.image.name, _RESULTS)
    what = (title, "", IMAGE, *source.size, source.items, draw, rule)
    return Volume(*what, columns=columns, is_image=True)


def window_volumes(
    layer: WindowLayer, source: Source, geometry: Geometry
) -> tuple[list[Volume], Source]:
    """Return what is to be drawn before a window can slide, and what it slides over.

    Padding is drawn around the image itself, unless that stands on a sheet of its own; around a
    later stage, a copy of it is drawn.
    """
    if not any(geometry.pads):
        return [], source
    is_image = source.quantity == IMAGE and not source.is_drawn
    padded = _padded_image if is_image else _padded_copy
    volume = padded(layer, source, geometry)
    return [volume], source.feed(volume)


def _padded_image(layer: WindowLayer, source: Source, geometry: Geometry) -> Volume:
    quantity = Quantity("stage", layer.name, StageName.PADDED_INPUT)
    draw = framed(quantity, geometry, entered(IMAGE, *geometry.input, "pixels"))
    notes = (_padding_note(layer, source, geometry.pads),)
    what = ("Image", "", quantity, *geometry.padded, each_channel(source.captions), draw)
    return Volume(*what, _PIXELS, notes, is_image=True)


def _padded_copy(layer: WindowLayer, source: Source, geometry: Geometry) -> Volume:
    quantity = Quantity("stage", layer.name, StageName.PADDED_INPUT)
    note = _padding_note(layer, source, geometry.pads)
    return framed_copy("Padded input", quantity, source, geometry, note)


def framed_copy(
    title: str, quantity: Quantity, source: Source, geometry: Geometry, rule: str
) -> Volume:
    """Return a volume that copies a source, with padding around it."""

    def formula(index: Index, find: Finder) -> Formula:
        return formulas.apply(formulas.COPY, find(source.quantity, index, steps=EACH))

    draw = framed(quantity, geometry, whole(quantity, *geometry.input, formula))
    items = each_channel(source.captions)
    return Volume(title, quantity.layer, quantity, *geometry.padded, items, draw, rule)


def size_notes(geometry: Geometry) -> tuple[str, ...]:
    """Return how the size of a result came about, and what no window reaches."""
    down, across = geometry.vertical, geometry.horizontal
    unreached = geometry.unreached
    size = f"Height {down.formula}; width {across.formula}."
    return (size, f"No window reaches {unreached}.") if unreached else (size,)


def sides_text(pads: Pads) -> str:
    """Say how much padding there is on each side that has any.

    >>> sides_text(Pads(1, 0, 2, 2))
    '1 above, 2 left, 2 right'
    """
    sides = zip(pads, ("above", "below", "left", "right"), strict=True)
    return ", ".join(f"{count} {side}" for count, side in sides if count)


def _padding_note(layer: WindowLayer, source: Source, pads: Pads) -> str:
    where = sides_text(pads)
    if law_of(layer, source.shape).counts_padding:
        return f"The padding around it ({where}) is zeros."
    return f"The padding around it ({where}) is empty cells, which never count."


def spread(source: Quantity, result: Quantity, size: Size, distances: Size) -> Draw:
    """Return the rule for a copy of slices whose cells stand apart, with zeros between them.

    Arguments: what is copied, and what the `result` is called; the (height, width) of the slices
    copied; the distances from cell to cell, vertical first.
    """
    down, across = distances
    width = across * (size.width - 1) + 1

    def draw(index: Index, find: Finder) -> tuple[Block, ...]:
        blocks = []
        first = find(source, index)
        for i in range(size.height):
            row = i * down
            for j in range(size.width):
                blocks.append(_copied(result, index, (row, j * across), first.moved(i, j)))
                if j and across > 1:
                    corner = (row, (j - 1) * across + 1)
                    blocks.append(_zeros(result, index, corner, (1, across - 1)))
            if i and down > 1:
                blocks.append(_zeros(result, index, (row - down + 1, 0), (down - 1, width)))
        return tuple(blocks)

    return draw


def _copied(quantity: Quantity, index: Index, cell: tuple[int, int], weight: Reference) -> Block:
    formula = formulas.apply(formulas.COPY, weight)
    return Block(*cell, 1, 1, "formula", quantity, index, *cell, formula)


def _zeros(
    quantity: Quantity, index: Index, corner: tuple[int, int], size: tuple[int, int]
) -> Block:
    return Block(*corner, *size, "padding", quantity, index, *corner)
