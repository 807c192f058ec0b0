"""`cnncalc evaluate`: how well a trained model does on a data set."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cnncalc.cli.console import Terminal, output_console
from cnncalc.cli.drawing import DrawingOptions, check_drawing, drawing_options, write_drawing
from cnncalc.cli.options import form_option
from cnncalc.cli.training_options import data_options, ignore_option, loss_option, taking_options
from cnncalc.files.paths import printable
from cnncalc.tasks.evaluating import judge_model
from cnncalc.tasks.training_options import DataOptions, TakingOptions
from cnncalc.training.metrics import ClassReport
from cnncalc.views.predictions import evaluation_json
from cnncalc.views.terminal.training import render_class_report

if TYPE_CHECKING:
    from cnncalc.views.colors import Theme
    from cnncalc.views.figure.shapes import Drawing

__all__ = ["evaluate"]


@click.command(epilog="Example: cnncalc evaluate model.keras photos/test")
@click.argument("model", metavar="MODEL", type=click.Path(path_type=Path))
@data_options
@form_option("A table for people, or json.", "json")
@taking_options
@loss_option("The loss, as in train.  [default: the model's own, else what its output calls for]")
@ignore_option
@drawing_options
def evaluate(
    model: Path,
    given: DataOptions,
    form: str,
    taking: TakingOptions,
    loss: str | None,
    ignore: tuple[str, ...],
    target: DrawingOptions,
) -> None:
    """Evaluate MODEL, a .keras file, on DATA: loss, accuracy, precision, recall, confusion matrix.

    DATA is as in train; of its parts, the one to test with is taken, else the one to validate with.
    Photos are brought to the values that the model learnt, which files of train remember. Where the
    images are unlike what was learnt, that is said. -o draws the confusion matrix.
    """
    check_drawing(target)
    judged = judge_model(model, given, taking, Terminal(), loss, ignore)
    evaluation = judged.evaluation
    said = f"loss {evaluation.score.loss:.4f}, accuracy {evaluation.score.accuracy:.4f}"
    title = printable(given.path.name or str(given.path)) if given.path else "digits"
    title = f"{title}{judged.part}"
    draw = partial(_table, evaluation.report, title, said)
    write_drawing(target, draw, judged.provenance)
    if form == "json":
        record = evaluation_json(evaluation, judged.differences, judged.provenance)
        click.echo(record, nl=False)
        return
    click.echo(f"{said}\n")
    output_console().print(render_class_report(evaluation.report, title))


def _table(report: ClassReport, title: str, said: str, theme: Theme) -> Drawing:
    from cnncalc.views.figure.report_figures import classes_table
    from cnncalc.views.figure.table_figure import draw_table

    return draw_table(classes_table(report, title, said), theme)
