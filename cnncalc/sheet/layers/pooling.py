"""The gradients by the inputs of pooling: who gets a window's error, and which share of it."""

from __future__ import annotations

from collections.abc import Callable
from math import ceil, prod
from typing import NamedTuple

from cnncalc.errors import ShapeError
from cnncalc.geometry import Axis, Geometry
from cnncalc.layers import L2Pooling2D, MaxPooling2D, PoolingLayer
from cnncalc.sheet import formulas
from cnncalc.sheet.layers.maxima import COUNTED, near_count, nearest_first, tie_volume
from cnncalc.sheet.layers.windows import window_volumes
from cnncalc.sheet.plan import Block, Formula, Quantity, Step, Tiled
from cnncalc.sheet.quantities import by_input, helper, title
from cnncalc.sheet.volumes import EACH, Draw, Finder, Index, Source, Volume, each_number, sliding

__all__ = ["Cell", "Cover", "Run", "cover", "covered", "pooling_gradient_volumes", "runs"]


class Cover(NamedTuple):
    """The windows on one cell, in one direction: `windows` of them, from the `first` on.

    `offset` is the cell's place in the first window, counted from 0; in each window after that it
    is a stride less.
    """

    first: int
    windows: int
    offset: int


class Run(NamedTuple):
    """`length` cells from the input's `start` on, of which the first have the `covers`.

    There are as many covers as the stride is long, or as there are cells; after that they come
    back, one window further on each time.
    """

    start: int
    length: int
    covers: tuple[Cover, ...]


def cover(axis: Axis, cell: int) -> Cover:
    """Return the windows on a cell, counted without padding.

    >>> cover(Axis(size=5, kernel=3, stride=2, dilation=1, before=0, after=0), 2)
    Cover(first=0, windows=2, offset=2)
    """
    place = cell + axis.before
    first = max(0, -(-(place - axis.kernel + 1) // axis.stride))
    last = min(axis.output - 1, place // axis.stride)
    if last < first:
        return Cover(0, 0, 0)
    return Cover(first, last - first + 1, place - first * axis.stride)


def runs(axis: Axis) -> list[Run]:
    """Return all cells of an input in one direction as runs that keep to one rule.

    >>> [run.length for run in runs(Axis(5, 2, 2, 1, 0, 0))]
    [4, 1]
    """
    found: list[list[Cover]] = []
    for cell in range(axis.size):
        own = cover(axis, cell)
        if found and _continues(found[-1], own, axis.stride):
            found[-1].append(own)
        else:
            found.append([own])
    lengths = [len(covers) for covers in found]
    starts = [sum(lengths[:place]) for place in range(len(lengths))]
    return [
        Run(start, len(covers), tuple(covers[: axis.stride]))
        for start, covers in zip(starts, found, strict=True)
    ]


def _continues(covers: list[Cover], own: Cover, stride: int) -> bool:
    """Tell whether a cell's windows are those of the cell a stride before, one further on."""
    if len(covers) < stride:
        return True
    before = covers[-stride]
    shifted = before._replace(first=before.first + 1) if before.windows else before
    return own == shifted


class Cell(NamedTuple):
    """A cell of the input, and the windows that lie on it in both directions."""

    row: int
    column: int
    down: Cover
    across: Cover


def covered(
    quantity: Quantity, geometry: Geometry, formula: Callable[[Cell, Index, Finder], Formula]
) -> Draw:
    """Return the rule for slices of the input's size, each cell a formula of its windows.

    Arguments: what the slices show; the windows' `geometry`; the `formula` of a cell, whose
    references move by EACH from window to window, and by the strides from cell to cell.
    """
    rows, columns = runs(geometry.vertical), runs(geometry.horizontal)

    def draw(index: Index, find: Finder) -> tuple[Block, ...]:
        def tile(down: Run, across: Run) -> tuple[tuple[Formula, ...], ...]:
            return tuple(
                tuple(
                    formula(
                        Cell(down.start + i, across.start + j, vertical, horizontal), index, find
                    )
                    for j, horizontal in enumerate(across.covers)
                )
                for i, vertical in enumerate(down.covers)
            )

        return tuple(
            Block(
                *(down.start, across.start, down.length, across.length, "formula", quantity, index),
                *(down.start, across.start, Tiled(tile(down, across))),
            )
            for down in rows
            for across in columns
        )

    return draw


# The formula of a first maximum holds a number for each cell of its window; that of what errors a
# cell gets, a term of up to 26 characters for each window that lies on it.
MOST_CELLS, MOST_WINDOWS = 1_024, 300

# What a cell gets that no window lies on.
_NOTHING = Formula("0", ())

_PLACES = ("The place of each window's maximum.", COUNTED)

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
