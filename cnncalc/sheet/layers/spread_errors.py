"""The errors of a convolution's output as its input sees them: spread out, with zeros around."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from cnncalc.geometry import Axis, Geometry
from cnncalc.geometry import geometry as window_geometry
from cnncalc.layers import ConvolutionLayer
from cnncalc.network import Array
from cnncalc.shapes import Pads, Size
from cnncalc.sheet import formulas
from cnncalc.sheet.blocks import EACH, Draw, Finder, Index, framed, whole
from cnncalc.sheet.layers.windows import spread
from cnncalc.sheet.plan import Block, Formula, Quantity
from cnncalc.sheet.quantities import GradientStep, helper
from cnncalc.sheet.volumes import Source, Volume

__all__ = ["framed_errors", "framed_volumes", "spread_source", "spread_volumes"]


_SPREAD = "The errors as far apart as the windows that they come from, with zeros between."

_FRAMED = "The errors with zeros around, so that every window that reaches a cell has its place."


def spread_volumes(layer: ConvolutionLayer, source: Source, error: Source) -> list[Volume]:
    """Return the errors spread out, where the window moves by more than a cell."""
    geometry = layer.geometry(source.shape)
    spread_out = spread_source(layer, geometry, error)
    if spread_out == error:
        return []
    result, size = spread_out.quantity, Size(*error.size)
    draw = spread(error.quantity, result, size, geometry.strides)
    what = ("Errors spread out", layer.name, result, *spread_out.size)
    return [Volume(*what, error.items, draw, _SPREAD)]


def spread_source(layer: ConvolutionLayer, geometry: Geometry, error: Source) -> Source:
    """Return the errors as far apart as their windows."""
    if max(geometry.strides) == 1:
        return error
    height, width = (_length(axis) for axis in (geometry.vertical, geometry.horizontal))
    shape = (height, width, error.shape[2])
    return replace(error, quantity=helper(layer.name, GradientStep.SPREAD_OUT), shape=shape)


def _length(axis: Axis) -> int:
    """Return how many cells lie from the first window's first to the last one's first."""
    return (axis.output - 1) * axis.stride + 1


class _Reach(NamedTuple):
    """Which errors reach the input in one direction, and where they stand among zeros.

    Of `size` cells as many are `errors`, from `offset` on, and `start` is the first of these.
    """

    size: int
    offset: int
    start: int
    errors: int

    @property
    def place(self) -> slice:
        """The cells that are errors."""
        return slice(self.offset, self.offset + self.errors)

    @property
    def kept(self) -> slice:
        """Which errors these are."""
        return slice(self.start, self.start + self.errors)


def _reach(axis: Axis) -> _Reach:
    """Return which errors reach the input in one direction of a window.

    >>> _reach(Axis(size=4, kernel=3, stride=1, dilation=1, before=1, after=1))
    _Reach(size=6, offset=1, start=0, errors=4)
    """
    # The first error's window ends here, seen from the first cell of the input.
    shift = axis.window - 1 - axis.before
    size = axis.size + axis.window - 1
    start, end = max(0, -shift), min(_length(axis), size - shift)
    return _Reach(size, start + shift, start, max(0, end - start))


def _is_whole(found: _Reach, size: int) -> bool:
    """Tell whether errors, so many of them in this direction, need no zeros around them."""
    return found == _Reach(size, 0, 0, size)


def framed_volumes(
    layer: ConvolutionLayer, geometry: Geometry, error: Source
) -> tuple[list[Volume], Source]:
    """Return the errors with zeros around, as far as they reach the input at all."""
    down, across = _reach(geometry.vertical), _reach(geometry.horizontal)
    if _is_whole(down, error.size[0]) and _is_whole(across, error.size[1]):
        return [], error
    result = helper(layer.name, GradientStep.FRAMED)

    def copies(index: Index, find: Finder) -> Formula:
        cell = find(error.quantity, index, steps=EACH).moved(down.start, across.start)
        return formulas.apply(formulas.COPY, cell)

    draw = _zeros(result, down.size, across.size)
    if down.errors and across.errors:
        pads = Pads(down.offset, _after(down), across.offset, _after(across))
        window = window_geometry((down.errors, across.errors), 1, padding=pads)
        draw = framed(result, window, whole(result, down.errors, across.errors, copies))
    what = ("Errors with zeros around", layer.name, result, down.size, across.size)
    volume = Volume(*what, error.items, draw, _FRAMED)
    return [volume], error.feed(volume)


def _after(found: _Reach) -> int:
    return found.size - found.offset - found.errors


def _zeros(quantity: Quantity, height: int, width: int) -> Draw:
    """Return the rule for slices of zeros: where every window lies on padding alone."""
    return lambda index, _: (Block(0, 0, height, width, "padding", quantity, index),)


def framed_errors(geometry: Geometry, apart: Array) -> dict[str, Array]:
    """Return the errors with zeros around them, where there are any."""
    down, across = _reach(geometry.vertical), _reach(geometry.horizontal)
    if _is_whole(down, apart.shape[0]) and _is_whole(across, apart.shape[1]):
        return {}
    result = np.zeros((down.size, across.size, apart.shape[2]))
    result[down.place, across.place] = apart[down.kept, across.kept]
    return {GradientStep.FRAMED: result}
