"""What a network's output says of an image: a number for each class, and the class."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from cnncalc.errors import OptionError
from cnncalc.layers import LINEAR, SIGMOID, SOFTMAX, Dropout, Layer, PassingLayer, Shape
from cnncalc.network import Array
from cnncalc.trace import Trace
from cnncalc.training.losses import binary_crossentropy, categorical_crossentropy, target_outputs
from cnncalc.training.metrics import predicted_classes

__all__ = [
    "Classification",
    "Kind",
    "class_said",
    "classification_kind",
    "classify",
    "cross_entropy",
]

# What the output's numbers are: shares of softmax, the one probability of a sigmoid that says yes
# or no, or scores that only tell which class is ahead.
Kind = Literal["softmax", "yes or no", "scores"]

_IDLE = (Dropout, PassingLayer)  # what it is given is what it hands on, outside of training


@dataclass(frozen=True, eq=False)
class Classification:
    """What an output says of each class.

    `outputs` (classes,) are the network's numbers, or the probabilities of no and of yes;
    `predicted` is the class of the largest, the first of those equal but for rounding; `logits`
    (units,) are what the softmax or the sigmoid was taken of, None for scores.
    """

    kind: Kind
    outputs: Array
    predicted: int
    logits: Array | None


def classification_kind(layers: Sequence[Layer], output_shape: Shape) -> Kind | None:
    """Return what a network's output says of classes; None where it says nothing of them.

    A Dropout or Identity at the end counts for nothing, as it does nothing outside of training.

    >>> from cnncalc.layers import Dense
    >>> classification_kind([Dense(1, activation="sigmoid")], (1,))
    'yes or no'
    """
    last = next((layer for layer in reversed(layers) if not isinstance(layer, _IDLE)), None)
    activation = LINEAR if last is None else last.activation_name
    if len(output_shape) != 1:
        return None
    if output_shape == (1,):
        return "yes or no" if activation == SIGMOID else None
    return SOFTMAX if activation == SOFTMAX else "scores"


def classify(trace: Trace) -> Classification | None:
    """Return what a trace's output says of each class; None where it says nothing of them.

    >>> from cnncalc.layers import Softmax
    >>> from cnncalc.network import assemble
    >>> from cnncalc.trace import record
    >>> network = assemble([Softmax()], (2,), [{}])
    >>> classify(record(network, [0.0, 0.0])).outputs.tolist()
    [0.5, 0.5]
    """
    kind = classification_kind(trace.network.layers, trace.output.shape)
    if kind is None:
        return None
    outputs = (
        np.array([1 - trace.output[0], trace.output[0]]) if kind == "yes or no" else trace.output
    )
    return Classification(
        kind,
        outputs,
        int(predicted_classes(trace.output[np.newaxis], near=True)[0]),
        None if kind == "scores" else _logits(trace),
    )


def class_said(trace: Trace, class_names: Sequence[str] = (), untrained: str = "") -> str | None:
    """Return the class that a trace's output stands for; None where it says nothing of classes.

    Arguments: the trace; the `class_names` in the order of their numbers, if they are known; what
    is said instead where the weights are `untrained`, since such a network tells no classes apart.

    >>> from cnncalc.layers import Softmax
    >>> from cnncalc.network import assemble
    >>> from cnncalc.trace import record
    >>> trace = record(assemble([Softmax()], (2,), [{}]), [0.0, 1.0])
    >>> class_said(trace), class_said(trace, ["cat", "dog"]), class_said(trace, [], "untrained")
    ('class 1', 'dog', 'untrained')
    """
    classification = classify(trace)
    if classification is None:
        return None
    number = classification.predicted
    return untrained or (class_names[number] if number < len(class_names) else f"class {number}")


def _logits(trace: Trace) -> Array:
    """Return what the last activation was taken of."""
    layers = reversed(trace.layers)
    last = next(traced for traced in layers if not isinstance(traced.layer, _IDLE))
    return last.stages[-2].values if last.stages[1:] else last.input


def cross_entropy(classification: Classification, target: int) -> float:
    """Return −ln of the probability of the true class, worked out from the logits.

    Arguments: the classification; the `target`, the true class's number.
    Raises OptionError for scores, which are no probabilities, and for a target that is no class.

    >>> half = Classification("softmax", np.array([0.5, 0.5]), 0, np.zeros(2))
    >>> round(cross_entropy(half, 1), 4)
    0.6931
    """
    classes = len(classification.outputs)
    if classification.logits is None:
        message = (
            "a target needs a network that ends in softmax, or in one unit with a sigmoid. "
            "Received: one that ends in neither"
        )
        raise OptionError(message)
    if not 0 <= target < classes:
        message = (
            f"the target must be the number of a class, 0 to {classes - 1}. Received: {target}"
        )
        raise OptionError(message)
    logits = classification.logits[np.newaxis]
    loss = categorical_crossentropy if classification.kind == SOFTMAX else binary_crossentropy
    wanted = target_outputs(np.array([target]), logits.shape[-1], np.float64)
    return float(loss(wanted, logits, True).losses[0])
