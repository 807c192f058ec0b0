"""Where a film's stages stand: a flow measured so that it has the shape of a film."""

from __future__ import annotations

import numpy as np

from cnncalc.rules.ranges import range_of_numbers
from cnncalc.sheet.flow import Flow
from cnncalc.sheet.plan import Values
from cnncalc.sheet.scales import stage_scales
from cnncalc.views.figure.flow_layout import FlowLayout, FlowOptions, lay_out_flow

__all__ = ["film_layout"]

# As high as this in parts of its width a film fits a page and a screen.
_HIGH = 0.65
# So many times as wide as its frames is a flow measured, to be drawn smaller.
_WIDER = (1.0, 1.2, 1.4, 1.7, 2.0, 2.5, 3.0)


def film_layout(flow: Flow, values: Values, width: int, *, is_article: bool) -> FlowLayout:
    """Return a flow measured for frames of a `width` in pixels; `is_article` where its grid is."""
    images = (stage.volume.quantity for stage in flow.stages if stage.volume.is_image)
    pixels = np.concatenate([np.ravel(values[quantity]) for quantity in images])
    scales = stage_scales(flow, range_of_numbers(pixels), is_article=is_article)
    layouts = [
        lay_out_flow(flow, values, scales, FlowOptions(width=width * wider)) for wider in _WIDER
    ]
    return min(layouts, key=lambda layout: _awkwardness(layout, width))


def _awkwardness(layout: FlowLayout, width: int) -> float:
    """Return how much too high a layout is, and how much smaller it must be drawn."""
    return max(0.0, layout.height / layout.width - _HIGH) + max(0.0, layout.width / width - 1)
