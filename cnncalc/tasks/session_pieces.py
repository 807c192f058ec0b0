"""The steps of a training on data, as `train` takes them, as pieces of a workbook or a page."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from pathlib import Path

from cnncalc.files.paths import printable
from cnncalc.network import Network, on_images
from cnncalc.provenance import Provenance
from cnncalc.sheet.calculations import TrainingPieces
from cnncalc.sheet.training.specification import TrainingSpecification
from cnncalc.tasks.arguments import Caller
from cnncalc.tasks.inputs import with_layers
from cnncalc.tasks.training_data import take_samples
from cnncalc.tasks.training_sessions import Session, show_output_activation
from cnncalc.training.dataset import Dataset
from cnncalc.training.objective import make_objective
from cnncalc.wording import listed

__all__ = ["class_note", "drawn_pieces", "session_pieces"]

# Of so many classes the names are written down.
MOST_NAMES = 20


def session_pieces(session: Session, steps: int, caller: Caller) -> TrainingPieces:
    """Return the first `steps` of a training as `train` takes them, of all its samples."""
    network = on_images(session.plan.network)
    dataset = session.parts.training.fitting(network.input_shape)
    return drawn_pieces(session, network, dataset, steps, session.provenance, caller)


def drawn_pieces(
    session: Session,
    network: Network,
    dataset: Dataset,
    steps: int,
    origins: Provenance,
    caller: Caller,
) -> TrainingPieces:
    """Return a training of some steps of a `network` on the samples of a `dataset`.

    Arguments: the `session` that both come from; how many `steps`; the `origins`; the `caller`.
    """
    plan = session.plan
    # Whether the output fits the classes and the loss is known before anything is written.
    make_objective(network, plan.loss, len(dataset.class_names))
    taken = take_samples(dataset, plan.batch_size, plan.seed, steps)
    per_epoch = ceil(len(dataset) / plan.batch_size)
    network, loss = show_output_activation(network, plan.loss, caller)
    training = TrainingSpecification(loss.name, plan.optimizer, taken.batches, plan.seed, per_epoch)
    note = class_note(dataset.class_names)
    title, origins = f"Training on {_data_name(session)}", with_layers(origins, network)
    return TrainingPieces(network, training, taken.samples, title, note, origins)


def _data_name(session: Session) -> str:
    source = session.source
    if source is None:
        return "handwritten digits"
    return printable(source.name) if isinstance(source, Path) else "arrays"


def class_note(names: Sequence[str]) -> str:
    """Say which class has which number, where that isn't plain from their names."""
    if all(name == str(number) for number, name in enumerate(names)):
        return ""
    numbered = (f"{number} {printable(name)}" for number, name in enumerate(names))
    return f"Classes: {listed(numbered, MOST_NAMES)}."
