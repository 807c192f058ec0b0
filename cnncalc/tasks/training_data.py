"""The data of a training, as its options ask for it: read, divided, told of, taken by steps."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

import numpy as np

from cnncalc.errors import OptionError, received
from cnncalc.files.datasets import ReadOptions, is_photos, is_text, read_data
from cnncalc.files.labelled import LabelledArrays, LabelledData, from_arrays
from cnncalc.files.paths import quoted
from cnncalc.files.photos import Fit
from cnncalc.files.states import is_state
from cnncalc.layers import Shape
from cnncalc.network import Array, image_shape
from cnncalc.ops.numbers import is_masked
from cnncalc.shapes import Size, pair
from cnncalc.tasks.arguments import Caller
from cnncalc.tasks.networks import say_planes
from cnncalc.tasks.training_options import DEFAULT_SPLIT, DataOptions, TrainingOptions
from cnncalc.training.dataset import Dataset, Parts, split, split_warnings, with_classes
from cnncalc.training.fit import epoch_order
from cnncalc.training.metrics import OutputOf
from cnncalc.wording import listed

__all__ = [
    "SayParts",
    "TakenSamples",
    "check_data",
    "data_name",
    "divide",
    "first_samples",
    "read_labelled",
    "refuse_idle",
    "say_parts",
    "say_samples",
    "take_samples",
]

# Tells a caller the parts of the data, and which option would divide them otherwise.
SayParts = Callable[[Parts, str, Caller], None]


def read_labelled(
    given: DataOptions,
    caller: Caller,
    input_shape: Shape | None = None,
    fit: Fit = "stretch",
    *,
    judged: bool = False,
    negative: bool = False,
    output_of: OutputOf = lambda shape: None,
) -> LabelledData:
    """Read data in the shape that a network takes, if there is one, and say what was left out.

    Arguments: the data's options; the `caller`; the network's `input_shape` and how photos are made
    to `fit` it; whether the data is `judged`, not learnt from; what tells the network's classes.
    """
    size = None if given.image_size is None else pair(given.image_size, "image_size")
    channels = 1 if given.grey else 3
    images = image_shape(input_shape or ())
    if len(images) == 3 and images[2] in (1, 3):
        size = size or Size(*images[:2])
        channels = 1 if given.grey else images[2]
    options = ReadOptions(
        image_size=size,
        fit=fit,
        channels=channels,
        label_column=given.label_column,
        strict=given.strict,
        cache=given.cache,
        judged=judged,
        output_of=output_of,
        negative=negative,
    )
    if given.data is None or given.path is not None:
        with caller.decoding() as progress:
            data = read_data(given.path, options, progress)
    else:
        data = _from_memory(given.data, options)
    for note in data.notes:
        caller.remark(note)
    if input_shape is None:
        return data
    say_planes(input_shape, caller)
    return data.fitting(input_shape)


def _from_memory(data: object, options: ReadOptions) -> LabelledData:
    """Take images and labels that are in memory already."""
    if not isinstance(data, Sequence) or len(data) != 2:
        message = f"data must be a path, or (images, labels) as arrays. Received: {received(data)}"
        raise OptionError(message)
    images, labels = _array(data[0], "images"), _array(data[1], "labels")
    part = "test" if options.judged else "training"
    return from_arrays("data", {part: LabelledArrays(images, labels)}, options.output_of)


def _array(value: object, name: str) -> Array:
    """Return what was given as an array; raise OptionError for what NumPy can't make one of."""
    if is_masked(value):
        message = f"{name} must be given without a mask. Received: a masked array"
        raise OptionError(message)
    try:
        return np.asarray(value)
    except (TypeError, ValueError, RuntimeError) as error:
        message = f"{name} must be an array, or lists of one length each. "
        raise OptionError(message + f"Received: {name}={received(value)}") from error


def check_data(given: DataOptions) -> None:
    """Refuse what is no data, and an option that says nothing of it.

    Raises InputError for the state of a page, OptionError for such an option.
    """
    if given.path is not None and not given.path.exists():
        return  # an error of its own
    if given.path is not None and is_state(given.path):
        # Hardly any training waits for it.
        from cnncalc.tasks.saved_states import refuse_state

        refuse_state(given.path, "no data set")
    photos, text = is_photos(given.path), is_text(given.path)
    useless = {
        "--image-size is for photos and .csv files": given.image_size and not (photos or text),
        "--grey is for photos": given.grey and not photos,
        "--fit is for photos": given.fit and not photos,
        "--label-column is for .csv files": given.label_column and not text,
    }
    for meant, is_useless in useless.items():
        if is_useless:
            message = f"{meant}. Received: {data_name(given)}"
            raise OptionError(message)


def refuse_idle(given: DataOptions) -> None:
    """Raise OptionError for an option that only photos have a use for, where there are none.

    The command line leaves it be.
    """
    if is_photos(given.path) or (given.path is not None and not given.path.exists()):
        return
    for name, value in {"cache": given.cache, "strict": given.strict}.items():
        if value:
            message = f"{name} is for photos. Received: {name}={value} with {data_name(given)}"
            raise OptionError(message)


def data_name(given: DataOptions) -> str:
    """Return what the data is called in a message."""
    if given.data is None:
        return "the digits that cnncalc brings along"
    return "arrays" if given.path is None else quoted(given.path)


def divide(
    data: LabelledData,
    wanted: TrainingOptions,
    class_names: Sequence[str],
    caller: Caller,
    say: SayParts,
) -> Parts:
    """Divide the data as asked for, and have the parts told.

    Arguments: the `data`; the options; the `class_names` of a model that is trained on, whose order
    counts then; the `caller`; what tells it the parts.
    """
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
        share = wanted.validation_split
        if share is None:
            share = DEFAULT_SPLIT if len(training) > 1 else 0
        parts = split(training, share, wanted.stratify)
        hint = _splitting_hint(training)
    say(parts, hint, caller)
    return parts


def say_parts(parts: Parts, hint: str, caller: Caller) -> None:
    """Say how much there is to train and to validate with, and warn of classes left out."""
    validation = len(parts.validation) if parts.validation is not None else 0
    images, classes = _images_text(parts), _classes_text(parts)
    caller.remark(f"{images} to train on, {validation:,} to validate with; {classes}")
    for warning in split_warnings(parts, hint):
        caller.remark(f"Warning: {warning}")


def _splitting_hint(dataset: Dataset) -> str:
    if (dataset.counts == 1).any():
        return "; a class must have at least 2 images to be learnt and judged"
    return "; --stratify holds back a share of each class"


def _images_text(parts: Parts) -> str:
    """Return how many images there are to train on, of which size."""
    size = "×".join(map(str, parts.training.input_shape))
    count = len(parts.training)
    return f"{count:,} image{'s' if count != 1 else ''} of {size}"


def _classes_text(parts: Parts) -> str:
    """Return how many classes there are, and what the first ones are called."""
    names = parts.training.class_names
    return f"{len(names)} classes: {listed(names)}"


class TakenSamples(NamedTuple):
    """The samples that a training takes, each once, and by their numbers there its batches."""

    samples: tuple[tuple[Array, int], ...]
    batches: tuple[tuple[int, ...], ...]


def take_samples(dataset: Dataset, batch_size: int, seed: int, steps: int) -> TakenSamples:
    """Take the samples of so many steps, each once, in the batches that `fit` takes.

    Arguments: the `dataset`; the samples of a batch; the `seed` of their order; how many steps.

    >>> from cnncalc.training.dataset import make_dataset
    >>> data = make_dataset(np.ones((3, 1, 1, 1)), np.array([0, 1, 0]), ["even", "odd"])
    >>> take_samples(data, 2, 0, 3).batches
    ((0, 1), (2,), (1, 0))
    """
    batches = list(islice(_batches(dataset, batch_size, seed), steps))
    positions = list(dict.fromkeys(position for batch in batches for position in batch))
    images, labels = dataset.batch(np.array(positions))
    number = {position: place for place, position in enumerate(positions)}
    return TakenSamples(
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


def first_samples(dataset: Dataset, samples: int, caller: Caller) -> Dataset:
    """Return the first so many samples of a data set, and say where it has fewer."""
    if samples > len(dataset):
        caller.remark(f"--samples {samples:,}: all {len(dataset):,} that there are")
    return dataset.part(np.arange(min(samples, len(dataset))))


def say_samples(parts: Parts, hint: str, caller: Caller) -> None:
    """Say what there is to train on: what `train` trains on of the same data."""
    del hint  # nothing divides the data otherwise here
    held = len(parts.validation) if parts.validation is not None else 0
    without = f", without {held:,} that train validates with" if held else ""
    caller.remark(f"{_images_text(parts)}{without}; {_classes_text(parts)}")
    for warning in split_warnings(Parts(parts.training, None)):
        caller.remark(f"Warning: {warning}")
