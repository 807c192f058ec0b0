"""How a trained model does on a data set."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from cnncalc.files.datasets import is_photos
from cnncalc.files.labelled import LabelledData
from cnncalc.files.trained_models import TrainedModel
from cnncalc.network import Network, require_finite_outputs
from cnncalc.provenance import Provenance
from cnncalc.tasks.argument_checks import as_texts, data_given, named, optional_path
from cnncalc.tasks.arguments import (
    Caller,
    DataLike,
    ImageLike,
    ModelLike,
    Numbers,
    Say,
    ignore,
)
from cnncalc.tasks.differences import judged_data, refuse_idle_raw, say_all
from cnncalc.tasks.frozen import frozen
from cnncalc.tasks.inputs import data_origin, with_layers
from cnncalc.tasks.models import KnownModel, read_trained
from cnncalc.tasks.training_data import check_data, data_name, read_labelled, refuse_idle
from cnncalc.tasks.training_options import DataOptions, TakingOptions
from cnncalc.tasks.training_sessions import chosen_loss
from cnncalc.tasks.training_start import require_calculated
from cnncalc.training.dataset import Dataset, with_classes
from cnncalc.training.evaluation import Evaluation, evaluate_network
from cnncalc.training.losses import Loss
from cnncalc.training.metrics import OutputClasses
from cnncalc.training.unseen import Difference

if TYPE_CHECKING:
    from cnncalc.files.photos import Fit

__all__ = ["JudgedModel", "evaluate", "judge_model"]


def evaluate(
    model: ModelLike,
    data: DataLike | None = None,
    *,
    image_size: Numbers | None = None,
    fit: Fit | None = None,
    grey: bool = False,
    label_column: str | None = None,
    strict: bool = False,
    cache: str | Path | None = None,
    raw: bool = False,
    invert: bool = False,
    loss: str | None = None,
    ignored: Sequence[str] = (),
    say: Say = ignore,
) -> Evaluation:
    """Run a data set through a trained model.

    Arguments: the `model`, a .keras file, a live Keras model, a Network, or the model of what
    `train` returned; the `data`, as `train` takes it, and the options of reading it; whether pixels
    are left as they are (`raw`), or negatives taken (`invert`); the `loss` by name, the model's own
    where left out; which options of the model are `ignored` that cnncalc doesn't calculate; `say`,
    which hears in what the data is unlike what the model learnt.
    Returns each sample's loss and output; its `score` and `report` sum them up.
    Raises InputError, OptionError or ShapeError for what can't be read or doesn't fit.

    >>> from cnncalc import train
    >>> trained = train(epochs=1, network="Flatten(); Dense(10, activation='softmax')")
    >>> len(evaluate(trained.model).losses)
    360
    """
    from cnncalc.tasks.notebook.judgements import NotebookEvaluation  # no command waits for it

    given = DataOptions(
        data_given(data), image_size, fit, grey, label_column, strict, optional_path(cache, "cache")
    )
    refuse_idle(given)
    left_out = as_texts(ignored, "ignored")
    taking = TakingOptions(raw, invert)
    judged = judge_model(named(model, "model"), given, taking, Caller(say), loss, left_out)
    return frozen(NotebookEvaluation.of(judged.evaluation))


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
    source: DataLike | ImageLike | None
    data: LabelledData
    command: str

    @property
    def provenance(self) -> Provenance:
        """Where model and data come from."""
        file = self.known.origin
        origins = Provenance(self.command, file, file, data=data_origin(self.source, self.data))
        return with_layers(origins, self.known.trained.network)


def judge_model(
    model: ModelLike,
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
    default = None if trained.training.loss else usual
    return chosen_loss(default if wanted is None else wanted, trained.training.loss)
