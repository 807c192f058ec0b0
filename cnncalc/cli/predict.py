"""`cnncalc predict`: what a trained model takes an image for."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click
import numpy as np

from cnncalc.classification import Kind, classification_kind
from cnncalc.cli.console import output_console
from cnncalc.cli.differences import (
    TakingOptions,
    refuse_idle_raw,
    say_differences,
    taking_options,
    with_hint,
)
from cnncalc.cli.network_argument import say_planes
from cnncalc.cli.provenance import calculated, image_origin, provenance
from cnncalc.cli.remarks import remark, say_remarks
from cnncalc.errors import InputError, OptionError, ShapeError
from cnncalc.files.network_input import is_photo, read_network_input
from cnncalc.files.paths import file_origin, printable, quoted
from cnncalc.files.trained_models import TrainedModel, read_model
from cnncalc.network import Array, Network, forward, require_finite_outputs
from cnncalc.ops.numbers import overflow_allowed
from cnncalc.provenance import Provenance
from cnncalc.training.evaluation import pixel_influence
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
@taking_options
def predict(
    model: Path,
    images: Sequence[str],
    top: int,
    explain: bool,
    form: str,
    taking: TakingOptions,
) -> None:
    """Say what MODEL, a .keras file, takes each IMAGE for.

    Photos are made to fit as in training, and brought to the values that the model learnt, which
    files of train remember; a .csv, .npy or .xlsx grid must have the right size. Where an IMAGE is
    unlike what was learnt, that is said. An IMAGE that can't be read is named in the end, when the
    others have been shown.
    """
    if explain and form == "csv":
        message = "--explain is shown as a table or as json. Received: --format csv"
        raise OptionError(message)
    trained = read_model(model)
    for each in trained.notes:
        remark(each)
    say_planes(trained.network.input_shape)
    photos = any(is_photo(source) for source in images)
    more = f" and {len(images) - 1:,} more" if images[1:] else ""
    given = f"{quoted(images[0])}{more}"
    refuse_idle_raw(taking, trained.learnt, photos=photos, given=given)
    kind = _kind(trained, model)
    predictions, failures = [], []
    for source in images:
        try:
            predictions.append(_predict(trained, kind, source, taking, explain=explain))
        except (InputError, ShapeError) as error:
            failures.append(str(error))
    if predictions:
        shown = with_short_names(predictions)
        found = [(each.name, one) for each in shown for one in each.differences]
        say_differences(found, len(shown))
        file = file_origin(model)
        _show(shown, form, top, calculated(provenance(file, file), trained.network))
        say_remarks()
    if failures:
        raise InputError("; ".join(each.removesuffix(".") for each in failures))


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


def _predict(
    trained: TrainedModel, kind: Kind, source: str, taking: TakingOptions, *, explain: bool
) -> Prediction:
    network = trained.network
    given = read_network_input(
        source,
        network.input_shape,
        trained.fit,
        trained.learnt,
        raw=taking.raw,
        invert=taking.invert,
    )
    image = given.values
    # What overflows is said below, in our words.
    with overflow_allowed():
        outputs = forward(network, image[np.newaxis])[0]
    require_finite_outputs(network, image, outputs, f"{quoted(source)}: the model puts out")
    if kind == "yes or no":
        outputs = np.array([1 - outputs[0], outputs[0]])
    influence = _influence(network, image, int(outputs.argmax()), source) if explain else None
    said = "score" if kind == "scores" else "probability"
    found = tuple(with_hint(each, taking) for each in given.differences)
    name, origin = printable(source), image_origin(source)
    return Prediction(name, trained.classes, outputs, said, influence, found, origin)


def _influence(network: Network, image: Array, label: int, source: str) -> Array:
    with overflow_allowed():
        influence = pixel_influence(network, image, label)
    if not np.isfinite(influence).all():
        message = f"{quoted(source)}: the gradient by its pixels leaves what float32 holds"
        raise InputError(message)
    return influence
