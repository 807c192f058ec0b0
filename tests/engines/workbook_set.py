"""Workbooks for engines to judge: over all layers, activations, losses, optimizers and layouts.

Each is small, and most are changed once they are written, as by a user who types over numbers: only
who calculates gets what their formulas give.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np

from cnncalc.calculator import Calculation, pooling_layer
from cnncalc.layers import INFERENCE_ONLY_LAYERS, InputLayer
from cnncalc.layers.graph import IMAGE
from cnncalc.network import Network, initialize
from cnncalc.notation import parse
from cnncalc.part import cut_image, cut_network, plan_part
from cnncalc.sheet.article_calculations import article_calculations
from cnncalc.sheet.calculations import network_calculation, training_calculation
from cnncalc.sheet.plan import Specification, Values
from cnncalc.sheet.planning import make_plan, specify
from cnncalc.sheet.values import size_values, trace_as_written
from cnncalc.sheet.vector_cells import trace_values
from cnncalc.sheet.worksheet import WorksheetOptions
from cnncalc.trace import record
from cnncalc.training.losses import LOSSES
from cnncalc.views.workbook.export import WorkbookOptions, write
from tests.drawn_graphs import few_graphs
from tests.layer_examples import EXAMPLES
from tests.sheet.branching import BRANCHING, branching, trace_of
from tests.sheet.training.branching import BRANCHING as TRAINED_BRANCHING
from tests.sheet.training.branching import branching as trained_branching
from tests.sheet.training.examples import NETWORKS, OPTIMIZERS, drawn_network, pieces
from tests.test_recalculation_of_exports import mutated
from tests.trace.drawn import vary
from tests.views.workbook.drawn import drawn_trace
from tests.views.workbook.networks import DrawnNetwork, image_of
from tests.views.workbook.test_training_report import written as written_report

__all__ = ["Example", "workbook_set"]

CHECKED_IN = Path(__file__).parents[2] / "workbooks"
# Drawn ones that between them take all options.
CALCULATIONS, NETWORK_SEEDS, GRAPHS = range(12), range(8), 4
STEPS = ((0, 1), (2,))

BLOCK = (
    'Input((9, 9, 2)); Conv2D(6, 3, padding="same", name="stem"); Conv2D(8, 1, name="expand"); '
    'SeparableConv2D(6, 3, padding="same", name="project"); Add(name="add")([stem, project]); '
    'Flatten(); Dense(3, activation="softmax")'
)
SPECIAL = {
    "certain": ("Rescaling(1e4); Flatten(); Dense(3, 'softmax')", (2, 2, 1)),
    "certainly yes or no": ("Rescaling(1e4); Flatten(); Dense(1, 'sigmoid')", (2, 2, 1)),
    "many channels": (
        "Conv2D(40, 1); Dense(35); Softmax(); GlobalMaxPooling2D(); Dense(300); Softmax()",
        (2, 3, 2),
    ),
    "separable": (
        "SeparableConv2D(3, 2, depth_multiplier=2, activation='relu'); MaxPooling2D(2); "
        "Flatten(); Dense(3, 'softmax')",
        (5, 5, 2),
    ),
}


@dataclass(frozen=True, eq=False)
class Example:
    """A workbook by its name, and the calculations it was made of, for a page to show as well.

    `verify` reads it, but for worksheets and reports: of these is right what they store.
    """

    name: str
    content: bytes
    calculations: tuple[tuple[Specification, Values], ...] = ()
    is_verified: bool = True


@cache
def workbook_set() -> tuple[Example, ...]:
    """Return all workbooks, always the same ones."""
    made = [*_steps(), *_layers(), *_networks(), *_branches(), *_parts(), *_trainings()]
    changed = [replace(own, content=mutated(own.content, seed)) for seed, own in enumerate(made)]
    return (*changed, *_worksheets(), _report(), *_checked_in())


def _example(
    name: str, *calculations: tuple[Specification, Values], **options: WorksheetOptions
) -> Example:
    stream = io.BytesIO()
    plan = make_plan([specification for specification, _ in calculations])
    values = [own for _, own in calculations]
    write(stream, plan, values, WorkbookOptions(name, **options))
    return Example(name, stream.getvalue(), calculations)


def _steps() -> Iterator[Example]:
    """What `convolve` and `pool` make: one window and what follows, and an output's size."""
    for seed in CALCULATIONS:
        trace = drawn_trace(seed)
        yield _example(f"steps {seed}", (specify(trace.network), trace_values(trace)))
    random = np.random.default_rng(1)
    image = random.normal(scale=20, size=(3, 3, 40)).round(2)
    kernel = random.normal(size=(2, 2, 40, 36)).round(3)
    options = {"combine": "max", "pooling": pooling_layer("average", 2, 1, "same")}
    yield _of_network("wide", Calculation(kernel, **options).network(image.shape), image)
    kernel = np.array([[1e6, -1e-6], [1e-9, -1e6]])[..., np.newaxis, np.newaxis]
    image = np.random.default_rng(2).normal(scale=1e9, size=(12, 12, 1))
    yield _of_network("huge", Calculation(kernel, padding="same").network(image.shape), image)
    network = Calculation(np.ones((3, 3, 1, 2)), padding=1, strides=2).network((9, 9, 1))
    size = Specification("", network.layers, (9, 9, 1), "output size")
    yield _example("output size", (size, size_values(size)))


def _of_network(name: str, network: Network, image: np.ndarray) -> Example:
    return _example(name, (specify(network), trace_values(trace_as_written(network, image))))


def _layers() -> Iterator[Example]:
    """A workbook a kind of layer, of all its examples; one of those that hand on what they get."""
    # An input calculates nothing.
    kinds = [kind for kind in EXAMPLES if kind not in (InputLayer, *INFERENCE_ONLY_LAYERS)]
    of_kinds = {kind.__name__: EXAMPLES[kind] for kind in kinds}
    handing_on = {
        "inference only": [own for kind in INFERENCE_ONLY_LAYERS for own in EXAMPLES[kind]]
    }
    for name, examples in {**of_kinds, **handing_on}.items():
        traces = [trace_as_written(own.network, own.image) for own in examples]
        calculations = [network_calculation(own, str(n)) for n, own in enumerate(traces)]
        yield _example(name, *calculations)


def _networks() -> Iterator[Example]:
    for seed in NETWORK_SEEDS:
        drawn = DrawnNetwork(seed)
        calculated = network_calculation(drawn.trace, "", drawn.class_names, drawn.target)
        yield _example(f"network {seed}", calculated)
    for name, (text, shape) in SPECIAL.items():
        trace = trace_as_written(vary(parse(text).layers, shape), image_of(shape))
        yield _example(name, network_calculation(trace, "", (), 1))
    layers = parse("Conv2D(2, 2); Flatten(); Dense(3, 'softmax')").layers
    trace = trace_as_written(initialize(layers, (4, 4, 1), 7), image_of((4, 4, 1)))
    named = network_calculation(trace, "", ("cat", "dog", "owl"), 1, drawn_from=7)
    yield _example("drawn weights", named)


def _branches() -> Iterator[Example]:
    for name in BRANCHING:
        yield _example(f"branches: {name}", network_calculation(trace_of(branching(name))))
    for seed, (layers, shape) in enumerate(few_graphs(GRAPHS)):
        trace = trace_of(vary(layers, shape, seed))
        yield _example(f"graph {seed}", network_calculation(trace))


def _parts() -> Iterator[Example]:
    """Parts of a network, the layers behind one number."""
    read = parse(BLOCK)
    shape = tuple(read.input_shape or ())
    network = initialize(read.layers, shape, 0)
    image = image_of(shape)
    for layer, at in (("add", (4, 5, 2)), ("flatten", (100,))):
        plan = plan_part(network.layers, shape, layer, at)
        first = plan.part.image.name
        before = image if first == IMAGE else record(network, image).layer(first).output
        trace = trace_as_written(cut_network(plan, network), cut_image(plan, before))
        yield _example(f"part: {layer}", network_calculation(trace, part=plan.part))


def _trainings() -> Iterator[Example]:
    """Every network and every way to branch, with each loss and each optimizer in turn."""
    losses = list(LOSSES)
    for row, name in enumerate(NETWORKS):
        loss, optimizer = losses[row % len(losses)], OPTIMIZERS[row % len(OPTIMIZERS)]
        made_of = pieces(drawn_network(name, loss, row % 2), loss, optimizer, seed=len(name))
        yield _example(f"training: {name}", training_calculation(made_of))
    for seed, name in enumerate(TRAINED_BRANCHING):
        network = vary(*trained_branching(name), seed)
        optimizer = OPTIMIZERS[seed % len(OPTIMIZERS)]
        made_of = pieces(network, optimizer=optimizer, batches=STEPS[:1], seed=seed)
        yield _example(f"training, branches: {name}", training_calculation(made_of))


def _worksheets() -> Iterator[Example]:
    """Worksheets with and without their solution, and the key to one."""
    for seed, solution in ((1, True), (5, False)):
        trace = drawn_trace(seed)
        calculated = specify(trace.network), trace_values(trace)
        own = WorksheetOptions(0.5, seed, solution=solution)
        worksheet = _example(f"worksheet {seed}", calculated, worksheet=own)
        yield replace(worksheet, calculations=(), is_verified=False)
        yield _example(f"key to worksheet {seed}", calculated, key_to=own)


def _report() -> Example:
    return Example("report", written_report(), is_verified=False)


def _checked_in() -> Iterator[Example]:
    """The article's, and trainings: as they are checked in, nothing changed."""
    for path in sorted(CHECKED_IN.glob("*.xlsx")):
        calculations = tuple(article_calculations()) if path.stem == "article" else ()
        yield Example(f"workbooks/{path.name}", path.read_bytes(), calculations)
