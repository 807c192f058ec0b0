"""`cnncalc summary`: a network in numbers, before any image."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import click

from cnncalc.article import LISTING, MISMATCH
from cnncalc.cli.console import Terminal, note, output_console
from cnncalc.cli.drawing import DrawingOptions, check_drawing, drawing_options, write_drawing
from cnncalc.cli.network_options import network_options
from cnncalc.cli.options import form_option
from cnncalc.errors import OptionError
from cnncalc.layers import Dense, Layer, Shape
from cnncalc.network.product_speed import measured_products
from cnncalc.network.training_pass import TrainingPass
from cnncalc.notation import parse
from cnncalc.provenance import Provenance
from cnncalc.summary import Summary, fully_connected, summarize
from cnncalc.tasks.network_options import NetworkOptions
from cnncalc.tasks.networks import read_network, require_shape
from cnncalc.training.plan import ARTICLE
from cnncalc.views.records import summary_json
from cnncalc.views.terminal.algorithms import render_algorithms
from cnncalc.views.terminal.summary import render_comparison, render_summary

if TYPE_CHECKING:
    from cnncalc.views.colors import Theme
    from cnncalc.views.figure.shapes import Drawing

__all__ = ["summary"]


@click.command(epilog="Example: cnncalc summary article --versus-mlp")
@network_options
@click.option(
    "--versus-mlp",
    is_flag=True,
    help="Compare with a fully connected network on the same image.",
)
@click.option(
    "--plan",
    is_flag=True,
    help="Tell how training works each layer out, why, and how fast its products are here.",
)
@form_option("Tables for people, or json.", "json")
@drawing_options
def summary(
    wanted: NetworkOptions, versus_mlp: bool, plan: bool, form: str, target: DrawingOptions
) -> None:
    """Show Keras's table of NETWORK, and what Keras never shows.

    That is each layer's window and stride, multiply-adds, receptive field and memory, and the
    parameter counts written out. NETWORK is layers in Keras calls, such as 'Conv2D(10, 5);
    Flatten(); Dense(2)', a file of them, a .keras file, or article. Where it branches, layers are
    called on others by their names: Add()([conv2d_1, conv2d]). -o draws its architecture, a block
    a layer.
    """
    check_drawing(target)
    terminal = Terminal()
    source = read_network(wanted.network, terminal, wanted.input_shape)
    result = summarize(source.layers, require_shape(source))
    training = TrainingPass(source.layers, result.input_shape) if plan else None
    products = list(measured_products(training, ARTICLE.batch_size)) if training else []
    choices = training.choices if training else None
    if versus_mlp:
        _require_comparable(result, form)
    origins = Provenance(terminal.command, source.origin)
    write_drawing(target, partial(_architecture, result, source.name), origins)
    if form == "json":
        click.echo(summary_json(result, choices, origins, products), nl=False)
    else:
        remark = MISMATCH if _is_articles(source.layers, result.input_shape) else ""
        shown = [render_summary(result, source.name, remark)]
        shown += [render_algorithms(result, choices, products)] if choices else []
        shown += [render_comparison(result)] if versus_mlp else []
        output_console().print(*shown)
    for remarked in result.notes:
        note(remarked)


def _architecture(result: Summary, name: str, theme: Theme) -> Drawing:
    from cnncalc.views.figure.architecture import draw_architecture

    return draw_architecture(result, theme, name)


def _require_comparable(result: Summary, form: str) -> None:
    if form == "json":
        message = "--versus-mlp is shown as a table. Received: --format json as well"
        raise OptionError(message)
    if not any(row.layer.has_filters for row in result.layers):
        message = "--versus-mlp needs a network with a convolution. Received: one without"
        raise OptionError(message)
    fully_connected(result)  # what branches is refused before anything is printed


def _is_articles(layers: tuple[Layer, ...], input_shape: Shape) -> bool:
    """Tell whether a network is the article's, with the one unit or the two that it ends in."""
    articles = parse(LISTING)
    *rest, last = (replace(layer, name="") for layer in layers)
    ends_alike = isinstance(last, Dense) and last.units in (1, 2)
    return ends_alike and (tuple(rest), input_shape) == (articles.layers[:-1], articles.input_shape)
