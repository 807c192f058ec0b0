"""Writing a trace that Python has, as it is, as a workbook or a page."""

from __future__ import annotations

from pathlib import Path

from cnncalc.errors import OptionError
from cnncalc.files.output import check_output, output_ending, write_atomically
from cnncalc.sheet.planning import is_calculation
from cnncalc.tasks.arguments import Caller
from cnncalc.tasks.class_numbers import class_number
from cnncalc.tasks.export_forms import ExportForm, TitledTrace, image_name, trace_origins
from cnncalc.tasks.export_writing import ExportRequest
from cnncalc.tasks.network_options import NetworkExport
from cnncalc.tasks.options import NO_CALCULATION
from cnncalc.trace import Trace
from cnncalc.training.metrics import class_count

__all__ = ["write_trace"]


def write_trace(trace: Trace, request: ExportRequest, form: ExportForm, caller: Caller) -> Path:
    """Write a trace as a workbook or a page: of its request the output, the classes, the target.

    Returns the file that was written.
    Raises OptionError for options that would make another trace, OutputError as `write_exports`.
    """
    _require_trace_alone(trace, request)
    path = request.path(form.ending)
    output_ending(path, (form.ending,))
    check_output(path, force=request.force)
    titled = _titled(trace, request.whole)
    with write_atomically(path, force=request.force) as file:
        said = form.write_trace(file, titled, caller)
    caller.note(f"wrote {path} ({said})")
    return path


def _titled(trace: Trace, whole: NetworkExport) -> TitledTrace:
    names = tuple(whole.class_names or ())
    if isinstance(whole.class_names, str):
        names = tuple(name.strip() for name in whole.class_names.split(","))
    target = class_number(whole.target, names, class_count(trace.output.shape))
    name = image_name(trace.provenance)
    return TitledTrace(trace, trace_origins(trace), name, names, target)


def _require_trace_alone(trace: Trace, request: ExportRequest) -> None:
    """Refuse options that would do nothing for a trace, whose numbers are there."""
    wanted, whole, students = request.wanted, request.whole, request.students
    idle = {
        "options of a calculation": wanted != NO_CALCULATION,
        "network": whole.network is not None,
        "input_shape": whole.input_shape is not None,
        "weights": whole.weights is not None,
        "resize": whole.resize,
        "seed": students.seed is not None,
        "options of a worksheet": students.wanted,
    }
    if is_calculation(trace.network):
        idle |= {"class_names": whole.class_names is not None, "target": whole.target is not None}
    given = [name for name, is_given in idle.items() if is_given]
    if given:
        message = "a trace is exported as it is, without what would make another. "
        raise OptionError(message + f"Received: {', '.join(given)}")
