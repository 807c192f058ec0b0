"""One scale a stage of a flow."""

import numpy as np

from cnncalc.sheet.plan import StageScale
from cnncalc.views.colors import ColorScale, ScaleKind, pixel_scale
from cnncalc.views.stage_colors import stage_scale


def test_a_stage_of_a_flow_has_one_scale_by_what_it_is():
    numbers = np.array([0.5, 1.0])
    assert stage_scale(numbers, StageScale.NONE) is None
    assert stage_scale(numbers, StageScale.SHARE) == ColorScale(ScaleKind.SHARE, 0, 1)
    assert stage_scale(numbers, StageScale.PIXELS) == pixel_scale(1)
    assert stage_scale(numbers * 0, StageScale.PIXELS) == pixel_scale(255)
    assert stage_scale(numbers * 9, StageScale.PIXELS) == pixel_scale(16)
    assert stage_scale(numbers * 17, StageScale.PIXELS) == pixel_scale(255)
    assert stage_scale(numbers * 90, StageScale.PIXELS) == pixel_scale(255)
    assert stage_scale(numbers * 9, StageScale.ARTICLE) == pixel_scale(is_article=True)
    assert stage_scale(numbers, StageScale.SIGNED) == ColorScale(ScaleKind.SIGNED, -1, 1)
    assert stage_scale(numbers, StageScale.SEQUENTIAL).ends == ("0.5", "1")
