"""`cnncalc train`: what the article's last part does with Keras, in NumPy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import click

from cnncalc.cli.console import command_line, error_console, note, output_console
from cnncalc.cli.interruption import interruptible
from cnncalc.cli.remarks import say_remarks
from cnncalc.cli.shown_step import StepOptions, check_step, show_step, step_options
from cnncalc.cli.training import Session, prepare
from cnncalc.cli.training_data import check_data
from cnncalc.cli.training_files import can_resume, check_files, start, write_files
from cnncalc.cli.training_options import (
    DataOptions,
    FitOptions,
    KeepOptions,
    data_options,
    fit_options,
    keep_options,
)
from cnncalc.errors import OutputError
from cnncalc.files.checkpoints import CheckpointWriter
from cnncalc.training.engine import evaluate_with
from cnncalc.training.evaluation import Evaluation
from cnncalc.training.fit import fit, is_finished, result, steps
from cnncalc.training.history import EpochRecord
from cnncalc.training.state import TrainingState
from cnncalc.views.terminal.training import render_class_report, render_curves, training_progress

__all__ = ["train"]

INTERRUPTED = 130


@click.command(epilog="Example: cnncalc train photos --epochs 5 -o model.keras")
@data_options
@fit_options
@keep_options
@step_options
def train(given: DataOptions, wanted: FitOptions, keep: KeepOptions, shown: StepOptions) -> int:
    """Train a network on DATA, as Keras does, and save it as a .keras file.

    DATA is a folder with one subfolder of photos a class (or such folders in train, validation and
    test), an .npz file with x_train and y_train, a folder of MNIST's IDX files, or a .csv with a
    label column. Without DATA it is the handwritten digits that cnncalc brings along.
    """
    check_step(shown, keep, wanted.engine)
    check_data(given)
    if shown.show_step is not None:
        show_step(prepare(given, wanted), shown.show_step, shown)
        return 0
    check_files(keep)
    session = prepare(given, wanted)
    state, writer = start(session, keep)
    if is_finished(session.plan, state):  # what was killed, or failed, while it wrote its files
        keep = replace(keep, force=True)
    say_remarks()
    try:
        return _train(session, state, writer, keep)
    except OutputError:
        if can_resume(session, keep):
            note(f"Go on with: {_resuming(command_line())}")
        raise


def _train(
    session: Session, state: TrainingState, writer: CheckpointWriter, keep: KeepOptions
) -> int:
    plan, console = session.plan, error_console()
    batches = steps(plan, session.parts.training)
    with interruptible() as stop, training_progress(console, plan.epochs, batches) as progress:
        fit(plan, session.parts, state, [writer, progress], stop, session.engine)
    if not is_finished(plan, state):
        writer.write(state)
        note(f"Stopped and saved. Go on with: {_resuming(command_line())}")
        return INTERRUPTED
    title, dataset = session.held_out
    evaluation = evaluate_with(session.engine, plan, result(plan, state), dataset)
    write_files(session, state, evaluation, keep)
    _show(state.history, evaluation, title)
    return 0


def _resuming(command: str) -> str:
    return command if "--resume" in command.split() else f"{command} --resume"


def _show(history: Sequence[EpochRecord], evaluation: Evaluation, title: str) -> None:
    console = output_console()
    console.print(render_curves(history))
    console.print()
    console.print(render_class_report(evaluation.report, title))
