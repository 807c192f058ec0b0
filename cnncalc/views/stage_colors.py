"""The colours of a flow's stages: what `sheet.scales` says of one, laid over its numbers."""

from __future__ import annotations

from cnncalc.network import Array
from cnncalc.sheet.plan import StageScale
from cnncalc.views.colors import ColorScale, ScaleKind, fitted_scale, image_scale

__all__ = ["stage_scale"]


def stage_scale(values: Array, scale: StageScale) -> ColorScale | None:
    """Return the scale of a stage; None for numbers that have no colours.

    Arguments: all numbers of the stage; the kind of its `scale`.

    >>> import numpy as np
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
