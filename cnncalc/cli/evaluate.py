"""`cnncalc evaluate`: how well a trained model does on a data set."""

from __future__ import annotations

from pathlib import Path

import click
import numpy as np

from cnncalc.cli.console import output_console
from cnncalc.cli.differences import TakingOptions, refuse_idle_raw, say_all, taking_options
from cnncalc.cli.judged_data import judged_data
from cnncalc.cli.provenance import calculated, data_origin, provenance
from cnncalc.cli.remarks import remark
from cnncalc.cli.training import chosen_loss
from cnncalc.cli.training_data import check_data, read_labelled
from cnncalc.cli.training_options import LOSSES, DataOptions, data_options
from cnncalc.cli.uncalculated import ignore_option, require_calculated
from cnncalc.files.datasets import is_photos
from cnncalc.files.labelled import LabelledData
from cnncalc.files.paths import file_origin, printable, quoted
from cnncalc.files.trained_models import TrainedModel, read_model
from cnncalc.network import Network, require_finite_outputs
from cnncalc.training.dataset import Dataset, with_classes
from cnncalc.training.evaluation import Evaluation, evaluate_network
from cnncalc.training.losses import Loss
from cnncalc.training.metrics import OutputClasses
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
@taking_options
@click.option(
    "--loss",
    type=click.Choice(LOSSES),
    help="The loss, as in train.  [default: the model's own, else what its output calls for]",
)
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
    check_data(given)
    trained = read_model(model)
    for each in (*trained.notes, *trained.training.notes):
        remark(each)
    uncalculated = trained.training.uncalculated
    require_calculated(uncalculated, ignore, {"--loss": loss}, evaluated=True)
    photos = is_photos(given.data)
    data_name = quoted(given.data) if given.data else "the digits that cnncalc brings along"
    refuse_idle_raw(taking, trained.learnt, photos=photos, given=data_name)
    fit = given.fit or trained.fit
    classes = OutputClasses(len(trained.classes), trained.class_names, trained=True)
    data = read_labelled(
        given,
        trained.network.input_shape,
        fit,
        judged=True,
        negative=taking.invert,
        output_of=lambda shape: classes,
    )
    part, dataset = _part(data)
    if trained.class_names:
        dataset = with_classes(dataset, trained.class_names)
    judged = judged_data(dataset, data.folder, fit, trained.learnt, taking)
    evaluation = evaluate_network(trained.network, _loss(trained, loss), judged.dataset)
    _require_finite(evaluation, trained.network, judged.dataset)
    say_all(judged.differences)
    if form == "json":
        file = file_origin(model)
        origins = provenance(file, file, data=data_origin(given.data, data))
        origins = calculated(origins, trained.network)
        click.echo(evaluation_json(evaluation, judged.differences, origins), nl=False)
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


def _require_finite(evaluation: Evaluation, network: Network, dataset: Dataset) -> None:
    """Raise InputError for the first sample of which the loss or an output is no number."""
    strange = np.flatnonzero(
        ~np.isfinite(evaluation.losses) | ~np.isfinite(evaluation.outputs).all(axis=1)
    )
    if not len(strange):
        return
    position = int(strange[0])
    image = dataset.batch(np.array([position]))[0][0].astype(np.float32)
    name = dataset.name(position)
    for what, numbers in (
        ("the model's loss is", evaluation.losses[position : position + 1]),
        ("the model puts out", evaluation.outputs[position]),
    ):
        require_finite_outputs(network, image, numbers, f"{name}: {what}")


def _loss(trained: TrainedModel, wanted: str | None) -> Loss:
    """Return the wanted loss, else the model's own, else the one that its output calls for."""
    units = trained.network.shapes[-1][0]
    usual = "binary_crossentropy" if units == 1 else "categorical_crossentropy"
    return chosen_loss(wanted or (None if trained.training.loss else usual), trained.training.loss)
