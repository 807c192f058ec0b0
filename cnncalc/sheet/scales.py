"""How each stage of a flow is coloured: one scale for all slices, by what its numbers can be.

A stage whose numbers can be negative has a scale of two signs, whether or not one of them is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from cnncalc.rules.ranges import PIXELS, LayerRanges, Range, network_ranges
from cnncalc.sheet.flow import Flow
from cnncalc.sheet.plan import Quantity, Scale, Specification
from cnncalc.sheet.quantities import (
    BATCH,
    IMAGE,
    LOGITS,
    OUTPUTS,
    SAMPLE_TARGET,
    TURNED_LOGITS,
    BatchStep,
    GradientStep,
)
from cnncalc.sheet.volumes import Volume
from cnncalc.trace.stage_names import HelperName
from cnncalc.wording import Word

__all__ = ["StageScale", "stage_scales"]


class StageScale(Word):
    """What the numbers of a stage are, and so what they look like.

    Pixels are as they look, from 0 to 255, or to 1 where none can be larger; those of the article's
    grids as in the article.
    """

    PIXELS = "pixels"
    ARTICLE = "article"
    SEQUENTIAL = "sequential"
    SIGNED = "signed"
    SHARE = "share"
    NONE = "none"


# Of weights and of what an optimizer remembers of one, the last word of those that are squares.
_SQUARES = ("moving_variance", "velocity", "velocity_hat")

_HELPERS: Mapping[str, StageScale] = {
    HelperName.DILATED_KERNEL: StageScale.SIGNED,
    HelperName.PARTIAL_SUMS: StageScale.SIGNED,
    HelperName.STANDARD_DEVIATION: StageScale.SEQUENTIAL,
    HelperName.LARGEST: StageScale.SIGNED,
    HelperName.PARTIAL_LARGEST: StageScale.SIGNED,
    # Each is of a number less the largest.
    HelperName.EXPONENTIALS: StageScale.SHARE,
    HelperName.TOTAL: StageScale.SEQUENTIAL,
    HelperName.PARTIAL_TOTAL: StageScale.SEQUENTIAL,
    HelperName.DEVIATIONS: StageScale.SIGNED,
    HelperName.NORMALIZED: StageScale.SIGNED,
    # Places and counts, no quantities.
    GradientStep.FIRST_MAXIMUM: StageScale.NONE,
    GradientStep.FIRST_MINIMUM: StageScale.NONE,
    GradientStep.EQUAL_MAXIMA: StageScale.NONE,
    GradientStep.PARTIAL_FIRST_MAXIMUM: StageScale.NONE,
    GradientStep.PARTIAL_EQUAL_MAXIMA: StageScale.NONE,
    GradientStep.LEAST_MAXIMUM: StageScale.NONE,
    GradientStep.SHARES: StageScale.SIGNED,
    GradientStep.SPREAD_OUT: StageScale.SIGNED,
    GradientStep.FRAMED: StageScale.SIGNED,
    GradientStep.FLIPPED_KERNEL: StageScale.SIGNED,
    GradientStep.PARTIAL_SUMS: StageScale.SIGNED,
    GradientStep.SOFTMAX_TOTAL: StageScale.SIGNED,
    GradientStep.PARTIAL_SOFTMAX_TOTAL: StageScale.SIGNED,
}

_BATCH_SQUARES = (BatchStep.SQUARES, BatchStep.VARIANCE, BatchStep.DEVIATION)

# By the local name: a training has them of each step and sample.
_PREDICTIONS: Mapping[Quantity, StageScale] = {
    OUTPUTS: StageScale.SIGNED,
    LOGITS: StageScale.SIGNED,
    TURNED_LOGITS: StageScale.SIGNED,
    SAMPLE_TARGET: StageScale.SHARE,
}


def stage_scales(
    flow: Flow, of: Range = PIXELS, *, is_article: bool = False
) -> tuple[StageScale, ...]:
    """Return the scale of each stage of a flow, in its order.

    Arguments: the `flow`; the range `of` what the network takes in, and whether that is a grid of
    the article's.
    Raises TypeError for a quantity that isn't told what it looks like.

    >>> from cnncalc.layers import Conv2D
    >>> from cnncalc.sheet.flow import make_flow
    >>> layer = Conv2D(1, 2, activation="relu", use_bias=False, name="conv2d")
    >>> [str(scale) for scale in stage_scales(make_flow(Specification("", (layer,), (4, 4, 1))))]
    ['pixels', 'signed', 'signed', 'sequential']
    """
    image = _image_scale(of, is_article=is_article)
    known = _Known(_ranges(flow.specification, of), of, image)
    return tuple(known.scale(stage.volume) for stage in flow.stages)


def _ranges(specification: Specification, of: Range) -> Mapping[str, LayerRanges]:
    layers = specification.layers
    found = network_ranges(layers, specification.input_shape, of)
    return {layer.name: ranges for layer, ranges in zip(layers, found, strict=True)}


def _image_scale(of: Range, *, is_article: bool) -> StageScale:
    if of.is_signed:
        return StageScale.SIGNED
    if is_article:
        return StageScale.ARTICLE
    return StageScale.PIXELS if of.high <= PIXELS.high else StageScale.SEQUENTIAL


class _Known(NamedTuple):
    """What is known of a flow: each layer's ranges, that of its input, and what it looks like."""

    ranges: Mapping[str, LayerRanges]
    of: Range
    image: StageScale

    def scale(self, volume: Volume) -> StageScale:
        if volume.scale in (Scale.SIGNED, Scale.SHARE, Scale.NONE):
            return StageScale(volume.scale)
        quantity = volume.quantity
        match quantity.kind:
            case "input":
                return self.image if quantity.name == IMAGE.name else StageScale.NONE
            case "stage":
                return self._of_stage(quantity)
            case "helper":
                return self._helper(quantity)
            case "weight" | "gradient" | "update":
                return _of_weight(quantity)
            case "prediction" | "training" | "solution" | "marks":
                local = quantity._replace(step=None, sample=None)
                return _PREDICTIONS.get(local, StageScale.NONE)

    def _of_stage(self, quantity: Quantity) -> StageScale:
        if not quantity.layer:
            return StageScale.NONE  # it belongs to the formula of an output's size
        return self._of_range(self.ranges[quantity.layer].of(quantity.name))

    def _of_range(self, found: Range) -> StageScale:
        """Return the scale of numbers: what was only picked from the image looks as the image."""
        if found.is_signed:
            return StageScale.SIGNED
        if found == self.of:
            return self.image
        return StageScale.SHARE if found.is_share else StageScale.SEQUENTIAL

    def _helper(self, quantity: Quantity) -> StageScale:
        name = quantity.name
        if name in _HELPERS:
            return _HELPERS[name]
        if name == HelperName.INPUTS:
            return self._of_range(self.ranges[quantity.layer].input)
        if name == HelperName.PARTIAL_COMBINED:
            return self._of_range(self.ranges[quantity.layer].joined)
        if name.startswith(BATCH):
            return _batch_helper(name.removeprefix(BATCH).removeprefix("partial "))
        message = f"a quantity must have its scale in sheet/scales.py. Received: {quantity}"
        raise TypeError(message)


def _of_weight(quantity: Quantity) -> StageScale:
    is_square = quantity.kind != "gradient" and quantity.name.endswith(_SQUARES)
    return StageScale.SEQUENTIAL if is_square else StageScale.SIGNED


def _batch_helper(name: str) -> StageScale:
    if name in _BATCH_SQUARES or name.startswith("penalty"):
        return StageScale.SEQUENTIAL
    return StageScale.SIGNED
