"""The figure of a trace: all stages of a calculation, or a network's layers, from left to right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

from cnncalc.errors import OutputError
from cnncalc.network import Network
from cnncalc.rules.ranges import PIXELS, range_of_numbers
from cnncalc.sheet.calculations import network_calculation
from cnncalc.sheet.flow import Flow, Stage, make_flow
from cnncalc.sheet.plan import Specification, StageScale, Values
from cnncalc.sheet.planning import is_calculation, specify
from cnncalc.sheet.scales import stage_scales
from cnncalc.sheet.scenes import cell_formula
from cnncalc.sheet.vector_cells import trace_values
from cnncalc.trace import Trace
from cnncalc.views.colors import Theme
from cnncalc.views.figure.flow_drawing import Shown, draw_flow
from cnncalc.views.figure.flow_layout import FlowLayout, FlowOptions, lay_out_flow
from cnncalc.views.figure.result_picture import picture_box
from cnncalc.views.figure.shapes import Drawing
from cnncalc.views.figure.stage_boxes import StageBox
from cnncalc.views.picture import Scaling

__all__ = ["TraceFigure", "TraceFlow", "draw_trace", "trace_flow"]

# A flow has a slice for each of a filter's kernels: more take minutes to lay out.
_MOST_KERNELS = 300_000


@dataclass(frozen=True, eq=False)
class TraceFlow:
    """A trace as a flow, with the numbers and the scales of its stages."""

    trace: Trace
    flow: Flow
    values: Values
    scales: tuple[StageScale, ...]


@dataclass(frozen=True)
class TraceFigure:
    """What a trace's figure shows.

    The `theme`; how many `decimals` at most; the `layer` alone, if one is named; the number whose
    window is outlined, if any, as (row, column) or (row, column, channel) of the first layer's
    output; how a photo's result becomes a picture (`scaling`); `sentences` that stand below; the
    `title`, for who doesn't see it.
    """

    theme: Theme = "light"
    decimals: int = 4
    layer: str = ""
    at: tuple[int, ...] | None = None
    scaling: Scaling = "clip"
    sentences: tuple[str, ...] = ()
    title: str = ""


def trace_flow(
    trace: Trace,
    class_names: Sequence[str] = (),
    drawn_from: int | None = None,
    *,
    is_article: bool = False,
) -> TraceFlow:
    """Return a trace as a flow.

    Arguments: the `trace`; its `class_names`, if there are any; the seed that its weights were
    `drawn_from`, if they were; whether its image is a grid of the article's.
    Raises OutputError for a network of too many kernels, ShapeError for an input that is neither an
    image nor a vector.

    >>> from cnncalc import calculate
    >>> trace = calculate("article:6x6", "edge")
    >>> [stage.volume.title for stage in trace_flow(trace).flow.stages]
    ['Image', 'Weights', 'Convolution']
    """
    _require_few_kernels(trace.network)
    specification, values = _calculated(trace, class_names, drawn_from)
    flow = make_flow(specification)
    scales = stage_scales(flow, range_of_numbers(trace.input.values), is_article=is_article)
    return TraceFlow(trace, flow, values, scales)


def _calculated(
    trace: Trace, class_names: Sequence[str], drawn_from: int | None
) -> tuple[Specification, Values]:
    if is_calculation(trace.network):
        return specify(trace.network), trace_values(trace)
    return network_calculation(trace, "", class_names, drawn_from=drawn_from)


def _require_few_kernels(network: Network) -> None:
    kernels = (weights["kernel"].shape for weights in network.weights if "kernel" in weights)
    count = sum(prod(shape[2:]) for shape in kernels)
    if count > _MOST_KERNELS:
        message = (
            f"a figure of a network must have at most {_MOST_KERNELS:,} kernels; trace to a folder "
            f"writes its activation maps, summary -o its architecture. Received: {count:,}"
        )
        raise OutputError(message)


def draw_trace(made: TraceFlow, asked: TraceFigure) -> Drawing:
    """Return the figure of a trace."""
    options = FlowOptions(
        decimals=asked.decimals, footer_lines=len(asked.sentences), layer=asked.layer
    )
    layout = lay_out_flow(made.flow, made.values, made.scales, options, _picture(made, asked))
    shown = _explained(made, asked)
    return draw_flow(layout, asked.theme, shown, asked.title, _described(layout))


def _described(layout: FlowLayout) -> str:
    """Say what is drawn, for who doesn't see it."""
    return "; ".join(f"{stage.title} {stage.size}" for stage in layout.stages) + "."


def _picture(made: TraceFlow, asked: TraceFigure) -> StageBox | None:
    """Return what a calculation made of a photo, None where it is no photo or no picture."""
    image, output = made.trace.input.values, made.trace.output
    is_photo = (
        is_calculation(made.trace.network)
        and image.ndim == output.ndim == 3
        and made.flow.stages[1:] != ()
        and min(image.shape[:2]) >= 32
        and made.scales[0] is StageScale.PIXELS
        and range_of_numbers(image) == PIXELS
        and output.shape[2] in (1, 3)
    )
    if not is_photo:
        return None
    return picture_box(output, asked.scaling, 220 / max(image.shape[:2]), asked.theme)


def _explained(made: TraceFlow, asked: TraceFigure) -> Shown:
    """Return what is outlined: the window of one number of the first layer."""
    stage = _first_result(made.flow)
    if asked.at is None or stage is None:
        return Shown(sentences=asked.sentences)
    row, column, *channel = asked.at
    part = stage.slices[channel[0] if channel else 0]
    formula = cell_formula(part, row, column)
    regions = () if formula is None else formula.regions
    return Shown({}, regions, (part.number, row, column), asked.sentences)


def _first_result(flow: Flow) -> Stage | None:
    results = (stage for stage in flow.stages if stage.volume.is_result)
    return next(results, None)
