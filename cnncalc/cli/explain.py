"""`cnncalc explain`: where one number of a network came from."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cnncalc.cli.console import Terminal
from cnncalc.cli.figures import Figures, trace_figures
from cnncalc.cli.kept_layers import kept_layers
from cnncalc.cli.network_options import fitting_options, network_options, weight_options
from cnncalc.cli.options import (
    DisplayOptions,
    OutputOptions,
    bundled,
    display_options,
    input_options,
    output_options,
)
from cnncalc.cli.results import (
    RECORD_ENDINGS,
    check_size,
    check_target,
    display_of,
    present,
    present_record,
)
from cnncalc.cli.training_options import (
    gradient_raw_option,
    ignore_option,
    loss_option,
    validation_split_option,
)
from cnncalc.cli.types import POSITION
from cnncalc.errors import OptionError
from cnncalc.explanation import Explanation, derive, layers_behind
from cnncalc.explanation import explain as explain_number
from cnncalc.tasks.explaining import (
    GRADIENTS,
    ExplainedGradient,
    check_gradient,
    explain_first_gradient,
    require_gradient,
)
from cnncalc.tasks.network_options import FittingOptions, NetworkOptions, WeightOptions
from cnncalc.tasks.options import InputOptions
from cnncalc.tasks.tracing import TracedImage, trace_image
from cnncalc.tasks.training_options import GradientOptions
from cnncalc.trace import Trace
from cnncalc.views.step_records import write_gradient_json
from cnncalc.views.terminal.derivations import MOST_FOLLOWED, render_derivation
from cnncalc.views.terminal.gradient_explanations import render_gradient

if TYPE_CHECKING:
    from cnncalc.views.colors import Theme
    from cnncalc.views.figure.shapes import Drawing
    from cnncalc.views.page.document import Cell, Page

__all__ = ["QuestionOptions", "explain"]


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

gradient_options = bundled(
    "slope",
    GradientOptions,
    click.option(
        "--gradient",
        is_flag=False,
        flag_value="kernel",
        type=click.Choice(GRADIENTS),
        help="Explain the gradient of the loss by the layer's kernel, or by another of its weights "
        "or stages, instead of its output.",
    ),
    click.option(
        "--target",
        metavar="CLASS",
        help="The true class of INPUT; without it, INPUT is data as train takes it.",
    ),
    loss_option("The gradient's loss, as in train."),
    click.option(
        "--batch-size", type=click.IntRange(min=1), metavar="B", help="Samples in the batch."
    ),
    click.option(
        "--sample",
        type=click.IntRange(min=0),
        metavar="N",
        help="Which sample of the batch, counted from 0, where each has a gradient of its own.",
    ),
    validation_split_option("The share of data that train holds back, so that no batch has it."),
    gradient_raw_option,
    ignore_option,
)


@click.command(
    epilog="Example: cnncalc explain 'Conv2D(2, 3); MaxPooling2D(2)' --layer conv2d --at 3,1,0"
)
@network_options
@input_options
@question_options
@gradient_options
@weight_options
@fitting_options
@display_options
@output_options
def explain(
    wanted: NetworkOptions,
    given: InputOptions,
    asked: QuestionOptions,
    slope: GradientOptions,
    initial: WeightOptions,
    fitting: FittingOptions,
    look: DisplayOptions,
    target: OutputOptions,
) -> None:
    """Show where one number of NETWORK came from, on the way from INPUT's pixels to it.

    Its products, their sum, bias and activation, or whatever its layer does, and the pixels that
    it depends on. Of the numbers before it, --depth explains those that contribute most (--full:
    all). NETWORK and INPUT are as in trace, which names the layers. With --gradient, where one
    number of a gradient came from, in a first step of training.
    """
    terminal = Terminal()
    if slope.gradient is None:
        require_gradient(slope)
        check_target(target, given)
        require = partial(check_size, target)
        behind = partial(layers_behind, layer_name=asked.layer_name, depth=asked.depth)
        keep = kept_layers(behind, look, target)
        traced = trace_image(wanted, initial, given, fitting, terminal, require, keep)
        _show_number(traced, asked, look, target)
    else:
        _check_gradient(slope, asked, look, target, given)
        layer, at = asked.layer_name, asked.at
        found = explain_first_gradient(wanted, given, initial, fitting, slope, layer, at, terminal)
        _show_gradient(found, asked, look, target)


def _show_number(
    traced: TracedImage, asked: QuestionOptions, look: DisplayOptions, target: OutputOptions
) -> None:
    trace, layer_name, cell = traced.trace, asked.layer_name, ""
    if asked.workbook is not None:
        from cnncalc.tasks.verification import find_cell

        layer = trace.layer(layer_name)
        cell = find_cell(asked.workbook, trace, explain_number(layer, asked.at))
    shown = render_derivation(trace, layer_name, asked.at, display_of(look), asked.depth, cell)
    numbers = partial(_explanations, trace, asked, full=look.full)
    origins, names = traced.provenance, traced.class_names
    what = (trace, look, target, origins, names, layer_name)
    figures = trace_figures(*what, explanations=numbers)
    page_cell = _page_cell(trace, asked, target)
    present(trace, shown, look, target, origins, figures, names, layer_name, cell=page_cell)


def _page_cell(trace: Trace, asked: QuestionOptions, target: OutputOptions) -> Cell | None:
    """Return the cell that a page opens at; nobody else waits for what finds it."""
    if target.output is None or target.output.suffix.lower() != ".html":
        return None
    from cnncalc.tasks.page_making import number_cell

    return number_cell(trace, explain_number(trace.layer(asked.layer_name), asked.at))


def _explanations(trace: Trace, asked: QuestionOptions, *, full: bool) -> list[Explanation]:
    most = None if full else MOST_FOLLOWED
    found = derive(trace, asked.layer_name, asked.at, asked.depth, most)
    return [step.explanation for step in found]


def _check_gradient(
    slope: GradientOptions,
    asked: QuestionOptions,
    look: DisplayOptions,
    target: OutputOptions,
    given: InputOptions,
) -> None:
    """Refuse what is not to be had of a gradient, and a file that can't be written."""
    check_gradient(slope, given)
    if asked.depth != 1:
        message = "--gradient explains one number, without --depth. "
        raise OptionError(message + f"Received: --depth {asked.depth}")
    if look.form == "csv":
        message = "--gradient is shown as a table or as json. Received: --format csv"
        raise OptionError(message)
    check_target(target, given, RECORD_ENDINGS)


def _show_gradient(
    found: ExplainedGradient, asked: QuestionOptions, look: DisplayOptions, target: OutputOptions
) -> None:
    record, explained, origins = found.record, found.explanation, found.pieces.provenance
    cell = ""
    if asked.workbook is not None:
        from cnncalc.tasks.verification import find_gradient_cell

        cell = find_gradient_cell(asked.workbook, record, explained)
    shown = render_gradient(record, explained, display_of(look), cell)
    draw = partial(_draw_gradient, found, look.decimals)
    figures = Figures(None, draw, "steps")
    pieces = partial(write_gradient_json, explained, origins)
    page = partial(_gradient_page, found)
    present_record(shown, pieces, look, target, origins, figures, page)


def _gradient_page(found: ExplainedGradient) -> Page:
    from cnncalc.tasks.page_making import gradient_page

    return gradient_page(found.pieces, found.record, found.explanation)


def _draw_gradient(found: ExplainedGradient, decimals: int, theme: Theme) -> Drawing:
    from cnncalc.views.figure.gradient_figure import draw_gradient

    what = (found.record, found.explanation, decimals, theme)
    return draw_gradient(*what, found.pieces.provenance.command)
