"""A training from its options to its result, with the files that go with it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from cnncalc.files.checkpoints import CheckpointWriter
from cnncalc.files.keras_training import Training
from cnncalc.files.trained_models import TrainedModel
from cnncalc.provenance import Provenance
from cnncalc.tasks.callers import Caller
from cnncalc.tasks.options import DataOptions, KeepOptions, TrainingOptions
from cnncalc.tasks.training_data import check_data
from cnncalc.tasks.training_files import can_resume, check_files, start, write_files
from cnncalc.tasks.training_sessions import Session, prepare
from cnncalc.training.engine import evaluate_with
from cnncalc.training.evaluation import Evaluation
from cnncalc.training.fit import Watcher, fit, is_finished, result, steps
from cnncalc.training.history import EpochRecord
from cnncalc.training.state import TrainingState

__all__ = ["TrainingResult", "TrainingRun", "prepare_run"]


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
        return can_resume(self.session, self.keep)

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
        title, dataset = session.held_out
        evaluation = evaluate_with(session.engine, plan, result(plan, state), dataset)
        write_files(session, state, evaluation, self.keep, caller)
        return _result(session, state, evaluation, title)


def prepare_run(
    given: DataOptions, wanted: TrainingOptions, keep: KeepOptions, caller: Caller
) -> TrainingRun:
    """Check the options and the files, and read network and data.

    Arguments: the options of the data, of the training and of its files; the `caller`.
    """
    check_data(given)
    check_files(keep)
    session = prepare(given, wanted, caller)
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
