"""The gradients by the inputs of pooling: who gets a window's error, and which share of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from math import ceil, prod

from cnncalc.errors import ShapeError
from cnncalc.geometry import Geometry
from cnncalc.layers import L2Pooling2D, MaxPooling2D, PoolingLayer
from cnncalc.ops.maxima import NEAR, SMALLEST
from cnncalc.views.workbook import formulas
from cnncalc.views.workbook.plan import Block, Formula, Quantity, Reference, Step
from cnncalc.views.workbook.stages.gradients.coverage import Cell, covered
from cnncalc.views.workbook.stages.gradients.quantities import by_input, helper, title
from cnncalc.views.workbook.stages.inputs import window_volumes
from cnncalc.views.workbook.stages.volumes import (
    EACH,
    Draw,
    Finder,
    Index,
    Source,
    Volume,
    each_number,
    sliding,
)

__all__ = [
    "NEAREST",
    "countdown",
    "least",
    "near_count",
    "nearest_first",
    "pooling_gradient_volumes",
    "tie_volume",
]

# The formula of a first maximum holds a number for each cell of its window; that of what errors a
# cell gets, a term of up to 26 characters for each window that lies on it.
MOST_CELLS, MOST_WINDOWS = 1_024, 300
# How near to a maximum, in words.
NEAREST = f"within {formulas.literal(NEAR)} of it"

# 1 is shown as nothing, more than that in red.
TIES = '[Red][>1]0"×";""'

# What a cell gets that no window lies on.
_NOTHING = Formula("0", ())

_PLACES = (
    "The place of each window's maximum.",
    f"Counted from 1, row by row: that of the first cell that is the maximum, or {NEAREST}.",
)
_TIES = (
    "How many cells share the maximum, if several.",
    f"Of such a tie only the first one learns. A cell {NEAREST} counts as the maximum, so that "
    "rounding doesn't decide which one learns.",
)
_MAX = ("The error goes to the window's first maximum.", "All its other cells get 0.")
_AVERAGE_SHARES = "Each window's error, divided by as many cells as its mean was."
_AVERAGE = "The shares of all windows that lie on the cell, added up."
_L2_SHARES = "Each window's error divided by its root; 0 where the root is 0."
_L2 = "The cell's number × the shares of all windows that lie on it."


def pooling_gradient_volumes(layer: PoolingLayer, source: Source, gradient: Source) -> list[Volume]:
    """Return the gradient by a pooling's input, after the smaller steps that lead to it.

    Raises ShapeError for larger windows, or more of them on a cell, than formulas have room for.
    """
    if isinstance(layer, MaxPooling2D):
        return _max_volumes(layer, source, gradient)
    shares = _shares_volume(layer, source, gradient)
    return [shares, _shared_out(layer, source, shares.quantity)]


def _max_volumes(layer: MaxPooling2D, source: Source, gradient: Source) -> list[Volume]:
    geometry = layer.geometry(source.shape)
    _require_room(geometry)
    _, window = window_volumes(layer, source, geometry)
    pooled = Quantity("stage", layer.name, "pooling")
    size, steps = sliding(geometry)

    def place(index: Index, find: Finder) -> Formula:
        largest = find(pooled, index, steps=EACH)
        return nearest_first(find(window.quantity, index, size, steps), largest)

    def equal(index: Index, find: Finder) -> Formula:
        covered_cells = find(window.quantity, index, size, steps)
        return near_count(covered_cells, find(pooled, index, steps=EACH))

    places = helper(layer.name, "first maximum")
    return [
        each_number("First maximum", places, gradient, place, *_PLACES),
        tie_volume(layer.name, gradient, equal),
        _handed_on(layer, source, gradient, places),
    ]


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


def least(place: int) -> str:
    """Return the template of the number from which on one counts as the maximum in a reference.

    >>> least(1)
    '{1}-1E-12*MAX(0.1,ABS({1}))'
    """
    return f"{{{place}}}-{formulas.literal(NEAR)}*MAX({SMALLEST},ABS({{{place}}}))"


def nearest_first(window: Reference, largest: Reference) -> Formula:
    """Return the formula of where a window's maximum stands first, counted from 1 row by row.

    Each cell that is the maximum, but for rounding, counts as many as are left from it on, and the
    largest count tells the first. Cells without a number don't count.

    >>> nearest_first(Reference("", 2, 3, 1, 2), Reference("", 0, 0)).text(0, 0)
    '3-SUMPRODUCT(MAX(($D$3:$E$3<>"")*($D$3:$E$3>=$A$1-1E-12*MAX(0.1,ABS($A$1)))*{2,1}))'
    """
    height, width = window.height, window.width
    left = countdown(height, width)
    template = f'{height * width + 1}-SUMPRODUCT(MAX(({{0}}<>"")*({{0}}>={least(1)})*{left}))'
    return formulas.apply(template, window, largest)


def countdown(height: int, width: int) -> str:
    """Return the template of a table of numbers that fall to 1, row by row.

    >>> countdown(2, 3).format()
    '{6,5,4;3,2,1}'
    """
    numbers = [str(number) for number in range(height * width, 0, -1)]
    rows = [",".join(numbers[row * width :][:width]) for row in range(height)]
    return f"{{{{{';'.join(rows)}}}}}"


def near_count(window: Reference, largest: Reference) -> Formula:
    """Return the formula of how many numbers of a window are equal to its maximum but for rounding.

    Cells without a number don't count.

    >>> near_count(Reference("", 2, 3, 2, 2), Reference("", 0, 0)).text(0, 0)
    'SUMPRODUCT(($D$3:$E$4<>"")*($D$3:$E$4>=$A$1-1E-12*MAX(0.1,ABS($A$1))))'
    """
    return formulas.apply(f'SUMPRODUCT(({{0}}<>"")*({{0}}>={least(1)}))', window, largest)


def tie_volume(layer: str, gradient: Source, equal: Callable[[Index, Finder], Formula]) -> Volume:
    """Return the volume of how many cells of each window are `equal` to its maximum."""
    ties = helper(layer, "equal maxima")
    volume = each_number("Ties", ties, gradient, equal, *_TIES)

    def draw(index: Index, find: Finder) -> tuple[Block, ...]:
        return tuple(replace(block, number_format=TIES) for block in volume.draw(index, find))

    return replace(volume, draw=draw)


def _handed_on(layer: MaxPooling2D, source: Source, gradient: Source, places: Quantity) -> Volume:
    """Return the errors of the windows on each cell, as far as it is their first maximum."""
    geometry, result = layer.geometry(source.shape), by_input(layer.name)
    strides, width = geometry.strides, geometry.kernel.width

    def formula(cell: Cell, index: Index, find: Finder) -> Formula:
        place, error = (find(each, index, steps=EACH) for each in (places, gradient.quantity))
        terms = []
        for i in range(cell.down.windows):
            for j in range(cell.across.windows):
                row, column = (
                    cell.down.offset - i * strides.height,
                    cell.across.offset - j * strides.width,
                )
                window = (cell.down.first + i, cell.across.first + j)
                template = f"IF({{0}}={row * width + column + 1},{{1}},0)"
                terms.append(formulas.apply(template, place.moved(*window), error.moved(*window)))
        return formulas.added(terms) if terms else _NOTHING

    return _by_input(result, source, covered(result, geometry, formula), *_MAX)


def _by_input(result: Quantity, source: Source, draw: Draw, *notes: str) -> Volume:
    what = (title(result), result.layer, result, *source.size)
    return Volume(*what, source.items, draw, notes)


def _shares_volume(layer: PoolingLayer, source: Source, gradient: Source) -> Volume:
    """Return what each cell under a window gets of its error, or of L2 pooling for each 1 it is."""
    shares = helper(layer.name, "shares")
    geometry = layer.geometry(source.shape)
    _, window = window_volumes(layer, source, geometry)
    size, steps = sliding(geometry)

    def of_root(index: Index, find: Finder) -> Formula:
        root = find(Quantity("stage", layer.name, "pooling"), index, steps=EACH)
        error = find(gradient.quantity, index, steps=EACH)
        return formulas.apply("IF({1}=0,0,{0}/{1})", error, root)

    def of_mean(index: Index, find: Finder) -> Formula:
        error = find(gradient.quantity, index, steps=EACH)
        if layer.padding != "same" or not any(geometry.pads):
            return formulas.apply(f"{{0}}/{size[0] * size[1]}", error)
        return formulas.apply("{0}/COUNT({1})", error, find(window.quantity, index, size, steps))

    if isinstance(layer, L2Pooling2D):
        return each_number("Shares", shares, gradient, of_root, _L2_SHARES)
    return each_number("Shares", shares, gradient, of_mean, _AVERAGE_SHARES)


def _shared_out(layer: PoolingLayer, source: Source, shares: Quantity) -> Volume:
    """Return what each cell gets of the shares of all windows that lie on it."""
    geometry, result = layer.geometry(source.shape), by_input(layer.name)
    strides, is_l2 = geometry.strides, isinstance(layer, L2Pooling2D)
    moves = (Step(strides.height, 0), Step(0, strides.width))

    def formula(cell: Cell, index: Index, find: Finder) -> Formula:
        size = (cell.down.windows, cell.across.windows)
        if 0 in size:
            return _NOTHING
        own = find(shares, index, size, EACH).moved(cell.down.first, cell.across.first)
        added = "{0}" if size == (1, 1) else "SUM({0})"
        number = find(source.quantity, index, steps=moves).moved(cell.row, cell.column)
        return formulas.apply(f"{{1}}*{added}" if is_l2 else added, own, number)

    note = _L2 if is_l2 else _AVERAGE
    return _by_input(result, source, covered(result, geometry, formula), note)
