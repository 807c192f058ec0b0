"""A calculation in flow, with all its numbers: what a film plays and a notebook shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cnncalc.errors import OptionError
from cnncalc.provenance import Provenance
from cnncalc.rules.ranges import range_of_numbers
from cnncalc.sheet.calculations import TrainingPieces, network_calculation, training_calculation
from cnncalc.sheet.flow import Flow, make_flow
from cnncalc.sheet.plan import Values
from cnncalc.sheet.planning import is_calculation, specify
from cnncalc.sheet.scales import StageScale, stage_scales
from cnncalc.sheet.vector_cells import trace_values
from cnncalc.tasks.arguments import Caller
from cnncalc.tasks.calculation import calculated_trace, read_calculation
from cnncalc.tasks.options import (
    NO_CALCULATION,
    NO_NETWORK,
    CalculationOptions,
    FittingOptions,
    InputOptions,
    NetworkExport,
    WeightOptions,
    given_options,
)
from cnncalc.tasks.tracing import class_number, trace_image
from cnncalc.tasks.training_options import TrainingExport
from cnncalc.tasks.training_pieces import training_pieces
from cnncalc.trace import Trace
from cnncalc.training.metrics import class_count

__all__ = ["FlowRequest", "NumberedFlow", "read_flow", "trace_flow", "training_flow"]


@dataclass(frozen=True, eq=False)
class NumberedFlow:
    """A `flow` with the `values` of its blocks, and where these came from."""

    flow: Flow
    values: Values
    provenance: Provenance

    @property
    def scales(self) -> tuple[StageScale, ...]:
        """What the numbers of each stage look like."""
        images = (stage.volume.quantity for stage in self.flow.stages if stage.volume.is_image)
        pixels = np.concatenate([np.ravel(self.values[quantity]) for quantity in images])
        image = self.provenance.image
        is_article = image is not None and image.kind == "article"
        return stage_scales(self.flow, range_of_numbers(pixels), is_article=is_article)


def trace_flow(
    trace: Trace,
    provenance: Provenance | None = None,
    title: str = "",
    class_names: Sequence[str] = (),
    target: int | None = None,
) -> NumberedFlow:
    """Return a trace as what it is of: a calculation, or a network.

    Arguments: the `trace`; the `provenance` of its numbers, None for its own; a `title`; of a
    network the classes' names and the `target` class, if there are any.
    Raises OptionError for names or a target that the output does not fit.

    >>> from cnncalc.calculator import pooling_layer, pooling_network
    >>> from cnncalc.trace import record
    >>> trace = record(pooling_network((2, 2), pooling_layer("max")), [[1, 5], [3, 2]])
    >>> [stage.volume.title for stage in trace_flow(trace).flow.stages]
    ['Image', 'Max pooling']
    """
    origins = provenance or trace.provenance or Provenance()
    if is_calculation(trace.network):
        return NumberedFlow(make_flow(specify(trace.network, title)), trace_values(trace), origins)
    specification, values = network_calculation(
        trace, title, class_names, target, origins.drawn_from
    )
    return NumberedFlow(make_flow(specification), values, origins)


def training_flow(pieces: TrainingPieces) -> NumberedFlow:
    """Return the steps of a training: forward, back, and what the weights become."""
    specification, values = training_calculation(pieces)
    return NumberedFlow(make_flow(specification), values, pieces.provenance)


@dataclass(frozen=True)
class FlowRequest:
    """What is asked for: a calculation on an image, a whole network on it, or its training.

    `given` is the image, or the data; `wanted`, `whole` and `training` are the options of a
    calculation, of a whole network, and of its training; `seed` is what weights are drawn from.
    """

    given: InputOptions
    wanted: CalculationOptions
    whole: NetworkExport
    training: TrainingExport
    seed: int = 0

    def require_one(self) -> None:
        """Raise OptionError where the options don't say one thing to calculate."""
        of_training = given_options(self.training)
        if of_training and self.training.training_steps is None:
            message = "options of a training need --training-steps N. "
            raise OptionError(message + f"Received: {', '.join(of_training)} without it")
        if self.whole.network is None and self.whole != NO_NETWORK:
            message = "options of a network need --network. "
            raise OptionError(message + f"Received: {', '.join(given_options(self.whole))}")
        if self.whole.network is not None and self.wanted != NO_CALCULATION:
            message = "--network brings its own layers: options of a calculation can't be added"
            raise OptionError(message)


def read_flow(asked: FlowRequest, caller: Caller) -> NumberedFlow:
    """Read what is asked for, calculate it, and let it flow; remarks go to the `caller`.

    Raises OptionError where that is not one thing, and what a calculation, a network and a training
    raise.
    """
    asked.require_one()
    whole = asked.whole
    if asked.training.training_steps is not None:
        return training_flow(
            training_pieces(asked.given, whole, asked.training, asked.seed, caller)
        )
    if whole.network is None:
        request = read_calculation(asked.given, asked.wanted, caller)
        image, origins = request.image, request.provenance
        trace = calculated_trace(request.network, image, origins, caller)
        return trace_flow(trace, origins, image.name)
    traced = trace_image(
        whole.network_options,
        WeightOptions(whole.weights, asked.seed),
        asked.given,
        FittingOptions(whole.resize, whole.class_names),
        caller,
    )
    trace, names = traced.trace, traced.class_names
    target = class_number(whole.target, names, class_count(trace.output.shape))
    title = f"A network on {traced.image.name}"
    return trace_flow(trace, traced.provenance, title, names, target)
