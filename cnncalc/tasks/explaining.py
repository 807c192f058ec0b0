"""Where one number came from: of a layer's output, or of a gradient in a first training step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, overload

import numpy as np

from cnncalc import explanation
from cnncalc.errors import OptionError, received
from cnncalc.explanation import Explanation, Position, layers_behind
from cnncalc.files.datasets import is_data
from cnncalc.files.paths import quoted
from cnncalc.layers import Shape
from cnncalc.shapes import whole_numbers
from cnncalc.tasks.argument_checks import as_texts, given_seed, local, named, optional_path
from cnncalc.tasks.arguments import Caller, DataLike, ImageLike, NetworkLike, Say, ignore
from cnncalc.tasks.frozen import frozen
from cnncalc.tasks.network_options import (
    FittingOptions,
    NetworkExport,
    NetworkOptions,
    WeightOptions,
)
from cnncalc.tasks.options import InputOptions, given_options
from cnncalc.tasks.tracing import RecordOptions, recorded
from cnncalc.tasks.training_options import GradientOptions, TrainingExport
from cnncalc.trace import LayerTrace, Trace
from cnncalc.training.losses import loss_named
from cnncalc.training_step import StepRecord, explaining, record_steps
from cnncalc.training_step.explaining import STAGES
from cnncalc.training_step.structure import GradientExplanation
from cnncalc.training_step.vanishing import with_reason

if TYPE_CHECKING:
    from cnncalc.sheet.calculations import TrainingPieces

__all__ = [
    "GRADIENTS",
    "ExplainedGradient",
    "check_gradient",
    "explain",
    "explain_first_gradient",
    "explain_gradient",
    "require_gradient",
]

# What the gradient of a loss can be asked by: a weight, or a stage.
GRADIENTS = ("kernel", "bias", "gamma", "beta", *map(str, STAGES))


@overload
def explain(layer: LayerTrace, at: Position) -> Explanation: ...


@overload
def explain(
    layer: NetworkLike,
    at: Position,
    *,
    layer_name: str,
    image: ImageLike | None = None,
    input_shape: Shape | None = None,
    weights: str | Path | None = None,
    seed: int = 0,
    resize: bool = False,
    say: Say = ignore,
) -> Explanation: ...


def explain(
    layer: LayerTrace | Trace | NetworkLike,
    at: Position,
    *,
    layer_name: str | None = None,
    image: ImageLike | None = None,
    input_shape: Shape | None = None,
    weights: str | Path | None = None,
    seed: int = 0,
    resize: bool = False,
    say: Say = ignore,
) -> Explanation:
    """Explain one number of a layer's output.

    Arguments: the `layer`'s trace, or a whole trace or a network, as `record` takes it; `at`, the
    (row, column, channel) or (unit,) in its output, of one channel (row, column) as well. Of a
    trace or a network, the layer's name; of a network, the `image` and what else `record` takes.
    Returns its terms, the rule that joins them, their total, and what came after.
    Raises OptionError for a position outside the output or an unknown layer, and what `record`
    raises.

    >>> explained = explain("MaxPooling2D(2)", (0, 0), layer_name="max_pooling2d",
    ...                     image=[[1, 5], [3, 2]])
    >>> str(explained.rule), [term.value for term in explained.terms], explained.total
    ('max', [1.0, 5.0, 3.0, 2.0], 5.0)
    """
    from cnncalc.tasks.notebook.explanations import NotebookExplanation  # no command waits for it

    if isinstance(layer, LayerTrace | Trace):
        one = layer_name if isinstance(layer, LayerTrace) else None
        _require_none(layer_name=one, image=image, input_shape=input_shape, weights=weights)
        _require_none(seed=seed or None, resize=resize or None)
    if isinstance(layer, LayerTrace):
        return NotebookExplanation.of(explanation.explain(layer, _position(at)))
    if layer_name is None:
        message = "layer_name must say which layer's number is explained. Received: none"
        raise OptionError(message)
    if not isinstance(layer, Trace):
        options = RecordOptions(input_shape, weights, seed, resize, say)
        behind = partial(layers_behind, layer_name=layer_name)
        layer = recorded(layer, image, options, keep=behind)
    explained = explanation.explain(layer.layer(layer_name), _position(at))
    return NotebookExplanation.of(explained)


def _require_none(**options: object) -> None:
    """Refuse options of a network beside a trace, whose numbers are there."""
    given = [name for name, value in options.items() if value is not None]
    if given:
        message = (
            "the trace of one layer goes without layer_name and image, any trace without what a "
            f"network is recorded with. Received: {', '.join(given)}"
        )
        raise OptionError(message)


def explain_gradient(
    network: NetworkLike,
    at: Position,
    *,
    layer_name: str,
    by: str = "kernel",
    data: ImageLike | DataLike | None = None,
    target: str | int | None = None,
    loss: str | None = None,
    batch_size: int | None = None,
    sample: int | None = None,
    validation_split: float | None = None,
    input_shape: Shape | None = None,
    weights: str | Path | None = None,
    seed: int = 0,
    resize: bool = False,
    class_names: Sequence[str] | None = None,
    raw: bool = False,
    ignored: Sequence[str] = (),
    say: Say = ignore,
) -> GradientExplanation:
    """Explain one number of a gradient, in the first step of a training.

    Arguments: the `network`, as `record` takes it; the place of the number, `at`, in its array; the
    layer's name; `by` what the loss is differentiated, one of its weights ("kernel", "bias",
    "gamma", "beta") or stages ("output", "pre-activation", "input"); an image whose `target` class
    is given by name or number, or `data` as `train` takes it; the `loss`, the batch and its
    `sample`, and the others as in `cnncalc explain --gradient`; `say`, which hears what was read.
    Returns its terms, the rule that joins them, and its value.
    Raises OptionError for what is not to be had, and what `train` raises.

    >>> explained = explain_gradient("Flatten(); Dense(2, activation='softmax')", (0, 1),
    ...     layer_name="dense", data=[[0.25, 0.5], [0.75, 1.0]], target=1)
    >>> round(explained.value, 4) == round(explained.total, 4)
    True
    """
    from cnncalc.tasks.notebook.explanations import NotebookGradient  # no command waits for it

    if by not in GRADIENTS:
        message = f"by must be one of {', '.join(GRADIENTS)}. Received: by={by!r}"
        raise OptionError(message)
    wanted = GradientOptions(
        by,
        None if target is None else str(target),
        loss,
        batch_size,
        sample,
        validation_split,
        raw,
        as_texts(ignored, "ignored"),
    )
    found = explain_first_gradient(
        NetworkOptions(local(network, "network"), input_shape),
        InputOptions(named(data, "data")),
        WeightOptions(optional_path(weights, "weights"), given_seed(seed)),
        FittingOptions(resize, class_names),
        wanted,
        layer_name,
        _position(at),
        Caller(say),
    )
    return frozen(NotebookGradient.in_step(found.explanation, found.record, found.pieces))


@dataclass(frozen=True)
class ExplainedGradient:
    """One number of a gradient, the first step of the training it is in, and what that is of."""

    explanation: GradientExplanation
    record: StepRecord
    pieces: TrainingPieces


def _position(at: object) -> Position:
    """Return a place as whole numbers; one alone is a unit's."""
    place = whole_numbers(at)
    if not place:
        message = "at must be whole numbers, (row, column, channel) or (unit,). "
        raise OptionError(message + f"Received: at={received(at)}")
    return place


def require_gradient(wanted: GradientOptions) -> None:
    """Refuse options of a gradient where none is asked for."""
    given = given_options(wanted)
    if given and wanted.gradient is None:
        message = f"options of a gradient need --gradient. Received: {', '.join(given)} without it"
        raise OptionError(message)


def check_gradient(wanted: GradientOptions, given: InputOptions) -> None:
    """Refuse what is not to be had of a gradient."""
    if wanted.sample is not None and wanted.gradient not in STAGES:
        message = f"--sample goes with --gradient {', '.join(STAGES)}. Received: {wanted.gradient}"
        raise OptionError(message)
    if wanted.target is None and given.text is not None and not is_data(Path(given.text)):
        message = (
            "the gradient of one image needs its class, --target CLASS; without it INPUT must be "
            f"data as train takes it. Received: {quoted(given.text)}"
        )
        raise OptionError(message)
    if wanted.target is None and given.is_one_image:
        message = (
            "the gradient of one image needs its class, target; without it data must be a path, or "
            f"(images, labels) as arrays. Received: {received(given.source)}"
        )
        raise OptionError(message)


def explain_first_gradient(
    network: NetworkOptions,
    given: InputOptions,
    initial: WeightOptions,
    fitting: FittingOptions,
    wanted: GradientOptions,
    layer_name: str,
    at: tuple[int, ...],
    caller: Caller,
) -> ExplainedGradient:
    """Explain a gradient's number in the step that a workbook of one training step draws.

    Arguments: the options; the layer's name; the number's place, `at`, in its array; the `caller`.
    """
    check_gradient(wanted, given)
    record, pieces = _first_step(network, given, initial, fitting, wanted, caller)
    name = str(wanted.gradient)
    explained = explaining.explain_gradient(record, layer_name, name, at, wanted.sample or 0)
    return ExplainedGradient(with_reason(record, explained), record, pieces)


def _first_step(
    network: NetworkOptions,
    given: InputOptions,
    initial: WeightOptions,
    fitting: FittingOptions,
    wanted: GradientOptions,
    caller: Caller,
) -> tuple[StepRecord, TrainingPieces]:
    """Record the training step that `export-xlsx --training-steps 1` of the same options draws."""
    # What reads the samples writes workbooks too, and is imported where it is needed.
    from cnncalc.tasks.training_pieces import training_pieces

    whole = NetworkExport(
        network.network,
        network.input_shape,
        initial.weights,
        fitting.resize,
        fitting.class_names,
        wanted.target,
    )
    training = TrainingExport(
        training_steps=1,
        batch_size=wanted.batch_size,
        loss=wanted.loss,
        validation_split=wanted.validation_split,
        raw=wanted.raw,
        ignore=wanted.ignore,
    )
    pieces = training_pieces(given, whole, training, initial.seed, caller)
    samples = [pieces.samples[number] for number in pieces.training.batches[0]]
    batch = (np.stack([image for image, _ in samples]), np.array([label for _, label in samples]))
    loss = loss_named(pieces.training.loss)
    record = next(record_steps(pieces.network, loss, pieces.training.optimizer, [batch]))
    return record, pieces
