"""What a trained model takes images for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np

from cnncalc.classification import Kind, classification_kind
from cnncalc.errors import InputError, OptionError, ShapeError
from cnncalc.files.network_input import NetworkInput, is_photo, read_network_input
from cnncalc.files.paths import printable, quoted
from cnncalc.files.pixels import PixelInput
from cnncalc.files.states import is_state
from cnncalc.files.trained_models import TrainedModel
from cnncalc.network import Array, Network, forward, forward_pieces, require_finite_outputs
from cnncalc.ops.numbers import overflow_allowed
from cnncalc.ops.threads import some_ahead
from cnncalc.provenance import Provenance
from cnncalc.tasks.argument_checks import named, require_flag
from cnncalc.tasks.arguments import Caller, ImageLike, ModelLike, Say, ignore
from cnncalc.tasks.differences import refuse_idle_raw, say_differences, say_unscaled, with_hint
from cnncalc.tasks.frozen import frozen
from cnncalc.tasks.inputs import image_origin, with_layers
from cnncalc.tasks.models import KnownModel, read_trained
from cnncalc.tasks.networks import say_planes
from cnncalc.tasks.training_options import TakingOptions
from cnncalc.training.evaluation import pixel_influence, workers
from cnncalc.views.predictions import Prediction, with_short_names

__all__ = ["Predictions", "judge_images", "predict"]


def predict(
    model: ModelLike,
    *images: ImageLike,
    explain: bool = False,
    raw: bool = False,
    invert: bool = False,
    say: Say = ignore,
) -> tuple[Prediction, ...]:
    """Say what a trained model takes images for.

    Arguments: the `model`, a .keras file, a live Keras model, a Network, or the model of what
    `train` returned; the `images`, paths, arrays of the model's input shape, or Pillow images,
    which are made to fit as image files are; whether to `explain` by each pixel's influence;
    whether pixels are left as they are (`raw`), or negatives taken (`invert`); `say`, which hears
    in what an image is unlike what the model learnt.
    Returns a prediction an image: its `label`, and the `outputs` (classes,), read-only.
    Raises InputError for images that can't be read, ShapeError or OptionError for what doesn't fit.

    >>> import numpy as np
    >>> from cnncalc.layers import Dense, Flatten
    >>> from cnncalc.network import initialize
    >>> network = initialize([Flatten(), Dense(2, activation="softmax")], (2, 2, 1))
    >>> [prediction] = predict(network, np.zeros((2, 2)))
    >>> prediction.outputs.tolist(), prediction.label
    ([0.5, 0.5], 'class 0')
    """
    from cnncalc.tasks.notebook.judgements import NotebookPrediction, NotebookPredictions

    if not images:
        message = "there must be at least one image. Received: none"
        raise OptionError(message)
    require_flag(explain, "explain")
    for image in images:
        named(image, "image")
    taking = TakingOptions(raw, invert)
    predictions = judge_images(named(model, "model"), images, taking, Caller(say), explain=explain)
    predictions.require_all()
    return NotebookPredictions(frozen(tuple(map(NotebookPrediction.of, predictions.shown))))


@dataclass(frozen=True, eq=False)
class Predictions:
    """What a model says of each image that could be read, and why others could not."""

    shown: tuple[Prediction, ...]
    failures: tuple[str, ...]
    provenance: Provenance

    def require_all(self) -> None:
        """Raise InputError that names each image which could not be read."""
        if self.failures:
            raise InputError("; ".join(text.removesuffix(".") for text in self.failures))


def judge_images(
    model: ModelLike,
    images: Sequence[ImageLike],
    taking: TakingOptions,
    caller: Caller,
    *,
    explain: bool = False,
) -> Predictions:
    """Run images through a model, each as it was made to fit in training.

    Arguments: the `model`, as `read_trained` takes it; the `images`, as `read_input` takes them;
    how they are taken; the `caller`; whether to `explain` by each pixel's influence.
    """
    known = read_trained(model)
    trained = known.trained
    for note in trained.notes:
        caller.remark(note)
    say_planes(trained.network.input_shape, caller)
    say_unscaled(trained, caller)
    more = f" and {len(images) - 1:,} more" if images[1:] else ""
    photos = any(is_photo(source) for source in images)
    refuse_idle_raw(
        taking, trained.learnt, photos=photos, given=f"{quoted(_name(images[0]))}{more}"
    )
    judge = _Judge(trained, _kind(known), trained.classes, taking, explain)
    found, failures = [], []
    with workers() as executor:
        for judged in some_ahead(executor, judge.predictions, judge.pieces(images)):
            for one in judged:
                if isinstance(one, Prediction):
                    found.append(one)
                else:
                    failures.append(str(one))
    shown = tuple(with_short_names(found))
    differences = [
        (prediction.name, difference)
        for prediction in shown
        for difference in prediction.differences
    ]
    say_differences(differences, len(shown), caller)
    origins = Provenance(caller.command, known.origin, known.origin)
    return Predictions(shown, tuple(failures), with_layers(origins, trained.network))


def _name(source: object) -> str:
    return str(source) if isinstance(source, str | Path) else "image"


def _kind(known: KnownModel) -> Kind:
    network = known.trained.network
    kind = classification_kind(network.layers, network.shapes[-1])
    if kind is None:
        message = (
            f"{known.name} must end in one number a class, or in one by a sigmoid. Received: "
            "one number that says nothing of classes"
        )
        raise InputError(message)
    return kind


_Failure = InputError | ShapeError


class _Given(NamedTuple):
    """An image as the network takes it, and what it was read from."""

    source: ImageLike
    input: NetworkInput


@dataclass(frozen=True)
class _Judge:
    """A model, and what of its images is asked for; they are taken piece by piece of a batch."""

    trained: TrainedModel
    kind: Kind
    classes: tuple[str, ...]
    taking: TakingOptions
    explain: bool

    def pieces(self, images: Sequence[ImageLike]) -> Iterator[list[_Given | _Failure]]:
        """Read images, as many at a time as go forward together; or what is wrong with one."""
        for piece in forward_pieces(self.trained.network, len(images)):
            yield [self._read(source) for source in images[piece]]

    def _read(self, source: ImageLike) -> _Given | _Failure:
        trained, taking = self.trained, self.taking
        try:
            given = read_network_input(
                _saved_image(source) if is_state(source) else source,
                trained.network.input_shape,
                trained.fit,
                trained.learnt,
                raw=taking.raw,
                invert=taking.invert,
            )
        except (InputError, ShapeError) as error:
            return error
        return _Given(source, given)

    def predictions(self, piece: Sequence[_Given | _Failure]) -> list[Prediction | _Failure]:
        """Run a piece forward, and say what is made of each image in it."""
        read = [one.input.values for one in piece if isinstance(one, _Given)]
        # What overflows is said below, in our words.
        with overflow_allowed():
            outputs = iter(forward(self.trained.network, np.stack(read)) if read else ())
        return [
            self._prediction(one, next(outputs)) if isinstance(one, _Given) else one
            for one in piece
        ]

    def _prediction(self, given: _Given, outputs: Array) -> Prediction | _Failure:
        network, image, name = self.trained.network, given.input.values, _name(given.source)
        try:
            require_finite_outputs(network, image, outputs, f"{quoted(name)}: the model puts out")
            if self.kind == "yes or no":
                outputs = np.array([1 - outputs[0], outputs[0]])
            label = int(outputs.argmax())
            influence = _influence(network, image, label, name) if self.explain else None
        except InputError as error:
            return error
        said = "score" if self.kind == "scores" else "probability"
        found = tuple(with_hint(difference, self.taking) for difference in given.input.differences)
        origin = image_origin(given.source)
        return Prediction(printable(name), self.classes, outputs, said, influence, found, origin)


def _saved_image(source: object) -> PixelInput:
    """Read the image of a page's saved state."""
    # Hardly any prediction waits for it.
    from cnncalc.tasks.saved_states import saved_state

    return saved_state(Path(str(source))).image


def _influence(network: Network, image: Array, label: int, name: str) -> Array:
    with overflow_allowed():
        influence = pixel_influence(network, image, label)
    if not np.isfinite(influence).all():
        message = f"{quoted(name)}: the gradient by its pixels leaves what float32 holds"
        raise InputError(message)
    return influence
