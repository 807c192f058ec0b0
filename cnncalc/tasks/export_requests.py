"""What is exported as a workbook: the article, a calculation, a network, or a training."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from cnncalc.errors import OptionError
from cnncalc.files.output import check_output, output_ending, write_atomically
from cnncalc.sheet.planning import make_plan, specify_network
from cnncalc.sheet.size import least_formulas
from cnncalc.tasks.arguments import Caller
from cnncalc.tasks.calculation import read_calculation
from cnncalc.tasks.inputs import keep_input
from cnncalc.tasks.options import (
    NO_CALCULATION,
    NO_NETWORK,
    CalculationOptions,
    FittingOptions,
    InputOptions,
    NetworkExport,
    StudentOptions,
    WeightOptions,
    given_options,
)
from cnncalc.tasks.tracing import class_number, fit_image
from cnncalc.tasks.training_options import TrainingExport
from cnncalc.tasks.training_pieces import training_pieces
from cnncalc.tasks.workbook_writing import (
    copies,
    export_article,
    export_network,
    export_trace,
    export_training,
    paths,
    require_workbook,
)
from cnncalc.training.metrics import class_count
from cnncalc.views.workbook.export import trace_as_written
from cnncalc.views.workbook.limits import require_formulas, require_limits

__all__ = ["write_workbooks"]


def write_workbooks(
    output: Path | None,
    given: InputOptions,
    wanted: CalculationOptions,
    whole: NetworkExport,
    training: TrainingExport,
    students: StudentOptions,
    caller: Caller,
    *,
    force: bool = False,
    large: bool = False,
) -> tuple[Path, ...]:
    """Write the workbook that options ask for, or worksheets and their keys.

    Arguments: the `output` file, None for a name made of the image's; the image's options; those of
    a calculation, of a whole network, of its training, and for students; the `caller`; whether
    existing files are replaced by `force`, and a `large` workbook is allowed.
    Returns the files that were written.
    """
    _require_steps(training)
    path = output or _default_name(given, _without_input(wanted, whole, training))
    output_ending(path, (".xlsx",))
    files = paths(path, students)
    for file in files:
        keep_input(file, given)
        check_output(file, force=force)
    if training.training_steps is not None:
        _require_network_alone(wanted, students)
        said = _write_training(path, given, whole, training, students.seed, caller, force, large)
    elif whole.network is not None:
        _require_network_alone(wanted, students)
        said = _write_network(path, given, whole, students.seed, caller, force, large)
    else:
        _require_network(whole)
        if given.source is not None or wanted.kernels:
            _write_calculation(path, given, wanted, students, caller, force, large)
            return tuple(files)
        said = _write_article(path, wanted, students, caller, force)
    caller.note(f"wrote {path} ({said})")
    return (path,)


def _require_steps(training: TrainingExport) -> None:
    """Refuse options of a training where none is asked for."""
    given = given_options(training)
    if given and training.training_steps is None:
        message = (
            "options of a training need --training-steps N. "
            f"Received: {', '.join(given)} without it"
        )
        raise OptionError(message)


def _require_network(whole: NetworkExport) -> None:
    """Refuse options of a network where none is given."""
    if whole != NO_NETWORK:
        message = (
            "--input-shape, --weights, --resize, --class-names and --target need --network. "
            "Received: none"
        )
        raise OptionError(message)


def _require_network_alone(wanted: CalculationOptions, students: StudentOptions) -> None:
    if wanted != NO_CALCULATION:
        message = "--network brings its own layers: options of a calculation can't be added to it"
        raise OptionError(message)
    _refuse_worksheet(students, "--network")


def _refuse_worksheet(students: StudentOptions, received: str) -> None:
    if students.wanted:
        message = "a worksheet is made of one calculation: name its --kernel. "
        raise OptionError(message + f"Received: {received}")


def _write_training(
    path: Path,
    given: InputOptions,
    whole: NetworkExport,
    training: TrainingExport,
    seed: int,
    caller: Caller,
    force: bool,
    large: bool,
) -> str:
    pieces = training_pieces(given, whole, training, seed, caller)
    with write_atomically(path, force=force) as file:
        return export_training(file, pieces, caller, large=large)


def _write_network(
    path: Path,
    given: InputOptions,
    whole: NetworkExport,
    seed: int,
    caller: Caller,
    force: bool,
    large: bool,
) -> str:
    fitted = fit_image(
        whole.network_options,
        WeightOptions(whole.weights, seed),
        given,
        FittingOptions(whole.resize, whole.class_names),
        caller,
    )
    network, names = fitted.network, fitted.class_names
    target = class_number(whole.target, names, class_count(network.shapes[-1]))
    # Before anything is computed, which may take long, as a plan of many cells does, too.
    least = least_formulas(network.layers, network.input_shape)
    require_formulas(least, large=large, words="at least ")
    require_limits(make_plan([specify_network(network)]), large=large)
    trace, origins = trace_as_written(network, fitted.image.values), fitted.provenance
    title = f"A network on {fitted.image.name}"
    with write_atomically(path, force=force) as file:
        return export_network(file, trace, origins, caller, title, names, target, large=large)


def _write_article(
    path: Path, wanted: CalculationOptions, students: StudentOptions, caller: Caller, force: bool
) -> str:
    if wanted != NO_CALCULATION:
        message = "a workbook of your own calculation needs --kernel. Received: other options only"
        raise OptionError(message)
    _refuse_worksheet(students, "none")
    with write_atomically(path, force=force) as file:
        return export_article(file, caller)


def _write_calculation(
    path: Path,
    given: InputOptions,
    wanted: CalculationOptions,
    students: StudentOptions,
    caller: Caller,
    force: bool,
    large: bool,
) -> None:
    if not wanted.kernels:
        message = "a workbook of your own calculation needs --kernel. Received: none"
        raise OptionError(message)
    asked = read_calculation(given, wanted, caller, partial(require_workbook, large=large))
    # The image's name would tell a student what the command was.
    title = "" if students.wanted else asked.image.name
    for copy in copies(path, asked.network, asked.image.values, students, asked.provenance):
        with write_atomically(copy.path, force=force) as file:
            said = export_trace(
                file,
                copy.trace,
                copy.provenance,
                caller,
                title,
                copy.worksheet,
                copy.key_to,
                large=large,
            )
        caller.note(f"wrote {copy.path} ({said})")


def _without_input(
    wanted: CalculationOptions, whole: NetworkExport, training: TrainingExport
) -> str:
    """Return what a workbook is called where no image is named."""
    if training.training_steps is not None and whole.target is None:
        return "training"
    return "digit4" if wanted.kernels or whole.network is not None else "article"


def _default_name(given: InputOptions, otherwise: str) -> Path:
    if given.text is None:
        return Path(f"{otherwise}.xlsx")
    if given.text == "-":
        return Path("input.xlsx")
    name = Path(given.text.removeprefix("article:"))
    # A workbook's own name would replace it.
    return Path(name.stem + ("-calculation.xlsx" if name.suffix.lower() == ".xlsx" else ".xlsx"))
