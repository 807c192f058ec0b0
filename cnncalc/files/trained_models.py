"""A trained model in a `.keras` file: the network, its classes, and how it was trained."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, cast, get_args

from cnncalc.errors import InputError
from cnncalc.files.keras_archive import KerasModel, read_keras, write_keras
from cnncalc.files.keras_training import (
    Training,
    compile_config,
    optimizer_variables,
    read_training,
)
from cnncalc.files.paths import printable, quoted
from cnncalc.files.photos import Fit
from cnncalc.network import Network, require_finite_weights
from cnncalc.training.fit import result
from cnncalc.training.learnt_images import LearntImages, Spread, ValueRange
from cnncalc.training.plan import TrainingPlan
from cnncalc.training.state import TrainingState

__all__ = [
    "IMAGES",
    "AboutModel",
    "TrainedModel",
    "about_model",
    "learnt_metadata",
    "read_learnt",
    "read_model",
    "require_classifier",
    "write_model",
]

IMAGES = "images"
"""Where cnncalc's metadata tell of the images that were learnt."""


def learnt_metadata(learnt: LearntImages) -> dict[str, Any]:
    """Return what is kept, as JSON has it.

    >>> seen = LearntImages((8, 8, 1), ValueRange(0, 16), Spread(0.3, 0.03), Spread(0.2, 0.05))
    >>> read_learnt(learnt_metadata(seen)) == seen
    True
    """
    return {
        "shape": list(learnt.shape),
        "values": learnt.values._asdict(),
        "brightness": learnt.brightness._asdict(),
        "border_brightness": learnt.border._asdict(),
    }


def read_learnt(stored: object) -> LearntImages | None:
    """Return what was kept, None where nothing was, or what is no such thing."""
    try:
        shape, values, brightness, border = (
            stored[name]  # type: ignore[index]  # whatever it is, it is tried
            for name in ("shape", "values", "brightness", "border_brightness")
        )
        learnt = LearntImages(
            tuple(shape),
            ValueRange(**_numbers(values)),
            Spread(**_numbers(brightness)),
            Spread(**_numbers(border)),
        )
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
        return None
    return learnt if learnt.values.least < learnt.values.largest else None


def _numbers(stored: Mapping[str, Any]) -> dict[str, float]:
    numbers = {name: float(value) for name, value in stored.items()}
    if not all(map(isfinite, numbers.values())):
        raise ValueError(stored)
    return numbers


class AboutModel(NamedTuple):
    """What a model's file says besides Keras: as the fields of the same names of `TrainedModel`."""

    class_names: tuple[str, ...]
    fit: Fit
    learnt: LearntImages | None


@dataclass(frozen=True)
class TrainedModel:
    """A network, what its outputs are called, and how photos were made to fit its input.

    `class_names` is empty where the file doesn't name them. `learnt` is how the images were that it
    was trained on, None where the file doesn't say. `training` is how it was trained.
    `notes` are sentences on what was left out in reading and changes no number.
    """

    network: Network
    class_names: tuple[str, ...]
    fit: Fit
    training: Training
    notes: tuple[str, ...] = ()
    learnt: LearntImages | None = None

    @property
    def classes(self) -> tuple[str, ...]:
        """A name for each class: the model's own, or "class 0" and so on."""
        # One output says yes or no.
        count = max(self.network.shapes[-1][0], 2)
        return self.class_names or tuple(f"class {label}" for label in range(count))


def write_model(
    file: BinaryIO,
    plan: TrainingPlan,
    state: TrainingState,
    class_names: Sequence[str],
    fit: Fit = "stretch",
    learnt: LearntImages | None = None,
) -> None:
    """Write the network as trained so far, with its optimizer's state, as a `.keras` file.

    Arguments: the binary `file`; the `plan` and `state` of the training; the `class_names` in the
    order of their numbers; how photos were made to `fit`; how the images `learnt` were.
    """
    about = {} if learnt is None else {IMAGES: learnt_metadata(learnt)}
    network = result(plan, state)
    model = KerasModel(
        network,
        compile_config=compile_config(plan.loss, plan.optimizer),
        extra={"optimizer": optimizer_variables(network, plan.optimizer, state.optimizer)},
        metadata={"class_names": list(class_names), "fit": fit} | about,
    )
    write_keras(file, model)


def about_model(model: KerasModel) -> AboutModel:
    """Return what the metadata of a `.keras` file say of its classes and of the images it learnt.

    Metadata may be edited: names count where there is one a class, and are printable; what is none
    of the ways to `fit` is left out.
    """
    output = model.network.shapes[-1]
    stored, fit = model.metadata.get("class_names"), model.metadata.get("fit")
    # One output says yes or no.
    is_named = isinstance(stored, list) and len(stored) == max(output[-1], 2)
    return AboutModel(
        tuple(printable(str(name)) for name in stored) if is_named and stored else (),
        cast("Fit", fit) if fit in get_args(Fit) else "stretch",
        read_learnt(model.metadata.get(IMAGES)),
    )


def read_model(path: Path) -> TrainedModel:
    """Read a `.keras` file that classifies images, of cnncalc or of Keras.

    Raises InputError where it can't be read, doesn't end in one row of numbers a sample, or holds
    weights that are no finite numbers.
    """
    model = read_keras(path)
    network = model.network
    require_classifier(network, quoted(path))
    about = about_model(model)
    return TrainedModel(
        network=network,
        class_names=about.class_names,
        fit=about.fit,
        training=read_training(model),
        notes=model.notes,
        learnt=about.learnt,
    )


def require_classifier(network: Network, name: str) -> None:
    """Raise InputError for a network that can't classify images.

    Arguments: the `network`; the `name` that a message begins with.
    """
    output = network.shapes[-1]
    if len(network.input_shape) not in (2, 3) or len(output) != 1:
        message = (
            f"{name} must take images (height, width, channels), or grey ones (height, "
            f"width), and put out one number a class. Received: input {network.input_shape}, "
            f"output {output}"
        )
        raise InputError(message)
    require_finite_weights(network, name)
