"""The colours of a flow's stages: what `sheet.scales` says of one, laid over its numbers."""

from __future__ import annotations

import numpy as np

from cnncalc.network import Array
from cnncalc.rules.ranges import PIXELS, SHARES
from cnncalc.sheet.scales import StageScale
from cnncalc.views.colors import ColorScale, ScaleKind, fitted_scale, pixel_scale

__all__ = ["image_scale", "stage_scale"]

# The highest level of an image: of shares, of the digits that cnncalc brings along, of bytes.
DIGITS_LEVEL = 16.0


def image_scale(values: Array, *, is_article: bool = False) -> ColorScale:
    """Return the scale of an image, or of several: of levels to 255, of shares to 1.

    The handwritten digits have levels to 16, which a batch of them reaches. What is all 0 is black.

    >>> image_scale(np.array([0.0, 9.0])).ends, image_scale(np.array([0.0, 16.0])).ends
    (('0', '255'), ('0', '16'))
    """
    most = float(np.fmax.reduce(values, axis=None))
    if is_article:
        return pixel_scale(is_article=True)
    if most in (SHARES.low, DIGITS_LEVEL):
        return pixel_scale(most or PIXELS.high)
    return pixel_scale(next((of.high for of in (SHARES, PIXELS) if most <= of.high), most))


def stage_scale(values: Array, scale: StageScale) -> ColorScale | None:
    """Return the scale of a stage; None for numbers that have no colours.

    Arguments: all numbers of the stage; the kind of its `scale`.

    >>> stage_scale(np.array([0.0, 90.0]), StageScale.PIXELS)
    ColorScale(kind='pixels', low=0, high=255)
    """
    match scale:
        case StageScale.NONE:
            return None
        case StageScale.SHARE:
            return ColorScale(ScaleKind.SHARE, 0, 1)
        case StageScale.PIXELS | StageScale.ARTICLE:
            return image_scale(values, is_article=scale is StageScale.ARTICLE)
        case StageScale.SEQUENTIAL | StageScale.SIGNED:
            return fitted_scale(values, is_signed=scale is StageScale.SIGNED)
