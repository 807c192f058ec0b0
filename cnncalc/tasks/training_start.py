"""What a training starts from: layers alone, or a model that was trained before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeGuard

import numpy as np

from cnncalc.errors import InputError, OptionError
from cnncalc.files.photos import Fit
from cnncalc.layers import Layer, Shape
from cnncalc.network import Weights, walk
from cnncalc.notation import write
from cnncalc.provenance import Origin
from cnncalc.tasks.arguments import Caller, ModelLike, NetworkLike
from cnncalc.tasks.models import read_trained
from cnncalc.tasks.networks import ARTICLE, NetworkSource, names_archive, read_network
from cnncalc.training.learnt_images import LearntImages
from cnncalc.training.losses import Loss
from cnncalc.training.metrics import OutputClasses, class_count
from cnncalc.training.optimizer_notation import write_optimizer
from cnncalc.training.optimizer_step import OptimizerState
from cnncalc.training.optimizers import Optimizer
from cnncalc.training.plan import TrainingPlan, rescaled, scales_pixels
from cnncalc.training.schedules import Schedule, rate_at
from cnncalc.training.state import copied
from cnncalc.training.uncalculated import Uncalculated, left_out

__all__ = [
    "Start",
    "keeps_pixels",
    "kept_state",
    "read_start",
    "refuse_scaling",
    "require_calculated",
    "say_how_it_goes_on",
    "scaled_source",
    "scales_first",
]


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


def read_start(network: NetworkLike | None, caller: Caller) -> Start:
    """Read what a training starts from: what `read_network` takes, None where nothing was given."""
    if network is None:
        return Start()
    if _has_weights(network):
        return _trained_before(network, caller)
    source = read_network(network, caller)
    start = Start(source.layers, source.input_shape, origin=source.origin)
    compiled = source.training
    if compiled is None:
        return start
    known = [str(compiled.loss)] if compiled.loss else []
    known += [write_optimizer(compiled.optimizer)] if compiled.optimizer else []
    if known:
        caller.remark(f"model.compile asks for {', '.join(known)}")
    return replace(
        start,
        loss=compiled.loss,
        optimizer=compiled.optimizer,
        uncalculated=compiled.uncalculated,
    )


def _has_weights(network: NetworkLike) -> TypeGuard[ModelLike]:
    if isinstance(network, str | Path):
        return names_archive(str(network))
    return not isinstance(network, Sequence)


def _trained_before(network: ModelLike, caller: Caller) -> Start:
    model, _, origin = read_trained(network)
    training = model.training
    for note in (*model.notes, *training.notes):
        caller.remark(note)
    return Start(
        layers=model.network.layers,
        input_shape=model.network.input_shape,
        weights=model.network.weights,
        class_names=model.class_names,
        fit=model.fit,
        loss=training.loss,
        optimizer=training.optimizer,
        optimizer_state=training.state,
        learnt=model.learnt,
        uncalculated=training.uncalculated,
        origin=origin,
    )


def kept_state(
    origin: Start, optimizer: Optimizer, *, has_new_schedule: bool
) -> OptimizerState | None:
    """Return what a model's optimizer remembers, if it is the like of the one to train by.

    Raises InputError where that holds NaN or infinity, from which every weight would.
    """
    before = origin.optimizer
    if (
        before is None
        or type(before) is not type(optimizer)
        or before.slot_groups != optimizer.slot_groups
    ):
        return None
    # A schedule counts the optimizer's steps, and Adam's correction needs the count of its means.
    begins_anew = has_new_schedule and isinstance(optimizer.learning_rate, Schedule)
    if begins_anew or origin.optimizer_state is None:
        return None
    _require_finite(origin.optimizer_state, optimizer)
    # Training goes on in arrays of its own: the model stays as it was.
    state = origin.optimizer_state
    return replace(state, slots=list(copied(state.slots)))


def _require_finite(state: OptimizerState, optimizer: Optimizer) -> None:
    for slot in state.slots:
        for name, array in slot.items():
            if not np.isfinite(array).all():
                message = (
                    f"what the model's {type(optimizer).__name__} remembers must be finite "
                    f"numbers; another --optimizer begins anew. Received: {name} with "
                    f"{array[~np.isfinite(array)][0]} in it"
                )
                raise InputError(message)


def say_how_it_goes_on(
    plan: TrainingPlan, origin: Start, state: OptimizerState | None, caller: Caller
) -> None:
    """Say by which loss and optimizer a model is trained on, and what may surprise about it."""
    caller.remark(f"going on with {plan.loss}, {write_optimizer(plan.optimizer)}")
    before = origin.optimizer_state
    if state is None and before is not None and before.iterations:
        caller.remark(
            "the optimizer begins anew, without what the model's remembers of "
            f"{before.iterations:,} steps"
        )
    done = state.iterations if state else 0
    if rate_at(plan.optimizer.learning_rate, done) == 0:
        caller.remark(
            f"Warning: after the {done:,} steps that are done, the model's schedule keeps the "
            "learning rate at 0: nothing will be learnt; --learning-rate or --schedule sets another"
        )


def require_calculated(
    found: Sequence[Uncalculated],
    ignored: Sequence[str],
    replacing: Mapping[str, object],
    caller: Caller,
    *,
    evaluated: bool = False,
) -> None:
    """Refuse what isn't calculated of a model's training, and say what --ignore leaves out.

    Arguments: what was `found` in the model's file; the names that --ignore has; the value of each
    option of the command that may be `replacing` something, None where it wasn't given; the
    `caller`; whether a loss is only `evaluated`.
    Raises OptionError as `left_out` does.
    """
    given = [option for option, value in replacing.items() if value is not None]
    offered = [option for option in replacing if caller.offers(option)]
    out = left_out(found, ignored, given, offered, evaluated=evaluated)
    if out:
        where = "" if evaluated else ", here and in what is saved"
        caller.remark(f"left out, as --ignore says{where}: {'; '.join(map(str, out))}")


def keeps_pixels(network: object, *weights: object) -> bool:
    """Say whether a gradient's network is as it is written: the article's, or one with weights.

    Arguments: the `network` as written; the `weights` that may come with it, each None if not.
    """
    is_articles = isinstance(network, str) and network == ARTICLE
    return is_articles or any(weight is not None for weight in weights)


def scales_first(layers: Sequence[Layer], *, is_new: bool) -> bool:
    """Say whether a Rescaling goes before layers, left out --raw: new ones that have none."""
    return is_new and not scales_pixels(tuple(layers))


def refuse_scaling(*, raw: bool, scales: bool, rescale: bool = False, brings: bool = False) -> None:
    """Raise OptionError where an option about scaling pixels would do nothing.

    Arguments: whether --raw and --rescale were given; whether a Rescaling `scales` pixels first,
    unless they are; whether image files are brought to the range that a model learnt.
    """
    if raw and rescale:
        message = "--raw and --rescale exclude each other. Received: --raw and --rescale"
        raise OptionError(message)
    if rescale and not scales:
        message = (
            "--rescale is for a new network that doesn't scale pixels itself. Received: --rescale"
        )
        raise OptionError(message)
    if raw and not scales and not brings:
        message = (
            "--raw is for a new network that doesn't scale pixels itself, and for image files "
            "where the model learnt another range than 0 to 255. Received: --raw"
        )
        raise OptionError(message)


def scaled_source(source: NetworkSource, largest: float, caller: Caller) -> NetworkSource:
    """Return a network that scales pixels of up to the `largest` value first, and say so."""
    layers = rescaled(source.layers, 1 / largest)
    if layers is not source.layers:
        caller.remark(f"network: {write(layers)}")
    return replace(source, layers=layers)
