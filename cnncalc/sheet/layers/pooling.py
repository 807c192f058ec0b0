"""What pooling draws, and the gradient by its input: who gets a window's error, which share of it.

How a layer joins the numbers under its windows is its law's; here each join has its formulas.
"""

from __future__ import annotations

from math import ceil, prod

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from cnncalc.errors import OptionError, ShapeError
from cnncalc.geometry import Geometry
from cnncalc.layers import Layer, PoolingLayer
from cnncalc.network import Array
from cnncalc.ops.maxima import least_maximum
from cnncalc.ops.pooling import average_pool
from cnncalc.rules import Join, law_of
from cnncalc.rules.joins import REDUCTIONS, Reduction
from cnncalc.rules.shares import share_rule
from cnncalc.rules.spelling import template
from cnncalc.sheet import formulas
from cnncalc.sheet.blocks import (
    EACH,
    Draw,
    Finder,
    Index,
    sliding,
    whole,
)
from cnncalc.sheet.layers.coverage import Cell, covered
from cnncalc.sheet.layers.maxima import (
    CELLS_A_FORMULA,
    SEARCHES,
    Search,
    first_gets,
    least_volume,
    shares,
)
from cnncalc.sheet.layers.windows import size_notes, window_volumes
from cnncalc.sheet.plan import Formula, Quantity, Reference, Step
from cnncalc.sheet.quantities import GradientStep, by_input, gradient_title, helper
from cnncalc.sheet.sums import part_cells, parts_of
from cnncalc.sheet.volumes import Source, Volume, each_channel, each_number
from cnncalc.trace.stage_names import StageName

__all__ = [
    "no_formula",
    "pooling_gradient_steps",
    "pooling_gradient_volumes",
    "pooling_volumes",
    "reduction_of",
]

# A first maximum is joined of as many parts as a formula has cells; the formula of what errors a
# cell gets holds a term of up to 26 characters for each window that lies on it.
MOST_CELLS, MOST_WINDOWS = CELLS_A_FORMULA**2, 300

# What a cell gets that no window lies on.
_NOTHING = Formula("0", ())

_MAX = ("The error goes to the window's first maximum.", "All its other cells get 0.")
_AVERAGE_SHARES = "Each window's error, divided by as many cells as its mean was."
_AVERAGE = "The shares of all windows that lie on the cell, added up."
_L2_SHARES = "Each window's error divided by its root; 0 where the root is 0."
_L2 = "The cell's number × the shares of all windows that lie on it."


def reduction_of(layer: Layer, source: Source) -> tuple[Join, Reduction]:
    """Return how a layer without weights joins numbers.

    Raises OptionError for one that a workbook has no formula for.
    """
    join = law_of(layer, source.shape).join
    if join not in REDUCTIONS:
        raise OptionError(no_formula(join, layer))
    return join, REDUCTIONS[join]


def no_formula(join: Join, layer: Layer) -> str:
    """Return the message that a layer joins numbers in a way that a workbook has no formula for."""
    return (
        f"a workbook shows layers that join numbers as {', '.join(REDUCTIONS)}. "
        f"Received: {type(layer).__name__}, which joins them as {join}"
    )


def pooling_volumes(layer: PoolingLayer, source: Source) -> tuple[list[Volume], Source]:
    """Return one number a window, after the padding, and what the next layer takes in."""
    geometry = layer.geometry(source.shape)
    volumes, window = window_volumes(layer, source, geometry)
    join, reduction = reduction_of(layer, source)
    size, steps = sliding(geometry)

    def formula(index: Index, find: Finder) -> Formula:
        return formulas.apply(reduction.template, find(window.quantity, index, size, steps))

    stage = _pooled(layer)
    draw = whole(stage, *geometry.output, formula)
    rule, notes = f"The {reduction.under_window} under the window.", size_notes(geometry)
    what = (f"{join.capitalize()} pooling", layer.name, stage, *geometry.output)
    volume = Volume(*what, each_channel(source.captions), draw, rule, notes)
    return [*volumes, volume], source.feed(volume)


def _pooled(layer: PoolingLayer) -> Quantity:
    return Quantity("stage", layer.name, StageName.POOLING)


def pooling_gradient_volumes(layer: PoolingLayer, source: Source, gradient: Source) -> list[Volume]:
    """Return the gradient by a pooling's input, after the smaller steps that lead to it.

    Raises ShapeError for larger windows, or more of them on a cell, than formulas have room for.
    """
    match law_of(layer, source.shape).join:
        case Join.MAX:
            return _max_volumes(layer, source, gradient)
        case Join.AVERAGE:
            shares = _mean_shares(layer, source, gradient)
            return [shares, _shared_out(layer, source, shares.quantity, "{0}", _AVERAGE)]
        case Join.L2:
            shares = _result_shares(layer, gradient, _L2_SHARES)
            return [shares, _shared_out(layer, source, shares.quantity, "{1}*{0}", _L2)]
        case join:
            raise OptionError(no_formula(join, layer))


def _max_volumes(layer: PoolingLayer, source: Source, gradient: Source) -> list[Volume]:
    _require_room(layer.geometry(source.shape))
    pooled = _pooled(layer)

    def largest(index: Index, find: Finder) -> Reference:
        return find(pooled, index, steps=EACH)

    return [
        least_volume(layer.name, gradient, largest),
        *(
            volume
            for search in SEARCHES
            for volume in _searched_volumes(search, layer, source, gradient)
        ),
        _handed_on(layer, source, gradient),
    ]


def _searched_volumes(
    search: Search, layer: PoolingLayer, source: Source, gradient: Source
) -> list[Volume]:
    """Return the volume of a search of each window, after one of its parts where it takes them."""
    geometry, least = layer.geometry(source.shape), helper(layer.name, GradientStep.LEAST_MAXIMUM)
    count, parts = prod(geometry.kernel), helper(layer.name, search.parts)
    _, window = window_volumes(layer, source, geometry)
    _, steps = sliding(geometry)

    def searched(share: range, index: Index, find: Finder) -> Formula:
        first = find(window.quantity, index, steps=steps)
        cells = [first.moved(*divmod(place, geometry.kernel.width)) for place in share]
        bound = find(least, index, steps=EACH)
        return search.formula(cells, bound, share, count, has_gaps=any(geometry.pads))

    def part(index: Index, find: Finder) -> Formula:
        return searched(shares(count)[index[0]], index[1:], find)

    def joined(index: Index, find: Finder) -> Formula:
        if len(shares(count)) == 1:
            return searched(range(count), index, find)
        return search.joined(part_cells(parts, len(shares(count)), index, find))

    whole_search = search.volume(layer.name, gradient, joined)
    if len(shares(count)) == 1:
        return [whole_search]
    partial = search.parts_volume(layer.name, gradient, part)
    return [parts_of(whole_search, partial, shares(count), "cells"), whole_search]


def _require_room(geometry: Geometry) -> None:
    height, width = geometry.kernel
    if height * width > MOST_CELLS:
        message = (
            f"a workbook finds the first maximum of windows of {MOST_CELLS:,} cells at most. "
            f"Received: windows of {height}×{width}"
        )
        raise ShapeError(message)
    axes = (geometry.vertical, geometry.horizontal)
    windows = prod(min(axis.output, ceil(axis.kernel / axis.stride)) for axis in axes)
    if windows > MOST_WINDOWS:
        message = (
            f"a workbook hands on the errors of {MOST_WINDOWS} windows on a cell at most; larger "
            f"strides, or a smaller window, will fit. Received: {windows} of {height}×{width}"
        )
        raise ShapeError(message)


def _handed_on(layer: PoolingLayer, source: Source, gradient: Source) -> Volume:
    """Return the errors of the windows on each cell, as far as it is their first maximum."""
    geometry, result = layer.geometry(source.shape), by_input(layer.name)
    places = helper(layer.name, GradientStep.FIRST_MAXIMUM)
    strides, width = geometry.strides, geometry.kernel.width

    def formula(cell: Cell, index: Index, find: Finder) -> Formula:
        place, error = (
            find(quantity, index, steps=EACH) for quantity in (places, gradient.quantity)
        )
        terms = []
        for i in range(cell.down.windows):
            for j in range(cell.across.windows):
                row, column = (
                    cell.down.offset - i * strides.height,
                    cell.across.offset - j * strides.width,
                )
                window = (cell.down.first + i, cell.across.first + j)
                term = first_gets(row * width + column + 1)
                terms.append(formulas.apply(term, place.moved(*window), error.moved(*window)))
        return formulas.added(terms) if terms else _NOTHING

    return _by_input(result, source, covered(result, geometry, formula), *_MAX)


def _by_input(result: Quantity, source: Source, draw: Draw, rule: str, *notes: str) -> Volume:
    what = (gradient_title(result), result.layer, result, *source.size)
    return Volume(*what, source.items, draw, rule, notes)


def _mean_shares(layer: PoolingLayer, source: Source, gradient: Source) -> Volume:
    """Return what each cell under a window gets of its error."""
    geometry = layer.geometry(source.shape)
    _, window = window_volumes(layer, source, geometry)
    size, steps = sliding(geometry)
    counts_all = law_of(layer, source.shape).counts_padding or not any(geometry.pads)

    def share(index: Index, find: Finder) -> Formula:
        error, part = find(gradient.quantity, index, steps=EACH), share_rule(Join.AVERAGE).part
        if counts_all:
            return formulas.written(part, {"error": error, "count": str(size[0] * size[1])})
        counted = template(part, {"error": "{0}", "count": "COUNT({1})"})
        return formulas.apply(counted, error, find(window.quantity, index, size, steps))

    shares = helper(layer.name, GradientStep.SHARES)
    return each_number("Shares", shares, gradient, share, _AVERAGE_SHARES)


def _result_shares(layer: PoolingLayer, gradient: Source, note: str) -> Volume:
    """Return what each window hands back of its error, given its result."""

    def share(index: Index, find: Finder) -> Formula:
        read = {"error": gradient.quantity, "result": _pooled(layer)}
        cells = {name: find(quantity, index, steps=EACH) for name, quantity in read.items()}
        return formulas.written(share_rule(Join.L2).part, cells)

    shares = helper(layer.name, GradientStep.SHARES)
    return each_number("Shares", shares, gradient, share, note)


def _shared_out(
    layer: PoolingLayer, source: Source, shares: Quantity, product: str, note: str
) -> Volume:
    """Return what each cell gets of the shares of all windows that lie on it.

    In the template of the `product`, {0} is their sum, and {1} the cell's own number.
    """
    geometry, result = layer.geometry(source.shape), by_input(layer.name)
    moves = (Step(geometry.strides.height, 0), Step(0, geometry.strides.width))

    def formula(cell: Cell, index: Index, find: Finder) -> Formula:
        size = (cell.down.windows, cell.across.windows)
        if 0 in size:
            return _NOTHING
        of_windows = find(shares, index, size, EACH).moved(cell.down.first, cell.across.first)
        added = "{0}" if size == (1, 1) else "SUM({0})"
        number = find(source.quantity, index, steps=moves).moved(cell.row, cell.column)
        return formulas.apply(product.replace("{0}", added), of_windows, number)

    return _by_input(result, source, covered(result, geometry, formula), note)


def pooling_gradient_steps(
    layer: PoolingLayer, layer_input: Array, layer_output: Array, error: Array
) -> dict[str, Array]:
    """Return the numbers of the smaller steps by name.

    Arguments: the `layer`; what it took in and put out of one sample, and the `error` by the
    latter, (height, width, channels).
    Raises OptionError as `pooling_gradient_volumes` does.
    """
    geometry, law = layer.geometry(layer_input.shape), law_of(layer, layer_input.shape)
    match law.join:
        case Join.MAX:
            return _first_maxima(geometry, layer_input, layer_output)
        case Join.AVERAGE:
            pixels = np.ones((1, *layer_input.shape))
            counted = 1.0 if law.counts_padding else average_pool(pixels, geometry)[0]
            return {GradientStep.SHARES: error / (counted * prod(geometry.kernel))}
        case Join.L2:
            is_root = layer_output != 0
            nothing = np.zeros_like(layer_output)
            return {GradientStep.SHARES: np.divide(error, layer_output, out=nothing, where=is_root)}
        case join:
            raise OptionError(no_formula(join, layer))


def _first_maxima(geometry: Geometry, layer_input: Array, maxima: Array) -> dict[str, Array]:
    """Return from where on a number counts as its window's maximum, and what is found by that."""
    top, bottom, left, right = geometry.pads
    pads = ((top, bottom), (left, right), (0, 0))
    padded = np.pad(layer_input, pads, constant_values=-np.inf)
    windows = sliding_window_view(padded, geometry.kernel, (0, 1))
    windows = windows[:: geometry.strides.height, :: geometry.strides.width]
    least = least_maximum(maxima)
    near = windows.reshape(*maxima.shape, -1) >= least[..., np.newaxis]
    result: dict[str, Array] = {GradientStep.LEAST_MAXIMUM: least}
    for search in SEARCHES:
        result[search.step], parts = search.numbers(near)
        if parts.shape[-1] > 1:
            result[search.parts] = np.moveaxis(parts, -1, -2)
    return result
