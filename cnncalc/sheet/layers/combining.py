"""All channels made one, cell by cell, their sum or maximum, and the gradient by each of them."""

from __future__ import annotations

import numpy as np

from cnncalc.errors import OptionError
from cnncalc.helper_cells import parts
from cnncalc.layers import Combine
from cnncalc.network import Array
from cnncalc.ops.maxima import near_maximum
from cnncalc.rules import Join, law_of
from cnncalc.sheet import formulas
from cnncalc.sheet.blocks import EACH, Finder, Index, whole
from cnncalc.sheet.formulas import LEAST, NEAREST
from cnncalc.sheet.plan import Formula, Quantity
from cnncalc.sheet.quantities import GradientStep, by_input, gradient_title, helper
from cnncalc.sheet.volumes import Item, Slot, Source, Volume, each_channel, each_number
from cnncalc.trace.stage_names import StageName, partial_name

__all__ = [
    "combine_gradient_steps",
    "combine_gradient_volumes",
    "combine_volumes",
    "reduction_volumes",
]


def reduction_volumes(
    join: Join, source: Source, result: Quantity, title: str, rule: str
) -> list[Volume]:
    """Return the volume of a result that joins all channels: their sum or maximum.

    A volume of partial results stands before it where one formula can't hold all channels.
    Raises TypeError for another `join`, when its formulas are asked for.
    """
    shares = parts(source.shape[2])
    if len(shares) == 1:
        return [_joined(join, source.quantity, shares[0], source, result, title, rule)]
    helper = Quantity("helper", result.layer, partial_name(result.name))
    height, width, _ = source.shape

    def part(index: Index, find: Finder) -> Formula:
        return _join(join, source.quantity, shares[index[0]], find)

    items = tuple(
        Item((place,), Slot(place), f"channels {share[0]} to {share[-1]}")
        for place, share in enumerate(shares)
    )
    draw = whole(helper, height, width, part)
    before = f"{title}, parts"
    return [
        Volume(before, result.layer, helper, height, width, items, draw, rule),
        _joined(join, helper, range(len(shares)), source, result, title, rule),
    ]


def _joined(
    join: Join,
    quantity: Quantity,
    channels: range,
    source: Source,
    result: Quantity,
    title: str,
    rule: str,
) -> Volume:
    height, width, _ = source.shape
    draw = whole(result, height, width, lambda _, find: _join(join, quantity, channels, find))
    return Volume(title, result.layer, result, height, width, each_channel(("",)), draw, rule)


def _join(join: Join, quantity: Quantity, channels: range, find: Finder) -> Formula:
    cells = [find(quantity, (channel,), steps=EACH) for channel in channels]
    return formulas.joined(join, cells)


def combine_volumes(layer: Combine, source: Source) -> tuple[list[Volume], Source]:
    """Return what joins all outputs, cell by cell, and what the next layer takes in.

    Raises OptionError as `combine_gradient_volumes` does.
    """
    height, width, channels = source.shape
    join = law_of(layer, source.shape).join
    if join not in _SAID:
        raise OptionError(_no_formula(join))
    stage = Quantity("stage", layer.name, StageName.COMBINED)
    note = f"The {_SAID[join]} of the {channels} outputs, cell by cell."
    volumes = reduction_volumes(join, source, stage, "Combined", note)
    return volumes, Source(stage, (height, width, 1), ("",))


_SAID = {Join.SUM: "sum", Join.MAX: "largest"}

_SUM = "Every channel gets the error of the sum, as it is."

_EQUAL = (
    f"How many channels up to this one are the maximum, or {NEAREST}: more than 1 in the last "
    "channel is a tie, and then only the first one learns."
)

_MAX = "The error goes to the first channel that is the maximum; all others get 0."


def combine_gradient_volumes(layer: Combine, source: Source, gradient: Source) -> list[Volume]:
    """Return the gradient by each channel, and for the maximum what it takes to find the first.

    Raises OptionError for another join of the channels.
    """
    match law_of(layer, source.shape).join:
        case Join.SUM:
            return [_copy_volume(layer, source, gradient)]
        case Join.MAX:
            return _max_volumes(layer, source, gradient)
        case join:
            raise OptionError(_no_formula(join))


def _no_formula(join: Join) -> str:
    return f"a workbook must combine channels by their sum or maximum. Received: {join}"


def _copy_volume(layer: Combine, source: Source, gradient: Source) -> Volume:
    result = by_input(layer.name)

    def copy(index: Index, find: Finder) -> Formula:
        return formulas.apply(formulas.COPY, find(gradient.quantity, (0,), steps=EACH))

    return each_number(gradient_title(result), result, source, copy, _SUM)


def _max_volumes(layer: Combine, source: Source, gradient: Source) -> list[Volume]:
    result, equal = by_input(layer.name), helper(layer.name, GradientStep.EQUAL_MAXIMA)
    combined = Quantity("stage", layer.name, StageName.COMBINED)

    def count(index: Index, find: Finder) -> Formula:
        (channel,) = index
        number, largest = find(source.quantity, index, steps=EACH), find(combined, (0,), steps=EACH)
        if not channel:
            return formulas.apply(formulas.IS_MAXIMUM, number, largest)
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
    Raises OptionError as `combine_gradient_volumes` does.
    """
    match law_of(layer, layer_input.shape).join:
        case Join.SUM:
            return {}
        case Join.MAX:
            equal = near_maximum(layer_input, layer_output)
            return {GradientStep.EQUAL_MAXIMA: np.cumsum(equal, axis=-1) + 0.0}
        case join:
            raise OptionError(_no_formula(join))
