"""`cnncalc train`: what the article's last part does with Keras, in NumPy."""

from __future__ import annotations

import cnncalc.cli.one_blas_thread  # noqa: F401 (before anything imports NumPy)

# isort: split
import click

from cnncalc.cli.console import command_line, error_console, note, output_console
from cnncalc.cli.training import Session, check_files, interruptible, prepare, start
from cnncalc.cli.training_options import (
    DataOptions,
    FitOptions,
    KeepOptions,
    data_options,
    fit_options,
    keep_options,
)
from cnncalc.files.checkpoints import checkpoint_path
from cnncalc.files.history import write_history
from cnncalc.files.output import write_atomically
from cnncalc.files.trained_models import write_model
from cnncalc.training.evaluation import evaluate_network
from cnncalc.training.fit import fit, is_finished, result, steps
from cnncalc.training.state import TrainingState
from cnncalc.views.terminal.training import render_class_report, render_curves
from cnncalc.views.terminal.training_progress import training_progress

__all__ = ["train"]

INTERRUPTED = 130


@click.command(epilog="Example: cnncalc train photos --epochs 5 -o model.keras")
@data_options
@fit_options
@keep_options
def train(given: DataOptions, wanted: FitOptions, keep: KeepOptions) -> int:
    """Train a network on DATA, as Keras does, and save it as a .keras file.

    DATA is a folder with one subfolder of photos a class (or such folders in train, validation and
    test), an .npz file with x_train and y_train, a folder of MNIST's IDX files, or a .csv with a
    label column. Without DATA it is the handwritten digits that cnncalc brings along.
    """
    check_files(keep)
    session = prepare(given, wanted)
    state, writer = start(session, keep)
    plan, console = session.plan, error_console()
    batches = steps(plan, session.parts.training)
    with interruptible() as stop, training_progress(console, plan.epochs, batches) as progress:
        fit(plan, session.parts, state, [writer, progress], stop)
    if not is_finished(plan, state):
        writer.write(state)
        note(f"Stopped and saved. Go on with: {_resuming(command_line())}")
        return INTERRUPTED
    _save(session, state, keep)
    _show(session, state)
    return 0


def _resuming(command: str) -> str:
    return command if "--resume" in command.split() else f"{command} --resume"


def _save(session: Session, state: TrainingState, keep: KeepOptions) -> None:
    if keep.history is not None:
        write_history(keep.history, state.history, force=keep.force)
        note(f"wrote {keep.history}")
    with write_atomically(keep.output, force=keep.force) as file:
        write_model(file, session.plan, state, session.parts.training.class_names, session.fit)
    checkpoint_path(keep.output).unlink(missing_ok=True)
    note(f"wrote {keep.output}")


def _show(session: Session, state: TrainingState) -> None:
    console = output_console()
    console.print(render_curves(state.history))
    title, dataset = session.held_out
    console.print()
    network = result(session.plan, state)
    report = evaluate_network(network, session.plan.loss, dataset).report
    console.print(render_class_report(report, title))
