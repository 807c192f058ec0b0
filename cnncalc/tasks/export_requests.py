"""What is exported as a workbook: the article, a calculation, a network, or a training."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path

from cnncalc.errors import OptionError
from cnncalc.files.output import check_output, output_ending, write_atomically
from cnncalc.sheet.planning import make_plan, specify_network
from cnncalc.sheet.size import least_formulas
from cnncalc.sheet.values import trace_as_written
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
from cnncalc.views.workbook.limits import require_formulas, require_limits

__all__ = ["ExportRequest", "write_workbooks"]


@dataclass(frozen=True)
class ExportRequest:
    """What to write as a workbook: `output` is None for a name made of the image's.

    `given` is the image; `wanted`, `whole` and `training` are the options of a calculation, of a
    whole network, and of its training; existing files are replaced by `force`, and a `large`
    workbook is allowed.
    """

    output: Path | None
    given: InputOptions
    wanted: CalculationOptions
    whole: NetworkExport
    training: TrainingExport
    students: StudentOptions
    force: bool
    large: bool

    @property
    def path(self) -> Path:
        """The workbook's path."""
        if self.output is not None:
            return self.output
        if self.given.text is None:
            return Path(f"{self._name}.xlsx")
        if self.given.text == "-":
            return Path("input.xlsx")
        name = Path(self.given.text.removeprefix("article:"))
        # A workbook's own name would replace it.
        return Path(name.stem + ("-calculation" * (name.suffix.lower() == ".xlsx")) + ".xlsx")

    @property
    def _name(self) -> str:
        """What a workbook is called where no image is named."""
        if self.training.training_steps is not None and self.whole.target is None:
            return "training"
        return "digit4" if self.wanted.kernels or self.whole.network is not None else "article"


def write_workbooks(request: ExportRequest, caller: Caller) -> tuple[Path, ...]:
    """Write the workbook that is asked for, or worksheets and their keys.

    Returns the files that were written.
    """
    path, given, wanted = request.path, request.given, request.wanted
    _require_steps(request.training)
    output_ending(path, (".xlsx",))
    files = paths(path, request.students)
    for file in files:
        keep_input(file, given)
        check_output(file, force=request.force)
    if request.training.training_steps is not None:
        _require_network_alone(request)
        said = _write_training(request, caller)
    elif request.whole.network is not None:
        _require_network_alone(request)
        said = _write_network(request, caller)
    else:
        _require_network(request.whole)
        if given.source is not None or wanted.kernels:
            _write_calculation(request, caller)
            return tuple(files)
        said = _write_article(request, caller)
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


def _require_network_alone(request: ExportRequest) -> None:
    if request.wanted != NO_CALCULATION:
        message = "--network brings its own layers: options of a calculation can't be added to it"
        raise OptionError(message)
    _refuse_worksheet(request.students, "--network")


def _refuse_worksheet(students: StudentOptions, received: str) -> None:
    if students.wanted:
        message = "a worksheet is made of one calculation: name its --kernel. "
        raise OptionError(message + f"Received: {received}")


def _write_training(request: ExportRequest, caller: Caller) -> str:
    seed = request.students.seed
    pieces = training_pieces(request.given, request.whole, request.training, seed, caller)
    with write_atomically(request.path, force=request.force) as file:
        return export_training(file, pieces, caller, large=request.large)


def _write_network(request: ExportRequest, caller: Caller) -> str:
    whole, large = request.whole, request.large
    fitted = fit_image(
        whole.network_options,
        WeightOptions(whole.weights, request.students.seed),
        request.given,
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
    with write_atomically(request.path, force=request.force) as file:
        return export_network(file, trace, origins, caller, title, names, target, large=large)


def _write_article(request: ExportRequest, caller: Caller) -> str:
    if request.wanted != NO_CALCULATION:
        message = "a workbook of your own calculation needs --kernel. Received: other options only"
        raise OptionError(message)
    _refuse_worksheet(request.students, "none")
    with write_atomically(request.path, force=request.force) as file:
        return export_article(file, caller)


def _write_calculation(request: ExportRequest, caller: Caller) -> None:
    if not request.wanted.kernels:
        message = "a workbook of your own calculation needs --kernel. Received: none"
        raise OptionError(message)
    students, large = request.students, request.large
    require = partial(require_workbook, large=large)
    asked = read_calculation(request.given, request.wanted, caller, require)
    # The image's name would tell a student what the command was.
    title = "" if students.wanted else asked.image.name
    image = asked.image.values
    for copy in copies(request.path, asked.network, image, students, asked.provenance):
        with write_atomically(copy.path, force=request.force) as file:
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
