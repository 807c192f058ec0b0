"""`cnncalc predict`: what a trained model takes an image for."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cnncalc.cli.console import Terminal, output_console
from cnncalc.cli.drawing import DrawingOptions, check_drawing, drawing_options, write_drawing
from cnncalc.cli.options import form_option
from cnncalc.cli.streams import say_remarks
from cnncalc.cli.training_options import taking_options
from cnncalc.errors import OptionError
from cnncalc.tasks.inputs import keep_input
from cnncalc.tasks.options import InputOptions
from cnncalc.tasks.predicting import Predictions, judge_images
from cnncalc.tasks.training_options import TakingOptions
from cnncalc.views.predictions import predictions_csv, predictions_json
from cnncalc.views.terminal import Display
from cnncalc.views.terminal.predictions import render_prediction

if TYPE_CHECKING:
    from cnncalc.views.colors import Theme
    from cnncalc.views.figure.shapes import Drawing

__all__ = ["predict"]


@click.command(epilog="Example: cnncalc predict model.keras cat.jpg dog.jpg")
@click.argument("model", metavar="MODEL", type=click.Path(path_type=Path))
@click.argument("images", metavar="IMAGE...", nargs=-1, required=True)
@click.option(
    "--top",
    type=click.IntRange(min=1),
    default=5,
    show_default=True,
    help="Show the likeliest so many classes.",
)
@click.option(
    "--explain", is_flag=True, help="Mark the pixels that mattered most, by the input's gradient."
)
@form_option("Bars for people; csv or json with every class's number for programs.", "csv", "json")
@taking_options
@drawing_options
def predict(
    model: Path,
    images: Sequence[str],
    top: int,
    explain: bool,
    form: str,
    taking: TakingOptions,
    target: DrawingOptions,
) -> None:
    """Say what MODEL, a .keras file, takes each IMAGE for.

    Photos are made to fit as in training, and brought to the values that the model learnt, which
    files of train remember; a .csv, .npy or .xlsx grid must have the right size. Where an IMAGE is
    unlike what was learnt, that is said. An IMAGE that can't be read is named in the end, when the
    others have been shown. -o writes a table of all of them.
    """
    if explain and form == "csv":
        message = "--explain is shown as a table or as json. Received: --format csv"
        raise OptionError(message)
    check_drawing(target)
    if target.output is not None:
        for image in images:
            keep_input(target.output, InputOptions(image))
    predictions = judge_images(model, images, taking, Terminal(), explain=explain)
    if predictions.shown:
        write_drawing(target, partial(_table, predictions, top), predictions.provenance)
        _show(predictions, form, top)
        say_remarks()
    predictions.require_all()


def _show(predictions: Predictions, form: str, top: int) -> None:
    if form == "csv":
        click.echo(predictions_csv(predictions.shown), nl=False)
    elif form == "json":
        click.echo(predictions_json(predictions.shown, predictions.provenance), nl=False)
    else:
        for prediction in predictions.shown:
            output_console().print(render_prediction(prediction, Display(), top))


def _table(predictions: Predictions, top: int, theme: Theme) -> Drawing:
    from cnncalc.views.figure.report_figures import predictions_table
    from cnncalc.views.figure.table_figure import draw_table

    return draw_table(predictions_table(predictions.shown, top), theme)
