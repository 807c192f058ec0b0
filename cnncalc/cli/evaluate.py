"""`cnncalc evaluate`: how well a trained model does on a data set."""

from __future__ import annotations

from pathlib import Path

import click

from cnncalc.cli.console import Terminal, output_console
from cnncalc.cli.options import form_option
from cnncalc.cli.training_options import data_options, ignore_option, loss_option, taking_options
from cnncalc.files.paths import printable
from cnncalc.tasks.evaluating import judge_model
from cnncalc.tasks.training_options import DataOptions, TakingOptions
from cnncalc.views.predictions import evaluation_json
from cnncalc.views.terminal.training import render_class_report

__all__ = ["evaluate"]


@click.command(epilog="Example: cnncalc evaluate model.keras photos/test")
@click.argument("model", metavar="MODEL", type=click.Path(path_type=Path))
@data_options
@form_option("A table for people, or json.", "json")
@taking_options
@loss_option("The loss, as in train.  [default: the model's own, else what its output calls for]")
@ignore_option
def evaluate(
    model: Path,
    given: DataOptions,
    form: str,
    taking: TakingOptions,
    loss: str | None,
    ignore: tuple[str, ...],
) -> None:
    """Evaluate MODEL, a .keras file, on DATA: loss, accuracy, precision, recall, confusion matrix.

    DATA is as in train; of its parts, the one to test with is taken, else the one to validate with.
    Photos are brought to the values that the model learnt, which files of train remember. Where the
    images are unlike what was learnt, that is said.
    """
    judged = judge_model(model, given, taking, Terminal(), loss, ignore)
    evaluation = judged.evaluation
    if form == "json":
        said = evaluation_json(evaluation, judged.differences, judged.provenance)
        click.echo(said, nl=False)
        return
    click.echo(f"loss {evaluation.score.loss:.4f}, accuracy {evaluation.score.accuracy:.4f}\n")
    title = printable(given.path.name or str(given.path)) if given.path else "digits"
    output_console().print(render_class_report(evaluation.report, f"{title}{judged.part}"))
