import numpy as np
import pytest

import cnncalc
from cnncalc.tasks.flows import trace_flow
from cnncalc.tasks.page_making import calculation_page
from cnncalc.views.colors import image_scale


@pytest.mark.parametrize("highest", [1, 16, 255])
def test_a_page_colours_pixels_as_figures_and_films_do(highest):
    image = np.array([[0.0, highest], [highest / 2, 0.0]])
    trace = cnncalc.calculate(image, [[1, 1]])
    drawn = trace_flow(trace)
    [first, *_] = calculation_page(trace, drawn.provenance).flows
    assert first.highest == drawn.highest == image_scale(image).high == highest
    assert first.scales == drawn.scales
