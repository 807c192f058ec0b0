"""The scales of a trace are those that a flow of the same calculation has."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cnncalc.calculator import Calculation, pooling_layer, pooling_network
from cnncalc.provenance import Origin, Provenance
from cnncalc.trace import record
from cnncalc.views.colors import ScaleKind, image_scale
from cnncalc.views.trace_colors import input_scale, trace_scales


def pooled(image):
    return record(pooling_network((2, 2), pooling_layer("max")), image)


@pytest.mark.parametrize("highest", [0, 0.5, 16, 200])
def test_an_image_ends_at_the_level_that_page_and_film_have(highest):
    image = np.array([[0, highest], [0, 0]], dtype=float)
    scales = trace_scales(pooled(image))
    [pooling] = scales.layers.values()
    [stage] = pooling.stages.values()
    assert scales.image == pooling.input == stage == image_scale(image)


def test_what_a_convolution_makes_of_pixels_is_signed_though_no_number_is_negative():
    network = Calculation([[1.0]], activation="relu").network((1, 2, 1))
    scales = trace_scales(record(network, [[3, 9]]))
    summed, rectified = scales.layers["conv2d"].stages.values()
    assert (summed.kind, rectified.kind) == (ScaleKind.SIGNED, ScaleKind.SEQUENTIAL)


def test_numbers_above_those_of_pixels_have_a_scale_of_their_own():
    assert input_scale([[0, 1000]]).kind is ScaleKind.SEQUENTIAL
    assert input_scale([[-1, 1]]).kind is ScaleKind.SIGNED


def test_an_article_grid_looks_as_in_the_article():
    trace = replace(pooled([[0, 9], [0, 0]]), provenance=Provenance(image=Origin("article", "6x6")))
    assert trace_scales(trace).image.kind is ScaleKind.ARTICLE
