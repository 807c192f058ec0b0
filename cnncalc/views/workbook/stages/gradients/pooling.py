"""The gradients by the inputs of pooling: who gets a window's error, and which share of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from cnncalc.errors import ShapeError
from cnncalc.geometry import Geometry
from cnncalc.layers import L2Pooling2D, MaxPooling2D, PoolingLayer
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
    "NEAR",
    "SMALLEST",
    "first_place",
    "near_count",
    "pooling_gradient_volumes",
    "tie_volume",
]

# A formula looks for the maximum row by row, an IF in an IF; of these, spreadsheets take 64.
MOST_ROWS = 32
# Numbers that differ by less than this share of the larger one, or of SMALLEST where it is smaller,
# count as equal: no two programs need agree on more (see `verification.term_sizes`). Spreadsheets
# take what differs in the last digits for equal anyway, so that exact ties can't be told apart.
NEAR, SMALLEST = 1e-12, 0.1

# 1 is shown as nothing, more than that in red.
TIES = '[Red][>1]0"×";""'

# What a cell gets that no window lies on.
_NOTHING = Formula("0", ())

_PLACES = (
    "The place of each window's maximum.",
    "Counted from 1, row by row: that of the first one, where several are equal.",
)
_TIES = (
    "How many cells share the maximum, if several.",
    "Of such a tie only the first one learns. Cells that are equal but for rounding count, too: "
    "which one of them is the maximum may differ from program to program.",
)
_MAX = ("The error goes to the window's first maximum.", "All its other cells get 0.")
_AVERAGE_SHARES = "Each window's error, divided by as many cells as its mean was."
_AVERAGE = "The shares of all windows that lie on the cell, added up."
_L2_SHARES = "Each window's error divided by its root; 0 where the root is 0."
_L2 = "The cell's number × the shares of all windows that lie on it."


def pooling_gradient_volumes(layer: PoolingLayer, source: Source, gradient: Source) -> list[Volume]:
    """Return the gradient by a pooling's input, after the smaller steps that lead to it.

    Raises ShapeError for a window of more rows than a formula can look through.
    """
    if isinstance(layer, MaxPooling2D):
        return _max_volumes(layer, source, gradient)
    shares = _shares_volume(layer, source, gradient)
    return [shares, _shared_out(layer, source, shares.quantity)]


def _max_volumes(layer: MaxPooling2D, source: Source, gradient: Source) -> list[Volume]:
    geometry = layer.geometry(source.shape)
    _require_rows(geometry)
    _, window = window_volumes(layer, source, geometry)
    pooled = Quantity("stage", layer.name, "pooling")
    size, steps = sliding(geometry)

    def place(index: Index, find: Finder) -> Formula:
        largest = find(pooled, index, steps=EACH)
        return first_place(largest, find(window.quantity, index, size, steps))

    def equal(index: Index, find: Finder) -> Formula:
        covered_cells = find(window.quantity, index, size, steps)
        return near_count(covered_cells, find(pooled, index, steps=EACH))

    places = helper(layer.name, "first maximum")
    return [
        each_number("First maximum", places, gradient, place, *_PLACES),
        tie_volume(layer.name, gradient, equal),
        _handed_on(layer, source, gradient, places),
    ]


def _require_rows(geometry: Geometry) -> None:
    if geometry.kernel.height > MOST_ROWS:
        message = (
            f"a workbook finds the first maximum of windows of {MOST_ROWS} rows at most. "
            f"Received: a window of {geometry.kernel.height} rows"
        )
        raise ShapeError(message)


def first_place(largest: Reference, window: Reference) -> Formula:
    """Return the formula of where a window has its maximum first, counted from 1 row by row.

    MATCH looks through a single row or column, so that each row of a window is asked by itself.
    Unlike `=`, it never takes an empty cell for 0.

    >>> window = Reference("", 2, 3, 2, 2)
    >>> first_place(Reference("", 0, 0), window).text(0, 0)
    'IF(ISNUMBER(MATCH($A$1,$D$3:$E$3,0)),MATCH($A$1,$D$3:$E$3,0),2+MATCH($A$1,$D$4:$E$4,0))'
    """
    if 1 in (window.height, window.width):
        return formulas.apply("MATCH({0},{1},0)", largest, window)
    height, width = window.height, window.width
    rows = [replace(window, height=1).moved(row, 0) for row in range(height)]
    template = f"{(height - 1) * width}+MATCH({{0}},{{{height}}},0)"
    for row in reversed(range(height - 1)):
        found = f"MATCH({{0}},{{{row + 1}}},0)"
        before = f"{row * width}+" if row else ""
        template = f"IF(ISNUMBER({found}),{before}{found},{template})"
    return formulas.apply(template, largest, *rows)


def near_count(window: Reference, largest: Reference) -> Formula:
    """Return the formula of how many numbers of a window are equal to its maximum but for rounding.

    Cells without a number don't count.

    >>> near_count(Reference("", 2, 3, 2, 2), Reference("", 0, 0)).text(0, 0)
    'SUMPRODUCT(($D$3:$E$4<>"")*($D$3:$E$4>=$A$1-1E-12*MAX(0.1,ABS($A$1))))'
    """
    near = f"{{1}}-{formulas.literal(NEAR)}*MAX({SMALLEST},ABS({{1}}))"
    return formulas.apply(f'SUMPRODUCT(({{0}}<>"")*({{0}}>={near}))', window, largest)


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
