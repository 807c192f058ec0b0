"""The training of which a shown step is one: of its data, or of a state that a page saved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from itertools import islice
from math import ceil
from pathlib import Path

import numpy as np

from cnncalc.errors import OptionError
from cnncalc.sheet.calculations import TrainingPieces
from cnncalc.tasks.arguments import Caller
from cnncalc.tasks.saved_states import saved_state
from cnncalc.tasks.session_pieces import session_pieces
from cnncalc.tasks.training import ShownStep
from cnncalc.tasks.training_options import DataOptions, TrainingOptions
from cnncalc.tasks.training_sessions import Session
from cnncalc.training.losses import LOSSES
from cnncalc.training.plan import TrainingPlan
from cnncalc.training_step import PlannedStep, record_steps

__all__ = ["pieces_of_session", "saved_pieces", "saved_step"]


def pieces_of_session(session: Session, number: int, caller: Caller) -> TrainingPieces:
    """Return a training up to a step, counted from 1, as its page calculates it.

    Raises OptionError where the training goes on with the optimizer of another one.
    """
    if session.optimizer_state is not None and session.optimizer_state.iterations:
        message = "the page of a step begins with a new optimizer. "
        raise OptionError(message + "Received: a model whose optimizer has taken steps")
    return session_pieces(session, number, caller)


def saved_pieces(
    given: DataOptions, wanted: TrainingOptions, command: str, typed: Sequence[str] = ()
) -> TrainingPieces:
    """Return the training of a page's state, which brings its samples and its optimizer.

    Arguments: the data's options, which name the state; the training's, which are refused; the
    `command` that asks for it; options that were `typed` though they equal their default.
    Raises OptionError for other options, InputError for a file that is no such state.
    """
    options = (*_given(given, DataOptions(given.data)), *_given(wanted, TrainingOptions()))
    if options := tuple(dict.fromkeys((*options, *typed))):
        message = "the state of a training brings its own options. "
        raise OptionError(message + f"Received: {', '.join(options)} beside it")
    return saved_state(Path(str(given.data))).pieces(command)


def _given(options: DataOptions | TrainingOptions, default: object) -> list[str]:
    return [
        f"--{field.name.replace('_', '-')}"
        for field in fields(options)
        if getattr(options, field.name) != getattr(default, field.name)
    ]


def saved_step(pieces: TrainingPieces, number: int) -> ShownStep:
    """Record a step, counted from 1, of a training that a page saved.

    Raises OptionError for a step that it doesn't have.
    """
    training, steps = pieces.training, len(pieces.training.batches)
    if not 1 <= number <= steps:
        message = f"the step must be 1 to {steps}, as the saved training has. Received: {number}"
        raise OptionError(message)
    loss = LOSSES[training.loss]
    batches = (
        (
            np.stack([pieces.samples[sample][0] for sample in batch]),
            np.array([pieces.samples[sample][1] for sample in batch]),
        )
        for batch in training.batches
    )
    how = (loss, training.optimizer, batches, training.seed, training.steps_per_epoch)
    record = next(islice(record_steps(pieces.network, *how), number - 1, None))
    per_epoch = training.steps_per_epoch or steps
    epoch, batch = divmod(number - 1, per_epoch)
    positions = np.array(training.batches[number - 1])
    plan = TrainingPlan(pieces.network, loss, training.optimizer, ceil(steps / per_epoch))
    names = tuple(f"sample {position}" for position in positions.tolist())
    step = PlannedStep(number, epoch + 1, batch, positions)
    return ShownStep(record, step, plan, per_epoch, (), names, pieces.provenance)
