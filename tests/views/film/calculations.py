"""Calculations in flow that the tests of films share."""

from cnncalc.tasks.arguments import Caller
from cnncalc.tasks.flow_reading import FlowRequest, read_flow
from cnncalc.tasks.flows import NumberedFlow
from cnncalc.tasks.keyword_options import calculation_options
from cnncalc.tasks.network_options import NO_NETWORK, NetworkExport
from cnncalc.tasks.options import NO_CALCULATION, InputOptions
from cnncalc.tasks.training_options import TrainingExport

CROSS = "1 0 1; 0 1 0; 1 0 1"
SMALL = (
    "Conv2D(2, 3, activation='relu'); MaxPooling2D(2); Flatten(); Dense(2, activation='softmax')"
)


def convolution(image="article:6x6", kernels=CROSS, bias=-500, **options) -> NumberedFlow:
    """A convolution of 4 × 4 windows, its bias, its ReLU."""
    wanted = calculation_options(kernels, bias, **({"activation": "relu"} | options))
    asked = FlowRequest(InputOptions(image), wanted, NO_NETWORK, TrainingExport())
    return read_flow(asked, Caller())


def network(text=SMALL, image="article:6x6") -> NumberedFlow:
    """A network's way over an image."""
    asked = FlowRequest(InputOptions(image), NO_CALCULATION, NetworkExport(text), TrainingExport())
    return read_flow(asked, Caller())


def training_step(text=SMALL, image="article:6x6") -> NumberedFlow:
    """A step of a training on one image."""
    whole, training = NetworkExport(text, target="1"), TrainingExport(training_steps=1)
    asked = FlowRequest(InputOptions(image), NO_CALCULATION, whole, training)
    return read_flow(asked, Caller())
