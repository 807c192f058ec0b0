"""The options of `export-xlsx` for a training."""

from __future__ import annotations

from dataclasses import dataclass

import click

from cnncalc.cli.options import bundled, given_options
from cnncalc.cli.pixel_scaling import gradient_raw_option
from cnncalc.cli.training_options import LOSSES, validation_split_option
from cnncalc.cli.uncalculated import ignore_option
from cnncalc.errors import OptionError

__all__ = ["DEFAULT_BATCH", "TrainingExport", "require_steps", "training_export_options"]

# Each step has a sheet, and each sample a part of it.
MOST_STEPS, MOST_SAMPLES, DEFAULT_BATCH = 1_000, 1_024, 4


@dataclass(frozen=True)
class TrainingExport:
    """How many steps of a training to export, and how it is trained."""

    training_steps: int | None
    batch_size: int | None
    samples: int | None
    loss: str | None
    optimizer: str | None
    learning_rate: float | None
    validation_split: float | None
    raw: bool = False
    ignore: tuple[str, ...] = ()


training_export_options = bundled(
    "lesson",
    TrainingExport,
    click.option(
        "--training-steps",
        type=click.IntRange(1, MOST_STEPS),
        metavar="N",
        help="Train --network for N steps, a sheet each, on DATA as train takes it (without INPUT, "
        "on the handwritten digits), or with --target on one image (without INPUT, on the "
        "article's 4).",
    ),
    click.option(
        "--batch-size",
        type=click.IntRange(1, MOST_SAMPLES),
        metavar="B",
        help=f"Samples in each step.  [default: {DEFAULT_BATCH}]",
    ),
    click.option(
        "--samples",
        type=click.IntRange(min=1),
        metavar="N",
        help="Train on the first N samples alone, again and again.",
    ),
    click.option(
        "--loss", type=click.Choice(LOSSES), help="What the training minimises, as in train."
    ),
    click.option("--optimizer", metavar="NAME", help="The optimizer, as in train."),
    click.option("--learning-rate", type=float, help="The optimizer's learning rate."),
    validation_split_option("The share of DATA that train holds back, so that no step has it."),
    gradient_raw_option,
    ignore_option,
)


def require_steps(lesson: TrainingExport) -> None:
    """Refuse options of a training where none is asked for."""
    given = given_options(lesson)
    if given and lesson.training_steps is None:
        message = (
            "options of a training need --training-steps N. "
            f"Received: {', '.join(given)} without it"
        )
        raise OptionError(message)
