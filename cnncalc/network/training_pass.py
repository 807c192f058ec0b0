"""The fast forward and backward pass of training, in groups of layers that belong together.

It gives what `forward_saved` and `backward` give, but for the last bits, several times as fast;
it doesn't keep each layer's input and output, which is what those are for.

A piece of a batch goes through alone, but for batch normalization: there it halts, hands over what
its numbers come to, and goes on with what all pieces' numbers come to. So the passes are
generators, which `together` runs.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from functools import cached_property, partial, reduce
from itertools import chain
from math import ceil, prod
from typing import Any, Generic, Protocol, Self, TypeVar

import numpy as np

from cnncalc.layers import Layer, Shape
from cnncalc.layers.graph import IMAGE_PLACE, sources
from cnncalc.network.algorithms import Algorithm, Choice, choose
from cnncalc.network.fused_layers import (
    FusedConvolution,
    FusedLayers,
    FusedNormalization,
    FusedPooling,
    FusedProduct,
    FusedSum,
    Kept,
    Room,
    SingleLayer,
    ThreadBuffers,
)
from cnncalc.network.gathering import WayBack, reached
from cnncalc.network.structure import Array, Weights, walk
from cnncalc.ops.memory import Buffers
from cnncalc.ops.numbers import overflow_allowed
from cnncalc.ops.small_products import LANES, Product, Purpose
from cnncalc.ops.strip_convolution import STRIP_NUMBERS
from cnncalc.ops.tiles import parts

__all__ = ["Halting", "Joinable", "TrainingPass", "together"]

PIECE_VALUES = 24 * 2**20
"""How many numbers may be kept of a piece of a batch: 96 MiB of float32, for each thread."""

LEAST_PIECES = 2
"""Into how many pieces a batch is cut at least: as many threads have work with small images.

Measured: on two cores more cost Python more time than they save. A number that followed from the
machine would change the sums' last bits.
"""

STRIP_ROWS = 10
"""How many rows of a piece a strip has room for at least. Measured: with fewer images, and so more
rows, each step costs Python more; with more images rows are read again too often."""

PreparedWeights = Sequence[Weights]
Result = TypeVar("Result")


class Joinable(Protocol):
    """What a piece hands over where it halts."""

    def joined(self, other: Self) -> Self:
        """Return what both pieces' numbers come to."""


Halting = Generator[Any, Any, Result]
"""Work on a piece that halts now and then: it yields a Joinable, and is sent all pieces' joined."""


class TrainingPass:
    """How training works through layers: forward, backward, piece by piece of a batch.

    Arguments: the `layers` in order, named; one sample's `input_shape`.

    >>> from cnncalc.layers import Dense
    >>> training, weights = TrainingPass([Dense(1)], (1,)), [{"kernel": np.array([[3.0]])}]
    >>> weights[0]["bias"] = np.array([0.0])
    >>> prepared, room = training.prepare(weights), training.room(0)
    >>> (kept,) = together([training.forward(prepared, np.array([[5.0]]), None, room)])
    >>> (sums,) = together([training.backward(prepared, kept, np.array([[1.0]]), room)])
    >>> training.finish(sums)
    ({'kernel': array([[5.]]), 'bias': array([1.])},)
    """

    def __init__(self, layers: Sequence[Layer], input_shape: Shape) -> None:
        self.choices = choose(layers, input_shape)
        walked = tuple(walk(layers, input_shape))
        shapes = [layer.output_shape(shape) for layer, shape in walked]
        self.groups = tuple(
            _FUSED[choice.algorithm](tuple(choice.of(layers)), walked[choice.first][1])
            for choice in self.choices
        )
        self._layers = tuple(_stand_in(choice.of(layers)) for choice in self.choices)
        self._sources = sources(self._layers)
        by_group = [*(shapes[choice.last] for choice in self.choices), input_shape]
        self._taken = [tuple(by_group[source] for source in taken) for taken in self._sources]
        # The numbers that are kept of one sample: each result, the gradient by it, and the rest.
        self.numbers = 2 * sum(map(prod, by_group)) - prod(input_shape)
        self.numbers += sum(group.numbers for group in self.groups)
        self.row_numbers = max((group.row_numbers for group in self.groups), default=0)
        self.halts = any(isinstance(group, FusedNormalization) for group in self.groups)
        self._scratch = ThreadBuffers()
        self._rooms: dict[int, Room] = {}
        self.thread_room = Room(ThreadBuffers(), self._scratch)

    @property
    def largest_piece(self) -> int:
        """How many samples a piece has at most: as many as strips of some rows have room for."""
        within = PIECE_VALUES // self.numbers
        if self.row_numbers:
            within = min(within, STRIP_NUMBERS // (STRIP_ROWS * self.row_numbers))
        # Whole lines of the cache: what lies there is read and written at once.
        return max(1, within // LANES * LANES if within > LANES else within)

    def pieces(self, batch: int) -> list[slice]:
        """Cut a batch into pieces of one size, small enough to stay in the cache.

        Several are an even number, and the last one is hardly smaller: else one of two threads
        would wait for the other at the end of each batch.
        """
        most = max(1, min(self.largest_piece, ceil(batch / LEAST_PIECES)))
        count = ceil(batch / most)
        size = ceil(batch / (count + count % 2)) if count > 1 else most
        return list(parts(batch, size))

    def products(self, piece: int) -> Iterator[tuple[Choice, Product]]:
        """Yield each matrix product of training on so many samples, with the choice it is of."""
        for place, (choice, group) in enumerate(zip(self.choices, self.groups, strict=True)):
            left_out = {
                Purpose.WEIGHT_GRADIENT: not group.learns,
                Purpose.INPUT_GRADIENT: self._learning.isdisjoint(self._sources[place]),
            }
            for product in group.products(piece):
                if not left_out.get(product.purpose):
                    yield choice, product

    def room(self, piece: int) -> Room:
        """Return the memory for a piece of a batch, by its number.

        Where pieces halt, each has its own; else it is the thread's, which its next piece takes.
        """
        if not self.halts:
            return self.thread_room
        return self._rooms.setdefault(piece, Room(Buffers(), self._scratch))

    def prepare(self, weights: Sequence[Weights]) -> PreparedWeights:
        """Bring each layer's weights into the form that its group works with, once a batch."""
        return [
            group.prepare(choice.of(weights))
            for group, choice in zip(self.groups, self.choices, strict=True)
        ]

    def forward(
        self,
        prepared: PreparedWeights,
        images: Array,
        generator: np.random.Generator | None,
        room: Room,
    ) -> Halting[list[Kept]]:
        """Run a piece of a batch forward.

        Arguments: the `prepared` weights; `images` (piece, *input shape) of any type; in training
        the `generator` that draws what dropout keeps; the `room` to work in.
        Returns what each group keeps; the last one's `output` is the network's.
        """
        kept: list[Kept] = []
        given = _Images(images, self._dtype(prepared))
        for place, taken in enumerate(self._sources):
            group = self.groups[place]
            results = [
                given.of(group) if source == IMAGE_PLACE else kept[source].output
                for source in taken
            ]
            if isinstance(group, FusedNormalization) and generator is not None:
                moments = yield group.measure(results, room)
                kept.append(group.normalize(prepared[place], results, moments, room))
            else:
                kept.append(group.forward(prepared[place], results, generator, room))
        return kept

    def backward(
        self, prepared: PreparedWeights, kept: Sequence[Kept], gradient: Array, room: Room
    ) -> Halting[list[dict[str, Array]]]:
        """Work a loss's gradient by the output back to the prepared weights.

        Arguments: the `prepared` weights; what `forward` just `kept`; the `gradient` by the
        output; the `room` of the forward pass.
        Returns a mapping a group. Its arrays are overwritten by the next piece in this room.
        """
        by_weight: list[dict[str, Array]] = [{} for _ in self.groups]
        way = WayBack(self._layers, self._learning, gradient)
        for place in way.places():
            group, weights, by_output = self.groups[place], prepared[place], way.take(place)
            if isinstance(group, FusedNormalization):
                own = group.measure_back(kept[place], by_output, room)
                sums = yield own
                result = group.denormalize(weights, kept[place], own, sums, room)
            else:
                goes_on = way.goes_on(place)
                result = group.backward(weights, kept[place], by_output, goes_on, room)
            by_weight[place] = result.weights
            if result.input is not None:
                way.hand_back_parts(place, group.scatter(result.input, self._taken[place]))
        return by_weight

    @staticmethod
    def _dtype(prepared: PreparedWeights) -> np.dtype[Any]:
        return next(array.dtype for weights in prepared for array in weights.values())

    def finish(self, sums: Sequence[dict[str, Array]]) -> tuple[dict[str, Array], ...]:
        """Return the gradients of a batch, one mapping a layer, given their sums by group."""
        pairs = zip(self.groups, sums, strict=True)
        return tuple(chain.from_iterable(group.finish(summed) for group, summed in pairs))

    def updates(self, kept: Sequence[Kept]) -> tuple[Weights, ...]:
        """Return the new values of weights that training keeps up to date without a gradient."""
        pairs = zip(self.groups, kept, strict=True)
        return tuple(chain.from_iterable(group.updates(values) for group, values in pairs))

    @cached_property
    def _learning(self) -> frozenset[int]:
        """The groups that a gradient must reach: that learn, or lead back to one that does."""
        return reached(self._sources, [group.learns for group in self.groups])


def _stand_in(layers: Sequence[Layer]) -> Layer:
    """Return what stands for fused layers on a walk: it takes what the first does.

    It has the name of the last, whose result it gives; nobody else takes those in between.
    """
    return replace(layers[0], name=layers[-1].name)


_FUSED: Mapping[Algorithm, Callable[[tuple[Layer, ...], Shape], FusedLayers]] = {
    "patches": FusedConvolution,
    "turned patches": partial(FusedConvolution, turns=True),
    "plain product": FusedProduct,
    "cell by cell": FusedPooling,
    "by moments": FusedNormalization,
    "row by row": FusedSum,
    "layer by layer": SingleLayer,
}


class _Images:
    """A piece's images, as they are for groups that convert them, for others in the dtype."""

    def __init__(self, images: Array, dtype: np.dtype[Any]) -> None:
        self.images = images
        self.dtype = dtype

    @cached_property
    def converted(self) -> Array:
        """The images in the type to work in."""
        return self.images.astype(self.dtype, copy=False)

    def of(self, group: FusedLayers) -> Array:
        """Return what a group is given."""
        return self.images if group.converts else self.converted


@dataclass(frozen=True)
class _Done(Generic[Result]):
    """What work came to."""

    result: Result


def together(works: Sequence[Halting[Result]], executor: Executor | None = None) -> list[Result]:
    """Run works up to where they halt, all of them, before any goes on.

    What they hand over is joined in their order, whatever order they come in, and sent to each.
    Arguments: the `works`, which halt equally often; the `executor`, None for this thread.
    """
    mapped = executor.map if executor else map
    sent: Any = None
    while True:
        # A training that diverges overflows; `fit` stops it when its loss is no number any more.
        steps = list(mapped(partial(_resumed, sent=sent), works))
        handed = [step for step in steps if not isinstance(step, _Done)]
        if not handed:
            return [step.result for step in steps if isinstance(step, _Done)]
        with overflow_allowed():
            sent = reduce(lambda total, part: total.joined(part), handed)


def _resumed(work: Halting[Result], sent: object) -> Joinable | _Done[Result]:
    with overflow_allowed():
        try:
            handed: Joinable = work.send(sent)
        except StopIteration as stopped:
            return _Done(stopped.value)
    return handed
