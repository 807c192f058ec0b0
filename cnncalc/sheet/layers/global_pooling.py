"""What global pooling draws: one number for each whole slice, and the gradient by its input."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from cnncalc.errors import OptionError
from cnncalc.layers import GlobalPoolingLayer
from cnncalc.network import Array
from cnncalc.ops.maxima import least_maximum
from cnncalc.rules import Join, law_of
from cnncalc.rules.shares import share_rule
from cnncalc.sheet import formulas
from cnncalc.sheet.blocks import Finder, Index, whole
from cnncalc.sheet.layers.maxima import SEARCHES, Search, first_gets, least_volume, shares
from cnncalc.sheet.layers.pooling import no_formula, reduction_of
from cnncalc.sheet.plan import Block, Formula, Quantity, Reference, Tiled
from cnncalc.sheet.quantities import GradientStep, by_input, gradient_title, helper
from cnncalc.sheet.volumes import ONE_SLICE, Source, Volume, each_channel, each_number
from cnncalc.trace.stage_names import StageName

__all__ = [
    "global_pooling_gradient_steps",
    "global_pooling_gradient_volumes",
    "global_pooling_volumes",
]


def global_pooling_volumes(
    layer: GlobalPoolingLayer, source: Source
) -> tuple[list[Volume], Source]:
    """Return one number a channel: a row of them, or with `keepdims` a slice each."""
    stage = Quantity("stage", layer.name, StageName.GLOBAL_POOLING)
    join, reduction = reduction_of(layer, source)
    title = f"Global {join} pooling"
    rule = f"The {reduction.words} of each {source.size[0]}×{source.size[1]} slice."

    def formula(channel: int, find: Finder) -> Formula:
        return formulas.apply(reduction.template, find(source.quantity, (channel,), source.size))

    def draw(index: Index, find: Finder) -> tuple[Block, ...]:
        return tuple(
            Block(0, c, 1, 1, "formula", stage, (), 0, c, formula(c, find))
            for c in range(len(source.captions))
        )

    result = Source(stage, layer.output_shape(source.shape), source.captions)
    if layer.keepdims:
        draw_cell = whole(stage, 1, 1, lambda index, find: formula(index[0], find))
        items = each_channel(source.captions)
        return [Volume(title, layer.name, stage, 1, 1, items, draw_cell, rule)], result
    item, columns = ONE_SLICE, source.captions
    volume = Volume(title, layer.name, stage, 1, len(columns), item, draw, rule, columns=columns)
    return [volume], result


_AVERAGE = "The slice's error, shared out among its cells alike."

_MAX = ("The slice's error goes to its first maximum.", ("All other cells get 0.",))


def global_pooling_gradient_volumes(
    layer: GlobalPoolingLayer, source: Source, gradient: Source
) -> list[Volume]:
    """Return the gradient by a global pooling's input, and what it takes to find maxima."""
    match law_of(layer, source.shape).join:
        case Join.AVERAGE:
            return [_mean_volume(layer, source, gradient)]
        case Join.MAX:
            return _max_volumes(layer, source, gradient)
        case join:
            raise OptionError(no_formula(join, layer))


def _max_volumes(layer: GlobalPoolingLayer, source: Source, gradient: Source) -> list[Volume]:
    pooled = Quantity("stage", layer.name, StageName.GLOBAL_POOLING)
    place = helper(layer.name, GradientStep.FIRST_MAXIMUM)
    one = Source(place, (1, 1, source.shape[2]), source.captions)

    def largest(index: Index, find: Finder) -> Reference:
        return _of_channel(pooled, not layer.keepdims, index, find)

    return [
        least_volume(layer.name, one, largest),
        *(volume for search in SEARCHES for volume in _searched_volumes(search, source, one)),
        _max_volume(source, gradient, one),
    ]


def _of_channel(quantity: Quantity, is_vector: bool, index: Index, find: Finder) -> Reference:
    """Return the cell of a channel, in a row or in slices of one cell."""
    return find(quantity, ()).moved(0, index[0]) if is_vector else find(quantity, index)


def _mean_volume(layer: GlobalPoolingLayer, source: Source, gradient: Source) -> Volume:
    result = by_input(layer.name)
    height, width = source.size

    def formula(index: Index, find: Finder) -> Formula:
        error = _of_channel(gradient.quantity, gradient.is_vector, index, find)
        cells: dict[str, Reference | str] = {"error": error, "count": str(height * width)}
        return formulas.written(share_rule(Join.AVERAGE).part, cells)

    return each_number(gradient_title(result), result, source, formula, _AVERAGE)


def _searched_volumes(search: Search, source: Source, one: Source) -> list[Volume]:
    """Return the volume of a search of each slice, after one of its parts where it takes them."""
    name, (height, width) = one.quantity.layer, source.size
    least, parts = helper(name, GradientStep.LEAST_MAXIMUM), helper(name, search.parts)
    count = height * width

    def searched(share: range, index: Index, find: Finder) -> Formula:
        first = find(source.quantity, index)
        cells = [first.moved(*divmod(place, width)) for place in share]
        return search.formula(cells, find(least, index), share, count, has_gaps=False)

    def draw_parts(index: Index, find: Finder) -> tuple[Block, ...]:
        tile = tuple((searched(share, index, find),) for share in shares(count))
        return (Block(0, 0, len(tile), 1, "formula", parts, index, formula=Tiled(tile)),)

    def joined(index: Index, find: Finder) -> Formula:
        if len(shares(count)) == 1:
            return searched(range(count), index, find)
        return search.joined([find(parts, index, (len(shares(count)), 1))])

    whole_search = search.volume(name, one, joined)
    if len(shares(count)) == 1:
        return [whole_search]
    partial = search.parts_volume(name, one, joined)
    return [replace(partial, height=len(shares(count)), draw=draw_parts), whole_search]


def _max_volume(source: Source, gradient: Source, one: Source) -> Volume:
    result = by_input(one.quantity.layer)
    height, width = source.size

    def draw(index: Index, find: Finder) -> tuple[Block, ...]:
        place = find(one.quantity, index)
        error = _of_channel(gradient.quantity, gradient.is_vector, index, find)
        tile = tuple(
            tuple(
                formulas.apply(first_gets(row * width + column + 1), place, error)
                for column in range(width)
            )
            for row in range(height)
        )
        return (Block(0, 0, height, width, "formula", result, index, formula=Tiled(tile)),)

    what = (gradient_title(result), result.layer, result, height, width)
    return Volume(*what, source.items, draw, *_MAX)


def global_pooling_gradient_steps(
    layer: GlobalPoolingLayer, layer_input: Array
) -> dict[str, Array]:
    """Return the numbers of the smaller steps by name: of a maximum alone there are any.

    Arguments: the `layer`; what it took in of one sample, (height, width, channels).
    """
    if law_of(layer, layer_input.shape).join is not Join.MAX:
        return {}
    channels = layer_input.shape[-1]
    cells = layer_input.reshape(-1, channels).T
    least = least_maximum(cells.max(axis=-1))
    result: dict[str, Array] = {GradientStep.LEAST_MAXIMUM: least.reshape(1, 1, channels)}
    for search in SEARCHES:
        found, parts = search.numbers(cells >= least[:, np.newaxis])
        result[search.step] = found.reshape(1, 1, channels)
        if parts.shape[-1] > 1:
            result[search.parts] = parts.T[:, np.newaxis]
    return result
