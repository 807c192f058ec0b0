"""Calculations, networks and trainings as pages, before these are written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from cnncalc.explanation import Explanation
from cnncalc.files.kernels import NAMED_KERNELS, read_kernels
from cnncalc.layers import InputLayer, Layer, PoolingLayer, Shape
from cnncalc.layers.convolution import ConvolutionLayer
from cnncalc.part.structure import Part
from cnncalc.provenance import Provenance
from cnncalc.sheet.article_calculations import article_calculations
from cnncalc.sheet.calculations import (
    TrainingPieces,
    least_training_formulas,
    training_specification,
)
from cnncalc.sheet.flow import Flow, make_flow
from cnncalc.sheet.flow_worksheet import as_flow_worksheet
from cnncalc.sheet.planning import is_calculation, make_plan, specify
from cnncalc.sheet.quantities import IMAGE
from cnncalc.sheet.size import least_formulas
from cnncalc.sheet.values import trace_as_written
from cnncalc.sheet.vector_cells import trace_values
from cnncalc.sheet.worksheet import WorksheetOptions, worksheet_identity
from cnncalc.tasks.flows import NumberedFlow, trace_flow, training_flow
from cnncalc.tasks.page_settings import FoundSettings, settings_of
from cnncalc.tasks.places import gradient_place, number_place
from cnncalc.trace import Trace
from cnncalc.training_step.structure import GradientExplanation, StepRecord
from cnncalc.views.page.document import Cell, Page, PageFlow, Settings
from cnncalc.views.page.limits import MOST_FORMULAS, require_formulas, require_pixels

__all__ = [
    "article_page",
    "calculation_page",
    "count_formulas",
    "gradient_page",
    "key_page",
    "network_page",
    "number_cell",
    "recorded_page",
    "require_page",
    "training_page",
    "worksheet_page",
]


def require_page(layers: Sequence[Layer], input_shape: Shape) -> None:
    """Refuse a calculation that no page can hold, before anything is planned for it."""
    require_pixels(input_shape)
    require_formulas(least_formulas(layers, input_shape), "at least ")


def calculation_page(
    trace: Trace,
    origins: Provenance,
    name: str = "",
    cell: Cell | None = None,
) -> Page:
    """Return the page of a calculation: with the settings that its convolution could have.

    Arguments: the `trace`, made by `trace_as_written`; where its numbers came from; the image's
    `name`; the `cell` that it opens at.
    Raises OptionError for more than a million formulas.
    """
    found = settings_of(trace.network, MOST_FORMULAS)
    flows = tuple(_settings_flows(found, trace, origins, name))
    what = _what(trace.network.layers)
    title = f"{what} of {name}" if name else what
    return Page(title, flows, origins, cell, _kernels(trace), unfit=found.unfit)


def worksheet_page(trace: Trace, origins: Provenance, options: WorksheetOptions) -> Page:
    """Return the page of a calculation that is to be filled in; as `calculation_page`."""
    drawn = trace_flow(trace, origins)
    asked = as_flow_worksheet(drawn.flow, drawn.values, options)
    given = _page_flow(NumberedFlow(asked.flow, asked.values, origins))
    # What was typed would lead to the solution.
    known = Provenance(version=origins.version)
    flows = (replace(given, worksheet=asked),)
    return Page("A convolution to be calculated by hand", flows, known, header=asked.header)


def key_page(trace: Trace, origins: Provenance, options: WorksheetOptions) -> Page:
    """Return the page that a worksheet is the question to, called as that is."""
    plan = make_plan([specify(trace.network)])
    header = options.header(worksheet_identity(plan, [trace_values(trace)], options))
    page = calculation_page(trace, origins)
    return replace(page, title=f"Key to the worksheet {header}", header=header)


def _what(layers: Sequence[Layer]) -> str:
    if not layers:
        return "The pixels"
    return "A pooling" if isinstance(layers[0], PoolingLayer) else "A convolution"


def _settings_flows(
    found_settings: FoundSettings, trace: Trace, origins: Provenance, name: str
) -> list[PageFlow]:
    flows: list[PageFlow] = []
    for network, settings in found_settings.calculations:
        found = trace_as_written(network, trace.input.values) if flows else trace
        flows.append(_page_flow(trace_flow(found, origins, name), settings))
    return flows


def _kernels(trace: Trace) -> tuple[tuple[str, list[list[float]]], ...]:
    """Return the named kernels of the size that the first layer's have."""
    layer = trace.network.layers[0] if trace.network.layers else None
    if not isinstance(layer, ConvolutionLayer):
        return ()
    named = ((name, read_kernels(name)[0].values[..., 0]) for name in NAMED_KERNELS)
    return tuple((name, grid.tolist()) for name, grid in named if grid.shape == layer.window_size)


def network_page(
    trace: Trace,
    origins: Provenance,
    title: str,
    class_names: Sequence[str] = (),
    target: int | None = None,
    cell: Cell | None = None,
    part: Part | None = None,
) -> Page:
    """Return the page of a network's way over an image.

    Arguments: the `trace`, made by `trace_as_written`; where its numbers came from; the page's
    `title`; the classes' names, the `target`; the `cell` that it opens at; the `part` of a
    larger network that it is, if it is one.
    Raises OptionError for more than a million formulas, or what `network_calculation` refuses.
    """
    drawn = trace_flow(trace, origins, title, class_names, target, part)
    return Page(title, (_page_flow(drawn),), origins, cell)


def recorded_page(
    trace: Trace,
    origins: Provenance,
    name: str,
    class_names: Sequence[str] = (),
    target: int | None = None,
    cell: Cell | None = None,
) -> Page:
    """Return the page of a trace as what it is of: a calculation, or a network.

    Arguments: as for `network_page`; the `name` of the image.
    """
    require_page(trace.network.layers, trace.network.input_shape)
    written = trace_as_written(trace.network, trace.input.values)
    if is_calculation(trace.network):
        return calculation_page(written, origins, name, cell)
    return network_page(written, origins, f"A network on {name}", class_names, target, cell)


def training_page(pieces: TrainingPieces, step: int = 1) -> Page:
    """Return the page of a training, which opens where a `step` begins.

    Raises OptionError for more than a million formulas, or what `training_calculation` refuses.
    """
    given = _training_flow(pieces)
    cell = None if step == 1 else _first_cell(given.flow, step)
    return Page(pieces.title, (given,), pieces.provenance, cell)


def gradient_page(
    pieces: TrainingPieces, record: StepRecord, explanation: GradientExplanation
) -> Page:
    """Return the page of a training step, which opens at a number of a gradient."""
    given = _training_flow(pieces)
    blocks = [block for part in given.flow.slices for block in part.blocks]
    quantity, (row, column, *index) = gradient_place(record, explanation, blocks)
    cell = Cell(quantity, tuple(index), row, column)
    return Page(pieces.title, (given,), pieces.provenance, cell)


def number_cell(trace: Trace, explanation: Explanation) -> Cell:
    """Return the cell of an explained number in the page of a trace."""
    quantity, (row, column, *index) = number_place(trace, explanation)
    if isinstance(explanation.layer.layer, InputLayer):
        quantity = IMAGE  # the image is there without it
    return Cell(quantity, tuple(index), row, column)


def _training_flow(pieces: TrainingPieces) -> PageFlow:
    least = least_training_formulas(training_specification(pieces))
    require_formulas(least, "at least ")
    return _page_flow(training_flow(pieces))


def _first_cell(flow: Flow, step: int) -> Cell:
    """Return the first cell that a step of a training shows."""
    stage = next(stage for stage in flow.stages if flow.lanes[stage.lane].step == step)
    block = stage.slices[0].blocks[0]
    return Cell(block.quantity, block.index, block.first_row, block.first_column)


def article_page(origins: Provenance) -> Page:
    """Return the page of all of the article's cases, each a calculation of its own."""
    flows = (
        _page_flow(NumberedFlow(make_flow(specification), values, origins))
        for specification, values in article_calculations()
    )
    return Page("Convolution by hand", tuple(flows), origins)


def count_formulas(flow: Flow) -> int:
    """Return how many formulas a flow holds."""
    blocks = (block for part in flow.slices for block in part.blocks)
    return sum(block.height * block.width for block in blocks if block.formula)


def _page_flow(drawn: NumberedFlow, settings: Settings | None = None) -> PageFlow:
    require_formulas(count_formulas(drawn.flow))
    return PageFlow(drawn.flow, drawn.values, drawn.scales, drawn.highest, settings)
