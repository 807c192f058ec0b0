"""Calculations to hold the page's evaluator to: over all layers, losses, optimizers and layouts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from cnncalc.calculator import Calculation, pooling_layer
from cnncalc.network import Array, Network, initialize
from cnncalc.notation import parse
from cnncalc.sheet.calculations import network_calculation, training_calculation
from cnncalc.sheet.plan import Specification, Values
from cnncalc.sheet.planning import specify
from cnncalc.sheet.values import size_values, trace_as_written
from cnncalc.sheet.vector_cells import trace_values
from cnncalc.training.losses import LOSSES
from tests.drawn_graphs import few_graphs
from tests.sheet.branching import BRANCHING, branching, trace_of
from tests.sheet.training.examples import NETWORKS, OPTIMIZERS, drawn_network, pieces
from tests.test_recalculation_of_exports import LENET
from tests.trace.drawn import vary
from tests.views.workbook.drawn import drawn_trace
from tests.views.workbook.networks import DrawnNetwork, image_of

DRAWN = 72
DRAWN_NETWORKS = 24
DRAWN_GRAPHS = 24
LARGE = "mean_squared_error"


class Case(NamedTuple):
    """A calculation with the numbers that its cells hold."""

    name: str
    specification: Specification
    values: Values


def all_cases() -> Iterator[Case]:
    """Yield every case."""
    yield from _calculations()
    yield from _special_calculations()
    yield from _networks()
    yield from _special_networks()
    yield from _branching_networks()
    yield from _trainings()


def _calculations() -> Iterator[Case]:
    for seed in range(DRAWN):
        trace = drawn_trace(seed)
        yield Case(f"calculation {seed}", specify(trace.network), trace_values(trace))


def _case(name: str, network: Network, image: Array) -> Case:
    return Case(name, specify(network), trace_values(trace_as_written(network, image)))


def _special_calculations() -> Iterator[Case]:
    """Yield what is too large to be drawn often, huge numbers, and the output's size."""
    random = np.random.default_rng(1)
    image = random.normal(scale=20, size=(3, 3, 40)).round(2)
    kernel = random.normal(size=(2, 2, 40, 36)).round(3)
    wide: dict[str, dict[str, object]] = {
        "padded": {"bias": 0.5, "activation": "softmax", "dilation_rate": 2, "padding": 1},
        "sum": {"combine": "sum", "activation": "tanh"},
        "max": {"combine": "max", "pooling": pooling_layer("average", 2, 1, "same")},
    }
    for name, options in wide.items():
        yield _case(f"wide, {name}", Calculation(kernel, **options).network(image.shape), image)
    kernel = np.array([[1e6, -1e-6], [1e-9, -1e6]])[..., np.newaxis, np.newaxis]
    image = np.random.default_rng(2).normal(scale=1e9, size=(12, 12, 1))
    yield _case("huge", Calculation(kernel, padding="same").network(image.shape), image)
    network = Calculation(np.ones((3, 3, 1, 2)), padding=1, strides=2).network((9, 9, 1))
    size = Specification("", network.layers, (9, 9, 1), "output size")
    yield Case("output size", size, size_values(size))


def _networks() -> Iterator[Case]:
    for seed in range(DRAWN_NETWORKS):
        drawn = DrawnNetwork(seed)
        calculated = network_calculation(drawn.trace, "", drawn.class_names, drawn.target)
        yield Case(f"network {seed}", *calculated)


def _special_networks() -> Iterator[Case]:
    channels = "Conv2D(40, 1); Dense(35); Softmax(); GlobalMaxPooling2D(); Dense(1100); Softmax()"
    names = tuple(f"{number}*?" for number in range(1100))
    yield _network("LeNet-5", LENET, (28, 28, 1), target=3)
    yield _network("many channels", channels, (2, 3, 2), names, 1099)
    certain = 'Rescaling(1e4); Flatten(); Dense(3, "softmax")'
    yield _network("certain", certain, (2, 2, 1), (), 1)
    certain = 'Rescaling(1e4); Flatten(); Dense(1, "sigmoid")'
    yield _network("certainly yes or no", certain, (2, 2, 1), (), 1)
    yield _network("a row", "Rescaling((1, 2, 3), (0, -1, 5)); Dense(2)", (3,))
    yield _drawn_weights()


def _branching_networks() -> Iterator[Case]:
    for name in BRANCHING:
        yield Case(name, *network_calculation(trace_of(branching(name))))
    for seed, (layers, shape) in enumerate(few_graphs(DRAWN_GRAPHS)):
        trace = trace_of(vary(layers, shape, seed))
        yield Case(f"graph {seed}", *network_calculation(trace))


def _network(
    name: str,
    text: str,
    shape: tuple[int, ...],
    names: tuple[str, ...] = (),
    target: int | None = None,
) -> Case:
    trace = trace_as_written(vary(parse(text).layers, shape), image_of(shape))
    return Case(name, *network_calculation(trace, "", names, target))


def _drawn_weights() -> Case:
    """Return a network that names no class until its weights are typed over."""
    layers = parse("Conv2D(2, 2); Flatten(); Dense(3, 'softmax')").layers
    trace = trace_as_written(initialize(layers, (4, 4, 1), 7), image_of((4, 4, 1)))
    calculated = network_calculation(trace, "", ("cat", "dog", "owl"), 1, drawn_from=7)
    return Case("drawn weights", *calculated)


def _trainings() -> Iterator[Case]:
    """Yield every network with every loss, and every optimizer with every loss."""
    for row, name in enumerate(NETWORKS):
        for column, loss in enumerate(LOSSES):
            optimizer = OPTIMIZERS[(row + column) % len(OPTIMIZERS)]
            made_of = pieces(drawn_network(name, loss), loss, optimizer, seed=len(name))
            yield Case(f"{name}, {loss}, {optimizer}", *training_calculation(made_of))
    many = pieces(drawn_network("dense", LARGE), LARGE, batches=[tuple(range(40))] * 2)
    yield Case("many samples", *training_calculation(many))
