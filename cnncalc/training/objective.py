"""What training minimises: the mean loss of a batch, with its gradient by every weight.

A batch is worked through in pieces, some behind each other in a queue, several queues at once in
threads. How it is cut depends on the network and the batch alone, and gradients are added in the
pieces' and the queues' order: the sum is the same, to the last bit, whatever the number of threads.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from cnncalc.errors import OptionError, ShapeError
from cnncalc.layers import LINEAR
from cnncalc.network import Network, Saved, Weights, forward_saved, without_last_activation
from cnncalc.network.training_pass import Halting, TrainingPass, together
from cnncalc.ops.activations import ACTIVATIONS
from cnncalc.ops.arrays import Array
from cnncalc.ops.dropout import DrawsByPiece, Random
from cnncalc.ops.numbers import overflow_allowed
from cnncalc.training.dataset import Dataset
from cnncalc.training.losses import Loss, LossValues, target_outputs
from cnncalc.training.metrics import correct
from cnncalc.training.regularization import add_penalty_gradients, penalty
from cnncalc.training.state import copied

__all__ = [
    "BatchResult",
    "Objective",
    "Outcome",
    "PieceForward",
    "make_objective",
    "require_input_shape",
]


QUEUES = 16
"""In how many parts a batch's gradients are summed up, each by one thread at a time."""


class Outcome(NamedTuple):
    """What a batch came to: each sample's loss (batch,) and the network's output (batch, units)."""

    losses: Array
    outputs: Array


class BatchResult(NamedTuple):
    """A training batch's summed loss, right answers, and the gradients of its mean loss.

    `gradients` has one mapping a layer by weight name; so has `updates`, new values of those
    weights that training keeps up to date without a gradient.
    """

    loss: float
    correct: int
    gradients: tuple[dict[str, Array], ...]
    updates: tuple[Weights, ...]


class PieceForward(NamedTuple):
    """A piece of a training batch after its forward pass.

    What each layer `saved`; the `losses` (piece,) and `outputs` (piece, units); the `gradient` of
    the batch's mean loss by the last layer's output.
    """

    saved: tuple[Saved, ...]
    losses: Array
    outputs: Array
    gradient: Array


@dataclass(frozen=True)
class Objective:
    """A loss on the output of a network, for labels of so many classes.

    `network` has its last activation peeled off where the loss is computed together with it;
    `activation` is what was peeled off, or "linear".
    """

    network: Network
    activation: str
    loss: Loss
    classes: int

    def outcome(self, images: Array, labels: Array, executor: Executor) -> Outcome:
        """Run a batch as in prediction.

        Arguments: `images` (batch, *input shape) of any type; `labels` (batch,); the `executor`
        that works on the pieces.
        """
        passes = self._passes
        prepared = passes.prepare(self.network.weights)

        def work(piece: slice) -> Outcome:
            # What normalizes doesn't halt in prediction: each piece can take the thread's room.
            (kept,) = together([passes.forward(prepared, images[piece], None, passes.thread_room)])
            with overflow_allowed():
                # A copy, since the next piece overwrites the output.
                return self.judge(np.array(kept[-1].output), labels[piece])

        results = list(executor.map(work, self.pieces(len(labels))))
        return Outcome(*(np.concatenate(parts) for parts in zip(*results, strict=True)))

    def judge(self, raw: Array, labels: Array) -> Outcome:
        """Return the losses and outputs that the network's raw output comes to.

        Arguments: `raw` (batch, units), without the activation that was peeled off; `labels`
        (batch,).
        """
        losses = self._loss_values(raw, labels).losses
        return Outcome(losses, ACTIVATIONS[self.activation].forward(raw))

    def gradients(
        self, images: Array, labels: Array, seed: Sequence[int], executor: Executor
    ) -> BatchResult:
        """Run a batch as in training, forward and backward, the regularizers' penalty included.

        Arguments: `images` (batch, *input shape) of any type; `labels` (batch,); the `seed` of
        what dropout keeps; the `executor` that works on the pieces.
        """
        passes = self._passes
        prepared = passes.prepare(self.network.weights)
        works = [
            self._piece(prepared, images, labels, seed, (number, piece))
            for number, piece in enumerate(self.pieces(len(labels)))
        ]
        if passes.halts:
            total = _added(iter(together(works, executor)))
        else:
            total = _added(executor.map(_worked_off, _queues(works)))
        total = total._replace(gradients=passes.finish(total.gradients))
        add_penalty_gradients(self.network, total.gradients)
        return total._replace(loss=total.loss + penalty(self.network) * len(labels))

    def recorded_pieces(self, batch: int) -> list[slice]:
        """Cut a batch into the pieces that a record can run one by one: not where they halt."""
        return [slice(0, batch)] if self.halts else self.pieces(batch)

    def _draws(self, seed: Sequence[int], piece: slice) -> Random:
        """Return what draws for a recorded piece what training draws for the pieces in it."""
        pieces = self.pieces(piece.stop) if self.halts else [piece]
        generators = [np.random.default_rng([*seed, one.start]) for one in pieces]
        return DrawsByPiece(pieces, generators)

    @property
    def halts(self) -> bool:
        """Whether the pieces of a training batch are worked on together, and kept all at once."""
        return self._passes.halts

    @property
    def numbers(self) -> int:
        """The numbers of one sample by which a piece is planned."""
        return self._passes.numbers

    def pieces(self, batch: int) -> list[slice]:
        """Cut a batch into the pieces that training works on."""
        return self._passes.pieces(batch)

    def piece_forward(
        self, images: Array, labels: Array, seed: Sequence[int], piece: slice
    ) -> PieceForward:
        """Run one of `recorded_pieces` forward as in training; arguments as `gradients`."""
        generator = self._draws(seed, piece)
        inputs = images[piece].astype(self._dtype)
        layers, weights = self.network.layers, self.network.weights
        saved = forward_saved(layers, weights, inputs, generator, near=True)
        raw = saved[-1].output
        losses, gradient = self._loss_values(raw, labels[piece])
        outputs = ACTIVATIONS[self.activation].forward(raw)
        return PieceForward(saved, losses, outputs, gradient / len(labels))

    def _piece(
        self,
        prepared: Sequence[Weights],
        images: Array,
        labels: Array,
        seed: Sequence[int],
        numbered: tuple[int, slice],
    ) -> Halting[BatchResult]:
        """Run a piece of a batch; its gradients, by group, are overwritten by the room's next."""
        number, piece = numbered
        passes, generator = self._passes, np.random.default_rng([*seed, piece.start])
        room = passes.room(number)
        kept = yield from passes.forward(prepared, images[piece], generator, room)
        raw = kept[-1].output
        losses, gradient = self._loss_values(raw, labels[piece])
        by_weight = yield from passes.backward(prepared, kept, gradient / len(labels), room)
        outputs = ACTIVATIONS[self.activation].forward(raw)
        return BatchResult(
            float(losses.sum(dtype=np.float64)),
            correct(outputs, labels[piece]),
            tuple(by_weight),
            passes.updates(kept),
        )

    def _loss_values(self, raw: Array, labels: Array) -> LossValues:
        wanted = target_outputs(labels, raw.shape[-1], self._dtype)
        return self.loss.compute(wanted, raw, self.from_logits)

    @property
    def from_logits(self) -> bool:
        """Whether the loss is computed from what the network puts out as logits."""
        return self.loss.from_logits or self.activation == self.loss.activation

    @cached_property
    def _passes(self) -> TrainingPass:
        return TrainingPass(self.network.layers, self.network.input_shape)

    @property
    def _dtype(self) -> np.dtype[Any]:
        return next(array.dtype for weights in self.network.weights for array in weights.values())


def make_objective(network: Network, loss: Loss, classes: int) -> Objective:
    """Join a network and a loss, with the network's last activation where it belongs to the loss.

    Raises OptionError for a network without weights, or a loss that can't judge its one output,
    ShapeError where its output doesn't fit the number of `classes`.

    >>> from cnncalc.layers import Dense
    >>> from cnncalc.network import initialize
    >>> from cnncalc.training.losses import loss_named
    >>> network = initialize([Dense(2, activation="softmax")], (3,))
    >>> make_objective(network, loss_named("categorical_crossentropy"), 2).activation
    'softmax'
    """
    if not any(network.weights):
        message = "a network must have weights to be trained. Received: none of its layers has any"
        raise OptionError(message)
    _check_output(network, loss, classes)
    bare, activation = without_last_activation(network)
    if loss.from_logits or activation != loss.activation:
        bare, activation = network, LINEAR
    return Objective(bare, activation, loss, classes)


def require_input_shape(network: Network, dataset: Dataset) -> None:
    """Raise ShapeError where images don't have the shape that a network takes."""
    if dataset.input_shape != network.input_shape:
        message = (
            f"images must have the network's input shape {network.input_shape}. "
            f"Received: {dataset.input_shape}"
        )
        raise ShapeError(message)


def _check_output(network: Network, loss: Loss, classes: int) -> None:
    output = network.shapes[-1]
    yes_or_no = output == (1,) and classes == 2
    if yes_or_no and loss.name == "categorical_crossentropy":
        message = (
            "a network that ends in one number, yes or no to two classes, is trained with --loss "
            f"binary_crossentropy behind a sigmoid, or mean_squared_error. Received: {loss.name}"
        )
        raise OptionError(message)
    if output != (classes,) and not yes_or_no:
        message = (
            f"the network must end in one number a class, such as Dense({classes}). Received: an "
            f"output of {'×'.join(map(str, output))} for {classes} classes"
        )
        raise ShapeError(message)


def _queues(works: Sequence[Halting[BatchResult]]) -> list[Sequence[Halting[BatchResult]]]:
    """Divide the work on a batch's pieces into queues of neighbours, each a sum of its own."""
    count = min(QUEUES, len(works))
    edges = [len(works) * i // count for i in range(count + 1)]
    return [works[start:stop] for start, stop in pairwise(edges)]


def _worked_off(queue: Sequence[Halting[BatchResult]]) -> BatchResult:
    """Work pieces off one after the other, none of which halts, and add them up."""
    return _added(together([work])[0] for work in queue)


def _added(results: Iterator[BatchResult]) -> BatchResult:
    """Add up the results in their order, each before the next one is made."""
    first = next(results)
    loss, right = first.loss, first.correct
    total = copied(first.gradients)
    with overflow_allowed():
        for result in results:
            loss += result.loss
            right += result.correct
            for sums, gradients in zip(total, result.gradients, strict=True):
                for name, gradient in gradients.items():
                    sums[name] += gradient
    return first._replace(loss=loss, correct=right, gradients=total)
