"""Every layer's backward pass in cells equals the network's own."""

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from cnncalc.layers import (
    ELU,
    Activation,
    AveragePooling2D,
    Combine,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    GlobalMaxPooling2D,
    L2Pooling2D,
    LeakyReLU,
    MaxPooling2D,
    ReLU,
    Rescaling,
    Softmax,
    ZeroPadding2D,
)
from cnncalc.layers.naming import named
from tests.drawn_layers import layer_and_shape
from tests.trace.drawn import vary
from tests.views.workbook.stages.gradients.laid_out import Case, check, check_drawn_once

LAYERS = (
    Activation,
    AveragePooling2D,
    Combine,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Dropout,
    ELU,
    Flatten,
    GlobalAveragePooling2D,
    GlobalMaxPooling2D,
    L2Pooling2D,
    LeakyReLU,
    MaxPooling2D,
    ReLU,
    Rescaling,
    Softmax,
    ZeroPadding2D,
)
FEW = st.integers(1, 3)


@st.composite
def cases(draw, kinds=LAYERS, samples=FEW):
    layer, shape = draw(layer_and_shape(draw(st.sampled_from(kinds))))
    network = vary(named([layer]), shape, draw(st.integers(0, 2**16)))
    random = np.random.default_rng(draw(st.integers(0, 2**16)))
    count = draw(samples)
    images = random.normal(size=(count, *shape))
    if draw(st.booleans()):
        images = np.rint(images) + 0.0  # ties, zeros and windows of zeros; no -0
    gradient = random.normal(size=(count, *network.shapes[-1]))
    return Case(network.layers[0], network.weights[0], images, gradient, draw(st.booleans()))


@settings(max_examples=150)
@given(cases())
def test_every_layer_passes_errors_back_as_the_network_does(case):
    check([case])


@settings(max_examples=100)
@given(cases())
def test_every_number_is_drawn_once(case):
    check_drawn_once(case)


@pytest.mark.recalculation
@settings(
    max_examples=2, phases=(Phase.explicit, Phase.generate), suppress_health_check=list(HealthCheck)
)
@given(st.lists(cases(), min_size=120, max_size=120))
def test_libreoffice_passes_errors_back_as_the_network_does(many):
    check(many, "libreoffice")
