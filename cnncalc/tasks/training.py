"""Training a network, and one step of it with all its numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from cnncalc.network import on_images
from cnncalc.provenance import Provenance
from cnncalc.shapes import whole_number
from cnncalc.tasks.argument_checks import as_texts, local
from cnncalc.tasks.arguments import (
    Caller,
    DataLike,
    NetworkLike,
    Numbers,
    Say,
    ignore,
)
from cnncalc.tasks.frozen import frozen
from cnncalc.tasks.inputs import with_layers
from cnncalc.tasks.keyword_options import data_options, keep_options, schedule_option
from cnncalc.tasks.training_data import check_data, refuse_idle
from cnncalc.tasks.training_options import DataOptions, KeepOptions, TrainingOptions
from cnncalc.tasks.training_runs import TrainingResult, prepare_run
from cnncalc.tasks.training_sessions import Session, prepare, show_output_activation
from cnncalc.training.fit import steps
from cnncalc.training.plan import TrainingPlan
from cnncalc.training_step import PlannedStep, StepRecord, plan_step, record_planned_step

if TYPE_CHECKING:
    from cnncalc.files.photos import Fit

__all__ = ["EngineName", "ShownStep", "record_step", "record_training_step", "train"]

EngineName = Literal["numpy", "keras"]
# Of a batch of more numbers than these, 64 MiB of float64, the samples shown are recorded alone.
MOST_RECORDED = 2**23


def train(
    data: DataLike | None = None,
    network: NetworkLike | None = None,
    *,
    epochs: int | None = None,
    batch_size: int | None = None,
    validation_split: float | None = None,
    stratify: bool = False,
    rescale: float | None = None,
    raw: bool = False,
    loss: str | None = None,
    optimizer: str | None = None,
    learning_rate: float | None = None,
    weight_decay: float | None = None,
    l2: float | None = None,
    schedule: str | tuple[str, int] | tuple[str, int, float] | None = None,
    early_stopping: int | None = None,
    restore_best: bool = False,
    seed: int = 0,
    threads: int | None = None,
    engine: EngineName = "numpy",
    ignored: Sequence[str] = (),
    image_size: Numbers | None = None,
    fit: Fit | None = None,
    grey: bool = False,
    label_column: str | None = None,
    strict: bool = False,
    cache: str | Path | None = None,
    output: str | Path | None = None,
    history: str | Path | None = None,
    report: str | Path | None = None,
    force: bool = False,
    resume: bool = False,
    checkpoint_minutes: float | None = None,
    paper: str | None = None,
    say: Say = ignore,
) -> TrainingResult:
    """Train a network as Keras does, in NumPy.

    Arguments: the `data`, a folder with one subfolder of photos a class, an .npz, .csv or IDX file,
    (images, labels) as arrays, or None for the handwritten digits that cnncalc brings along; the
    `network`, as `record` takes it, one with weights to go on from, None for the article's (the
    digits have one of their own); the options of `cnncalc train`, None where its own default holds:
    a `schedule` is "cosine", or ("step", 2, 0.5). Files are written where they are named: the
    model as `output` (with checkpoints beside it, to `resume` from), a `history`, a `report`
    to print on a `paper`; `say` hears what was read, assumed and written.
    Returns the trained model, its history and its evaluation.
    Raises InputError, OptionError, ShapeError, NotationError or OutputError for what can't be used.

    >>> trained = train(network="Flatten(); Dense(10, activation='softmax')", epochs=2)
    >>> [record.epoch for record in trained.history], trained.evaluated_on
    ([1, 2], 'Test data')
    """
    given = data_options(data, image_size, fit, label_column, cache, grey=grey, strict=strict)
    refuse_idle(given)
    wanted = TrainingOptions(
        network=local(network, "network"),
        epochs=epochs,
        batch_size=batch_size,
        validation_split=validation_split,
        stratify=stratify,
        rescale=rescale,
        raw=raw,
        loss=loss,
        optimizer=optimizer,
        learning_rate=learning_rate,
        weight_decay=weight_decay,
        l2=l2,
        schedule=schedule_option(schedule),
        early_stopping=early_stopping,
        restore_best=restore_best,
        seed=seed,
        threads=threads,
        engine=engine,
        ignore=as_texts(ignored, "ignored"),
    )
    written = (output, history, report, checkpoint_minutes, paper)
    keep = keep_options(*written, force=force, resume=resume)
    return _trained(given, wanted, keep, Caller(say))


def _trained(
    given: DataOptions, wanted: TrainingOptions, keep: KeepOptions, caller: Caller
) -> TrainingResult:
    from cnncalc.tasks.notebook.trainings import NotebookTraining  # no command waits for it

    result = prepare_run(given, wanted, keep, caller).train(caller)
    assert result is not None  # noqa: S101 (a caller in Python stops nothing)
    return frozen(NotebookTraining.of(result))


def record_training_step(
    number: int,
    data: DataLike | None = None,
    network: NetworkLike | None = None,
    *,
    epochs: int | None = None,
    batch_size: int | None = None,
    validation_split: float | None = None,
    rescale: float | None = None,
    raw: bool = False,
    loss: str | None = None,
    optimizer: str | None = None,
    learning_rate: float | None = None,
    l2: float | None = None,
    seed: int = 0,
    ignored: Sequence[str] = (),
    image_size: Numbers | None = None,
    fit: Fit | None = None,
    grey: bool = False,
    say: Say = ignore,
) -> StepRecord:
    """Go through a training up to one step, and record that with all its numbers.

    Arguments: the step's `number`, counted from 1; the others as in `train`.
    Returns the step: each layer's forward and backward pass, losses, gradients, updates.
    Raises OptionError for a step that the training doesn't have, and what `train` raises.

    >>> step = record_training_step(1, network="Flatten(); Dense(10, activation='softmax')")
    >>> step.number, len(step.losses)
    (1, 32)
    """
    from cnncalc.tasks.notebook.trainings import NotebookStep  # no command waits for it

    given = data_options(data, image_size, fit, grey=grey)
    wanted = TrainingOptions(
        network=local(network, "network"),
        epochs=epochs,
        batch_size=batch_size,
        validation_split=validation_split,
        rescale=rescale,
        raw=raw,
        loss=loss,
        optimizer=optimizer,
        learning_rate=learning_rate,
        l2=l2,
        seed=seed,
        ignore=as_texts(ignored, "ignored"),
    )
    check_data(given)
    caller = Caller(say)
    step = whole_number(number, "number", 0)
    found = record_step(prepare(given, wanted, caller), step, caller)
    return frozen(NotebookStep.of(found.record))


@dataclass(frozen=True)
class ShownStep:
    """The record of a step, where in the training it is, and what its samples are called.

    `plan` has the network as it is shown, with the activation inside a loss as a layer of its own;
    an epoch has so many `batches`.
    """

    record: StepRecord
    step: PlannedStep
    plan: TrainingPlan
    batches: int
    class_names: tuple[str, ...]
    sample_names: tuple[str, ...]
    provenance: Provenance

    @property
    def untrained(self) -> str:
        """What stands for a class in the first step, which still has the weights it was given."""
        return self.provenance.before_training.untrained if self.step.number == 1 else ""


def record_step(
    session: Session, number: int, caller: Caller, samples: int | None = None
) -> ShownStep:
    """Go through a training up to a step, and record it.

    Arguments: the `session`; the step's `number`, counted from 1; the `caller`; of how many
    `samples` the numbers are kept where the batch has very many, None for all.
    """
    network, loss = show_output_activation(
        on_images(session.plan.network), session.plan.loss, caller
    )
    training = session.parts.training.fitting(network.input_shape)
    plan = replace(session.plan, network=network, loss=loss)
    step = plan_step(plan, training, number)
    numbers = sum(map(prod, network.shapes)) * len(step.positions)
    batches = steps(plan, training)
    with caller.training(step.epoch, batches) as watchers:
        record = record_planned_step(
            plan,
            training,
            step,
            samples if numbers > MOST_RECORDED else None,
            session.optimizer_state,
            watchers,
        )
    names = tuple(training.name(int(position)) for position in step.positions)
    origins = with_layers(session.provenance, network)
    return ShownStep(record, step, plan, batches, training.class_names, names, origins)
