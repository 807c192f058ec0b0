"""Writing workbooks and pages that calculate, as functions of Python."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Literal

from cnncalc.errors import OptionError
from cnncalc.layers import PoolingLayer, Shape
from cnncalc.shapes import whole_number, whole_numbers
from cnncalc.sheet.paper import Paper
from cnncalc.tasks.argument_checks import as_path, as_texts, given_seed, named, require_flag
from cnncalc.tasks.arguments import (
    Caller,
    DataLike,
    ImageLike,
    KernelLike,
    NetworkLike,
    Say,
    ignore,
)
from cnncalc.tasks.export_forms import ExportForm
from cnncalc.tasks.export_options import PrintOptions, StudentOptions
from cnncalc.tasks.export_writing import ExportRequest, write_exports
from cnncalc.tasks.keyword_options import calculation_options, network_export
from cnncalc.tasks.network_options import NetworkExport
from cnncalc.tasks.network_part import PartOptions
from cnncalc.tasks.options import NO_CALCULATION, CalculationOptions, InputOptions
from cnncalc.tasks.page_writing import PageForm
from cnncalc.tasks.pdf_writing import with_pdf
from cnncalc.tasks.trace_writing import write_trace
from cnncalc.tasks.training_options import TrainingExport
from cnncalc.tasks.workbook_writing import WorkbookForm
from cnncalc.trace import LayerTrace, Trace

__all__ = ["export_page", "export_training", "export_workbook"]


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
    layer_name: str | None = None,
    at: Sequence[int] | None = None,
    depth: int | None = None,
    worksheet: bool = False,
    blank: float | None = None,
    solution: bool = True,
    variants: int | None = None,
    seed: int = 0,
    force: bool = False,
    large: bool = False,
    paper: str = Paper.A4,
    pdf: bool = False,
    say: Say = ignore,
) -> tuple[Path, ...]:
    """Write a workbook whose live formulas do the same calculation.

    With `output` alone it is all of the article's cases; with `kernels`, a calculation on the
    `image`, with every option of `calculate`; with a `network`, that, a sheet a layer, with the
    options of `record`. In the place of the image may stand a trace of either, which knows where
    its image and weights came from; of a Network and an array it doesn't, and the weights count as
    trained: they name a class.
    Arguments: the `output`, an .xlsx file; the classes' names, and the `target` class, which adds
    the cross-entropy; of a network the part behind one number alone, that of a layer's output
    `at` a place, `depth` layers back; whether results are left for students to fill in
    (`worksheet`), which share of them (`blank`), with the `solution` hidden in it (from eyes, not
    from programs: openpyxl and pandas read it) or in a second file alone, in how many `variants`;
    the `seed` of what is drawn; whether existing files are replaced by `force`, and more than a
    million formulas allowed (`large`); the `paper` that its sheets are laid out for, A4, letter or
    A3, and whether LibreOffice prints it beside itself (`pdf`), several worksheets together, and
    their keys; `say`, which hears what was read and written.
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
    require_flag(large, "large")
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
    whole = network_export(network, input_shape, weights, class_names, target, resize=resize)
    students = StudentOptions(worksheet, blank, given_seed(seed), solution, variants)
    part = PartOptions(layer_name, None if at is None else whole_numbers(at), depth)
    request = _request(output, wanted, whole, students, part, force=force)
    printing, caller = PrintOptions(paper, pdf), Caller(say)
    form = WorkbookForm(large, Paper(paper))
    return with_pdf(request, printing, partial(_write, image, request, form, caller), caller)


def export_page(
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
    layer_name: str | None = None,
    at: Sequence[int] | None = None,
    depth: int | None = None,
    worksheet: bool = False,
    blank: float | None = None,
    solution: bool = True,
    variants: int | None = None,
    seed: int = 0,
    force: bool = False,
    say: Say = ignore,
) -> tuple[Path, ...]:
    """Write a page that does the same calculation in any browser, without a network.

    Arguments: the `output`, an .html file; the others as in `export_workbook`, which says what is
    written of which.
    Returns the files that were written.
    Raises what `export_workbook` raises, and OptionError for more than a million formulas.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     [path] = export_page(Path(folder) / "edge.html", "article:6x6", "edge")
    ...     path.name
    'edge.html'
    """
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
    whole = network_export(network, input_shape, weights, class_names, target, resize=resize)
    students = StudentOptions(worksheet, blank, given_seed(seed), solution, variants)
    part = PartOptions(layer_name, None if at is None else whole_numbers(at), depth)
    request = _request(output, wanted, whole, students, part, force=force)
    return _write(image, request, PageForm(), Caller(say))


def _request(
    output: str | Path,
    wanted: CalculationOptions,
    whole: NetworkExport,
    students: StudentOptions,
    part: PartOptions,
    *,
    force: bool,
) -> ExportRequest:
    """Return what is asked for, but for the image."""
    require_flag(force, "force")
    path, training = as_path(output, "output"), TrainingExport()
    return ExportRequest(path, InputOptions(), wanted, whole, training, students, force, part)


def _write(
    image: ImageLike | Trace | None, request: ExportRequest, form: ExportForm, caller: Caller
) -> tuple[Path, ...]:
    """Write what is asked for of an image, or of the trace that stands for it."""
    _require_whole(image, form)
    if isinstance(image, Trace):
        return (write_trace(image, request, form, caller),)
    given = InputOptions(named(image, "image"))
    return write_exports(replace(request, given=given), form, caller)


def _require_whole(image: object, form: ExportForm) -> None:
    if isinstance(image, LayerTrace):
        message = f"{form.noun} is of a whole trace. "
        raise OptionError(message + f"Received: the trace of one layer, {image.layer.name}")


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
    paper: str | None = None,
    say: Say = ignore,
) -> Path:
    """Write a workbook, or a page, in which a network is trained for some steps.

    Arguments: the `output`, an .xlsx file with a sheet a step, or an .html file; the `network`, as
    `record` takes it; the `data`, as `train` takes it, or one image whose `target` class is given
    by name or number; how many `training_steps`, of which `batch_size`; the first `samples` alone,
    again and again; the `paper` of a workbook, A4 where none is named; the others as in `train`,
    `record` and `export_workbook`.
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
    whole = network_export(network, input_shape, weights, class_names, target, resize=resize)
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
        StudentOptions(seed=given_seed(seed)),
        force,
    )
    form = _training_form(request, paper, large=large)
    [path] = write_exports(request, form, Caller(say))
    return path


def _training_form(request: ExportRequest, paper: str | None, *, large: bool) -> ExportForm:
    """Return a page or a workbook, by the ending of the output; a page has no paper."""
    if request.path("").suffix.lower() != ".html":
        named = Paper.A4 if paper is None else paper
        return WorkbookForm(large, Paper(PrintOptions(named).paper))
    if paper is not None:
        message = f"paper is what a workbook is printed on. Received: paper={paper!r} of a page"
        raise OptionError(message)
    return PageForm()
