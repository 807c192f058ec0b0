"""`cnncalc train --show-step N`: one step of the training that the command would do, shown."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import prod

import click

from cnncalc.cli.console import error_console, output_console
from cnncalc.cli.logits import show_output_activation
from cnncalc.cli.options import bundled
from cnncalc.cli.provenance import calculated
from cnncalc.cli.remarks import say_remarks
from cnncalc.cli.training import Session
from cnncalc.cli.training_options import KeepOptions
from cnncalc.errors import OptionError
from cnncalc.network import Network, on_images
from cnncalc.training.fit import steps
from cnncalc.training_step import PlannedStep, plan_step, record_planned_step
from cnncalc.views.step_records import write_step_json
from cnncalc.views.terminal import Display
from cnncalc.views.terminal.training import training_progress
from cnncalc.views.terminal.training_step import SAMPLES_IN_FULL, StepContext, render_step

__all__ = ["StepOptions", "check_step", "show_step", "step_options"]

# Of a batch of more numbers than these, 64 MiB of float64, the samples shown are recorded alone.
MOST_RECORDED = 2**23


@dataclass(frozen=True)
class StepOptions:
    """Which step of a training to show, if one, and how."""

    show_step: int | None
    form: str
    decimals: int
    full: bool
    colors: str | None


step_options = bundled(
    "shown",
    StepOptions,
    click.option(
        "--show-step",
        type=int,
        metavar="N",
        help="Show step N, counted from 1, with all its numbers; nothing is saved.",
    ),
    click.option(
        "--format",
        "form",
        type=click.Choice(["table", "json"]),
        default="table",
        show_default=True,
        help="The step as a table for people; json, every number.",
    ),
    click.option(
        "--decimals",
        type=click.IntRange(0, 17),
        default=4,
        show_default=True,
        help="Of the step's numbers at most so many decimal places, or digits below 1.",
    ),
    click.option("--full", is_flag=True, help="Show every sample and every number of the step."),
    click.option(
        "--colors", metavar="MAP", help="The colour map of the step's shading, such as viridis."
    ),
)

_NONE = StepOptions(None, "table", 4, full=False, colors=None)


def check_step(shown: StepOptions, keep: KeepOptions, engine: str) -> None:
    """Refuse options that show a step where none is asked for, and those that would save one."""
    if shown.show_step is None:
        if shown != _NONE:
            message = "--format, --decimals, --full and --colors need --show-step N. Received: none"
            raise OptionError(message)
        return
    asked = {
        "--resume": keep.resume,
        "--history": keep.history is not None,
        "--report": keep.report is not None,
        "--checkpoint-minutes": keep.checkpoint_minutes is not None,
        "--engine": engine != "numpy",
    }
    for name, is_asked in asked.items():
        if is_asked:
            message = (
                "--show-step shows one step, worked out by cnncalc itself, and saves nothing. "
                f"Received: {name}"
            )
            raise OptionError(message)


def show_step(session: Session, number: int, shown: StepOptions) -> None:
    """Go through a training up to a step, by its number, and print that as asked for."""
    network, loss = show_output_activation(on_images(session.plan.network), session.plan.loss)
    training = session.parts.training.fitting(network.input_shape)
    plan = replace(session.plan, network=network, loss=loss)
    step = plan_step(plan, training, number)
    display = Display(shown.decimals, shown.full, shown.colors)
    per_epoch = steps(plan, training)
    say_remarks()
    with training_progress(error_console(), step.epoch, per_epoch) as progress:
        record = record_planned_step(
            plan,
            training,
            step,
            _samples(plan.network, step, shown),
            session.optimizer_state,
            [progress],
        )
    names = [training.name(int(position)) for position in step.positions]
    if shown.form == "json":
        origins = calculated(session.provenance, network)
        for piece in write_step_json(record, training.class_names, names, origins):
            click.echo(piece, nl=False)
        return
    where = f"epoch {step.epoch} of {plan.epochs}, batch {step.batch + 1} of {per_epoch}"
    # The first step still has the weights that it was given.
    untrained = session.provenance.before_training.untrained if step.number == 1 else ""
    context = StepContext(where, training.class_names, names, untrained)
    output_console().print(render_step(record, display, context))


def _samples(network: Network, step: PlannedStep, shown: StepOptions) -> int | None:
    """Return how many samples are recorded: all where they are asked for, or few enough."""
    numbers = sum(map(prod, network.shapes)) * len(step.positions)
    if shown.full or shown.form == "json" or numbers <= MOST_RECORDED:
        return None
    return SAMPLES_IN_FULL
