"""The options of `export-xlsx` for a training, and the workbook that they ask for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from math import ceil
from pathlib import Path
from typing import NamedTuple

import click
import numpy as np

from cnncalc.classification import class_count
from cnncalc.cli.console import note
from cnncalc.cli.logits import show_output_activation
from cnncalc.cli.network_argument import (
    NetworkOptions,
    NetworkSource,
    WeightOptions,
    build_network,
)
from cnncalc.cli.network_export import NetworkExport, class_number
from cnncalc.cli.network_request import FitOptions as ImageFitOptions
from cnncalc.cli.network_request import fit_image
from cnncalc.cli.options import InputOptions, bundled
from cnncalc.cli.pixel_scaling import raw_option, refuse_scaling, scaled_source, stays_raw
from cnncalc.cli.remarks import remark
from cnncalc.cli.training import chosen_loss, prepare
from cnncalc.cli.training_data import classes_text, size_text
from cnncalc.cli.training_options import (
    LOSSES,
    DataOptions,
    FitOptions,
    validation_split_option,
)
from cnncalc.cli.uncalculated import ignore_option, require_calculated
from cnncalc.cli.workbooks import export_training
from cnncalc.errors import OptionError
from cnncalc.files.keras_training import Training
from cnncalc.files.output import write_atomically
from cnncalc.files.paths import printable
from cnncalc.network import Array, image_shape, on_images
from cnncalc.training.dataset import Dataset, Parts, split_warnings
from cnncalc.training.fit import epoch_order
from cnncalc.training.objective import make_objective
from cnncalc.training.optimizer_notation import parse_optimizer
from cnncalc.training.optimizers import Adam, Optimizer, OptimizerState
from cnncalc.views.workbook.training.calculation import TrainingPieces
from cnncalc.views.workbook.training.specification import TrainingSpecification

__all__ = [
    "TrainingExport",
    "require_steps",
    "training_export_options",
    "training_pieces",
    "write_training",
]


# Each step has a sheet, and each sample a part of it.
MOST_STEPS, MOST_SAMPLES, DEFAULT_BATCH = 1_000, 1_024, 4
# Of so many classes the names are written down.
MOST_NAMES = 20


@dataclass(frozen=True)
class TrainingExport:
    """How many steps of a training to export, and how it is trained."""

    training_steps: int | None
    batch_size: int | None
    samples: int | None
    loss: str | None
    optimizer: str | None
    learning_rate: float | None
    validation_split: float | None
    raw: bool = False
    ignore: tuple[str, ...] = ()


training_export_options = bundled(
    "lesson",
    TrainingExport,
    click.option(
        "--training-steps",
        type=click.IntRange(1, MOST_STEPS),
        metavar="N",
        help="Train --network for N steps, a sheet each, on DATA as train takes it (without INPUT, "
        "on the handwritten digits), or with --target on one image (without INPUT, on the "
        "article's 4).",
    ),
    click.option(
        "--batch-size",
        type=click.IntRange(1, MOST_SAMPLES),
        metavar="B",
        help=f"Samples in each step.  [default: {DEFAULT_BATCH}]",
    ),
    click.option(
        "--samples",
        type=click.IntRange(min=1),
        metavar="N",
        help="Train on the first N samples alone, again and again.",
    ),
    click.option(
        "--loss", type=click.Choice(LOSSES), help="What the training minimises, as in train."
    ),
    click.option("--optimizer", metavar="NAME", help="The optimizer, as in train."),
    click.option("--learning-rate", type=float, help="The optimizer's learning rate."),
    validation_split_option("The share of DATA that train holds back, so that no step has it."),
    raw_option,
    ignore_option,
)


def require_steps(lesson: TrainingExport) -> None:
    """Refuse options of a training where none is asked for."""
    given = [
        f"--{name.replace('_', '-')}"
        for name, value in vars(lesson).items()
        if value not in (None, False, ())
    ]
    if given and lesson.training_steps is None:
        message = (
            "options of a training need --training-steps N. "
            f"Received: {', '.join(given)} without it"
        )
        raise OptionError(message)


def write_training(
    path: Path,
    given: InputOptions,
    whole: NetworkExport,
    lesson: TrainingExport,
    seed: int,
    *,
    force: bool,
    large: bool,
) -> None:
    """Read a network and its samples, and write the workbook of their training.

    Arguments: the `path` to write; the input's options; the network's; the training's; the `seed`
    of the initial weights and of the order of the samples.
    """
    if whole.network is None:
        message = "--training-steps needs --network. Received: none"
        raise OptionError(message)
    pieces = training_pieces(given, whole, lesson, seed)
    with write_atomically(path, force=force) as file:
        said = export_training(file, pieces, large=large)
    note(f"wrote {path} ({said})")


def training_pieces(
    given: InputOptions, whole: NetworkExport, lesson: TrainingExport, seed: int
) -> TrainingPieces:
    """Read a network and its samples: with a target the one image, else data as `train` takes it.

    Arguments: as for `write_training`.
    """
    if whole.target is not None:
        return _of_image(given, whole, lesson, seed)
    return _of_data(given, whole, lesson, seed)


def _of_image(
    given: InputOptions, whole: NetworkExport, lesson: TrainingExport, seed: int
) -> TrainingPieces:
    """Return a training on one image, whose class is the target."""
    _refuse(
        "on one image, --target's, a step has one sample",
        {
            "--batch-size": lesson.batch_size not in (None, 1),
            "--samples": lesson.samples not in (None, 1),
            "--validation-split": lesson.validation_split is not None,
        },
    )
    fitted = fit_image(
        NetworkOptions(str(whole.network), whole.input_shape),
        WeightOptions(whole.weights, seed),
        given,
        ImageFitOptions(whole.resize, whole.class_names),
        partial(_scale_pixels, whole, lesson),
    )
    names, classes = fitted.class_names, class_count(fitted.network.shapes[-1])
    label = class_number(whole.target, names, classes) or 0
    stored = fitted.training or Training()
    replacing = {
        "--loss": lesson.loss,
        "--optimizer": lesson.optimizer,
        "--learning-rate": lesson.learning_rate,
    }
    require_calculated(stored.uncalculated, lesson.ignore, replacing)
    optimizer = _optimizer(lesson, stored.optimizer)
    for each in stored.notes:
        remark(each)
    _say_that_it_begins_anew(stored.state)
    loss = chosen_loss(lesson.loss, stored.loss)
    network, loss = show_output_activation(fitted.network, loss)
    training = TrainingSpecification(
        loss.name,
        optimizer,
        ((0,),) * (lesson.training_steps or 1),
        seed,
    )
    title = f"Training on {fitted.image.name}"
    note = _class_note(names) if names else ""
    samples = ((fitted.image.values, label),)
    return TrainingPieces(network, training, samples, title, note, fitted.provenance.of_training)


def _scale_pixels(
    whole: NetworkExport, lesson: TrainingExport, source: NetworkSource, largest: float
) -> NetworkSource:
    """Return a network as `train` takes it: with new weights, it scales its pixels first."""
    is_new = source.weights is None and whole.weights is None
    refuse_scaling({"--raw": lesson.raw}, source.layers, is_new=is_new)
    if not is_new or stays_raw(whole.network, raw=lesson.raw):
        return source
    return scaled_source(source, largest)


def _optimizer(lesson: TrainingExport, stored: Optimizer | None) -> Optimizer:
    rate = {} if lesson.learning_rate is None else {"learning_rate": lesson.learning_rate}
    if lesson.optimizer is not None:
        return parse_optimizer(lesson.optimizer, rate)
    return replace(stored or Adam(), **rate)


def _say_that_it_begins_anew(state: OptimizerState | None) -> None:
    if state is not None and state.iterations:
        remark("the optimizer begins anew: its state in the model's file is not taken over")


def _of_data(
    given: InputOptions, whole: NetworkExport, lesson: TrainingExport, seed: int
) -> TrainingPieces:
    """Return a training on labelled images, batch by batch as `train` takes them."""
    if given.source == "-" or (given.source or "").startswith("article:"):
        message = f"one image needs its class: add --target. Received: the image {given.source}"
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
        _fit_options(whole, lesson, seed),
        _say_samples,
        as_written=whole.weights is not None,
    )
    _say_that_it_begins_anew(session.optimizer_state)
    plan, network = session.plan, on_images(session.plan.network)
    dataset = session.parts.training.fitting(network.input_shape)
    if lesson.samples is not None:
        dataset = _first(dataset, lesson.samples)
    if lesson.batch_size is not None and lesson.batch_size > len(dataset):
        remark(f"--batch-size {lesson.batch_size}: a step has {len(dataset)}, all there are")
    if whole.input_shape and image_shape(whole.input_shape) != network.input_shape:
        shapes = f"{network.input_shape}. Received: {whole.input_shape}"
        message = f"--input-shape must be the shape of the samples, {shapes}"
        raise OptionError(message)
    origins = session.provenance
    if whole.weights is not None:
        source, initial = NetworkSource(network.layers), WeightOptions(whole.weights, seed)
        built = build_network(source, network.input_shape, initial)
        network, origins = built.network, replace(origins, initial_weights=built.origin)
    # Whether the output fits the classes and the loss is known before anything is written.
    make_objective(network, plan.loss, len(dataset.class_names))
    taken = _taken(dataset, plan.batch_size, seed, lesson.training_steps or 1)
    per_epoch = ceil(len(dataset) / plan.batch_size)
    network, loss = show_output_activation(network, plan.loss)
    training = TrainingSpecification(loss.name, plan.optimizer, taken.batches, seed, per_epoch)
    name = printable(Path(given.source).name) if given.source else "handwritten digits"
    note = _class_note(dataset.class_names)
    title = f"Training on {name}"
    return TrainingPieces(network, training, taken.samples, title, note, origins)


def _say_samples(parts: Parts, hint: str) -> None:
    """Say what there is to train on: what `train` trains on of the same data."""
    del hint  # nothing divides the data otherwise here
    held = len(parts.validation) if parts.validation is not None else 0
    without = f", without {held:,} that train validates with" if held else ""
    remark(f"{size_text(parts)}{without}; {classes_text(parts)}")
    for each in split_warnings(Parts(parts.training, None)):
        remark(f"Warning: {each}")


def _first(dataset: Dataset, samples: int) -> Dataset:
    if samples > len(dataset):
        remark(f"--samples {samples:,}: all {len(dataset):,} that there are")
    return dataset.part(np.arange(min(samples, len(dataset))))


def _refuse(why: str, options: Mapping[str, object]) -> None:
    """Raise OptionError where an option was given that would do nothing."""
    given = [name for name, value in options.items() if value]
    if given:
        message = f"{why}. Received: {', '.join(given)}"
        raise OptionError(message)


def _class_note(names: Sequence[str]) -> str:
    """Say which class has which number, where that isn't plain from their names."""
    if all(name == str(number) for number, name in enumerate(names)):
        return ""
    shown = [f"{number} {printable(name)}" for number, name in enumerate(names[:MOST_NAMES])]
    return f"Classes: {', '.join(shown)}{', …' if names[MOST_NAMES:] else ''}."


class _Taken(NamedTuple):
    """The samples that a training takes, each once, and by their numbers there its batches."""

    samples: tuple[tuple[Array, int], ...]
    batches: tuple[tuple[int, ...], ...]


def _taken(dataset: Dataset, batch_size: int, seed: int, steps: int) -> _Taken:
    batches = list(islice(_batches(dataset, batch_size, seed), steps))
    positions = list(dict.fromkeys(position for batch in batches for position in batch))
    images, labels = dataset.batch(np.array(positions))
    number = {position: place for place, position in enumerate(positions)}
    return _Taken(
        tuple((image, int(label)) for image, label in zip(images, labels, strict=True)),
        tuple(tuple(number[position] for position in batch) for batch in batches),
    )


def _batches(dataset: Dataset, batch_size: int, seed: int) -> Iterator[list[int]]:
    """Yield the positions of each batch, epoch after epoch, in the order that `fit` takes."""
    epoch = 1
    while True:
        order = epoch_order(len(dataset), seed, epoch).tolist()
        for start in range(0, len(order), batch_size):
            yield order[start : start + batch_size]
        epoch += 1


def _data_options(given: InputOptions, whole: NetworkExport) -> DataOptions:
    shape = whole.input_shape
    size, channels = (shape[:2], shape[2]) if shape and len(shape) == 3 else (None, 3)
    return DataOptions(
        data=Path(given.source) if given.source else None,
        image_size=size,
        fit=None,
        grey=channels == 1,
        label_column=None,
        strict=False,
        cache=None,
    )


def _fit_options(whole: NetworkExport, lesson: TrainingExport, seed: int) -> FitOptions:
    return FitOptions(
        network=whole.network,
        epochs=None,
        batch_size=lesson.batch_size or DEFAULT_BATCH,
        validation_split=lesson.validation_split,
        stratify=False,
        rescale=None,
        raw=lesson.raw or (stays_raw(whole.network, raw=False) and whole.weights is None),
        loss=lesson.loss,
        optimizer=lesson.optimizer,
        learning_rate=lesson.learning_rate,
        weight_decay=None,
        l2=None,
        schedule=None,
        early_stopping=None,
        restore_best=False,
        seed=seed,
        threads=None,
        engine="numpy",
        ignore=lesson.ignore,
    )
