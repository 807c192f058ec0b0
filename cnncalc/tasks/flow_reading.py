"""What is asked for as a flow: a calculation on an image, a network on it, or its training."""

from __future__ import annotations

from dataclasses import dataclass, replace

from cnncalc.errors import OptionError
from cnncalc.tasks.arguments import Caller
from cnncalc.tasks.calculation import calculated_trace, read_calculation
from cnncalc.tasks.class_numbers import class_number
from cnncalc.tasks.flows import NumberedFlow, trace_flow, training_flow
from cnncalc.tasks.network_options import NO_NETWORK, FittingOptions, NetworkExport, WeightOptions
from cnncalc.tasks.options import NO_CALCULATION, CalculationOptions, InputOptions, given_options
from cnncalc.tasks.saved_states import with_saved_network
from cnncalc.tasks.tracing import trace_image
from cnncalc.tasks.training_options import TrainingExport
from cnncalc.tasks.training_pieces import training_pieces
from cnncalc.training.metrics import class_count

__all__ = ["FlowRequest", "read_flow", "require_steps"]


@dataclass(frozen=True)
class FlowRequest:
    """What is asked for: a calculation on an image, a whole network on it, or its training.

    `given` is the image, or the data; `wanted`, `whole` and `training` are the options of a
    calculation, of a whole network, and of its training; `seed` is what weights are drawn from,
    None where none was given.
    """

    given: InputOptions
    wanted: CalculationOptions
    whole: NetworkExport
    training: TrainingExport
    seed: int | None = None

    def require_one(self) -> None:
        """Raise OptionError where the options don't say one thing to calculate."""
        require_steps(self.training)
        if self.whole.network is None and self.whole != NO_NETWORK:
            message = "options of a network need --network. "
            raise OptionError(message + f"Received: {', '.join(given_options(self.whole))}")
        if self.whole.network is not None and self.wanted != NO_CALCULATION:
            message = "--network brings its own layers: options of a calculation can't be added"
            raise OptionError(message)


def require_steps(training: TrainingExport) -> None:
    """Refuse options of a training where none is asked for.

    >>> require_steps(TrainingExport(training_steps=1, batch_size=2))
    """
    given = given_options(training)
    if given and training.training_steps is None:
        message = "options of a training need --training-steps N. "
        raise OptionError(message + f"Received: {', '.join(given)} without it")


def read_flow(asked: FlowRequest, caller: Caller) -> NumberedFlow:
    """Read what is asked for, calculate it, and let it flow; remarks go to the `caller`.

    The state that a page saved is what that page shows.

    Raises OptionError where that is not one thing, and what a calculation, a network and a training
    raise.
    """
    given, whole, is_training = with_saved_network(asked.given, asked.wanted, asked.whole)
    asked = replace(asked, given=given, whole=whole)
    asked.require_one()
    if asked.training.training_steps is not None or is_training:
        return training_flow(
            training_pieces(asked.given, whole, asked.training, asked.seed, caller)
        )
    if whole.network is None:
        WeightOptions(seed=asked.seed).refuse_idle_seed("a calculation")
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
