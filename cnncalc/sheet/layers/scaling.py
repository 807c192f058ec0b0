"""What rescaling draws: each number times a scale, plus an offset."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from cnncalc.layers import Rescaling
from cnncalc.rules.scaling import rescaled
from cnncalc.sheet import formulas
from cnncalc.sheet.blocks import EACH, Finder, Index
from cnncalc.sheet.plan import Block, Formula, Quantity, Reference
from cnncalc.sheet.volumes import Source, Volume, each_number
from cnncalc.trace.stage_names import StageName

__all__ = ["rescaling_volumes", "scale_words", "scaled_volume"]


def rescaling_volumes(layer: Rescaling, source: Source) -> tuple[list[Volume], Source]:
    """Return each number times the scale, plus the offset."""
    stage = Quantity("stage", layer.name, StageName.RESCALING)
    moved = f" + {scale_words(layer.offset)}" if np.any(layer.offset) else ""
    note = f"Each number × {scale_words(layer.scale)}{moved}."
    volume = scaled_volume("Rescaling", stage, source, (layer.scale, layer.offset), note)
    return [volume], source.feed(volume)


Scale = float | Sequence[float]


def scaled_volume(
    title: str, result: Quantity, source: Source, linear: tuple[Scale, Scale], rule: str
) -> Volume:
    """Return the volume of each number times a scale, plus an offset, or each channel's own.

    Arguments: its `title` and what the `result` is called; the `source`; the scale and the offset;
    the `rule`.
    """
    channels = source.shape[-1]
    scales, offsets = (_of_channels(value, channels) for value in linear)

    def formula(channel: int, cell: Reference) -> Formula:
        return formulas.written(rescaled(scales[channel], offsets[channel]), {"x": cell})

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

    volume = each_number(title, result, source, of_channel, rule)
    if source.is_vector and len({*zip(scales, offsets, strict=True)}) > 1:
        volume = replace(volume, draw=draw)
    return volume


def _of_channels(value: Scale, channels: int) -> tuple[float, ...]:
    numbers = tuple(value) if isinstance(value, Sequence) else (value,)
    return numbers if len(numbers) == channels else numbers * channels


def scale_words(value: Scale) -> str:
    """Return a scale or an offset in words.

    >>> scale_words(0.5), scale_words((1.0, 2.0))
    ('0.5', "a number of each channel's own")
    """
    return f"{value:g}" if isinstance(value, int | float) else "a number of each channel's own"
