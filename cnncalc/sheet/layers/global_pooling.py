"""What global pooling draws: one number for each whole slice, and the gradient by its input."""

from __future__ import annotations

import numpy as np

from cnncalc.errors import OptionError
from cnncalc.layers import GlobalPoolingLayer
from cnncalc.network import Array
from cnncalc.ops.maxima import first_maximum, near_maximum
from cnncalc.rules import Join, law_of
from cnncalc.rules.shares import share_rule
from cnncalc.sheet import formulas
from cnncalc.sheet.blocks import Finder, Index, whole
from cnncalc.sheet.formulas import LEAST
from cnncalc.sheet.layers.maxima import (
    COUNTED,
    countdown,
    first_gets,
    near_count,
    nearest_first,
    tie_volume,
)
from cnncalc.sheet.layers.pooling import no_formula, reduction_of
from cnncalc.sheet.plan import STAY, Block, Formula, Quantity, Reference, Step, Tiled
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

_ROWS = "The largest number of each row, to find the maximum's row by."

_PLACE = ("The place of the slice's maximum.", COUNTED)

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
    place = helper(layer.name, GradientStep.FIRST_MAXIMUM)
    one = Source(place, (1, 1, source.shape[2]), source.captions)
    rows = [] if 1 in source.size else [_rows_volume(layer, source)]
    return [*rows, *_place_volumes(layer, source, one), _max_volume(source, gradient, one)]


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


def _rows_volume(layer: GlobalPoolingLayer, source: Source) -> Volume:
    rows, (height, width) = helper(layer.name, GradientStep.ROW_MAXIMA), source.size

    def formula(index: Index, find: Finder) -> Formula:
        row = find(source.quantity, index, (1, width), (Step(1, 0), STAY))
        return formulas.apply("MAX({0})", row)

    draw = whole(rows, height, 1, formula)
    return Volume("Row maxima", layer.name, rows, height, 1, source.items, draw, _ROWS)


def _place_volumes(layer: GlobalPoolingLayer, source: Source, one: Source) -> list[Volume]:
    """Return where each slice has its maximum first, and how many cells are equal to it."""
    pooled = Quantity("stage", layer.name, StageName.GLOBAL_POOLING)
    rows = helper(layer.name, GradientStep.ROW_MAXIMA)
    (height, width), is_row = source.size, not layer.keepdims

    def place(index: Index, find: Finder) -> Formula:
        largest = _of_channel(pooled, is_row, index, find)
        cells = find(source.quantity, index, source.size)
        if 1 in source.size:
            return nearest_first(cells, largest)
        row = f"{height + 1}-SUMPRODUCT(MAX(({{2}}>={LEAST})*{countdown(height, 1)}))"
        left = f"(INDEX({{0}},{row},0)>={LEAST})*{countdown(1, width)}"
        template = f"({row}-1)*{width}+{width + 1}-SUMPRODUCT(MAX({left}))"
        return formulas.apply(template, cells, largest, find(rows, index, (height, 1)))

    def equal(index: Index, find: Finder) -> Formula:
        largest = _of_channel(pooled, is_row, index, find)
        return near_count(find(source.quantity, index, source.size), largest)

    first = each_number("First maximum", one.quantity, one, place, *_PLACE)
    return [first, tie_volume(layer.name, one, equal)]


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
    height, width, channels = layer_input.shape
    cells = layer_input.reshape(-1, channels)
    equal = near_maximum(cells, cells.max(axis=0))
    found = {
        GradientStep.FIRST_MAXIMUM: first_maximum(cells, 0, near=True) + 1.0,
        GradientStep.EQUAL_MAXIMA: equal.sum(axis=0).astype(np.float64),
    }
    result: dict[str, Array] = {
        name: array.reshape(1, 1, channels) for name, array in found.items()
    }
    if height > 1 and width > 1:
        result[GradientStep.ROW_MAXIMA] = layer_input.max(axis=1, keepdims=True)
    return result
