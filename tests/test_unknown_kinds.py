"""A kind of layer that nobody taught a facet is refused there, and passes for no other kind.

For each family of layers there is a made-up kind. What a family has in common (a window has a
geometry, a pooling a law) is no kind's own, and holds for new kinds as well: those are listed.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np
import pytest

from cnncalc.errors import CnncalcError
from cnncalc.explanation import explain
from cnncalc.files.keras_archive import KerasModel, write_keras
from cnncalc.helper_cells import helper_values
from cnncalc.image_regions import image_regions
from cnncalc.layers import (
    Activation,
    ActivationLayer,
    Combine,
    Conv2D,
    ConvolutionLayer,
    Dense,
    GlobalPoolingLayer,
    Layer,
    MergeLayer,
    PoolingLayer,
    WindowLayer,
)
from cnncalc.network import Network, Saved, backward_layer, forward_layer
from cnncalc.network.algorithms import choose
from cnncalc.network.operations import backward_near
from cnncalc.network.saved_pass import save_layer
from cnncalc.network.structure import layers_on_images
from cnncalc.notation import parse, write
from cnncalc.receptive_field import receptive_fields
from cnncalc.rules import Join, Law, law_of
from cnncalc.rules.directions import OneToOne
from cnncalc.rules.wiring import Directions
from cnncalc.shapes import Size
from cnncalc.sheet.gradient_values import Grids, Taken, gradient_values
from cnncalc.sheet.layers.gradients import gradient_volumes, weight_gradient_volumes
from cnncalc.sheet.layers.network import image_source, layer_volumes
from cnncalc.sheet.layers.smaller_steps import shared_steps, shared_volumes
from cnncalc.sheet.plan import Quantity, Specification
from cnncalc.sheet.planning import make_plan
from cnncalc.sheet.training.passes import batch_volumes, training_volumes
from cnncalc.sheet.vector_cells import with_grids
from cnncalc.sheet.volumes import Source, numbered
from cnncalc.summary import summarize
from cnncalc.trace import LayerTrace, StageName, Trace, record, trace_bytes
from cnncalc.trace.stage_names import GradientName
from cnncalc.trace.structure import make_stage
from cnncalc.training_step.structure import LayerStep
from cnncalc.training_step.terms import input_terms, weight_terms
from cnncalc.verification.term_sizes import term_sizes
from tests.test_every_layer import concrete_kinds, missing

SHAPE = (4, 4, 2)


@dataclass(frozen=True)
class Plain(Layer):
    """A layer of no family."""


@dataclass(frozen=True)
class Weighted(Layer):
    """A layer of no family that learns."""

    def weight_shapes(self, input_shape):
        return {"kernel": (2, 2)}


@dataclass(frozen=True)
class Drawing(Layer):
    """A layer of no family that draws numbers in training."""

    is_random = True


@dataclass(frozen=True)
class Whole(Layer):
    """A layer of no family that needs a whole batch in training."""

    @property
    def needs_batch(self):
        return True


@dataclass(frozen=True)
class Function(ActivationLayer):
    """An activation."""

    activation_name = "cosine"


@dataclass(frozen=True)
class Window(WindowLayer):
    """A layer with a window."""

    strides: int = 1
    padding: str = "valid"

    @property
    def window_size(self):
        return Size(1, 1)


@dataclass(frozen=True)
class Pool(PoolingLayer):
    """A pooling: of the smallest numbers, say."""

    pool_size: int = 1


@dataclass(frozen=True)
class Slices(GlobalPoolingLayer):
    """A pooling of whole slices."""

    keepdims: bool = True


@dataclass(frozen=True)
class Convolving(ConvolutionLayer):
    """A convolution."""

    kernel_size: int = 1
    strides: int = 1
    padding: str = "valid"
    dilation_rate: int = 1
    activation: str = "linear"
    use_bias: bool = False
    bias_regularizer: object = field(default=None)

    def weight_shapes(self, input_shape):
        return {"kernel": (1, 1, 2, 2)}


@dataclass(frozen=True)
class Median(MergeLayer):
    """A merge: of the numbers in the middle, say."""

    merge_mode = "median"


@dataclass(frozen=True)
class Lawful(Layer):
    """A layer whose law is known, and nothing else."""


@law_of.register
def _(layer: Lawful, input_shape: tuple) -> Law:
    return Law(Join.RESCALE, Directions(tuple(map(OneToOne, input_shape))))


FAKES = [
    Plain,
    Lawful,
    Weighted,
    Drawing,
    Whole,
    Function,
    Window,
    Pool,
    Slices,
    Convolving,
    Median,
]


@dataclass(frozen=True, eq=False)
class Case:
    """A layer as it comes to a facet, though those before would have refused it."""

    layer: Layer

    @classmethod
    def of(cls, kind):
        """A case of a kind; a merge joins the image with itself."""
        inputs = ("input", "input") if issubclass(kind, MergeLayer) else ()
        return cls(kind(name="fake", inputs=inputs))

    @property
    def shape(self):
        """The image's, which stands as often in what the layer is given as that joins it."""
        return (*SHAPE[:-1], SHAPE[-1] // max(1, len(self.layer.inputs)))

    @property
    def weights(self):
        shapes = self.layer.weight_shapes(SHAPE)
        return {name: np.ones(shape) for name, shape in shapes.items()}

    @property
    def network(self):
        return Network(self.shape, (self.layer,), (self.weights,))

    @property
    def image(self):
        return np.arange(float(np.prod(self.shape))).reshape(self.shape)

    @property
    def given(self):
        return np.arange(32.0).reshape(SHAPE)

    @property
    def images(self):
        return self.given[np.newaxis]

    @property
    def outputs(self):
        shape = (1, *self.layer.output_shape(SHAPE))
        return np.arange(float(np.prod(shape))).reshape(shape)

    @property
    def saved(self):
        return Saved(self.images, self.outputs)

    @property
    def traced(self):
        geometry = self.layer.geometry(SHAPE) if isinstance(self.layer, WindowLayer) else None
        is_linear = self.layer.activation_name == "linear"
        name = StageName.COMBINED if is_linear else StageName.ACTIVATION
        stages = (make_stage(name, self.outputs[0], "as it is"),)
        return LayerTrace(self.layer, self.weights, geometry, self.given, stages)

    @property
    def trace(self):
        first = make_stage(StageName.INPUT, self.image, "4×4×2")
        return Trace(self.network, first, (self.traced,))

    @property
    def step(self):
        outputs = self.outputs
        return LayerStep(self.layer, self.images, outputs, outputs, None, self.images, self.weights)

    @property
    def source(self):
        return replace(image_source(SHAPE), is_drawn=True)

    @property
    def error(self):
        shape = self.layer.output_shape(SHAPE)
        return Source(
            Quantity("gradient", self.layer.name, GradientName.OUTPUT),
            shape,
            numbered("channel", shape[-1]),
        )


def keras_file(case: Case) -> None:
    write_keras(io.BytesIO(), KerasModel(case.network))


FACETS: dict[str, Callable[[Case], object]] = {
    "forward": lambda case: forward_layer(case.layer, case.weights, case.images),
    "forward in training": lambda case: save_layer(
        case.layer, case.weights, case.images, np.random.default_rng(0)
    ),
    "backward": lambda case: backward_layer(
        case.layer, case.weights, case.saved, case.outputs, to_input=True
    ),
    "backward to weights alone": lambda case: backward_layer(
        case.layer, case.weights, case.saved, case.outputs, to_input=False
    ),
    "backward of a record": lambda case: backward_near(
        case.layer, case.weights, case.saved, case.outputs, to_input=False
    ),
    "shape without channels": lambda case: layers_on_images([case.layer], (4, 4)),
    "algorithm": lambda case: choose([case.layer], case.shape),
    "trace": lambda case: record(case.network, case.image),
    "size of a trace": lambda case: trace_bytes([case.layer], case.shape),
    "explanation": lambda case: explain(case.traced, (0, 0, 0)),
    "gradient explanation": lambda case: input_terms(case.step, case.weights, (0, 0, 0), 0),
    "gradient explanation of a bias": lambda case: weight_terms(case.step, "bias", (0,)),
    "smaller steps": lambda case: helper_values(case.traced),
    "sizes of terms": lambda case: term_sizes(case.trace),
    "receptive field": lambda case: receptive_fields([case.layer], case.shape),
    "region": lambda case: image_regions([case.layer], case.shape, (0, 0, 0)),
    "workbook": lambda case: layer_volumes(case.layer, case.source),
    "workbook in training": lambda case: training_volumes(case.layer, case.source),
    "workbook of a batch": lambda case: batch_volumes(case.layer, case.source, 2),
    "workbook of gradients": lambda case: gradient_volumes(
        case.layer, case.source, case.error, True
    ),
    "workbook of gradients by weights alone": lambda case: gradient_volumes(
        case.layer, case.source, case.error, False
    ),
    "workbook of weights' gradients": lambda case: weight_gradient_volumes(
        case.layer, case.source, case.error, 2
    ),
    "workbook of what samples share": lambda case: shared_volumes(case.layer, case.source, True),
    "numbers of what samples share": lambda case: shared_steps(case.layer, case.weights, True),
    "numbers of gradients": lambda case: gradient_values(
        case.step, case.weights, 0, Grids((Taken(SHAPE, None),), None)
    ),
    "rows of a vector": lambda case: list(with_grids([case.layer], (5,))),
    "summary": lambda case: summarize([case.layer], case.shape),
    "notation": lambda case: parse(write([case.layer], case.shape)),
    "keras file": keras_file,
}


# What is asked of some kinds only.
CONCERNED: dict[str, Sequence[type[Layer]]] = {
    "backward to weights alone": [Weighted, Convolving],
    "shape without channels": [Plain, Lawful, Weighted, Drawing, Whole],
    "gradient explanation of a bias": [Plain, Lawful, Weighted],
    "workbook of a batch": [Whole],
    "workbook of gradients by weights alone": [Weighted, Convolving],
    "workbook of weights' gradients": [Weighted, Convolving],
    "rows of a vector": [kind for kind in FAKES if kind not in (Pool, Slices)],
}

# What holds for all of a family: how many stages it has, that it has no product, that a function
# of each number leaves them where they are, that a merge has no weights, and how far apart a
# convolution's windows lie.
SHARED: dict[str, Sequence[type[Layer]]] = {
    "backward of a record": [Function],
    "algorithm": [Slices, Median],
    "smaller steps": [Lawful],
    "receptive field": [Lawful],
    "region": [Lawful],
    "summary": [Lawful],
    "size of a trace": [Function, Pool, Slices, Convolving, Median],
    "numbers of gradients": [Function],
    "workbook of gradients by weights alone": [Convolving],
    "workbook of what samples share": [Function, Pool, Slices, Convolving, Median],
    "numbers of what samples share": [Function, Pool, Slices, Convolving, Median],
    "rows of a vector": [Function, Median],
}


def refused(name):
    """A refusal on purpose: it names what it doesn't know."""
    return pytest.raises((TypeError, LookupError, CnncalcError), match=name)


@pytest.mark.parametrize("facet", FACETS)
def test_an_unknown_kind_is_refused(facet):
    for kind in CONCERNED.get(facet, FAKES):
        case = Case.of(kind)
        if kind in SHARED.get(facet, ()):
            FACETS[facet](case)
            continue
        with refused(kind.__name__):
            FACETS[facet](case)


# A mode that no join is called by, and one that no channels are joined by.
@pytest.mark.parametrize("mode", ["mean", "average"])
@pytest.mark.parametrize(
    "facet",
    [
        *("forward", "backward", "trace", "smaller steps", "workbook", "workbook of gradients"),
        *("numbers of gradients", "notation"),
    ],
)
def test_channels_combined_in_an_unknown_mode_are_refused(facet, mode):
    layer = Combine(name="fake")
    object.__setattr__(layer, "mode", mode)  # as if it were among the modes
    with refused(mode):
        FACETS[facet](Case(layer))


def test_a_layer_is_refused_that_no_one_knows_to_work_on_rows():
    with pytest.raises(TypeError, match="Plain"):
        layers_on_images([Plain(name="fake")], (4, 4))


def test_an_unknown_layout_is_refused():
    made = Specification("", (), (4, 4, 1), "poster")
    with pytest.raises(TypeError, match="poster"):
        make_plan([made])
    with pytest.raises(TypeError, match="training"):
        make_plan([replace(made, layout="training")])


def test_a_new_kind_is_found_and_what_it_lacks_is_told():
    assert {Plain, Pool} < set(concrete_kinds(__name__))
    assert missing(Plain) == ["vocabulary", "examples", "reference", "drawn layers"]


@pytest.mark.parametrize("kind", [Activation, partial(Dense, 2), partial(Conv2D, 2, 1)])
@pytest.mark.parametrize(
    "facet",
    ["forward", "backward", "trace", "sizes of terms", "workbook", "workbook of gradients"],
)
def test_an_activation_of_an_unknown_name_is_refused(kind, facet):
    layer = kind(activation="linear", name="fake")
    object.__setattr__(layer, "activation", "cosine")  # as if it were in the vocabulary
    with refused("cosine"):
        FACETS[facet](Case(layer))
