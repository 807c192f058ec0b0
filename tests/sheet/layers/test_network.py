"""Every layer's backward pass in cells equals the network's own."""

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from cnncalc.errors import ShapeError
from cnncalc.layers import (
    Activation,
    BatchNormalization,
    Combine,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    InputLayer,
    MaxPooling2D,
    Softmax,
)
from cnncalc.layers.names import named
from tests.drawn_examples import of_examples
from tests.drawn_layers import EVERY_LAYER, layer_and_shape
from tests.sheet.layers.laid_out import Case, LaidOut, check, check_drawn_once
from tests.trace.drawn import vary

# An input stands on a sheet of its own, before all layers.
LAYERS = [kind for kind in EVERY_LAYER if kind is not InputLayer]
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
    # A frozen layer is gone back through only where its input's gradient is wanted.
    to_input = draw(st.booleans()) or not layer.trainable
    return Case(network.layers[0], network.weights[0], images, gradient, to_input)


@settings(max_examples=of_examples(80))
@given(cases())
def test_every_layer_passes_errors_back_as_the_network_does(case):
    check([case])


@settings(max_examples=of_examples(60))
@given(cases())
def test_every_number_is_drawn_once(case):
    check_drawn_once(case)


def case_of(layer, shape, samples=1, **options):
    network = vary(named([layer]), shape)
    random = np.random.default_rng(samples)
    images = random.normal(size=(samples, *shape))
    gradient = random.normal(size=(samples, *network.shapes[-1]))
    return Case(network.layers[0], network.weights[0], images, gradient, **options)


def many_terms():
    """More channels, filters, units or samples than one formula adds up."""
    yield case_of(Conv2D(40, (1, 2), activation="softmax"), (2, 3, 2))
    yield case_of(Conv2D(2, 2, groups=2, padding="same"), (2, 2, 2), samples=70)
    yield case_of(DepthwiseConv2D(2, depth_multiplier=34), (3, 3, 2))
    yield case_of(Dense(35, "softmax"), (2, 2, 3))
    yield case_of(Dense(2, "tanh"), (2, 2, 3), samples=33)
    yield case_of(Dense(3), (4,), samples=40)
    yield case_of(Softmax(), (1, 2, 33))
    yield case_of(BatchNormalization(), (1, 2, 2), samples=33)
    yield case_of(BatchNormalization(center=False, scale=False), (3,), samples=65)
    yield case_of(Combine("max"), (2, 1, 70))


def joined():
    """Activations that are computed together with the loss."""
    yield case_of(Dense(3, "softmax"), (4,), samples=2, is_joined=True)
    yield case_of(Dense(1, "sigmoid"), (4,), samples=2, is_joined=True)
    yield case_of(Dense(3, "softmax"), (2, 2, 2), is_joined=True)
    yield case_of(Conv2D(3, 2, activation="softmax"), (3, 3, 1), is_joined=True)
    yield case_of(Activation("sigmoid"), (3,), samples=2, is_joined=True)
    yield case_of(Softmax(), (3,), is_joined=True)


SPECIAL = [*many_terms(), *joined()]


def test_sums_in_parts_and_joined_activations_are_the_networks_own():
    check(SPECIAL)


@pytest.mark.parametrize("case", SPECIAL, ids=lambda case: str(case.layer)[:40])
def test_every_number_in_parts_is_drawn_once(case):
    check_drawn_once(case)


@pytest.mark.parametrize(
    ("window", "message"),
    [((101, 100), "of 10,000 cells at most"), ((18, 18), "of 300 windows on a cell at most")],
)
def test_a_window_of_too_many_cells_says_so(window, message):
    strides = 1 if window == (18, 18) else None
    with pytest.raises(ShapeError, match=message):
        LaidOut(case_of(MaxPooling2D(window, strides), (110, 110, 1)), 0)


@pytest.mark.recalculation
def test_libreoffice_adds_up_parts_as_the_network_does():
    check(SPECIAL, "libreoffice")


@pytest.mark.recalculation
@settings(
    max_examples=2, phases=(Phase.explicit, Phase.generate), suppress_health_check=list(HealthCheck)
)
@given(st.lists(cases(), min_size=120, max_size=120))
def test_libreoffice_passes_errors_back_as_the_network_does(many):
    check(many, "libreoffice")
