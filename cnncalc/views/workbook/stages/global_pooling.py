"""What global pooling draws: one number for each whole slice."""

from __future__ import annotations

from cnncalc.layers import GlobalAveragePooling2D, GlobalPoolingLayer
from cnncalc.views.workbook import formulas
from cnncalc.views.workbook.plan import Block, Formula, Quantity
from cnncalc.views.workbook.stages.volumes import (
    Finder,
    Index,
    Item,
    Slot,
    Source,
    Volume,
    each_channel,
    whole,
)

__all__ = ["global_pooling_volumes"]


def global_pooling_volumes(
    layer: GlobalPoolingLayer, source: Source
) -> tuple[list[Volume], Source]:
    """Return one number a channel: a row of them, or with `keepdims` a slice each."""
    stage = Quantity("stage", layer.name, "global pooling")
    average = isinstance(layer, GlobalAveragePooling2D)
    group = "Global average pooling" if average else "Global max pooling"
    kept = "mean" if average else "largest number"
    notes = (f"The {kept} of each {source.size[0]}×{source.size[1]} slice.",)

    def formula(channel: int, find: Finder) -> Formula:
        template = "AVERAGE({0})" if average else "MAX({0})"
        return formulas.apply(template, find(source.quantity, (channel,), source.size))

    def draw(index: Index, find: Finder) -> tuple[Block, ...]:
        return tuple(
            Block(0, c, 1, 1, "formula", stage, (), 0, c, formula(c, find))
            for c in range(len(source.captions))
        )

    result = Source(stage, layer.output_shape(source.shape), source.captions)
    if layer.keepdims:
        each = whole(stage, 1, 1, lambda index, find: formula(index[0], find))
        items = each_channel(source.captions)
        return [Volume(group, layer.name, stage, 1, 1, items, each, notes)], result
    item, columns = (Item((), Slot(0)),), source.captions
    volume = Volume(group, layer.name, stage, 1, len(columns), item, draw, notes, columns=columns)
    return [volume], result
