"""Where a film's stages stand: a flow measured so that it has the shape of a film."""

from __future__ import annotations

import numpy as np

from cnncalc.rules.ranges import range_of_numbers
from cnncalc.sheet.flow import Flow
from cnncalc.sheet.plan import Values
from cnncalc.sheet.scales import stage_scales
from cnncalc.views.figure.flow_layout import FlowLayout, FlowOptions, lay_out_flow

__all__ = ["film_layout"]

# A film is at most so many times as high as wide, if that can be had by wider rows.
_TALLEST = 1.0
_WIDER = (1.0, 1.3, 1.7, 2.2, 3.0)


def film_layout(flow: Flow, values: Values, width: int, *, is_article: bool) -> FlowLayout:
    """Return a flow measured for frames of a `width` in pixels; `is_article` where its grid is."""
    images = (stage.volume.quantity for stage in flow.stages if stage.volume.is_image)
    pixels = np.concatenate([np.ravel(values[quantity]) for quantity in images])
    scales = stage_scales(flow, range_of_numbers(pixels), is_article=is_article)
    layouts = (
        lay_out_flow(flow, values, scales, FlowOptions(width=width * wider)) for wider in _WIDER
    )
    found = next(layouts)
    for wider in layouts:
        if found.height <= _TALLEST * found.width:
            break
        found = wider
    return found
