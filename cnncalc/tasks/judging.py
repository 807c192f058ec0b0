"""What a trained model makes of a data set, and of images."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from cnncalc.classification import Kind, classification_kind
from cnncalc.errors import InputError, ShapeError
from cnncalc.files.datasets import is_photos
from cnncalc.files.labelled import LabelledData
from cnncalc.files.network_input import is_photo, read_network_input
from cnncalc.files.paths import printable, quoted
from cnncalc.files.trained_models import TrainedModel
from cnncalc.network import Array, Network, forward, require_finite_outputs
from cnncalc.ops.numbers import overflow_allowed
from cnncalc.provenance import Provenance
from cnncalc.tasks.callers import Caller
from cnncalc.tasks.differences import (
    judged_data,
    refuse_idle_raw,
    say_all,
    say_differences,
    with_hint,
)
from cnncalc.tasks.models import KnownModel, read_trained
from cnncalc.tasks.networks import say_planes
from cnncalc.tasks.options import DataOptions, TakingOptions
from cnncalc.tasks.origins import calculated, data_origin, image_origin
from cnncalc.tasks.training_data import check_data, data_name, read_labelled
from cnncalc.tasks.training_sessions import chosen_loss
from cnncalc.tasks.training_start import require_calculated
from cnncalc.training.dataset import Dataset, with_classes
from cnncalc.training.evaluation import Evaluation, evaluate_network, pixel_influence
from cnncalc.training.losses import Loss
from cnncalc.training.metrics import OutputClasses
from cnncalc.training.unseen import Difference
from cnncalc.views.predictions import Prediction, with_short_names

__all__ = ["JudgedModel", "Predictions", "judge_images", "judge_model"]


@dataclass(frozen=True, eq=False)
class JudgedModel:
    """How a model does on a data set.

    `part` says which part of the data it was, such as ", test data", empty for all; the
    `differences` in what the data is unlike what the model learnt.
    """

    evaluation: Evaluation
    part: str
    differences: tuple[Difference, ...]
    known: KnownModel
    source: Any
    data: LabelledData
    command: str

    @property
    def provenance(self) -> Provenance:
        """Where model and data come from."""
        file = self.known.origin
        origins = Provenance(self.command, file, file, data=data_origin(self.source, self.data))
        return calculated(origins, self.known.trained.network)


def judge_model(
    model: Any,  # noqa: ANN401 (a path or an object)
    given: DataOptions,
    taking: TakingOptions,
    caller: Caller,
    loss: str | None = None,
    ignore: Sequence[str] = (),
) -> JudgedModel:
    """Run a data set through a model.

    Arguments: the `model`, as `read_trained` takes it; the options of the data and of how it is
    taken; the `caller`; the name of the `loss`, None for the model's own; what is left out of it.
    """
    check_data(given)
    known = read_trained(model)
    trained = known.trained
    for note in (*trained.notes, *trained.training.notes):
        caller.remark(note)
    uncalculated = trained.training.uncalculated
    require_calculated(uncalculated, ignore, {"--loss": loss}, caller, evaluated=True)
    refuse_idle_raw(taking, trained.learnt, photos=is_photos(given.path), given=data_name(given))
    data, part, dataset = _read(trained, given, taking, caller)
    fit = given.fit or trained.fit
    judged = judged_data(dataset, data.folder, fit, trained.learnt, taking)
    evaluation = evaluate_network(trained.network, _loss(trained, loss), judged.dataset)
    _require_finite(evaluation, trained.network, judged.dataset)
    say_all(judged.differences, caller)
    return JudgedModel(
        evaluation, part, judged.differences, known, given.data, data, caller.command
    )


def _read(
    trained: TrainedModel, given: DataOptions, taking: TakingOptions, caller: Caller
) -> tuple[LabelledData, str, Dataset]:
    """Return the data, what to add to its name for the part to evaluate on, and that part."""
    classes = OutputClasses(len(trained.classes), trained.class_names, trained=True)
    data = read_labelled(
        given,
        caller,
        trained.network.input_shape,
        given.fit or trained.fit,
        judged=True,
        negative=taking.invert,
        output_of=lambda shape: classes,
    )
    part, dataset = _part(data)
    if trained.class_names:
        dataset = with_classes(dataset, trained.class_names)
    return data, part, dataset


def _part(data: LabelledData) -> tuple[str, Dataset]:
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


@dataclass(frozen=True, eq=False)
class Predictions:
    """What a model says of each image that could be read, and why others could not."""

    shown: tuple[Prediction, ...]
    failures: tuple[str, ...]
    provenance: Provenance

    def require_all(self) -> None:
        """Raise InputError that names each image which could not be read."""
        if self.failures:
            raise InputError("; ".join(text.removesuffix(".") for text in self.failures))


def judge_images(
    model: Any,  # noqa: ANN401 (a path or an object)
    images: Sequence[Any],
    taking: TakingOptions,
    caller: Caller,
    *,
    explain: bool = False,
) -> Predictions:
    """Run images through a model, each as it was made to fit in training.

    Arguments: the `model`, as `read_trained` takes it; the `images`, as `read_input` takes them;
    how they are taken; the `caller`; whether to `explain` by each pixel's influence.
    """
    known = read_trained(model)
    trained = known.trained
    for note in trained.notes:
        caller.remark(note)
    say_planes(trained.network.input_shape, caller)
    more = f" and {len(images) - 1:,} more" if images[1:] else ""
    photos = any(is_photo(source) for source in images)
    refuse_idle_raw(
        taking, trained.learnt, photos=photos, given=f"{quoted(_name(images[0]))}{more}"
    )
    kind = _kind(known)
    found, failures = [], []
    for source in images:
        try:
            found.append(_predict(trained, kind, source, taking, explain=explain))
        except (InputError, ShapeError) as error:
            failures.append(str(error))
    shown = tuple(with_short_names(found))
    differences = [(one.name, text) for one in shown for text in one.differences]
    say_differences(differences, len(shown), caller)
    origins = Provenance(caller.command, known.origin, known.origin)
    return Predictions(shown, tuple(failures), calculated(origins, trained.network))


def _name(source: object) -> str:
    return str(source) if isinstance(source, str | Path) else "image"


def _kind(known: KnownModel) -> Kind:
    network = known.trained.network
    kind = classification_kind(network.layers, network.shapes[-1])
    if kind is None:
        message = (
            f"{known.name} must end in one number a class, or in one by a sigmoid. Received: "
            "one number that says nothing of classes"
        )
        raise InputError(message)
    return kind


def _predict(
    trained: TrainedModel,
    kind: Kind,
    source: Any,  # noqa: ANN401 (an image, in whatever form)
    taking: TakingOptions,
    *,
    explain: bool,
) -> Prediction:
    network, name = trained.network, _name(source)
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
    require_finite_outputs(network, image, outputs, f"{quoted(name)}: the model puts out")
    if kind == "yes or no":
        outputs = np.array([1 - outputs[0], outputs[0]])
    influence = _influence(network, image, int(outputs.argmax()), name) if explain else None
    said = "score" if kind == "scores" else "probability"
    found = tuple(with_hint(difference, taking) for difference in given.differences)
    origin = image_origin(source)
    return Prediction(printable(name), trained.classes, outputs, said, influence, found, origin)


def _influence(network: Network, image: Array, label: int, name: str) -> Array:
    with overflow_allowed():
        influence = pixel_influence(network, image, label)
    if not np.isfinite(influence).all():
        message = f"{quoted(name)}: the gradient by its pixels leaves what float32 holds"
        raise InputError(message)
    return influence
