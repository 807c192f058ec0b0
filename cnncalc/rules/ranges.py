"""Which numbers a layer's stages can hold at all, whatever its weights are: from where to where.

A view colours by it: numbers that can be negative have a scale of two signs even where none happens
to be. It follows from the layer's law and from the rule of its activation.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, product
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from cnncalc.layers import LINEAR, Dropout, Layer, MergeLayer, Rescaling, Shape
from cnncalc.layers.graph import input_shape_of, run
from cnncalc.rules.joins import Join
from cnncalc.rules.law import law_of
from cnncalc.trace.stage_names import StageName

if TYPE_CHECKING:
    from cnncalc.rules.formula import Expression

__all__ = [
    "ANY",
    "PIXELS",
    "SHARES",
    "LayerRanges",
    "Range",
    "layer_ranges",
    "network_ranges",
    "range_of_numbers",
]


class Range(NamedTuple):
    """The least and the greatest that numbers can be; either may be infinite.

    >>> Range(-1, 1).is_signed, Range(0, math.inf).is_signed, Range(0, 1).is_share
    (True, False, True)
    """

    low: float
    high: float

    @property
    def is_signed(self) -> bool:
        """Whether a number can be negative."""
        return self.low < 0

    @property
    def is_share(self) -> bool:
        """Whether all numbers lie between 0 and 1."""
        return self.low >= 0 and self.high <= 1

    @property
    def is_pixels(self) -> bool:
        """Whether all numbers lie where an image's pixels do, and not all between 0 and 1."""
        return self.low >= 0 and 1 < self.high <= PIXELS.high


ANY = Range(-math.inf, math.inf)
PIXELS = Range(0, 255)
SHARES = Range(0, 1)
_NOT_NEGATIVE = Range(0, math.inf)

# So large that an activation is where it is going to; its square is no number of float64's.
_FAR = 1e300
# Between the far ends, where an activation may turn back.
_NEAR = np.linspace(-8, 8, 129)

_OF_INPUT = (StageName.PADDED_INPUT, StageName.INPUT)
_OF_OUTPUT = (StageName.ACTIVATION, StageName.SOFTMAX)
_OF_JOINED = frozenset(StageName) - {*_OF_INPUT, *_OF_OUTPUT}


@dataclass(frozen=True)
class LayerRanges:
    """The ranges of a layer's numbers: its input with padding, before its activation, its output.

    `given` is its input without padding.

    >>> from cnncalc.layers import Conv2D
    >>> ranges = layer_ranges(Conv2D(1, 3, activation="relu"), (4, 4, 1), PIXELS)
    >>> [ranges.of(name).is_signed for name in ("padded input", "convolution", "activation")]
    [False, True, False]
    """

    input: Range
    joined: Range
    output: Range
    given: Range

    def of(self, stage: str) -> Range:
        """Return the range of a stage by its name.

        Raises TypeError for a name that no stage has.
        """
        if stage in _OF_INPUT:
            return self.input
        if stage in _OF_OUTPUT:
            return self.output
        if stage in _OF_JOINED:
            return self.joined
        message = f"a stage must be known in rules/ranges.py. Received: {stage!r}"
        raise TypeError(message)


def range_of_numbers(numbers: object) -> Range:
    """Return the range of what a network takes in, of which nothing but its `numbers` is known.

    Those of images are pixels, or shares where none is above 1, but black, all 0, is pixels; empty
    cells don't count.

    >>> range_of_numbers([[0, 200]]), range_of_numbers([[0, 0.5]]), range_of_numbers([-0.5, 0.5])
    (Range(low=0, high=255), Range(low=0, high=1), Range(low=-inf, high=inf))
    """
    values = np.asarray(numbers, dtype=np.float64)
    low = float(np.fmin.reduce(values, axis=None))
    high = float(np.fmax.reduce(values, axis=None))
    if low < 0:
        return ANY
    if high == 0:
        return PIXELS
    return next((known for known in (SHARES, PIXELS) if high <= known.high), _NOT_NEGATIVE)


def network_ranges(
    layers: Sequence[Layer], input_shape: Shape, of: Range
) -> tuple[LayerRanges, ...]:
    """Return the ranges of each layer's numbers, in order.

    Arguments: the named `layers`; the `input_shape` of one sample; `of`, what the image can be.
    Raises as `layer_ranges`.

    >>> from cnncalc.layers import Add, ReLU
    >>> layers = [ReLU(name="re_lu"), Add(name="add", inputs=("re_lu", "input"))]
    >>> [ranges.output.is_signed for ranges in network_ranges(layers, (4,), ANY)]
    [False, True]
    """
    found: list[LayerRanges] = []

    def step(place: int, taken: Sequence[tuple[Shape, Range]]) -> tuple[Shape, Range]:
        shape = input_shape_of(layers[place], [shape for shape, _ in taken])
        found.append(layer_ranges(layers[place], shape, *(numbers for _, numbers in taken)))
        return layers[place].output_shape(shape), found[-1].output

    for _ in run(layers, (input_shape, of), step):
        pass
    return tuple(found)


def layer_ranges(layer: Layer, input_shape: Shape, of: Range, *others: Range) -> LayerRanges:
    """Return the ranges of a layer's numbers.

    Arguments: the `layer`; the `input_shape` of one sample; `of`, what its input can be; of a merge
    the range of the first result, and those of the `others` where these are not the same.
    Raises TypeError for a kind of layer that has no law, or an activation without a rule.

    >>> from cnncalc.layers import MaxPooling2D, Rescaling
    >>> layer_ranges(MaxPooling2D(2), (4, 4, 1), PIXELS).output
    Range(low=0, high=255)
    >>> layer_ranges(Rescaling(-1 / 255, 1), (4, 4, 1), PIXELS).output.is_share
    True
    """
    join = law_of(layer, input_shape).join
    if isinstance(layer, MergeLayer):
        taken = (of, *others) if others else (of,) * layer.parts
        merged = _merged(join, taken)
        given = _hull(chain(*taken))
        return LayerRanges(given, merged, merged, given)
    padded = Range(min(0, of.low), max(0, of.high))
    if join in (Join.EACH, Join.SOFTMAX):
        return LayerRanges(of, of, _activated(layer, of), of)
    joined = _joined(layer, join, input_shape, padded)
    return LayerRanges(padded, joined, _activated(layer, joined), of)


def _joined(layer: Layer, join: Join, input_shape: Shape, of: Range) -> Range:
    match join:
        case Join.PRODUCTS | Join.NORMALIZE:
            return ANY
        case Join.SUM:
            return Range(of.low * input_shape[-1], of.high * input_shape[-1])
        case Join.L2:
            return _NOT_NEGATIVE
        case Join.RESCALE:
            return _rescaled(layer, of)
        case Join.SAME if isinstance(layer, Dropout):
            # What training keeps grows; where it keeps nothing, there is nothing but 0.
            kept = 1 - layer.rate
            return Range(of.low / kept, of.high / kept) if kept else of
        case Join.MAX | Join.AVERAGE | Join.SAME:
            return of
    message = f"how numbers are joined must be known in rules/ranges.py. Received: {join}"
    raise TypeError(message)


def _merged(join: Join, taken: Sequence[Range]) -> Range:
    """Return the range of what numbers of several ranges are joined to, one of each."""
    lows, highs = zip(*taken, strict=True)
    ranges = {
        Join.SUM: Range(sum(lows), sum(highs)),
        Join.AVERAGE: Range(sum(lows) / len(lows), sum(highs) / len(highs)),
        Join.DIFFERENCE: Range(lows[0] - sum(highs[1:]), highs[0] - sum(lows[1:])),
        Join.PRODUCT: functools.reduce(_product, taken),
        Join.MAX: Range(max(lows), max(highs)),
        Join.MIN: Range(min(lows), min(highs)),
        Join.SAME: Range(min(lows), max(highs)),
    }
    if join not in ranges:
        message = f"how results are joined must be known in rules/ranges.py. Received: {join}"
        raise TypeError(message)
    return ranges[join]


def _product(first: Range, second: Range) -> Range:
    # Nothing times whatever there may be is nothing, which infinity isn't told.
    return _hull(one * other if one and other else 0 for one, other in product(first, second))


def _rescaled(layer: Layer, of: Range) -> Range:
    if not isinstance(layer, Rescaling):
        message = "a layer that rescales must be known in rules/ranges.py. "
        raise TypeError(message + f"Received: {type(layer).__name__}")
    scales, offsets = (np.atleast_1d(value).tolist() for value in (layer.scale, layer.offset))
    channels = max(len(scales), len(offsets))
    pairs = zip(scales * channels, offsets * channels, strict=False)
    return _hull(
        scale * end + offset if scale else offset
        for (scale, offset), end in product([*pairs][:channels], of)
    )


def _hull(numbers: Iterable[float]) -> Range:
    found = list(numbers)
    return Range(min(found), max(found))


def _activated(layer: Layer, of: Range) -> Range:
    if layer.activation_name == LINEAR:
        return of
    # Formulas are many small classes: a calculation without an activation starts sooner without.
    from cnncalc.rules.activations import rule_of  # noqa: PLC0415 (slow to load)

    rule = rule_of(layer)
    # Softmax alone has steps instead of a rule.
    return SHARES if rule is None else _worked_out(rule.output, of)


def _worked_out(expression: Expression, of: Range) -> Range:
    """Return the range of a function of "x", from its far ends and what is between them."""
    from cnncalc.rules.evaluation import evaluate  # noqa: PLC0415 (likewise)

    numbers = np.clip([-_FAR, *_NEAR, _FAR], *of)
    results = evaluate(expression, {"x": numbers})
    low, high = float(results.min()), float(results.max())
    return Range(low if low > -_FAR / 1e6 else -math.inf, high if high < _FAR / 1e6 else math.inf)
