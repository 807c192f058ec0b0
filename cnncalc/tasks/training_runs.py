"""A training from its options to its result, with the files that go with it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from cnncalc.errors import CnncalcError, InputError, OptionError, OutputError
from cnncalc.files.checkpoints import CheckpointWriter, checkpoint_path, read_checkpoint
from cnncalc.files.history import HISTORY_ENDINGS, write_history
from cnncalc.files.keras_training import Training
from cnncalc.files.output import check_output, output_ending, write_atomically
from cnncalc.files.paths import quoted
from cnncalc.files.trained_models import TrainedModel, write_model
from cnncalc.provenance import Provenance
from cnncalc.sheet.paper import Paper
from cnncalc.tasks.arguments import Caller
from cnncalc.tasks.training_data import check_data
from cnncalc.tasks.training_options import DataOptions, KeepOptions, TrainingOptions
from cnncalc.tasks.training_sessions import Session, prepare, say_how_it_ended
from cnncalc.training.dataset import Dataset
from cnncalc.training.engine import evaluate_with
from cnncalc.training.evaluation import Evaluation
from cnncalc.training.fit import Watcher, fit, is_finished, lacks_best, result, steps
from cnncalc.training.history import EpochRecord
from cnncalc.training.identity import identity
from cnncalc.training.metrics import predicted_classes
from cnncalc.training.optimizer_notation import write_optimizer
from cnncalc.training.plan import TrainingPlan
from cnncalc.training.state import TrainingState, begin
from cnncalc.views.provenance import provenance_lines, provenance_record
from cnncalc.views.report_contents import Mistake, TrainingReport

__all__ = [
    "TrainingResult",
    "TrainingRun",
    "prepare_run",
    "start",
]

# The worst of a report.
MOST_MISTAKES = 24


@dataclass(frozen=True, eq=False)
class TrainingResult:
    """What a training came to.

    `model` is the network as trained, which `evaluate`, `predict` and `train` take; `history` has a
    record an epoch; `evaluation` is of the data that tells most, `evaluated_on`, such as
    "Validation data".
    """

    model: TrainedModel
    history: tuple[EpochRecord, ...]
    evaluation: Evaluation
    evaluated_on: str
    provenance: Provenance


@dataclass(frozen=True, eq=False)
class TrainingRun:
    """A training that is read and checked, and may begin, or go on from its `state`."""

    session: Session
    keep: KeepOptions
    state: TrainingState
    checkpoints: CheckpointWriter | None

    @property
    def can_resume(self) -> bool:
        """Whether there is a checkpoint to go on from."""
        return _can_resume(self.session, self.keep)

    def train(self, caller: Caller) -> TrainingResult | None:
        """Train and write the files; return the result, None where the caller stopped it."""
        session, plan, state = self.session, self.session.plan, self.state
        watching: list[Watcher] = [] if self.checkpoints is None else [self.checkpoints]
        batches = steps(plan, session.parts.training)
        with caller.interruption() as stop, caller.training(plan.epochs, batches) as watchers:
            fit(plan, session.parts, state, [*watching, *watchers], stop, session.engine)
        if not is_finished(plan, state):
            if self.checkpoints is not None:
                self.checkpoints.write(state)
            return None
        say_how_it_ended(plan, state, caller)
        title, dataset = session.held_out
        evaluation = evaluate_with(session.engine, plan, result(plan, state), dataset)
        _write_files(session, state, evaluation, self.keep, caller)
        return _result(session, state, evaluation, title)


def prepare_run(
    given: DataOptions, wanted: TrainingOptions, keep: KeepOptions, caller: Caller
) -> TrainingRun:
    """Check the options and the files, and read network and data.

    Arguments: the options of the data, of the training and of its files; the `caller`.
    """
    check_data(given)
    _check_files(keep)
    session = prepare(given, wanted, caller)
    if session.origin.weights is None:  # of a model that goes on, it has been said
        plan = session.plan
        caller.remark(f"training with {plan.loss}, {write_optimizer(plan.optimizer)}")
    state, checkpoints = start(session, keep, caller)
    if is_finished(session.plan, state):  # what was killed, or failed, while it wrote its files
        keep = replace(keep, force=True)
    return TrainingRun(session, keep, state, checkpoints)


def _result(
    session: Session, state: TrainingState, evaluation: Evaluation, title: str
) -> TrainingResult:
    plan = session.plan
    state.fetch()
    model = TrainedModel(
        network=result(plan, state),
        class_names=session.parts.training.class_names,
        fit=session.fit,
        training=Training(plan.loss, plan.optimizer, state.optimizer),
        learnt=session.images_learnt,
    )
    return TrainingResult(model, tuple(state.history), evaluation, title, session.provenance)


def _check_files(keep: KeepOptions) -> None:
    """Refuse files that can't be written, or are of another training, before anything is read."""
    for path, endings in (
        (keep.output, (".keras",)),
        (keep.history, HISTORY_ENDINGS),
        (keep.report, (".xlsx",)),
    ):
        if path is not None:
            output_ending(path, endings)
    _check_outputs(keep, force=keep.force or keep.resume)  # `start` knows more of a resumed one
    if keep.output is None:
        _require_no_checkpoint(keep)
        return
    checkpoint = checkpoint_path(keep.output)
    if keep.resume and not checkpoint.exists():
        message = f"there is no checkpoint {quoted(checkpoint)} to resume from"
        raise InputError(message)
    if not keep.resume and not keep.force and checkpoint.exists():
        message = (
            f"{quoted(checkpoint)} is of a training that was stopped: add --resume to go on, or "
            "--force to begin anew"
        )
        raise OutputError(message)


def _require_no_checkpoint(keep: KeepOptions) -> None:
    """Refuse options of a checkpoint, which lies beside the model, where none is written."""
    if keep.resume or keep.checkpoint_minutes is not None:
        message = "resume and checkpoint_minutes need an output, beside which checkpoints are. "
        raise OptionError(message + "Received: none")


def _check_outputs(keep: KeepOptions, *, force: bool) -> None:
    for path in (keep.output, keep.history, keep.report):
        if path is not None:
            check_output(path, force=force)


def start(
    session: Session, keep: KeepOptions, caller: Caller
) -> tuple[TrainingState, CheckpointWriter | None]:
    """Return the state to train from, initial or resumed, and what writes its checkpoints.

    Nothing writes any where no model is written.
    """
    plan = session.plan
    if keep.output is None:
        return begin(plan.network, plan.optimizer, session.optimizer_state), None
    path, what = checkpoint_path(keep.output), _identity(session)
    writer = CheckpointWriter(path, what, keep.checkpoint_minutes)
    if not keep.resume:
        return begin(plan.network, plan.optimizer, session.optimizer_state), writer
    state = read_checkpoint(path, what)
    _check_epochs(plan, state)
    _check_best(plan, state)
    # A finished training has a checkpoint only where it was killed while it wrote these files.
    _check_outputs(keep, force=keep.force or is_finished(plan, state))
    caller.note(f"resumed in epoch {state.epoch}, after {state.progress.batches} batches of it")
    return state, writer


def _can_resume(session: Session, keep: KeepOptions) -> bool:
    """Say whether there is a checkpoint of this very training."""
    if keep.output is None:
        return False
    try:
        read_checkpoint(checkpoint_path(keep.output), _identity(session))
    except CnncalcError:
        return False
    return True


def _identity(session: Session) -> dict[str, str]:
    return identity(session.plan, session.parts) | {"engine": session.engine.name}


def _check_epochs(plan: TrainingPlan, state: TrainingState) -> None:
    reached = state.epoch if state.progress.batches else len(state.history)
    if plan.epochs < reached:
        message = (
            f"the training has come to epoch {reached} already; --epochs must be at least "
            f"{reached}. Received: {plan.epochs}"
        )
        raise OptionError(message)


def _check_best(plan: TrainingPlan, state: TrainingState) -> None:
    if lacks_best(plan, state):
        message = (
            "--restore-best can't be added when a training is resumed: the weights of its best "
            "epoch so far were not kept"
        )
        raise OptionError(message)


def _write_files(
    session: Session,
    state: TrainingState,
    evaluation: Evaluation,
    keep: KeepOptions,
    caller: Caller,
) -> None:
    """Write the model and what else was asked for, and remove the checkpoint."""
    if keep.output is not None:
        names = session.parts.training.class_names
        with write_atomically(keep.output, force=keep.force) as file:
            write_model(file, session.plan, state, names, session.fit, session.images_learnt)
        caller.note(f"wrote {keep.output}")
    if keep.history is not None:
        told = provenance_record(session.provenance)
        write_history(keep.history, state.history, told, force=keep.force)
        caller.note(f"wrote {keep.history}")
    if keep.report is not None:
        from cnncalc.views.workbook.training_report import write_training_report

        report = _report(session, state, evaluation)
        with write_atomically(keep.report, force=keep.force) as file:
            write_training_report(file, report, Paper(keep.paper or Paper.A4))
        caller.note(f"wrote {keep.report}")
    if keep.output is not None:
        checkpoint_path(keep.output).unlink(missing_ok=True)


def _report(session: Session, state: TrainingState, evaluation: Evaluation) -> TrainingReport:
    title, dataset = session.held_out
    worst = evaluation.most_wrong(MOST_MISTAKES)
    return TrainingReport(
        network=result(session.plan, state),
        settings=_settings(session),
        history=state.history,
        tested_on=title,
        classes=evaluation.report,
        mistakes=[_mistake(dataset, evaluation, position) for position in worst],
        largest=session.data.largest,
    )


def _settings(session: Session) -> dict[str, str]:
    plan, parts = session.plan, session.parts
    validation = len(parts.validation) if parts.validation is not None else 0
    return {
        **dict(provenance_lines(session.provenance)),
        "Images": f"{len(parts.training):,} to train on, {validation:,} to validate with",
        "Loss": str(plan.loss),
        "Optimizer": write_optimizer(plan.optimizer),
        "Batch size": str(plan.batch_size),
        "Seed": str(plan.seed),
        "Engine": session.engine.name,
    }


def _mistake(dataset: Dataset, evaluation: Evaluation, position: int) -> Mistake:
    images, labels = dataset.fitting(dataset.images.shape[1:]).batch(np.array([position]))
    taken_for = predicted_classes(evaluation.outputs[[position]])
    return Mistake(
        name=dataset.name(position),
        image=images[0],
        true_class=dataset.class_names[labels[0]],
        predicted_class=dataset.class_names[taken_for[0]],
        loss=float(evaluation.losses[position]),
    )
