"""Writing what is asked for: the article, a calculation, a network, a training, in either form."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from cnncalc.errors import OptionError
from cnncalc.files.output import check_output, output_ending, write_atomically
from cnncalc.files.states import is_state
from cnncalc.sheet.values import trace_as_written
from cnncalc.tasks.arguments import Caller
from cnncalc.tasks.calculation import read_calculation
from cnncalc.tasks.class_numbers import class_number
from cnncalc.tasks.export_forms import ExportForm, TitledTrace
from cnncalc.tasks.export_options import StudentOptions
from cnncalc.tasks.flow_reading import require_steps
from cnncalc.tasks.inputs import keep_input
from cnncalc.tasks.memory import keep_all
from cnncalc.tasks.network_options import NO_NETWORK, FittingOptions, NetworkExport, WeightOptions
from cnncalc.tasks.network_part import NO_PART, PartOptions, PartRequest, require_part_alone
from cnncalc.tasks.options import NO_CALCULATION, CalculationOptions, InputOptions
from cnncalc.tasks.saved_states import with_saved_network
from cnncalc.tasks.student_copies import copies, paths
from cnncalc.tasks.tracing import FittedImage, fit_image
from cnncalc.tasks.training_options import TrainingExport
from cnncalc.tasks.training_pieces import training_pieces
from cnncalc.training.metrics import class_count

__all__ = ["ExportRequest", "write_exports"]


@dataclass(frozen=True)
class ExportRequest:
    """What to write: `output` is None for a name made of the image's.

    `given` is the image; `wanted`, `whole` and `training` are the options of a calculation, of a
    whole network, and of its training; existing files are replaced by `force`.
    """

    output: Path | None
    given: InputOptions
    wanted: CalculationOptions
    whole: NetworkExport
    training: TrainingExport
    students: StudentOptions
    force: bool
    part: PartOptions = NO_PART

    def path(self, ending: str) -> Path:
        """Return the path of a file with this ending."""
        if self.output is not None:
            return self.output
        if self.given.text is None:
            return Path(f"{self._name}{ending}")
        if self.given.text == "-":
            return Path(f"input{ending}")
        name = Path(self.given.text.removeprefix("article:"))
        # A workbook's own name would replace it.
        return Path(name.stem + ("-calculation" * (name.suffix.lower() == ending)) + ending)

    @property
    def _name(self) -> str:
        """What a file is called where no image is named."""
        if self.training.training_steps is not None and self.whole.target is None:
            return "training"
        return "digit4" if self.wanted.kernels or self.whole.network is not None else "article"


def write_exports(request: ExportRequest, form: ExportForm, caller: Caller) -> tuple[Path, ...]:
    """Write the workbook or page that is asked for, or worksheets and their keys.

    Returns the files that were written.
    """
    path, given, wanted = request.path(form.ending), request.given, request.wanted
    resumed, whole, is_training = with_saved_network(given, wanted, request.whole)
    request = replace(request, given=resumed, whole=whole)
    require_steps(request.training)
    has_network, trains = whole.network is not None, request.training.training_steps is not None
    require_part_alone(request.part, has_network=has_network, is_training=trains or is_training)
    output_ending(path, (form.ending,))
    files = paths(path, request.students)
    for file in files:
        keep_input(file, given)
        check_output(file, force=request.force)
    if request.training.training_steps is not None or is_training:
        _require_network_alone(request)
        said = _write_training(request, path, form, caller)
    elif request.whole.network is not None:
        _require_network_alone(request)
        said = _write_network(request, path, form, caller)
    else:
        _require_network(request.whole)
        if given.source is not None or wanted.kernels:
            _write_calculation(request, path, form, caller)
            return tuple(files)
        said = _write_article(request, path, form, caller)
    caller.note(f"wrote {path} ({said})")
    return (path,)


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


def _refuse_idle_seed(students: StudentOptions) -> None:
    """Refuse a seed from which nothing is drawn: no blanks, no variants, no weights."""
    if students.seed is not None and not students.wanted:
        message = (
            "--seed is for a worksheet, whose blanks and variants are drawn, and for a network's "
            f"weights. Received: --seed {students.seed} with neither"
        )
        raise OptionError(message)


def _write_training(request: ExportRequest, path: Path, form: ExportForm, caller: Caller) -> str:
    seed = request.students.seed
    pieces = training_pieces(request.given, request.whole, request.training, seed, caller)
    with write_atomically(path, force=request.force) as file:
        return form.write_training(file, pieces, caller)


def _write_network(request: ExportRequest, path: Path, form: ExportForm, caller: Caller) -> str:
    part = _part(request, form)
    whole = request.whole
    fitted = fit_image(
        whole.network_options,
        WeightOptions(whole.weights, request.students.seed),
        request.given,
        FittingOptions(whole.resize, whole.class_names),
        caller,
        keep=part.keep if part else keep_all,
    )
    titled = part.titled(fitted, caller) if part else _titled(request, fitted, form)
    with write_atomically(path, force=request.force) as file:
        return form.write_network(file, titled, caller)


def _part(request: ExportRequest, form: ExportForm) -> PartRequest | None:
    """Return the part that is asked for, if one is."""
    asked = request.part
    if asked.layer_name is None or asked.at is None:
        return None
    if request.whole.target is not None:
        message = "a part of a network tells no classes apart. Received: --target with --layer"
        raise OptionError(message)
    return PartRequest(asked.layer_name, asked.at, asked.depth, form.most_formulas)


def _titled(request: ExportRequest, fitted: FittedImage, form: ExportForm) -> TitledTrace:
    """Return a whole network's way over an image, after it was found that a file can hold it."""
    whole = request.whole
    network, names = fitted.network, fitted.class_names
    target = class_number(whole.target, names, class_count(network.shapes[-1]))
    form.require_network(network)
    trace, origins = trace_as_written(network, fitted.image.values), fitted.provenance
    title = f"A network on {fitted.image.name}"
    return TitledTrace(trace, origins, title, names, target)


def _write_article(request: ExportRequest, path: Path, form: ExportForm, caller: Caller) -> str:
    if request.wanted != NO_CALCULATION:
        message = f"{form.noun} of your own calculation needs --kernel. "
        raise OptionError(message + "Received: other options only")
    _refuse_worksheet(request.students, "none")
    _refuse_idle_seed(request.students)
    with write_atomically(path, force=request.force) as file:
        return form.write_article(file, caller)


_HIDDEN_SOLUTIONS = (
    "each worksheet holds its solution, hidden from eyes, not from programs; with --no-solution "
    "it is in the key alone"
)


def _write_calculation(
    request: ExportRequest, path: Path, form: ExportForm, caller: Caller
) -> None:
    if not request.wanted.kernels and not is_state(request.given.text):
        message = f"{form.noun} of your own calculation needs --kernel. Received: none"
        raise OptionError(message)
    students = request.students
    _refuse_idle_seed(students)
    asked = read_calculation(request.given, request.wanted, caller, form.require_calculation)
    # The image's name would tell a student what the command was.
    title = "" if students.wanted else asked.image.name
    image = asked.image.values
    if students.variants and students.solution:
        caller.note(_HIDDEN_SOLUTIONS)
    for copy in copies(path, asked.network, image, students, asked.provenance):
        with write_atomically(copy.path, force=request.force) as file:
            said = form.write_calculation(file, copy, title, caller)
        caller.note(f"wrote {copy.path} ({said})")
