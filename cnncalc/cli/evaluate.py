"""`cnncalc evaluate`: how well a trained model does on a data set."""

from __future__ import annotations

from pathlib import Path

import click

from cnncalc.cli.console import output_console
from cnncalc.cli.provenance import data_origin, provenance
from cnncalc.cli.remarks import remark
from cnncalc.cli.training_data import check_data, read_labelled
from cnncalc.cli.training_options import DataOptions, data_options
from cnncalc.files.digests import file_origin
from cnncalc.files.labelled import LabelledData
from cnncalc.files.paths import printable
from cnncalc.files.trained_models import TrainedModel, read_model
from cnncalc.training.dataset import Dataset, with_classes
from cnncalc.training.evaluation import evaluate_network
from cnncalc.training.losses import LOSSES, Loss
from cnncalc.views.predictions import evaluation_json
from cnncalc.views.terminal.training import render_class_report

__all__ = ["evaluate"]


@click.command(epilog="Example: cnncalc evaluate model.keras photos/test")
@click.argument("model", metavar="MODEL", type=click.Path(path_type=Path))
@data_options
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json"]),
    default="table",
    show_default=True,
    help="A table for people, or json.",
)
def evaluate(model: Path, given: DataOptions, form: str) -> None:
    """Evaluate MODEL, a .keras file, on DATA: loss, accuracy, precision, recall, confusion matrix.

    DATA is as in train; of its parts, the one to test with is taken, else the one to validate with.
    """
    check_data(given)
    trained = read_model(model)
    for each in (*trained.notes, *trained.training.notes):
        remark(each)
    fit = given.fit or trained.fit
    data = read_labelled(given, trained.network.input_shape, fit, judged=True)
    part, dataset = _part(data)
    if trained.class_names:
        dataset = with_classes(dataset, trained.class_names)
    evaluation = evaluate_network(trained.network, _loss(trained), dataset)
    if form == "json":
        file = file_origin(model)
        origins = provenance(file, file, data=data_origin(given.data, data))
        click.echo(evaluation_json(evaluation, origins), nl=False)
        return
    click.echo(f"loss {evaluation.score.loss:.4f}, accuracy {evaluation.score.accuracy:.4f}\n")
    title = printable(given.data.name or str(given.data)) if given.data else "digits"
    output_console().print(render_class_report(evaluation.report, f"{title}{part}"))


def _part(data: LabelledData) -> tuple[str, Dataset]:
    """Return the part to evaluate on, and what to add to the data's name for it."""
    if data.test is not None:
        return ", test data", data.test
    if data.validation is not None:
        return ", validation data", data.validation
    return "", data.training


def _loss(trained: TrainedModel) -> Loss:
    """Return the loss that a model was trained by, else the one that its output calls for."""
    units = trained.network.shapes[-1][0]
    usual = "binary_crossentropy" if units == 1 else "categorical_crossentropy"
    return trained.training.loss or LOSSES[usual]
