"""Writing a workbook that calculates, and verifying one, as functions of Python."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal

from cnncalc.errors import OptionError
from cnncalc.files.output import check_output, output_ending, write_atomically
from cnncalc.layers import PoolingLayer, Shape
from cnncalc.notation import write
from cnncalc.provenance import Origin, Provenance
from cnncalc.shapes import whole_number
from cnncalc.sheet.planning import is_calculation
from cnncalc.tasks.argument_checks import (
    as_path,
    as_texts,
    local,
    named,
    optional_path,
    require_flag,
)
from cnncalc.tasks.arguments import (
    Caller,
    DataLike,
    ImageLike,
    KernelLike,
    NetworkLike,
    Say,
    ignore,
)
from cnncalc.tasks.convolving import calculation_options
from cnncalc.tasks.export_requests import ExportRequest, write_workbooks
from cnncalc.tasks.options import (
    NO_CALCULATION,
    CalculationOptions,
    InputOptions,
    NetworkExport,
    StudentOptions,
)
from cnncalc.tasks.tracing import class_number
from cnncalc.tasks.training_options import TrainingExport
from cnncalc.tasks.workbook_writing import export_recorded
from cnncalc.trace import LayerTrace, Trace
from cnncalc.training.metrics import class_count

__all__ = ["export_training", "export_workbook"]


def export_workbook(
    output: str | Path,
    image: ImageLike | Trace | None = None,
    kernels: KernelLike | Sequence[KernelLike] | None = None,
    bias: float | Sequence[float] | None = None,
    *,
    padding: str | int | Sequence[int] = "valid",
    strides: int | Sequence[int] = 1,
    dilation_rate: int | Sequence[int] = 1,
    activation: str | None = None,
    depthwise: bool = False,
    combine: Literal["sum", "max"] | None = None,
    pooling: PoolingLayer | None = None,
    network: NetworkLike | None = None,
    input_shape: Shape | None = None,
    weights: str | Path | None = None,
    resize: bool = False,
    class_names: Sequence[str] | None = None,
    target: str | int | None = None,
    worksheet: bool = False,
    blank: float | None = None,
    solution: bool = True,
    variants: int | None = None,
    seed: int = 0,
    force: bool = False,
    large: bool = False,
    say: Say = ignore,
) -> tuple[Path, ...]:
    """Write a workbook whose live formulas do the same calculation.

    With `output` alone it is all of the article's cases; with `kernels`, a calculation on the
    `image`, with every option of `calculate`; with a `network`, that, a sheet a layer, with the
    options of `record`. In the place of the image may stand a trace of either, which knows where
    its image and weights came from; of a Network and an array it doesn't, and the weights count as
    trained: they name a class.
    Arguments: the `output`, an .xlsx file; the classes' names, and the `target` class, which adds
    the cross-entropy; whether results are left for students to fill in (`worksheet`), which share
    of them (`blank`), with the `solution` hidden in it or in a second file, in how many `variants`;
    the `seed` of what is drawn; whether existing files are replaced by `force`, and more than a
    million formulas allowed (`large`); `say`, which hears what was read and written.
    Returns the files that were written.
    Raises OptionError for options that don't go together, OutputError where a file can't be
    written, and what `calculate` and `record` raise.

    >>> from tempfile import TemporaryDirectory
    >>> from cnncalc import verify
    >>> with TemporaryDirectory() as folder:
    ...     [path] = export_workbook(Path(folder) / "edge.xlsx", "article:6x6", "edge")
    ...     path.name, verify(path, "formualizer").agrees
    ('edge.xlsx', True)
    """
    require_flag(force, "force")
    require_flag(large, "large")
    caller, path = Caller(say), as_path(output, "output")
    wanted = calculation_options(
        kernels,
        bias,
        padding,
        strides,
        dilation_rate,
        activation,
        pooling,
        combine,
        depthwise=depthwise,
    )
    whole = NetworkExport(
        local(network, "network"),
        input_shape,
        optional_path(weights, "weights"),
        resize,
        class_names,
        _text(target),
    )
    students = StudentOptions(worksheet, blank, seed, solution, variants)
    _require_whole(image)
    if isinstance(image, Trace):
        _require_trace_alone(image, wanted, whole, students)
        return (_write_trace(path, image, whole, caller, force=force, large=large),)
    given = InputOptions(named(image, "image"))
    request = ExportRequest(path, given, wanted, whole, TrainingExport(), students, force, large)
    return write_workbooks(request, caller)


def _require_whole(image: object) -> None:
    if isinstance(image, LayerTrace):
        message = "a workbook is of a whole trace. "
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
        "seed": students.seed != 0,
        "options of a worksheet": students.wanted,
    }
    if is_calculation(trace.network):
        idle |= {"class_names": whole.class_names is not None, "target": whole.target is not None}
    given = [name for name, is_given in idle.items() if is_given]
    if given:
        message = "a trace is exported as it is, without what would make another. "
        raise OptionError(message + f"Received: {', '.join(given)}")


def _write_trace(
    path: Path, trace: Trace, whole: NetworkExport, caller: Caller, *, force: bool, large: bool
) -> Path:
    output_ending(path, (".xlsx",))
    check_output(path, force=force)
    names = tuple(whole.class_names or ())
    if isinstance(whole.class_names, str):
        names = tuple(name.strip() for name in whole.class_names.split(","))
    target = class_number(whole.target, names, class_count(trace.output.shape))
    origins = _trace_origins(trace)
    title = _image_name(trace.provenance)
    if not is_calculation(trace.network):
        title = f"A network on {title}"
    with write_atomically(path, force=force) as file:
        said = export_recorded(file, trace, origins, caller, names, title, target, large=large)
    caller.note(f"wrote {path} ({said})")
    return path


def _trace_origins(trace: Trace) -> Provenance:
    """Return where a trace comes from; of a Network and an array, that both are from Python."""
    origins = trace.provenance or Provenance(
        network=Origin("Python", "a network"), layers=write(trace.network.layers)
    )
    if origins.image is not None and origins.image.kind != "Python":
        return origins
    shape = "×".join(map(str, trace.input.values.shape))
    return replace(origins, image=Origin("Python", f"an image, {shape}"))


def _image_name(origins: Provenance | None) -> str:
    """Return what an image is called: its file's name, or how an array's description begins."""
    origin = None if origins is None else origins.image
    if origin is None:
        return "image"
    if origin.kind == "Python":
        return origin.name.partition(": ")[0]
    return origin.name or origin.kind


def export_training(
    output: str | Path,
    network: NetworkLike,
    data: ImageLike | DataLike | None = None,
    *,
    training_steps: int = 1,
    target: str | int | None = None,
    batch_size: int | None = None,
    samples: int | None = None,
    loss: str | None = None,
    optimizer: str | None = None,
    learning_rate: float | None = None,
    validation_split: float | None = None,
    input_shape: Shape | None = None,
    weights: str | Path | None = None,
    resize: bool = False,
    class_names: Sequence[str] | None = None,
    raw: bool = False,
    ignored: Sequence[str] = (),
    seed: int = 0,
    force: bool = False,
    large: bool = False,
    say: Say = ignore,
) -> Path:
    """Write a workbook in which a network is trained for some steps, a sheet each.

    Arguments: the `output`, an .xlsx file; the `network`, as `record` takes it; the `data`, as
    `train` takes it, or one image whose `target` class is given by name or number; how many
    `training_steps`, of which `batch_size`; the first `samples` alone, again and again; the others
    as in `train`, `record` and `export_workbook`.
    Returns the file that was written.
    Raises what `train` and `export_workbook` raise.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     export_training(Path(folder) / "step.xlsx", "Flatten(); Dense(2, activation='softmax')",
    ...                     [[0, 16], [8, 4]], target=1).name
    'step.xlsx'
    """
    require_flag(force, "force")
    require_flag(large, "large")
    whole = NetworkExport(
        local(network, "network"),
        input_shape,
        optional_path(weights, "weights"),
        resize,
        class_names,
        _text(target),
    )
    training = TrainingExport(
        whole_number(training_steps, "training_steps"),
        batch_size,
        samples,
        loss,
        optimizer,
        learning_rate,
        validation_split,
        raw,
        as_texts(ignored, "ignored"),
    )
    request = ExportRequest(
        as_path(output, "output"),
        InputOptions(named(data, "data")),
        NO_CALCULATION,
        whole,
        training,
        StudentOptions(seed=seed),
        force,
        large,
    )
    [path] = write_workbooks(request, Caller(say))
    return path


def _text(target: str | int | None) -> str | None:
    return None if target is None else str(target)
