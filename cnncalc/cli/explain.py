"""`cnncalc explain`: where one number of a network came from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import click

from cnncalc.cli.explained_gradient import (
    GradientOptions,
    check_gradient,
    gradient_options,
    record_first_step,
    require_gradient,
)
from cnncalc.cli.network_argument import (
    NetworkOptions,
    WeightOptions,
    network_options,
    weight_options,
)
from cnncalc.cli.network_request import FitOptions, fit_options, trace_image
from cnncalc.cli.options import (
    DisplayOptions,
    InputOptions,
    OutputOptions,
    bundled,
    display_options,
    input_options,
    output_options,
)
from cnncalc.cli.results import check_target, display_of, present, present_page
from cnncalc.cli.types import POSITION
from cnncalc.explanation import explain as explain_number
from cnncalc.trace import Trace
from cnncalc.training_step.explaining import explain_gradient
from cnncalc.training_step.vanishing import with_reason
from cnncalc.views.step_records import write_gradient_json
from cnncalc.views.terminal.explanations import render_derivation
from cnncalc.views.terminal.gradient_explanations import render_gradient

__all__ = ["explain"]


@dataclass(frozen=True)
class QuestionOptions:
    """Which number is explained, how far back, and the workbook that it may stand in."""

    layer_name: str
    at: tuple[int, ...]
    depth: int
    workbook: Path | None


question_options = bundled(
    "asked",
    QuestionOptions,
    click.option(
        "--layer", "layer_name", metavar="NAME", required=True, help="The layer, by its name."
    ),
    click.option(
        "--at",
        type=POSITION,
        required=True,
        help="Which of its numbers, counted from 0; the UNIT alone in a row of numbers.",
    ),
    click.option(
        "--depth",
        type=click.IntRange(min=1),
        default=1,
        show_default=True,
        help="How many layers back: 2 explains the numbers that it came from as well.",
    ),
    click.option(
        "--workbook",
        type=click.Path(path_type=Path),
        metavar="FILE.xlsx",
        help="Say in which cell of this workbook, exported of the network, the number stands.",
    ),
)


@click.command(
    epilog="Example: cnncalc explain 'Conv2D(2, 3); MaxPooling2D(2)' --layer conv2d --at 3,1,0"
)
@network_options
@input_options
@question_options
@gradient_options
@weight_options
@fit_options
@display_options
@output_options
def explain(
    wanted: NetworkOptions,
    given: InputOptions,
    asked: QuestionOptions,
    slope: GradientOptions,
    initial: WeightOptions,
    fitting: FitOptions,
    look: DisplayOptions,
    target: OutputOptions,
) -> None:
    """Show where one number of NETWORK came from, on the way from INPUT's pixels to it.

    Its products, their sum, bias and activation, or whatever its layer does, and the pixels that
    it depends on. Of the numbers before it, --depth explains those that contribute most (--full:
    all). NETWORK and INPUT are as in trace, which names the layers. With --gradient, where one
    number of a gradient came from, in a first step of training.
    """
    if slope.gradient is not None:
        _explain_gradient(wanted, given, asked, slope, initial, fitting, look, target)
        return
    require_gradient(slope)
    check_target(target, given)
    traced = trace_image(wanted, initial, given, fitting)
    trace = traced.trace
    cell = _cell(asked, trace)
    display = display_of(look)
    shown = render_derivation(trace, asked.layer_name, asked.at, display, asked.depth, cell)
    present(trace, shown, look, target, traced.provenance, traced.class_names, asked.layer_name)


def _explain_gradient(
    wanted: NetworkOptions,
    given: InputOptions,
    asked: QuestionOptions,
    slope: GradientOptions,
    initial: WeightOptions,
    fitting: FitOptions,
    look: DisplayOptions,
    target: OutputOptions,
) -> None:
    check_gradient(slope, asked.depth, look, target, given)
    first = record_first_step(wanted, given, initial, fitting, slope)
    record, origins = first.record, first.provenance
    name = str(slope.gradient)
    explained = explain_gradient(record, asked.layer_name, name, asked.at, slope.sample or 0)
    explained = with_reason(record, explained)
    cell = ""
    if asked.workbook is not None:
        from cnncalc.cli.cell_address import find_gradient_cell

        cell = find_gradient_cell(asked.workbook, record, explained)
    shown = render_gradient(record, explained, display_of(look), cell)
    present_page(shown, lambda: write_gradient_json(explained, origins), look, target, origins)


def _cell(asked: QuestionOptions, trace: Trace) -> str:
    if asked.workbook is None:
        return ""
    from cnncalc.cli.cell_address import find_cell

    layer = trace.layers[trace.place(asked.layer_name)]
    return find_cell(asked.workbook, trace, explain_number(layer, asked.at))
