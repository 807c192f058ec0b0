"""`cnncalc predict`: what a trained model takes an image for."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click
import numpy as np

from cnncalc.classification import Kind, classification_kind
from cnncalc.cli.console import output_console
from cnncalc.cli.provenance import image_origin, provenance
from cnncalc.cli.remarks import remark
from cnncalc.errors import InputError, OptionError, ShapeError
from cnncalc.files.digests import file_origin
from cnncalc.files.network_input import read_network_input
from cnncalc.files.paths import printable, quoted
from cnncalc.files.trained_models import TrainedModel, read_model
from cnncalc.network import forward
from cnncalc.provenance import Provenance
from cnncalc.training.saliency import pixel_influence
from cnncalc.views.predictions import (
    Prediction,
    predictions_csv,
    predictions_json,
    with_short_names,
)
from cnncalc.views.terminal import Display
from cnncalc.views.terminal.predictions import render_prediction

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
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "csv", "json"]),
    default="table",
    show_default=True,
    help="Bars for people; csv or json with every class's number for programs.",
)
def predict(model: Path, images: Sequence[str], top: int, explain: bool, form: str) -> None:
    """Say what MODEL, a .keras file, takes each IMAGE for.

    Photos are made to fit as in training; a .csv, .npy or .xlsx grid must have the right size. An
    IMAGE that can't be read is named in the end, when the others have been shown.
    """
    if explain and form == "csv":
        message = "--explain is shown as a table or as json. Received: --format csv"
        raise OptionError(message)
    trained = read_model(model)
    for each in trained.notes:
        remark(each)
    kind = _kind(trained, model)
    predictions, failures = [], []
    for source in images:
        try:
            predictions.append(_predict(trained, kind, source, explain=explain))
        except (InputError, ShapeError) as error:
            failures.append(str(error))
    if predictions:
        file = file_origin(model)
        _show(with_short_names(predictions), form, top, provenance(file, file))
    if failures:
        raise InputError("; ".join(failures))


def _show(predictions: Sequence[Prediction], form: str, top: int, origins: Provenance) -> None:
    if form == "csv":
        click.echo(predictions_csv(predictions), nl=False)
    elif form == "json":
        click.echo(predictions_json(predictions, origins), nl=False)
    else:
        for prediction in predictions:
            output_console().print(render_prediction(prediction, Display(), top))


def _kind(trained: TrainedModel, model: Path) -> Kind:
    kind = classification_kind(trained.network.layers, trained.network.shapes[-1])
    if kind is None:
        message = (
            f"{quoted(model)} must end in one number a class, or in one by a sigmoid. Received: "
            "one number that says nothing of classes"
        )
        raise InputError(message)
    return kind


def _predict(trained: TrainedModel, kind: Kind, source: str, *, explain: bool) -> Prediction:
    network = trained.network
    image = read_network_input(source, network.input_shape, trained.fit)
    outputs = forward(network, image[np.newaxis])[0]
    if kind == "yes or no":
        outputs = np.array([1 - outputs[0], outputs[0]])
    influence = pixel_influence(network, image, int(outputs.argmax())) if explain else None
    said = "score" if kind == "scores" else "probability"
    return Prediction(
        printable(source), trained.classes, outputs, said, influence, image_origin(source)
    )
