"""Where one number came from: of a layer's output, or of a gradient in a first training step."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cnncalc.errors import OptionError
from cnncalc.files.datasets import is_data
from cnncalc.files.paths import quoted
from cnncalc.provenance import Provenance
from cnncalc.tasks.callers import Caller
from cnncalc.tasks.options import (
    FittingOptions,
    GradientOptions,
    InputOptions,
    NetworkExport,
    NetworkOptions,
    TrainingExport,
    WeightOptions,
    given_options,
)
from cnncalc.training.losses import loss_named
from cnncalc.training_step import StepRecord, record_steps
from cnncalc.training_step.explaining import STAGES, explain_gradient
from cnncalc.training_step.explanation import GradientExplanation
from cnncalc.training_step.vanishing import with_reason

__all__ = [
    "ExplainedGradient",
    "check_gradient",
    "explain_first_gradient",
    "require_gradient",
]


@dataclass(frozen=True)
class ExplainedGradient:
    """One number of a gradient, the first step of the training it is in, and where that is from."""

    explanation: GradientExplanation
    record: StepRecord
    provenance: Provenance


def require_gradient(wanted: GradientOptions) -> None:
    """Refuse options of a gradient where none is asked for."""
    given = given_options(wanted)
    if given and wanted.gradient is None:
        message = f"options of a gradient need --gradient. Received: {', '.join(given)} without it"
        raise OptionError(message)


def check_gradient(wanted: GradientOptions, given: InputOptions) -> None:
    """Refuse what is not to be had of a gradient."""
    if wanted.sample is not None and wanted.gradient not in STAGES:
        message = f"--sample goes with --gradient {', '.join(STAGES)}. Received: {wanted.gradient}"
        raise OptionError(message)
    if wanted.target is None and given.text is not None and not is_data(Path(given.text)):
        message = (
            "the gradient of one image needs its class, --target CLASS; without it INPUT must be "
            f"data as train takes it. Received: {quoted(given.text)}"
        )
        raise OptionError(message)


def explain_first_gradient(
    network: NetworkOptions,
    given: InputOptions,
    initial: WeightOptions,
    fitting: FittingOptions,
    wanted: GradientOptions,
    layer_name: str,
    at: tuple[int, ...],
    caller: Caller,
) -> ExplainedGradient:
    """Explain a gradient's number in the step that a workbook of one training step draws.

    Arguments: the network; the image, or the data; the options of weights, of the image and of the
    gradient; the layer's name; the place of the number, `at`, in its array; the `caller`.
    """
    check_gradient(wanted, given)
    record, origins = _first_step(network, given, initial, fitting, wanted, caller)
    name = str(wanted.gradient)
    explained = explain_gradient(record, layer_name, name, at, wanted.sample or 0)
    return ExplainedGradient(with_reason(record, explained), record, origins)


def _first_step(
    network: NetworkOptions,
    given: InputOptions,
    initial: WeightOptions,
    fitting: FittingOptions,
    wanted: GradientOptions,
    caller: Caller,
) -> tuple[StepRecord, Provenance]:
    """Record the training step that `export-xlsx --training-steps 1` of the same options draws."""
    # What reads the samples writes workbooks too, and is imported where it is needed.
    from cnncalc.tasks.training_pieces import training_pieces

    whole = NetworkExport(
        network.network,
        network.input_shape,
        initial.weights,
        fitting.resize,
        fitting.class_names,
        wanted.target,
    )
    training = TrainingExport(
        training_steps=1,
        batch_size=wanted.batch_size,
        loss=wanted.loss,
        validation_split=wanted.validation_split,
        raw=wanted.raw,
        ignore=wanted.ignore,
    )
    pieces = training_pieces(given, whole, training, initial.seed, caller)
    samples = [pieces.samples[number] for number in pieces.training.batches[0]]
    batch = (np.stack([image for image, _ in samples]), np.array([label for _, label in samples]))
    loss = loss_named(pieces.training.loss)
    record = next(record_steps(pieces.network, loss, pieces.training.optimizer, [batch]))
    return record, pieces.provenance
