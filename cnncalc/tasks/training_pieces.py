"""The training that a workbook, or a gradient that is explained, is of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

from cnncalc.errors import OptionError
from cnncalc.files.keras_training import Training
from cnncalc.files.pixels import PixelInput, pixel_values
from cnncalc.files.states import is_state
from cnncalc.network import image_shape, on_images
from cnncalc.sheet.calculations import TrainingPieces
from cnncalc.sheet.training.specification import TrainingSpecification
from cnncalc.tasks.arguments import Caller
from cnncalc.tasks.class_numbers import class_number
from cnncalc.tasks.differences import brings, say_scaling
from cnncalc.tasks.inputs import with_layers
from cnncalc.tasks.models import build_network
from cnncalc.tasks.network_options import (
    FittingOptions,
    InitialWeightOptions,
    NetworkExport,
    NetworkOptions,
)
from cnncalc.tasks.networks import NetworkSource
from cnncalc.tasks.options import InputOptions
from cnncalc.tasks.saved_states import saved_state
from cnncalc.tasks.session_pieces import class_note, drawn_pieces
from cnncalc.tasks.tracing import Prepared, fit_image
from cnncalc.tasks.training_data import first_samples, say_samples
from cnncalc.tasks.training_options import (
    DEFAULT_BATCH,
    DataOptions,
    TrainingExport,
    TrainingOptions,
)
from cnncalc.tasks.training_sessions import Session, chosen_loss, prepare, show_output_activation
from cnncalc.tasks.training_start import (
    keeps_pixels,
    refuse_scaling,
    require_calculated,
    scaled_source,
    scales_first,
)
from cnncalc.training.dataset import Dataset
from cnncalc.training.metrics import class_count
from cnncalc.training.optimizer_notation import parse_optimizer
from cnncalc.training.optimizer_step import OptimizerState
from cnncalc.training.optimizers import Adam, Optimizer

__all__ = ["training_pieces"]


def training_pieces(
    given: InputOptions,
    whole: NetworkExport,
    wanted: TrainingExport,
    seed: int | None,
    caller: Caller,
) -> TrainingPieces:
    """Read a network and its samples: with a target the one image, else data as `train` takes it.

    Arguments: the input's options; the network's; the training's; the `seed` of the initial weights
    and of the order of the samples, None where none was given; the `caller`.
    """
    network = whole.network_options
    if whole.target is None and given.source is None and is_state(whole.network):
        return _saved(whole, wanted, seed, caller)
    if whole.target is not None:
        return _of_image(given, network, whole, wanted, seed or 0, caller)
    return _of_data(given, whole, wanted, seed or 0, caller)


def _saved(
    whole: NetworkExport, wanted: TrainingExport, seed: int | None, caller: Caller
) -> TrainingPieces:
    """Return the training of a page's state, which brings its samples and its optimizer."""
    given = replace(wanted, training_steps=None)
    options = {**vars(given), "input_shape": whole.input_shape, "weights": whole.weights}
    options["seed"] = seed is not None
    _refuse("the state of a training brings its own options", options)
    return saved_state(Path(str(whole.network))).pieces(caller.command)


def _of_image(
    given: InputOptions,
    wanted_network: NetworkOptions,
    whole: NetworkExport,
    wanted: TrainingExport,
    seed: int,
    caller: Caller,
) -> TrainingPieces:
    """Return a training on one image, whose class is the target."""
    _refuse(
        "on one image, --target's, a step has one sample",
        {
            "--batch-size": wanted.batch_size not in (None, 1),
            "--samples": wanted.samples not in (None, 1),
            "--validation-split": wanted.validation_split is not None,
        },
    )
    fitted = fit_image(
        wanted_network,
        InitialWeightOptions(whole.weights, seed),
        given,
        FittingOptions(whole.resize, whole.class_names),
        caller,
        partial(_as_trained, whole, wanted, caller),
    )
    names, classes = fitted.class_names, class_count(fitted.network.shapes[-1])
    label = class_number(whole.target, names, classes) or 0
    stored = fitted.training or Training()
    _check_stored(stored, wanted, caller)
    optimizer = _optimizer(wanted, stored.optimizer)
    network, loss = show_output_activation(
        fitted.network, chosen_loss(wanted.loss, stored.loss), caller
    )
    batches = ((0,),) * (wanted.training_steps or 1)
    training = TrainingSpecification(loss.name, optimizer, batches, seed)
    said = (f"Training on {fitted.image.name}", class_note(names) if names else "")
    samples = ((fitted.image.values, label),)
    origins = with_layers(fitted.provenance.of_training, network)
    return TrainingPieces(network, training, samples, *said, origins)


def _check_stored(stored: Training, wanted: TrainingExport, caller: Caller) -> None:
    """Refuse what isn't calculated of a model's own training, and say what is known of it."""
    replacing = {
        "--loss": wanted.loss,
        "--optimizer": wanted.optimizer,
        "--learning-rate": wanted.learning_rate,
    }
    require_calculated(stored.uncalculated, wanted.ignore, replacing, caller)
    for note in stored.notes:
        caller.remark(note)
    _say_that_it_begins_anew(stored.state, caller)


def _as_trained(
    whole: NetworkExport,
    wanted: TrainingExport,
    caller: Caller,
    source: NetworkSource,
    image: PixelInput,
) -> Prepared:
    """Return both as `train` takes them: new weights behind a Rescaling, a photo as was learnt."""
    is_new = not keeps_pixels(whole.network, source.weights, whole.weights)
    learnt = source.learnt if whole.weights is None else None
    is_other = brings(learnt, photos=image.holds_levels)
    scales = scales_first(source.layers, is_new=is_new)
    refuse_scaling(raw=wanted.raw, scales=scales, brings=is_other)
    if wanted.raw:
        return Prepared(source, image)
    if learnt is not None and is_other:
        say_scaling(learnt.values, float(image.values.max()), caller)
        values = pixel_values(learnt.values.of_bytes(image.values))
        return Prepared(source, replace(image, values=values), brought=True)
    return Prepared(scaled_source(source, image.largest, caller) if is_new else source, image)


def _optimizer(wanted: TrainingExport, stored: Optimizer | None) -> Optimizer:
    rate = {} if wanted.learning_rate is None else {"learning_rate": wanted.learning_rate}
    if wanted.optimizer is not None:
        return parse_optimizer(wanted.optimizer, rate)
    return replace(stored or Adam(), **rate)


def _say_that_it_begins_anew(state: OptimizerState | None, caller: Caller) -> None:
    if state is not None and state.iterations:
        caller.remark("the optimizer begins anew: its state in the model's file is not taken over")


def _of_data(
    given: InputOptions,
    whole: NetworkExport,
    wanted: TrainingExport,
    seed: int,
    caller: Caller,
) -> TrainingPieces:
    """Return a training on labelled images, batch by batch as `train` takes them."""
    session = _session(given, whole, wanted, seed, caller)
    network = on_images(session.plan.network)
    if whole.input_shape and image_shape(whole.input_shape) != network.input_shape:
        shapes = f"{network.input_shape}. Received: {whole.input_shape}"
        message = f"--input-shape must be the shape of the samples, {shapes}"
        raise OptionError(message)
    dataset = _dataset(session.parts.training.fitting(network.input_shape), wanted, caller)
    origins = session.provenance
    if whole.weights is not None:
        source = NetworkSource(network.layers)
        initial = InitialWeightOptions(whole.weights, seed)
        built = build_network(source, network.input_shape, initial, caller)
        network, origins = built.network, replace(origins, initial_weights=built.origin)
    return drawn_pieces(session, network, dataset, wanted.training_steps or 1, origins, caller)


def _session(
    given: InputOptions,
    whole: NetworkExport,
    wanted: TrainingExport,
    seed: int,
    caller: Caller,
) -> Session:
    """Read network and data as `train` does, and refuse what is for one image."""
    if given.text == "-" or (given.text or "").startswith("article:"):
        message = f"one image needs its class: add --target. Received: the image {given.text}"
        raise OptionError(message)
    _refuse(
        "data is read as train reads it, unless --target names the class of one image",
        {
            "--sheet": given.sheet,
            "--range": given.cell_range,
            "--resize": whole.resize,
            "--class-names": whole.class_names,
        },
    )
    session = prepare(
        _data_options(given, whole),
        _training_options(whole, wanted, seed),
        caller,
        say_samples,
        as_written=keeps_pixels(whole.network, whole.weights),
    )
    _say_that_it_begins_anew(session.optimizer_state, caller)
    return session


def _dataset(training: Dataset, wanted: TrainingExport, caller: Caller) -> Dataset:
    """Return the samples to train on, and say where there are fewer than asked for."""
    dataset = (
        training if wanted.samples is None else first_samples(training, wanted.samples, caller)
    )
    if wanted.batch_size is not None and wanted.batch_size > len(dataset):
        caller.remark(f"--batch-size {wanted.batch_size}: a step has {len(dataset)}, all there are")
    return dataset


def _refuse(why: str, options: Mapping[str, object]) -> None:
    """Raise OptionError where an option was given that would do nothing."""
    given = [name for name, value in options.items() if value]
    if given:
        message = f"{why}. Received: {', '.join(given)}"
        raise OptionError(message)


def _data_options(given: InputOptions, whole: NetworkExport) -> DataOptions:
    shape = whole.input_shape
    size, channels = (shape[:2], shape[2]) if shape and len(shape) == 3 else (None, 3)
    data = Path(given.text) if given.text else given.source
    return DataOptions(data, size, grey=channels == 1)


def _training_options(whole: NetworkExport, wanted: TrainingExport, seed: int) -> TrainingOptions:
    return TrainingOptions(
        network=whole.network,
        batch_size=wanted.batch_size or DEFAULT_BATCH,
        validation_split=wanted.validation_split,
        raw=wanted.raw,
        loss=wanted.loss,
        optimizer=wanted.optimizer,
        learning_rate=wanted.learning_rate,
        seed=seed,
        ignore=wanted.ignore,
    )
