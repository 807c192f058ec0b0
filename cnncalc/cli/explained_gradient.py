"""`cnncalc explain --gradient`: where one number of a gradient came from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import click
import numpy as np

from cnncalc.cli.network_argument import NetworkOptions, WeightOptions
from cnncalc.cli.network_request import FitOptions
from cnncalc.cli.options import DisplayOptions, InputOptions, OutputOptions, bundled, given_options
from cnncalc.cli.pixel_scaling import gradient_raw_option
from cnncalc.cli.results import check_target
from cnncalc.cli.training_options import LOSSES, validation_split_option
from cnncalc.cli.uncalculated import ignore_option
from cnncalc.errors import OptionError
from cnncalc.files.datasets import is_data
from cnncalc.files.paths import quoted
from cnncalc.provenance import Provenance
from cnncalc.training.losses import loss_named
from cnncalc.training_step import StepRecord, record_steps
from cnncalc.training_step.explaining import STAGES

__all__ = [
    "GradientOptions",
    "check_gradient",
    "gradient_options",
    "record_first_step",
    "require_gradient",
]


@dataclass(frozen=True)
class GradientOptions:
    """Of which array the gradient is, if one, and of which loss on which samples."""

    gradient: str | None
    target: str | None
    loss: str | None
    batch_size: int | None
    sample: int | None
    validation_split: float | None
    raw: bool = False
    ignore: tuple[str, ...] = ()


@dataclass(frozen=True)
class FirstStep:
    """The first step of a training, and where its numbers came from."""

    record: StepRecord
    provenance: Provenance


gradient_options = bundled(
    "slope",
    GradientOptions,
    click.option(
        "--gradient",
        is_flag=False,
        flag_value="kernel",
        type=click.Choice(["kernel", "bias", "gamma", "beta", *STAGES]),
        help="Explain the gradient of the loss by the layer's kernel, or by another of its weights "
        "or stages, instead of its output.",
    ),
    click.option(
        "--target",
        metavar="CLASS",
        help="The true class of INPUT; without it, INPUT is data as train takes it.",
    ),
    click.option("--loss", type=click.Choice(LOSSES), help="The gradient's loss, as in train."),
    click.option(
        "--batch-size", type=click.IntRange(min=1), metavar="B", help="Samples in the batch."
    ),
    click.option(
        "--sample",
        type=click.IntRange(min=0),
        metavar="N",
        help="Which sample of the batch, counted from 0, where each has a gradient of its own.",
    ),
    validation_split_option("The share of data that train holds back, so that no batch has it."),
    gradient_raw_option,
    ignore_option,
)


def require_gradient(slope: GradientOptions) -> None:
    """Refuse options of a gradient where none is asked for."""
    given = given_options(slope)
    if given and slope.gradient is None:
        message = f"options of a gradient need --gradient. Received: {', '.join(given)} without it"
        raise OptionError(message)


def check_gradient(
    slope: GradientOptions,
    depth: int,
    look: DisplayOptions,
    target: OutputOptions,
    given: InputOptions,
) -> None:
    """Refuse what is not to be had of a gradient, and a file that can't be written."""
    if slope.sample is not None and slope.gradient not in STAGES:
        message = f"--sample goes with --gradient {', '.join(STAGES)}. Received: {slope.gradient}"
        raise OptionError(message)
    if slope.target is None and given.source is not None and not is_data(Path(given.source)):
        message = (
            "the gradient of one image needs its class, --target CLASS; without it INPUT must be "
            f"data as train takes it. Received: {quoted(given.source)}"
        )
        raise OptionError(message)
    if depth != 1:
        message = f"--gradient explains one number, without --depth. Received: --depth {depth}"
        raise OptionError(message)
    if look.form == "csv":
        message = "--gradient is shown as a table or as json. Received: --format csv"
        raise OptionError(message)
    check_target(target, given, (".html", ".svg", ".json"))


def record_first_step(
    wanted: NetworkOptions,
    given: InputOptions,
    initial: WeightOptions,
    fitting: FitOptions,
    slope: GradientOptions,
) -> FirstStep:
    """Record the training step that `export-xlsx --training-steps 1` of the same options draws."""
    # What reads the samples writes workbooks too, and is imported where it is needed.
    from cnncalc.cli.network_export import NetworkExport
    from cnncalc.cli.training_export import TrainingExport
    from cnncalc.cli.training_pieces import training_pieces

    whole = NetworkExport(
        wanted.network,
        wanted.input_shape,
        initial.weights,
        fitting.resize,
        fitting.class_names,
        slope.target,
    )
    lesson = TrainingExport(
        training_steps=1,
        batch_size=slope.batch_size,
        samples=None,
        loss=slope.loss,
        optimizer=None,
        learning_rate=None,
        validation_split=slope.validation_split,
        raw=slope.raw,
        ignore=slope.ignore,
    )
    pieces = training_pieces(given, whole, lesson, initial.seed)
    samples = [pieces.samples[number] for number in pieces.training.batches[0]]
    batch = (np.stack([image for image, _ in samples]), np.array([label for _, label in samples]))
    loss = loss_named(pieces.training.loss)
    record = next(record_steps(pieces.network, loss, pieces.training.optimizer, [batch]))
    return FirstStep(record, pieces.provenance)
