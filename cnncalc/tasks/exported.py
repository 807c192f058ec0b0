"""One export that Python asks for: checked, and written as a workbook or a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cnncalc.errors import OptionError
from cnncalc.files.output import check_output, output_ending, write_atomically
from cnncalc.layers import Shape
from cnncalc.sheet.planning import is_calculation
from cnncalc.tasks.argument_checks import local, named, optional_path, require_flag
from cnncalc.tasks.arguments import Caller, ImageLike, NetworkLike
from cnncalc.tasks.export_requests import ExportForm, ExportRequest, write_exports
from cnncalc.tasks.options import (
    NO_CALCULATION,
    CalculationOptions,
    InputOptions,
    NetworkExport,
    StudentOptions,
)
from cnncalc.tasks.trace_origins import TitledTrace, image_name, trace_origins
from cnncalc.tasks.tracing import class_number
from cnncalc.tasks.training_options import TrainingExport
from cnncalc.trace import LayerTrace, Trace
from cnncalc.training.metrics import class_count

__all__ = ["Exported", "whole_network"]


def whole_network(
    network: NetworkLike | None,
    input_shape: Shape | None,
    weights: str | Path | None,
    class_names: Sequence[str] | None,
    target: str | int | None,
    *,
    resize: bool,
) -> NetworkExport:
    """Return the options of a whole network as the command line has them."""
    return NetworkExport(
        local(network, "network"),
        input_shape,
        optional_path(weights, "weights"),
        resize,
        class_names,
        None if target is None else str(target),
    )


@dataclass(frozen=True)
class Exported:
    """What is to be written to a `path`: of an `image`, or of the trace that stands for it."""

    path: Path
    image: ImageLike | Trace | None
    wanted: CalculationOptions
    whole: NetworkExport
    students: StudentOptions

    def write(self, form: ExportForm, caller: Caller, *, force: bool) -> tuple[Path, ...]:
        """Write it as a workbook or a page, and return the files that were written."""
        require_flag(force, "force")
        _require_whole(self.image, form)
        if isinstance(self.image, Trace):
            _require_trace_alone(self.image, self.wanted, self.whole, self.students)
            trace, whole = self.image, self.whole
            return (_write_trace(self.path, trace, whole, form, caller, force=force),)
        given = InputOptions(named(self.image, "image"))
        request = ExportRequest(
            self.path, given, self.wanted, self.whole, TrainingExport(), self.students, force
        )
        return write_exports(request, form, caller)


def _require_whole(image: object, form: ExportForm) -> None:
    if isinstance(image, LayerTrace):
        message = f"{form.noun} is of a whole trace. "
        raise OptionError(message + f"Received: the trace of one layer, {image.layer.name}")


def _require_trace_alone(
    trace: Trace, wanted: CalculationOptions, whole: NetworkExport, students: StudentOptions
) -> None:
    """Refuse options that would do nothing for a trace, whose numbers are there."""
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


def _write_trace(
    path: Path,
    trace: Trace,
    whole: NetworkExport,
    form: ExportForm,
    caller: Caller,
    *,
    force: bool,
) -> Path:
    output_ending(path, (form.ending,))
    check_output(path, force=force)
    names = tuple(whole.class_names or ())
    if isinstance(whole.class_names, str):
        names = tuple(name.strip() for name in whole.class_names.split(","))
    target = class_number(whole.target, names, class_count(trace.output.shape))
    name = image_name(trace.provenance)
    titled = TitledTrace(trace, trace_origins(trace), name, names, target)
    with write_atomically(path, force=force) as file:
        said = form.write_trace(file, titled, caller)
    caller.note(f"wrote {path} ({said})")
    return path
