"""`cnncalc train`: what the article's last part does with Keras, in NumPy."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from cnncalc.cli.console import Terminal, command_line, note, output_console
from cnncalc.cli.figures import Figures
from cnncalc.cli.one_blas_thread import give_threads_back
from cnncalc.cli.options import DisplayOptions, OutputOptions, bundled, form_option
from cnncalc.cli.results import RECORD_ENDINGS, check_target, display_of, present_record
from cnncalc.cli.training_options import data_options, keep_options, training_options
from cnncalc.errors import INTERRUPTED, OptionError, OutputError
from cnncalc.files.states import is_state
from cnncalc.tasks.arguments import Caller
from cnncalc.tasks.options import InputOptions
from cnncalc.tasks.training import ShownStep, record_step
from cnncalc.tasks.training_data import check_data
from cnncalc.tasks.training_options import DataOptions, KeepOptions, TrainingOptions
from cnncalc.tasks.training_runs import TrainingResult, TrainingRun, prepare_run
from cnncalc.tasks.training_sessions import prepare
from cnncalc.views.step_records import write_step_json
from cnncalc.views.terminal.training import render_class_report, render_curves
from cnncalc.views.terminal.training_step import SAMPLES_IN_FULL, StepContext, render_step

if TYPE_CHECKING:
    from collections.abc import Callable

    from cnncalc.views.colors import Theme
    from cnncalc.views.figure.shapes import Drawing
    from cnncalc.views.page.document import Page

    MakePage = Callable[[], Page]

__all__ = ["StepOptions", "train"]


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
        help="Show step N, counted from 1, with all its numbers; -o FILE.html writes its page, "
        ".svg, .pdf or .png draws it, .json holds every number; nothing else is saved.",
    ),
    form_option("The step as a table for people; json, every number.", "json"),
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

# A step that is shown is written only where a file is named.
DEFAULT_OUTPUT = Path("model.keras")
_NONE = StepOptions(None, "table", 4, full=False, colors=None)


@click.command(epilog="Example: cnncalc train photos --epochs 5 -o model.keras")
@data_options
@training_options
@keep_options
@step_options
def train(
    given: DataOptions, wanted: TrainingOptions, keep: KeepOptions, shown: StepOptions
) -> int:
    """Train a network on DATA, as Keras does, and save it as a .keras file.

    DATA is a folder with one subfolder of photos a class (or such folders in train, validation and
    test), an .npz file with x_train and y_train, a folder of MNIST's IDX files, or a .csv with a
    label column. Without DATA it is the handwritten digits that cnncalc brings along.
    """
    _check_step(shown, keep, wanted)
    if wanted.engine != "numpy":
        give_threads_back()
    terminal = Terminal()
    if shown.show_step is not None:
        _show_step(given, wanted, shown, shown.show_step, keep, terminal)
        return 0
    saved = keep if keep.output is not None else replace(keep, output=DEFAULT_OUTPUT)
    return _train(prepare_run(given, wanted, saved, terminal), terminal)


def _check_step(shown: StepOptions, keep: KeepOptions, wanted: TrainingOptions) -> None:
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
        "--engine": wanted.engine != "numpy",
    }
    for name, is_asked in asked.items():
        if is_asked:
            message = (
                "--show-step shows one step, worked out by cnncalc itself, and saves nothing. "
                f"Received: {name}"
            )
            raise OptionError(message)
    if wanted.early_stopping is not None:
        message = "--show-step shows a step of all epochs, and validates after none. "
        raise OptionError(message + "Received: --early-stopping")


def _train(run: TrainingRun, terminal: Terminal) -> int:
    """Train, show what came of it, or how to go on from where it was stopped."""
    try:
        result = run.train(terminal)
    except OutputError:
        if run.can_resume:
            note(f"Go on with: {_resuming(command_line())}")
        raise
    if result is None:
        note(f"Stopped and saved. Go on with: {_resuming(command_line())}")
        return INTERRUPTED
    _show(result)
    return 0


def _resuming(command: str) -> str:
    return command if "--resume" in command.split() else f"{command} --resume"


def _show(result: TrainingResult) -> None:
    console = output_console()
    console.print(render_curves(result.history))
    console.print()
    console.print(render_class_report(result.evaluation.report, result.evaluated_on))


def _show_step(
    given: DataOptions,
    wanted: TrainingOptions,
    shown: StepOptions,
    number: int,
    keep: KeepOptions,
    caller: Caller,
) -> None:
    look = DisplayOptions(shown.form, shown.decimals, shown.full, shown.colors)
    target = OutputOptions(keep.output, keep.force, "clip", None, "light")
    check_target(target, InputOptions(given.data), RECORD_ENDINGS)
    ending = "" if keep.output is None else keep.output.suffix.lower()
    is_json = shown.form == "json" or ending == ".json"
    samples = None if shown.full or is_json else SAMPLES_IN_FULL
    if is_state(given.data):
        found, page = _saved_step(given, wanted, number, caller)
    else:
        found, page = _session_step(given, wanted, number, samples, caller)
    origins, names = found.provenance, (found.class_names, found.sample_names)
    pieces = partial(write_step_json, found.record, *names, origins)
    figures = Figures(partial(_draw_step, found, shown.decimals), None)
    step = render_step(found.record, display_of(look), _context(found))
    present_record(step, pieces, look, target, origins, figures, page)


def _session_step(
    given: DataOptions,
    wanted: TrainingOptions,
    number: int,
    samples: int | None,
    caller: Caller,
) -> tuple[ShownStep, MakePage]:
    """Record a step of a training on data; return it, and what makes its page."""
    check_data(given)
    session = prepare(given, wanted, caller)

    def page() -> Page:
        from cnncalc.tasks.page_making import training_page
        from cnncalc.tasks.step_pages import pieces_of_session

        return training_page(pieces_of_session(session, number, caller), number)

    return record_step(session, number, caller, samples), page


def _saved_step(
    given: DataOptions, wanted: TrainingOptions, number: int, caller: Caller
) -> tuple[ShownStep, MakePage]:
    """Record a step of a training that a page saved; return it, and what makes its page again."""
    from cnncalc.tasks.page_making import training_page
    from cnncalc.tasks.step_pages import saved_pieces, saved_step

    pieces = saved_pieces(given, wanted, caller.command, _typed("seed", "engine"))
    return saved_step(pieces, number), partial(training_page, pieces, number)


def _typed(*names: str) -> list[str]:
    """Return which options were typed, be it with the value that they have anyway."""
    source = click.get_current_context().get_parameter_source
    return [f"--{name}" for name in names if source(name) is ParameterSource.COMMANDLINE]


def _draw_step(found: ShownStep, decimals: int, theme: Theme) -> Drawing:
    from cnncalc.views.figure.step_figure import draw_step

    where = _context(found).where
    names, command = found.class_names, found.provenance.command
    return draw_step(found.record, decimals, theme, names, where, command)


def _context(found: ShownStep) -> StepContext:
    step = found.step
    where = f"epoch {step.epoch} of {found.plan.epochs}, batch {step.batch + 1} of {found.batches}"
    return StepContext(where, found.class_names, found.sample_names, found.untrained)
