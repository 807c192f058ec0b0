"""All channels made one, cell by cell, their sum or maximum, and the gradient by each of them."""

from __future__ import annotations

from typing import Literal

import numpy as np

from cnncalc.helper_cells import parts
from cnncalc.layers import Combine
from cnncalc.network import Array
from cnncalc.ops.maxima import near_maximum
from cnncalc.sheet import formulas
from cnncalc.sheet.blocks import EACH, Finder, Index, whole
from cnncalc.sheet.formulas import LEAST, NEAREST
from cnncalc.sheet.plan import Formula, Quantity
from cnncalc.sheet.quantities import GradientStep, by_input, gradient_title, helper
from cnncalc.sheet.volumes import Item, Slot, Source, Volume, each_channel, each_number
from cnncalc.trace.stage_names import StageName, partial_name

__all__ = ["combine_gradient_steps", "combine_gradient_volumes", "reduction_volumes"]


def reduction_volumes(
    mode: Literal["sum", "max"], source: Source, result: Quantity, title: str, rule: str
) -> list[Volume]:
    """Return the volume of a result that joins all channels.

    A volume of partial results stands before it where one formula can't hold all channels.
    """
    shares = parts(source.shape[2])
    if len(shares) == 1:
        return [_joined(mode, source.quantity, shares[0], source, result, title, rule)]
    helper = Quantity("helper", result.layer, partial_name(result.name))
    height, width, _ = source.shape

    def part(index: Index, find: Finder) -> Formula:
        return _join(mode, source.quantity, shares[index[0]], find)

    items = tuple(
        Item((place,), Slot(place), f"channels {share[0]} to {share[-1]}")
        for place, share in enumerate(shares)
    )
    draw = whole(helper, height, width, part)
    before = f"{title}, parts"
    return [
        Volume(before, result.layer, helper, height, width, items, draw, rule),
        _joined(mode, helper, range(len(shares)), source, result, title, rule),
    ]


def _joined(
    mode: str,
    quantity: Quantity,
    channels: range,
    source: Source,
    result: Quantity,
    title: str,
    rule: str,
) -> Volume:
    height, width, _ = source.shape
    draw = whole(result, height, width, lambda _, find: _join(mode, quantity, channels, find))
    return Volume(title, result.layer, result, height, width, each_channel(("",)), draw, rule)


def _join(mode: str, quantity: Quantity, channels: range, find: Finder) -> Formula:
    cells = [find(quantity, (channel,), steps=EACH) for channel in channels]
    return formulas.joined(mode, cells)


_SUM = "Every channel gets the error of the sum, as it is."

_EQUAL = (
    f"How many channels up to this one are the maximum, or {NEAREST}: more than 1 in the last "
    "channel is a tie, and then only the first one learns."
)

_MAX = "The error goes to the first channel that is the maximum; all others get 0."


def combine_gradient_volumes(layer: Combine, source: Source, gradient: Source) -> list[Volume]:
    """Return the gradient by each channel, and for the maximum what it takes to find the first."""
    result = by_input(layer.name)
    if layer.mode == "max":
        return _max_volumes(layer, source, gradient)

    def copy(index: Index, find: Finder) -> Formula:
        return formulas.apply(formulas.COPY, find(gradient.quantity, (0,), steps=EACH))

    return [each_number(gradient_title(result), result, source, copy, _SUM)]


def _max_volumes(layer: Combine, source: Source, gradient: Source) -> list[Volume]:
    result, equal = by_input(layer.name), helper(layer.name, GradientStep.EQUAL_MAXIMA)
    combined = Quantity("stage", layer.name, StageName.COMBINED)

    def count(index: Index, find: Finder) -> Formula:
        (channel,) = index
        number, largest = find(source.quantity, index, steps=EACH), find(combined, (0,), steps=EACH)
        if not channel:
            return formulas.apply(f"IF({{0}}>={LEAST},1,0)", number, largest)
        before = find(equal, (channel - 1,), steps=EACH)
        return formulas.apply(f"IF({{0}}>={LEAST},{{2}}+1,{{2}})", number, largest, before)

    def handed_on(index: Index, find: Finder) -> Formula:
        number, largest = find(source.quantity, index, steps=EACH), find(combined, (0,), steps=EACH)
        counted, error = (find(equal, index, steps=EACH), find(gradient.quantity, (0,), steps=EACH))
        template = f"IF({{0}}>={LEAST},IF({{2}}=1,{{3}},0),0)"
        return formulas.apply(template, number, largest, counted, error)

    return [
        each_number("Equal maxima", equal, source, count, _EQUAL),
        each_number(gradient_title(result), result, source, handed_on, _MAX),
    ]


def combine_gradient_steps(
    layer: Combine, layer_input: Array, layer_output: Array
) -> dict[str, Array]:
    """Return the numbers of the smaller steps by name: of a maximum alone there are any.

    Arguments: the `layer`; what it took in and put out of one sample, (height, width, channels).
    """
    if layer.mode == "sum":
        return {}
    equal = near_maximum(layer_input, layer_output)
    return {GradientStep.EQUAL_MAXIMA: np.cumsum(equal, axis=-1) + 0.0}
