"""What layers draw that scale each number: rescaling, and batch normalization."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from cnncalc.layers import BatchNormalization, Rescaling
from cnncalc.rules.spelling import literal
from cnncalc.sheet import formulas
from cnncalc.sheet.plan import Block, Formula, Quantity, Reference
from cnncalc.sheet.volumes import (
    EACH,
    Finder,
    Index,
    Item,
    Slot,
    Source,
    Volume,
    each_number,
    entered,
)

__all__ = [
    "WEIGHT_CAPTIONS",
    "channel_cell",
    "channel_items",
    "channel_weight",
    "normalization_volumes",
    "rescaling_volumes",
    "scale_words",
    "scaled_volume",
    "standard_deviation",
]

WEIGHT_CAPTIONS = {
    "gamma": "γ (scale)",
    "beta": "β (offset)",
    "moving_mean": "mean",
    "moving_variance": "variance",
}
_DEVIATION = "standard deviation"


def rescaling_volumes(layer: Rescaling, source: Source) -> tuple[list[Volume], Source]:
    """Return each number times the scale, plus the offset."""
    stage = Quantity("stage", layer.name, "rescaling")
    moved = f" + {scale_words(layer.offset)}" if np.any(layer.offset) else ""
    note = f"Each number × {scale_words(layer.scale)}{moved}."
    volume = scaled_volume("Rescaling", stage, source, (layer.scale, layer.offset), note)
    return [volume], source.feed(volume)


Scale = float | Sequence[float]


def scaled_volume(
    group: str, result: Quantity, source: Source, linear: tuple[Scale, Scale], note: str
) -> Volume:
    """Return the volume of each number times a scale, plus an offset, or each channel's own.

    Arguments: the `group` and the `result` it is called; the `source`; the scale and the offset;
    the `note`.
    """
    channels = source.shape[-1]
    scales, offsets = (_each(value, channels) for value in linear)

    def formula(channel: int, cell: Reference) -> Formula:
        return formulas.apply(_linear(scales[channel], offsets[channel]), cell)

    def draw(index: Index, find: Finder) -> tuple[Block, ...]:
        """Return a block for each unit of a vector, whose scales may differ."""
        width = source.size[1]
        first = find(source.quantity, index, steps=EACH)
        return tuple(
            Block(*place, 1, 1, "formula", result, (), *place, formula(unit, first.moved(*place)))
            for unit in range(channels)
            for place in [divmod(unit, width)]
        )

    def of_channel(index: Index, find: Finder) -> Formula:
        channel = 0 if source.is_vector else index[0]
        return formula(channel, find(source.quantity, index, steps=EACH))

    volume = each_number(group, result, source, of_channel, note)
    if source.is_vector and len({*zip(scales, offsets, strict=True)}) > 1:
        volume = replace(volume, draw=draw)
    return volume


def _each(value: Scale, channels: int) -> tuple[float, ...]:
    numbers = tuple(value) if isinstance(value, Sequence) else (value,)
    return numbers if len(numbers) == channels else numbers * channels


def scale_words(value: Scale) -> str:
    """Return a scale or an offset in words.

    >>> scale_words(0.5), scale_words((1.0, 2.0))
    ('0.5', "a number of each channel's own")
    """
    return f"{value:g}" if isinstance(value, int | float) else "a number of each channel's own"


def _linear(scale: float, offset: float) -> str:
    """Return the template of a linear function.

    It is a product, as it is calculated: x/10 and x*0.1 differ in their last digit. The shorter
    one of 0.1 and (1/10), which are the same number, is written.

    >>> _linear(1 / 255, 0), _linear(0.1, 0), _linear(2, -1)
    ('{0}*(1/255)', '{0}*0.1', '{0}*2-1')
    """
    inverse = round(1 / scale) if 1e-4 < scale < 1 else 0
    factor = literal(scale)
    if inverse and scale == 1 / inverse:
        factor = min(factor, f"(1/{inverse})", key=len)
    scaled = f"{{0}}*{factor}"
    if not offset:
        return scaled
    sign = "+" if offset > 0 else "-"
    return f"{scaled}{sign}{literal(abs(offset))}"


def normalization_volumes(layer: BatchNormalization, source: Source) -> tuple[list[Volume], Source]:
    """Return each channel less its mean, over its deviation, then scaled and moved."""
    stage = Quantity("stage", layer.name, "normalization")
    names = list(layer.weight_shapes(source.shape))
    deviation = standard_deviation(layer.name)
    cells = {name: Quantity("weight", layer.name, name) for name in names}
    template = "({0}-{1})/{2}" + "*{3}" * layer.scale
    template += f"+{{{3 + layer.scale}}}" * layer.center
    order = [cells["moving_mean"], deviation]
    order += [cells[name] for name in ("gamma", "beta") if name in cells]

    def formula(index: Index, find: Finder) -> Formula:
        cell = find(source.quantity, index, steps=EACH)
        own = [channel_cell(source, quantity, index, find) for quantity in order]
        return formulas.apply(template, cell, *own)

    note = "(x − mean) / standard deviation" + " × γ" * layer.scale + " + β" * layer.center
    volumes = [channel_weight(source, cells[name], WEIGHT_CAPTIONS[name]) for name in names]
    volumes.append(_deviation_volume(layer, source, cells["moving_variance"], deviation))
    volume = each_number(
        "Normalization", stage, source, formula, f"{note}, with the numbers that training found."
    )
    return [*volumes, volume], source.feed(volume)


def standard_deviation(layer: str) -> Quantity:
    """Return the name of the roots of a batch normalization's moving variances."""
    return Quantity("helper", layer, _DEVIATION)


def channel_cell(source: Source, quantity: Quantity, index: Index, find: Finder) -> Reference:
    """Return the cell of a channel's, or a unit's, own number."""
    return find(quantity, index, steps=EACH) if source.is_vector else find(quantity, index)


def channel_weight(source: Source, weight: Quantity, caption: str) -> Volume:
    """Return one number for each channel, or unit."""
    size = source.size if source.is_vector else (1, 1)
    draw = entered(weight, *size, "weights")
    group = caption if source.is_vector else "Weights"
    volume = Volume(group, weight.layer, weight, *size, channel_items(source, caption), draw)
    return (
        replace(volume, rows=source.rows, columns=source.captions) if source.is_vector else volume
    )


def channel_items(source: Source, caption: str) -> tuple[Item, ...]:
    """Return an item for each channel's own number, or one for all units of a vector."""
    if source.is_vector:
        return source.items
    return tuple(
        Item(item.index, Slot(item.slot.tile), ", ".join(filter(None, (item.caption, caption))))
        for item in source.items
    )


def _deviation_volume(
    layer: BatchNormalization, source: Source, variance: Quantity, result: Quantity
) -> Volume:
    def formula(index: Index, find: Finder) -> Formula:
        template = f"SQRT({{0}}+{literal(layer.epsilon)})"
        return formulas.apply(template, channel_cell(source, variance, index, find))

    of_one = (
        source if source.is_vector else Source(variance, (1, 1, source.shape[2]), source.captions)
    )
    note = f"The standard deviation is the root of the variance + {layer.epsilon:g}."
    volume = each_number("Standard deviation", result, of_one, formula, note)
    if source.is_vector:
        return volume
    return replace(volume, group="Weights", items=channel_items(source, _DEVIATION))
