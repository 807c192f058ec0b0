"""What a calculation made of a photo, as a picture again: what clips is said, and marked."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cnncalc.network import Array
from cnncalc.views.colors import LOOKS, Theme, rgb
from cnncalc.views.figure.fonts import wrapped
from cnncalc.views.figure.measures import CAPTION_SIZE, GAP, LINE_HEIGHT
from cnncalc.views.figure.stage_boxes import Box, SliceBox, StageBox, framed
from cnncalc.views.picture import Scaling, to_levels
from cnncalc.wording import size_text

__all__ = ["marked", "picture_box"]

# The stripes over what is clipped: so many pixels from one to the next, or such a part of a photo.
_STRIPES, _PART, _STRIPE = 6, 70, 3
_LONGEST_SIDE = 260.0


def picture_box(
    values: Array, scaling: Scaling, pixel: float, theme: Theme, number: int = -1
) -> StageBox:
    """Return a result as a picture, measured like a stage.

    Arguments: the `values` (height, width, 1 or 3); how they are `scaling`, as in `to_levels`; how
    large a `pixel` is drawn; the `theme` whose colours mark what clips; the `number` of its stage.
    """
    height, width, channels = values.shape
    levels = to_levels(values, scaling)
    pixels = np.repeat(levels.values, 3 // channels, axis=2)
    longest = max(height, width)
    side = min(longest * pixel, _LONGEST_SIDE) / longest
    below = 0.0 if scaling == "minmax" else 0.5
    outside = (values < -below) | (values > 255 + below)
    lines = [levels.sentence[0].upper() + levels.sentence[1:] + "."]
    if scaling == "clip" and outside.any():
        lines.append("Hatched: orange is too bright, blue too dark.")
    box = Box(0, 2 * LINE_HEIGHT + GAP, width * side, height * side)
    room = max(box.width, 200.0)
    return framed(
        StageBox(
            number,
            Box(0, 0, 0, 0),
            "As a picture",
            size_text(values.shape),
            (SliceBox(-1, box, values[:, :, 0], np.zeros((height, width), dtype=bool)),),
            None,
            None,
            lines=tuple(line for text in lines for line in wrapped(text, room, CAPTION_SIZE)),
            picture=marked(pixels, values, theme) if scaling == "clip" else pixels,
        )
    )


def marked(pixels: NDArray[np.uint8], values: Array, theme: Theme) -> NDArray[np.uint8]:
    """Return (height, width, 3) pixels with stripes where the values they show lie beyond 0 to 255.

    >>> white = np.full((1, 1, 3), 255, np.uint8)
    >>> marked(white, np.array([[[300.0]]]), "light").tolist()
    [[[213, 94, 0]]]
    """
    look = LOOKS[theme]
    rounded = np.rint(values)
    rows, columns = np.indices(values.shape[:2])
    period = max(_STRIPES, max(values.shape[:2]) // _PART)
    stripes = (rows + columns) % period < period // _STRIPE
    result = pixels.copy()
    result[stripes & (rounded > 255).any(axis=2)] = rgb(look.window)
    result[stripes & (rounded < 0).any(axis=2)] = rgb(look.weights)
    return result
