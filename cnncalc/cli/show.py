"""`cnncalc show`: how a machine sees an image."""

from __future__ import annotations

from functools import partial

import click

from cnncalc.cli.console import Terminal
from cnncalc.cli.figures import trace_figures
from cnncalc.cli.options import (
    DisplayOptions,
    OutputOptions,
    display_options,
    input_options,
    output_options,
)
from cnncalc.cli.results import check_size, check_target, display_of, present
from cnncalc.files.pixels import PixelHeader
from cnncalc.network import Network
from cnncalc.provenance import Provenance
from cnncalc.tasks.inputs import image_origin, image_remarks, read_given
from cnncalc.tasks.options import InputOptions
from cnncalc.trace import record
from cnncalc.views.terminal import render_flattened, render_input

__all__ = ["show"]


@click.command(epilog="Example: cnncalc show article:digit4")
@input_options
@click.option("--flatten", is_flag=True, help="The one row that a fully connected network sees.")
@display_options
@output_options
def show(given: InputOptions, flatten: bool, look: DisplayOptions, target: OutputOptions) -> None:
    """Show an image, or a grid of pixels, as the numbers that a machine sees.

    INPUT is an image, .xlsx (.xlsm, .xltx, .xltm), .csv, .tsv, .npy, - for CSV on standard input,
    or a grid of the article: article:digit4, article:digit4-first, article:6x6.

    Of a workbook the active visible sheet is read, and which one that was is said. In CSV, cells
    may be quoted; decimals have a point, or a comma where cells are separated by semicolons or
    tabs, or are quoted.
    """
    check_target(target, given)
    terminal = Terminal()
    image = read_given(given, terminal, require=partial(_require_room, target))
    render = render_flattened if flatten else render_input
    shown = render(image.values, display_of(look), image.name, is_article=image.kind == "article")
    # One row, each number a column.
    values = image.values.reshape(1, -1, 1) if flatten else image.values
    remarks = image_remarks(image)
    origins = Provenance(terminal.command, image=image_origin(given.source, image), remarks=remarks)
    trace = record(Network(values.shape, (), ()), values)
    figures = trace_figures(trace, look, target, origins, is_bare=True)
    present(trace, shown, look, target, origins, figures)


def _require_room(target: OutputOptions, header: PixelHeader) -> None:
    check_size(target, Network(header.shape, (), ()))
