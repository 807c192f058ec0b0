"""From the options of training, as written, to what `fit` takes; and its files."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from cnncalc.cli.console import error_console
from cnncalc.cli.network_argument import read_network
from cnncalc.cli.one_blas_thread import give_threads_back
from cnncalc.cli.remarks import remark
from cnncalc.cli.training_memory import require_training_memory
from cnncalc.cli.training_options import DEFAULT_LOSS, DataOptions, FitOptions
from cnncalc.errors import OptionError
from cnncalc.files.datasets import ReadOptions, is_photos, is_text, read_data
from cnncalc.files.labelled import LabelledData
from cnncalc.files.paths import quoted
from cnncalc.files.photos import Fit
from cnncalc.layers import Layer, Shape
from cnncalc.network import Network, Weights, assemble, initialize
from cnncalc.notation import write
from cnncalc.shapes import Size, pair
from cnncalc.training.dataset import Dataset, Parts, split, split_warnings, with_classes
from cnncalc.training.defaults import ARTICLE, DIGITS, Defaults, rescaled, scales_pixels
from cnncalc.training.engine import NUMPY, Engine
from cnncalc.training.fit import steps
from cnncalc.training.losses import Loss, loss_named
from cnncalc.training.objective import require_input_shape
from cnncalc.training.optimizer_notation import parse_optimizer, write_optimizer
from cnncalc.training.optimizers import Adam, Optimizer, OptimizerState
from cnncalc.training.plan import TrainingPlan
from cnncalc.training.regularization import with_l2
from cnncalc.training.schedules import Schedule, make_schedule, rate_at
from cnncalc.training.stopping import EarlyStopping
from cnncalc.views.terminal.training_progress import decoding_progress

# Told the parts of the data, and which option would divide them otherwise.
SayParts = Callable[[Parts, str], None]

__all__ = [
    "Session",
    "check_data",
    "chosen_loss",
    "classes_text",
    "prepare",
    "read_labelled",
    "size_text",
]

MOST_NAMES = 10


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


@dataclass(frozen=True)
class Session:
    """All that a training needs: the plan, the data's parts, and how photos were made to fit."""

    plan: TrainingPlan
    parts: Parts
    data: LabelledData
    fit: Fit
    engine: Engine
    optimizer_state: OptimizerState | None = None

    @property
    def held_out(self) -> tuple[str, Dataset]:
        """The data that tells most about the network, and what it is called."""
        if self.data.test is not None:
            return "Test data", with_classes(self.data.test, self.parts.training.class_names)
        if self.parts.validation is not None:
            return "Validation data", self.parts.validation
        return "Training data", self.parts.training


def prepare(given: DataOptions, wanted: FitOptions, say: SayParts | None = None) -> Session:
    """Read network and data, fit them to each other, and say what they are.

    Arguments: the data's options; the training's; what says how the data was divided, left out
    what `train` says.
    """
    engine = _engine(wanted.engine)
    origin = _read_start(wanted.network)
    _refuse_scaling(origin, wanted)
    fit = given.fit or origin.fit
    data = read_labelled(given, origin.input_shape, fit)
    defaults = DIGITS if given.data is None else ARTICLE
    parts = _divide(data, wanted, origin.class_names, say or _say_parts)
    network = _network(origin, wanted, defaults, data, parts.training)
    plan = TrainingPlan(
        network,
        chosen_loss(wanted.loss, origin.loss),
        _optimizer(origin, wanted, defaults),
        defaults.epochs if wanted.epochs is None else wanted.epochs,
        defaults.batch_size if wanted.batch_size is None else wanted.batch_size,
        wanted.seed,
        _early_stopping(wanted, parts),
        wanted.threads,
    )
    plan = _scheduled(plan, wanted, parts.training)
    if engine is NUMPY:
        require_training_memory(plan, parts.training)
    state = _kept_state(origin, plan.optimizer, has_new_schedule=wanted.schedule is not None)
    if origin.weights is not None:
        _say_how_it_goes_on(plan, origin, state)
    for each in engine.notes(plan):
        remark(each)
    return Session(plan, parts, data, fit, engine, state)


def _engine(name: str) -> Engine:
    if name == "numpy":
        return NUMPY
    give_threads_back()
    from cnncalc.keras_engine import KerasEngine

    return KerasEngine()


def _read_start(text: str | None) -> Start:
    if text is None:
        return Start()
    if Path(text).suffix.lower() == ".keras" and "(" not in text:
        from cnncalc.files.trained_models import read_model

        model = read_model(Path(text))
        network, training = model.network, model.training
        for each in (*model.notes, *training.notes):
            remark(each)
        return Start(
            network.layers,
            network.input_shape,
            network.weights,
            model.class_names,
            model.fit,
            training.loss,
            training.optimizer,
            training.state,
        )
    source = read_network(text)
    return Start(source.layers, source.input_shape)


def _refuse_scaling(origin: Start, wanted: FitOptions) -> None:
    """Raise OptionError where --raw or --rescale would do nothing."""
    asked = {"--raw": wanted.raw, "--rescale": wanted.rescale is not None}
    given = [name for name, is_given in asked.items() if is_given]
    wanting = "are for a new network that doesn't scale pixels itself"
    if origin.weights is not None or scales_pixels(origin.layers or ()):
        most = 0
    else:
        most, wanting = 1, "exclude each other"
    if len(given) > most:
        message = f"--raw and --rescale {wanting}. Received: {' and '.join(given)}"
        raise OptionError(message)


def read_labelled(
    given: DataOptions,
    input_shape: Shape | None = None,
    fit: Fit = "stretch",
    *,
    judged: bool = False,
) -> LabelledData:
    """Read DATA in the shape that a network takes, if there is one, and say what was left out."""
    size = None if given.image_size is None else pair(given.image_size, "image_size")
    channels = 1 if given.grey else 3
    if input_shape is not None and len(input_shape) == 3 and input_shape[2] in (1, 3):
        size = size or Size(*input_shape[:2])
        channels = 1 if given.grey else input_shape[2]
    options = ReadOptions(
        size, fit, channels, given.label_column, given.strict, given.cache, judged
    )
    with decoding_progress(error_console()) as progress:
        data = read_data(given.data, options, progress)
    for each in data.notes:
        remark(each)
    return data


def check_data(given: DataOptions) -> None:
    """Raise OptionError where an option was given that says nothing of the data."""
    if given.data is not None and not given.data.exists():
        return  # an error of its own
    photos, text = is_photos(given.data), is_text(given.data)
    useless = {
        "--image-size is for photos and .csv files": given.image_size and not (photos or text),
        "--grey is for photos": given.grey and not photos,
        "--fit is for photos": given.fit and not photos,
        "--label-column is for .csv files": given.label_column and not text,
    }
    for meant, is_useless in useless.items():
        if is_useless:
            data = quoted(given.data) if given.data else "the digits that cnncalc brings along"
            message = f"{meant}. Received: {data}"
            raise OptionError(message)


def _divide(
    data: LabelledData, wanted: FitOptions, class_names: Sequence[str], say: SayParts
) -> Parts:
    training, validation = data.training, data.validation
    if class_names:
        training = with_classes(training, class_names)
        validation = validation and with_classes(validation, class_names)
    if wanted.stratify and (validation is not None or wanted.validation_split == 0):
        given = "a validation part" if validation is not None else "--validation-split 0"
        message = f"--stratify is for a part that is held back to validate with. Received: {given}"
        raise OptionError(message)
    if validation is not None:
        parts, hint = Parts(training, validation), ""
    else:
        parts = split(training, wanted.validation_split, wanted.stratify)
        hint = _splitting_hint(training)
    say(parts, hint)
    return parts


def _say_parts(parts: Parts, hint: str) -> None:
    validation = len(parts.validation) if parts.validation is not None else 0
    remark(
        f"{size_text(parts)} to train on, {validation:,} to validate with; {classes_text(parts)}"
    )
    for each in split_warnings(parts):
        remark(f"Warning: {each}{hint}")


def _splitting_hint(dataset: Dataset) -> str:
    if (dataset.counts == 1).any():
        return "; a class must have at least 2 images to be learnt and judged"
    return "; --stratify holds back a share of each class"


def size_text(parts: Parts) -> str:
    """Return how many images there are to train on, of which size."""
    size = "×".join(map(str, parts.training.input_shape))
    return f"{len(parts.training):,} images of {size}"


def classes_text(parts: Parts) -> str:
    """Return how many classes there are, and what the first ones are called."""
    names = parts.training.class_names
    classes = ", ".join(names[:MOST_NAMES]) + (", …" if len(names) > MOST_NAMES else "")
    return f"{len(names)} classes: {classes}"


def _network(
    origin: Start, wanted: FitOptions, defaults: Defaults, data: LabelledData, training: Dataset
) -> Network:
    """Put together what is trained: its layers behind the rescaling, and its initial weights."""
    shape = training.input_shape
    if origin.weights is not None and origin.layers is not None:
        layers = _regularized(origin.layers, wanted)
        network = assemble(layers, origin.input_shape or shape, origin.weights)
    else:
        layers = _regularized(origin.layers or defaults.layers(len(training.class_names)), wanted)
        scale = 1 / data.largest if wanted.rescale is None else wanted.rescale
        layers = layers if wanted.raw else rescaled(layers, scale)
        network = initialize(layers, origin.input_shape or shape, wanted.seed)
    require_input_shape(network, training)
    remark(f"network: {write(network.layers)}")
    for each in network.notes:
        remark(each)
    return network


def _regularized(layers: tuple[Layer, ...], wanted: FitOptions) -> tuple[Layer, ...]:
    return layers if wanted.l2 is None else with_l2(layers, wanted.l2)


def chosen_loss(wanted: str | None, stored: Loss | None) -> Loss:
    """Return the loss that is wanted by name, or else that of a model's file, or the default.

    The file's own, by its name, stays a loss of logits where it is one.
    """
    if stored is not None and wanted in (None, stored.name):
        return stored
    return loss_named(wanted or DEFAULT_LOSS)


def _optimizer(origin: Start, wanted: FitOptions, defaults: Defaults) -> Optimizer:
    options = {"learning_rate": wanted.learning_rate, "weight_decay": wanted.weight_decay}
    given = {name: value for name, value in options.items() if value is not None}
    if wanted.optimizer is not None:
        return parse_optimizer(wanted.optimizer, given)
    return replace(origin.optimizer or Adam(learning_rate=defaults.learning_rate), **given)


def _scheduled(plan: TrainingPlan, wanted: FitOptions, training: Dataset) -> TrainingPlan:
    if wanted.schedule is None:
        return plan
    rate = rate_at(plan.optimizer.learning_rate, 0)
    name, every, factor = wanted.schedule
    schedule = make_schedule(name, rate, steps(plan, training), plan.epochs, every, factor)
    return replace(plan, optimizer=replace(plan.optimizer, learning_rate=schedule))


def _kept_state(
    origin: Start, optimizer: Optimizer, *, has_new_schedule: bool
) -> OptimizerState | None:
    """Return what a model's optimizer remembers, if it is the like of the one to train by."""
    own = origin.optimizer
    if own is None or type(own) is not type(optimizer) or own.slot_groups != optimizer.slot_groups:
        return None
    # A schedule counts the optimizer's steps, and Adam's correction needs the count of its means.
    begins_anew = has_new_schedule and isinstance(optimizer.learning_rate, Schedule)
    return None if begins_anew else origin.optimizer_state


def _say_how_it_goes_on(plan: TrainingPlan, origin: Start, state: OptimizerState | None) -> None:
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


def _early_stopping(wanted: FitOptions, parts: Parts) -> EarlyStopping | None:
    if wanted.early_stopping is None:
        if wanted.restore_best:
            message = "--restore-best needs --early-stopping PATIENCE. Received: none"
            raise OptionError(message)
        return None
    if parts.validation is None:
        remark("early stopping watches the loss: there is nothing to validate with")
    return EarlyStopping(
        "loss" if parts.validation is None else "val_loss",
        patience=wanted.early_stopping,
        restore_best_weights=wanted.restore_best,
    )
