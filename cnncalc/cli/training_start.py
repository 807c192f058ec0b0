"""What a training starts from: layers alone, or a model that was trained before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from cnncalc.cli.network_argument import names_archive, read_network
from cnncalc.cli.remarks import remark
from cnncalc.errors import InputError
from cnncalc.files.paths import file_origin
from cnncalc.files.photos import Fit
from cnncalc.layers import Layer, Shape
from cnncalc.network import Weights, walk
from cnncalc.provenance import Origin
from cnncalc.training.learnt_images import LearntImages
from cnncalc.training.losses import Loss
from cnncalc.training.metrics import OutputClasses, class_count
from cnncalc.training.optimizer_notation import write_optimizer
from cnncalc.training.optimizers import Optimizer, OptimizerState
from cnncalc.training.plan import TrainingPlan
from cnncalc.training.schedules import Schedule, rate_at
from cnncalc.training.uncalculated import Uncalculated

__all__ = ["Start", "kept_state", "read_start", "say_how_it_goes_on"]


@dataclass(frozen=True)
class Start:
    """What a training starts from: layers, and from a .keras file much more."""

    layers: tuple[Layer, ...] | None = None
    input_shape: Shape | None = None
    weights: Sequence[Weights] | None = None
    class_names: tuple[str, ...] = ()
    fit: Fit = "stretch"
    loss: Loss | None = None
    optimizer: Optimizer | None = None
    optimizer_state: OptimizerState | None = None
    learnt: LearntImages | None = None
    uncalculated: tuple[Uncalculated, ...] = ()
    origin: Origin | None = None

    def classes(self, image_shape: Shape) -> OutputClasses | None:
        """Return the classes of the output for images of a shape; None where nothing tells them."""
        if self.layers is None:
            return None
        *_, (last, shape) = walk(self.layers, self.input_shape or image_shape)
        output = last.output_shape(shape)
        if len(output) != 1:
            return None  # an error of its own
        return OutputClasses(class_count(output), self.class_names, self.weights is not None)


def read_start(text: str | None) -> Start:
    """Read what --network names, a notation or a file, None where nothing was given."""
    if text is None:
        return Start()
    if names_archive(text):
        from cnncalc.files.trained_models import read_model

        model = read_model(Path(text))
        network, training = model.network, model.training
        for each in (*model.notes, *training.notes):
            remark(each)
        return Start(
            layers=network.layers,
            input_shape=network.input_shape,
            weights=network.weights,
            class_names=model.class_names,
            fit=model.fit,
            loss=training.loss,
            optimizer=training.optimizer,
            optimizer_state=training.state,
            learnt=model.learnt,
            uncalculated=training.uncalculated,
            origin=file_origin(Path(text)),
        )
    source = read_network(text)
    start = Start(source.layers, source.input_shape, origin=source.origin)
    compiled = source.training
    if compiled is None:
        return start
    known = [str(compiled.loss)] if compiled.loss else []
    known += [write_optimizer(compiled.optimizer)] if compiled.optimizer else []
    if known:
        remark(f"model.compile asks for {', '.join(known)}")
    return replace(
        start,
        loss=compiled.loss,
        optimizer=compiled.optimizer,
        uncalculated=compiled.uncalculated,
    )


def kept_state(
    origin: Start, optimizer: Optimizer, *, has_new_schedule: bool
) -> OptimizerState | None:
    """Return what a model's optimizer remembers, if it is the like of the one to train by.

    Raises InputError where that holds NaN or infinity, from which every weight would.
    """
    own = origin.optimizer
    if own is None or type(own) is not type(optimizer) or own.slot_groups != optimizer.slot_groups:
        return None
    # A schedule counts the optimizer's steps, and Adam's correction needs the count of its means.
    begins_anew = has_new_schedule and isinstance(optimizer.learning_rate, Schedule)
    if begins_anew or origin.optimizer_state is None:
        return None
    _require_finite(origin.optimizer_state, optimizer)
    return origin.optimizer_state


def _require_finite(state: OptimizerState, optimizer: Optimizer) -> None:
    for own in state.slots:
        for name, array in own.items():
            if not np.isfinite(array).all():
                message = (
                    f"what the model's {type(optimizer).__name__} remembers must be finite "
                    f"numbers; another --optimizer begins anew. Received: {name} with "
                    f"{array[~np.isfinite(array)][0]} in it"
                )
                raise InputError(message)


def say_how_it_goes_on(plan: TrainingPlan, origin: Start, state: OptimizerState | None) -> None:
    """Say by which loss and optimizer a model is trained on, and what may surprise about it."""
    remark(f"going on with {plan.loss}, {write_optimizer(plan.optimizer)}")
    before = origin.optimizer_state
    if state is None and before is not None and before.iterations:
        remark(
            "the optimizer begins anew, without what the model's remembers of "
            f"{before.iterations:,} steps"
        )
    done = state.iterations if state else 0
    if rate_at(plan.optimizer.learning_rate, done) == 0:
        remark(
            f"Warning: after the {done:,} steps that are done, the model's schedule keeps the "
            "learning rate at 0: nothing will be learnt; --learning-rate or --schedule sets another"
        )
