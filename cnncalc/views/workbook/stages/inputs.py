"""What a window slides over: the image, or a stage, with its padding drawn as cells."""

from __future__ import annotations

from cnncalc.geometry import Geometry
from cnncalc.layers import WindowLayer
from cnncalc.rules import law_of
from cnncalc.shapes import Pads
from cnncalc.views.workbook import formulas
from cnncalc.views.workbook.plan import Formula, Quantity
from cnncalc.views.workbook.quantities import IMAGE
from cnncalc.views.workbook.stages.volumes import (
    EACH,
    Finder,
    Index,
    Source,
    Volume,
    each_channel,
    entered,
    framed,
    whole,
)

__all__ = ["framed_copy", "image_volume", "sides_text", "window_volumes"]

_PIXELS = "The pixels: type over any of them."


def image_volume(source: Source) -> Volume:
    """Return the image, its pixels to be typed over."""
    draw = entered(IMAGE, *source.size, "pixels")
    columns = source.captions if source.is_vector else ()
    return Volume(
        *("Image", "", IMAGE, *source.size, source.items, draw, (_PIXELS,)), columns=columns
    )


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
    quantity = Quantity("stage", layer.name, "padded input")
    draw = framed(quantity, geometry, entered(IMAGE, *geometry.input, "pixels"))
    notes = (_PIXELS, _padding_note(layer, source, geometry.pads))
    items = each_channel(source.captions)
    return Volume("Image", "", quantity, *geometry.padded, items, draw, notes)


def _padded_copy(layer: WindowLayer, source: Source, geometry: Geometry) -> Volume:
    quantity = Quantity("stage", layer.name, "padded input")
    note = _padding_note(layer, source, geometry.pads)
    return framed_copy("Padded input", quantity, source, geometry, note)


def framed_copy(
    group: str, quantity: Quantity, source: Source, geometry: Geometry, note: str
) -> Volume:
    """Return a volume that copies a source, with padding around it."""

    def formula(index: Index, find: Finder) -> Formula:
        return formulas.apply(formulas.COPY, find(source.quantity, index, steps=EACH))

    draw = framed(quantity, geometry, whole(quantity, *geometry.input, formula))
    items = each_channel(source.captions)
    return Volume(group, quantity.layer, quantity, *geometry.padded, items, draw, (note,))


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
