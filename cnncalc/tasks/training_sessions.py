"""From the options of training, as written, to what `fit` takes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from cnncalc.errors import OptionError
from cnncalc.files.datasets import is_photos
from cnncalc.files.labelled import LabelledData
from cnncalc.files.photos import Fit
from cnncalc.layers import Layer
from cnncalc.network import Network, assemble, initialize
from cnncalc.notation import write
from cnncalc.provenance import Origin, Provenance
from cnncalc.tasks.arguments import Caller, DataLike, ImageLike
from cnncalc.tasks.differences import as_learnt, brings
from cnncalc.tasks.inputs import data_origin, with_layers
from cnncalc.tasks.memory import require_training_memory
from cnncalc.tasks.training_data import SayParts, divide, read_labelled, say_parts
from cnncalc.tasks.training_options import DEFAULT_LOSS, DataOptions, TrainingOptions
from cnncalc.tasks.training_start import (
    Start,
    kept_state,
    read_start,
    refuse_scaling,
    require_calculated,
    say_how_it_goes_on,
    scales_first,
)
from cnncalc.training.dataset import Dataset, Parts, with_classes
from cnncalc.training.engine import NUMPY, Engine
from cnncalc.training.fit import steps
from cnncalc.training.history import EarlyStopping
from cnncalc.training.learnt_images import LearntImages, ValueRange, describe_images
from cnncalc.training.losses import Loss, loss_named, with_output_activation
from cnncalc.training.objective import require_input_shape
from cnncalc.training.optimizer_notation import parse_optimizer
from cnncalc.training.optimizer_step import OptimizerState
from cnncalc.training.optimizers import Adam, Optimizer
from cnncalc.training.plan import ARTICLE, DIGITS, Defaults, TrainingPlan, rescaled
from cnncalc.training.regularization import with_l2
from cnncalc.training.schedules import make_schedule, rate_at
from cnncalc.training.state import TrainingState, require_trainable

__all__ = ["Session", "chosen_loss", "prepare", "say_how_it_ended", "show_output_activation"]


@dataclass(frozen=True)
class Session:
    """All that a training needs: the plan, the data's parts, and how photos were made to fit.

    `origin` is what it starts from, `source` the data as it was named, None for the digits;
    `command` is what was typed; `learnt` is how the images were that the network learnt before,
    None where there is no such, and `values` the range that the data shares with them, None where
    it has one of its own.
    """

    plan: TrainingPlan
    parts: Parts
    data: LabelledData
    fit: Fit
    engine: Engine
    origin: Start
    source: DataLike | ImageLike | None
    command: str = ""
    optimizer_state: OptimizerState | None = None
    learnt: LearntImages | None = None
    values: ValueRange | None = None

    @property
    def held_out(self) -> tuple[str, Dataset]:
        """The data that tells most about the network, and what it is called."""
        if self.data.test is not None:
            return "Test data", with_classes(self.data.test, self.parts.training.class_names)
        if self.parts.validation is not None:
            return "Validation data", self.parts.validation
        return "Training data", self.parts.training

    @property
    def images_learnt(self) -> LearntImages:
        """How the images are that the network will have learnt, these and those before."""
        return describe_images(self.parts.training, self.values).after(self.learnt)

    @cached_property
    def provenance(self) -> Provenance:
        """What it is made from; found out when it is asked for, since data may be large files."""
        initial = None if self.origin.weights is None else self.origin.origin
        origins = Provenance(
            self.command,
            self.origin.origin,
            initial or Origin("seed", seed=self.plan.seed),
            data=data_origin(self.source, self.data),
        )
        return with_layers(origins.of_training, self.plan.network)


def prepare(
    given: DataOptions,
    wanted: TrainingOptions,
    caller: Caller,
    say: SayParts = say_parts,
    *,
    as_written: bool = False,
) -> Session:
    """Read network and data, fit them to each other, and say what they are.

    Arguments: the data's options; the training's; the `caller`; what says how the data was divided,
    left out as `train` does; whether the network stays `as_written`, without a rescaling of the
    pixels, since its weights will be others.
    """
    engine = _engine(wanted.engine)
    origin = read_start(wanted.network, caller)
    require_calculated(origin.uncalculated, wanted.ignore, _replacing(wanted), caller)
    learnt = None if as_written else origin.learnt
    refuse_scaling(
        raw=wanted.raw,
        rescale=wanted.rescale is not None,
        scales=scales_first(origin.layers or (), is_new=origin.weights is None and not as_written),
        brings=brings(learnt, photos=is_photos(given.path)),
    )
    fit = given.fit or origin.fit
    data = read_labelled(given, caller, origin.input_shape, fit, output_of=origin.classes)
    data, values = as_learnt(data, learnt, caller, raw=wanted.raw)
    defaults = DIGITS if given.data is None else ARTICLE
    parts = divide(data, wanted, origin.class_names, caller, say)
    scale = 1 / data.largest if wanted.rescale is None else wanted.rescale
    scale = 1.0 if wanted.raw or as_written else scale
    network = _network(origin, wanted, defaults, scale, parts.training, caller)
    plan = _plan(network, origin, wanted, defaults, parts, caller)
    if engine is NUMPY:
        require_training_memory(plan, parts.training)
    state = kept_state(origin, plan.optimizer, has_new_schedule=wanted.schedule is not None)
    if origin.weights is not None:
        say_how_it_goes_on(plan, origin, state, caller)
    for note in engine.notes(plan):
        caller.remark(note)
    about = (given.data, caller.command, state, learnt, values)
    return Session(plan, parts, data, fit, engine, origin, *about)


def _engine(name: str) -> Engine:
    if name == "numpy":
        return NUMPY
    from cnncalc.keras_engine import KerasEngine

    return KerasEngine()


def _replacing(wanted: TrainingOptions) -> dict[str, object]:
    """Return the options that put something else in the place of what a model's file says."""
    return {
        "--loss": wanted.loss,
        "--optimizer": wanted.optimizer,
        "--learning-rate": wanted.learning_rate,
        "--l2": wanted.l2,
        "--schedule": wanted.schedule,
    }


def _network(
    origin: Start,
    wanted: TrainingOptions,
    defaults: Defaults,
    scale: float,
    training: Dataset,
    caller: Caller,
) -> Network:
    """Put together what is trained: its layers behind the rescaling, and its initial weights."""
    shape = training.input_shape
    if origin.weights is not None and origin.layers is not None:
        layers = _regularized(origin.layers, wanted)
        network = assemble(layers, origin.input_shape or shape, origin.weights)
    else:
        layers = _regularized(origin.layers or defaults.layers(len(training.class_names)), wanted)
        layers = rescaled(layers, scale)
        network = initialize(layers, origin.input_shape or shape, wanted.seed)
    require_input_shape(network, training)
    require_trainable(network)
    caller.remark(f"network: {write(network.layers)}")
    for note in network.notes:
        caller.remark(note)
    return network


def _regularized(layers: tuple[Layer, ...], wanted: TrainingOptions) -> tuple[Layer, ...]:
    return layers if wanted.l2 is None else with_l2(layers, wanted.l2)


def chosen_loss(wanted: str | None, stored: Loss | None) -> Loss:
    """Return the loss that is wanted by name, or else that of a model's file, or the default.

    The file's own, by its name, stays a loss of logits where it is one.
    """
    if stored is not None and wanted in (None, stored.name):
        return stored
    return loss_named(DEFAULT_LOSS if wanted is None else wanted)


def _optimizer(origin: Start, wanted: TrainingOptions, defaults: Defaults) -> Optimizer:
    options = {"learning_rate": wanted.learning_rate, "weight_decay": wanted.weight_decay}
    given = {name: value for name, value in options.items() if value is not None}
    if wanted.optimizer is not None:
        return parse_optimizer(wanted.optimizer, given)
    return replace(origin.optimizer or Adam(learning_rate=defaults.learning_rate), **given)


def _plan(
    network: Network,
    origin: Start,
    wanted: TrainingOptions,
    defaults: Defaults,
    parts: Parts,
    caller: Caller,
) -> TrainingPlan:
    """Return how the network is trained: as wanted, else as before, else by default."""
    plan = TrainingPlan(
        network,
        chosen_loss(wanted.loss, origin.loss),
        _optimizer(origin, wanted, defaults),
        defaults.epochs if wanted.epochs is None else wanted.epochs,
        defaults.batch_size if wanted.batch_size is None else wanted.batch_size,
        wanted.seed,
        _early_stopping(wanted, parts, caller),
        wanted.threads,
    )
    return _scheduled(plan, wanted, parts.training)


def _scheduled(plan: TrainingPlan, wanted: TrainingOptions, training: Dataset) -> TrainingPlan:
    if wanted.schedule is None:
        return plan
    rate = rate_at(plan.optimizer.learning_rate, 0)
    name, epochs_between, factor = wanted.schedule
    schedule = make_schedule(name, rate, steps(plan, training), plan.epochs, epochs_between, factor)
    return replace(plan, optimizer=replace(plan.optimizer, learning_rate=schedule))


def _early_stopping(wanted: TrainingOptions, parts: Parts, caller: Caller) -> EarlyStopping | None:
    if wanted.early_stopping is None:
        if wanted.restore_best:
            message = "--restore-best needs --early-stopping PATIENCE. Received: none"
            raise OptionError(message)
        return None
    if parts.validation is None:
        caller.remark("early stopping watches the loss: there is nothing to validate with")
    return EarlyStopping(
        "loss" if parts.validation is None else "val_loss",
        patience=wanted.early_stopping,
        restore_best_weights=wanted.restore_best,
    )


def say_how_it_ended(plan: TrainingPlan, state: TrainingState, caller: Caller) -> None:
    """Say that a training was stopped early, and which epoch's weights are its result."""
    stopping, done = plan.early_stopping, len(state.history)
    if stopping is None:
        return
    best = stopping.judge(state.history).best_epoch
    if done < plan.epochs:
        waited = f"{done - best} epoch{'s' if done - best != 1 else ''}"
        why = f"{stopping.monitor} had not improved for {waited}"
        caller.note(f"stopped early, after epoch {done} of {plan.epochs}: {why}")
    if stopping.restore_best_weights:
        caller.note(f"the weights are those of epoch {best}, the best")
    elif best < done:
        caller.note(f"the weights are those of epoch {done}; --restore-best takes {best}, the best")


def show_output_activation(network: Network, loss: Loss, caller: Caller) -> tuple[Network, Loss]:
    """Return `with_output_activation` of a network and loss, and say so where that adds a layer."""
    if loss.from_logits:
        caller.remark(f"the {loss.activation} inside {loss} is shown as a layer of its own")
    return with_output_activation(network, loss)
