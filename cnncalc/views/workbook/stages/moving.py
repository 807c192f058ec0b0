"""What layers draw that only move numbers, or leave them as they are."""

from __future__ import annotations

from dataclasses import replace

from cnncalc.geometry import geometry
from cnncalc.layers import Dropout, Flatten, ZeroPadding2D
from cnncalc.views.workbook import formulas
from cnncalc.views.workbook.plan import STAY, Block, Quantity, Step
from cnncalc.views.workbook.stages.activation import copied_volumes
from cnncalc.views.workbook.stages.inputs import framed_copy, sides_text
from cnncalc.views.workbook.stages.volumes import Finder, Index, Item, Slot, Source, Volume

__all__ = ["dropout_volumes", "flatten_volumes", "zero_padding_volumes"]


def dropout_volumes(layer: Dropout, source: Source) -> tuple[list[Volume], Source]:
    """Return the numbers as they are."""
    note = (
        f"Does nothing here: in training alone, a share of {layer.rate:g} of the numbers becomes 0."
    )
    stage = Quantity("stage", layer.name, "dropout")
    volumes, result = copied_volumes("Dropout", stage, source, note)
    return volumes, replace(result, logits=source.logits)


def zero_padding_volumes(layer: ZeroPadding2D, source: Source) -> tuple[list[Volume], Source]:
    """Return the numbers with zeros around them."""
    stage = Quantity("stage", layer.name, "zero padding")
    window = geometry(source.size, 1, 1, layer.pads)
    note = f"Zeros around each slice: {sides_text(layer.pads) or 'none'}."
    volume = framed_copy("Zero padding", stage, source, window, note)
    return [volume], source.feed(volume)


def flatten_volumes(layer: Flatten, source: Source) -> tuple[list[Volume], Source]:
    """Return all numbers as one vector: a row for each position, a column for each channel."""
    stage = Quantity("stage", layer.name, "flatten")
    if source.is_vector:
        return copied_volumes("Flatten", stage, source, "It is flat already.")
    height, width = source.size
    rows = tuple(f"{row},{column}" for row in range(height) for column in range(width))
    captions = source.captions if source.captions[1:] else ("flat",)

    def draw(index: Index, find: Finder) -> tuple[Block, ...]:
        return tuple(
            _turned_row(stage, find, source, row, channel)
            for row in range(height)
            for channel in range(len(captions))
        )

    notes = (
        "A row for each position (row,column) and a column for each channel: read row by row, this "
        f"is the vector of {height}×{width}×{len(captions)} = {height * width * len(captions):,} "
        "numbers.",
    )
    item = (Item((), Slot(0)),)
    size = (len(rows), len(captions))
    volume = Volume("Flatten", layer.name, stage, *size, item, draw, notes, rows, captions)
    return [volume], Source(stage, layer.output_shape(source.shape), captions, rows)


def _turned_row(stage: Quantity, find: Finder, source: Source, row: int, channel: int) -> Block:
    """Return one row of one channel as a piece of a column."""
    width = source.size[1]
    first = find(source.quantity, (channel,), steps=(Step(0, 1), STAY)).moved(row, 0)
    formula = formulas.apply(formulas.COPY, first)
    place = (row * width, channel)
    return Block(*place, width, 1, "formula", stage, (), *place, formula)
