"""Which algorithm training takes for each layer, and why: the one place where that is decided.

All algorithms give the same numbers, but for the last bits. What is fast follows from the shapes
alone, so that a training takes the same course on every machine.

A function that says what is against an algorithm, in words, is also what decides: the algorithm is
taken where there is nothing to say. So no reason can tell of another rule than the one that holds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, NamedTuple, TypeVar

from cnncalc.errors import unknown_kind
from cnncalc.layers import (
    Add,
    BatchNormalization,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Flatten,
    InputLayer,
    Layer,
    PassingLayer,
    PoolingLayer,
    Rescaling,
    Shape,
)
from cnncalc.layers.graph import takers
from cnncalc.layers.pooling import of_mode
from cnncalc.network.against_algorithms import (
    BY_CELL,
    against_pooling,
    against_side_by_side,
    against_turning,
    is_plain_relu,
)
from cnncalc.network.operations import has_operation
from cnncalc.network.structure import walk
from cnncalc.ops.pooling import POOLINGS

__all__ = [
    "MEANINGS",
    "Algorithm",
    "Choice",
    "choose",
    "meanings",
    "whole_batch_layers",
]

Algorithm = Literal[
    "patches",
    "turned patches",
    "plain product",
    "cell by cell",
    "by moments",
    "row by row",
    "layer by layer",
]

MEANINGS: Mapping[Algorithm, str] = {
    "patches": "strip by strip, small products of the patches below rows of windows; back, what "
    "each patch gives is added up",
    "turned patches": "the same; back, patches of the gradient meet the kernel turned by 180°",
    "plain product": "one matrix product of the numbers as they lie",
    "cell by cell": "the first cell of all windows at once, then the second, and so on",
    "by moments": "each piece of a batch halts, and goes on with all pieces' mean and variance",
    "row by row": "added up row by row, without being brought side by side",
    "layer by layer": "one layer alone, by the operation that any calculation uses",
}


Part = TypeVar("Part")

# The layers that are worked out together at most: a rescaling, a convolution and a pooling.
LONGEST = 3


class Choice(NamedTuple):
    """An algorithm for one layer, or for several that it works out together.

    `first` is the position of the first of its `layers`; `reason` says why, for people.
    """

    first: int
    layers: int
    algorithm: Algorithm
    reason: str

    @property
    def last(self) -> int:
        """The position of the last of its layers."""
        return self.first + self.layers - 1

    def of(self, parts: Sequence[Part]) -> Sequence[Part]:
        """Return what of one part a layer is of its layers."""
        return parts[self.first : self.last + 1]


def choose(layers: Sequence[Layer], input_shape: Shape) -> tuple[Choice, ...]:
    """Choose an algorithm for each layer of a network in training.

    Arguments: the `layers` in order; one sample's `input_shape`.
    Returns the choices in the layers' order; each layer is in one of them.

    >>> from cnncalc.layers import MaxPooling2D
    >>> layers = [Conv2D(10, 5, activation="relu"), MaxPooling2D(2), Flatten(), Dense(2)]
    >>> [(one.layers, one.algorithm) for one in choose(layers, (300, 300, 3))]
    [(2, 'patches'), (2, 'plain product')]
    """
    return tuple(_choices(layers, input_shape))


def whole_batch_layers(layers: Sequence[Layer]) -> tuple[int, ...]:
    """Return the positions of the layers that need something of the whole batch in training.

    They are the batch normalizations, which need its mean and variance, unless they are frozen.

    >>> whole_batch_layers([Conv2D(4, 3), BatchNormalization(), Flatten()])
    (1,)
    """
    return tuple(index for index, layer in enumerate(layers) if layer.needs_batch)


def meanings(choices: Sequence[Choice]) -> dict[Algorithm, str]:
    """Return what each algorithm does, for people: of those that choices and their reasons name.

    >>> list(meanings(choose([Conv2D(32, 3)], (9, 9, 32))))
    ['patches', 'turned patches']
    """
    told = " ".join(f"{choice.algorithm} {choice.reason}" for choice in choices)
    return {algorithm: meaning for algorithm, meaning in MEANINGS.items() if algorithm in told}


def _choices(layers: Sequence[Layer], input_shape: Shape) -> Iterator[Choice]:
    walked, taken_by = tuple(walk(layers, input_shape)), takers(layers)
    first = 0
    while first < len(layers):
        # What takes a result alone may be worked out with it.
        chain = [walked[first]]
        while len(chain) < LONGEST and taken_by[first + len(chain) - 1] == (first + len(chain),):
            chain.append(walked[first + len(chain)])
        choice = _choose_first(chain)._replace(first=first)
        first += choice.layers
        yield choice


def _choose_first(chain: Sequence[tuple[Layer, Shape]]) -> Choice:
    """Choose for the first layer of a chain, and for those behind that it takes along."""
    (layer, shape), *others = chain
    behind = others[0][0] if others else None
    if isinstance(layer, Rescaling) and isinstance(behind, Conv2D) and behind.groups == 1:
        choice = _choose_first(others)
        reason = f"it is rescaled as its rows are read; {choice.reason}"
        return choice._replace(layers=choice.layers + 1, reason=reason)
    if isinstance(layer, Conv2D):
        return _convolution(layer, behind, shape)
    if isinstance(layer, PoolingLayer) and of_mode(POOLINGS, layer).by_cell:
        against = against_side_by_side(layer, shape)
        reason = f"its windows {against or 'lie side by side, without padding'}"
        return Choice(0, 1, "layer by layer" if against else "cell by cell", reason)
    return _product(layer, behind, shape) or _number_by_number(layer, behind)


def _product(layer: Layer, behind: Layer | None, shape: Shape) -> Choice | None:
    """Choose for a Dense layer, behind a Flatten or not; None for any other layer."""
    if isinstance(layer, Flatten) and isinstance(behind, Dense):
        reason = "a matrix product already; reordering its weights spares reordering every image"
        return Choice(0, 2, "plain product", reason)
    if isinstance(layer, Dense) and len(shape) == 1:
        return Choice(0, 1, "plain product", "a matrix product already")
    return None


def _number_by_number(layer: Layer, behind: Layer | None) -> Choice:
    """Choose for a layer that a relu behind it may join."""
    if layer.needs_batch:
        return Choice(0, 1 + is_plain_relu(behind), "by moments", _against_any(layer))
    if isinstance(layer, Add):
        reason = "nothing of its results is copied"
        return Choice(0, 1 + is_plain_relu(behind), "row by row", reason)
    return Choice(0, 1, "layer by layer", _against_any(layer))


_AGAINST_ANY: Mapping[type[Layer], str] = {
    Conv2D: "each group of channels has a product of its own",
    DepthwiseConv2D: "each group of channels has a product of its own",
    Dense: "its input is a volume, not a row of numbers",
    BatchNormalization: "its mean and variance are those of the whole batch",
    PoolingLayer: f"only {' and '.join(BY_CELL)} pooling go cell by cell",
    Flatten: "nothing to calculate",
    PassingLayer: "nothing to calculate",
    InputLayer: "nothing to calculate",
}


def _against_any(layer: Layer) -> str:
    """Say why a layer has no algorithm of its own."""
    if isinstance(layer, BatchNormalization) and not layer.needs_batch:
        return "it is frozen: its moving mean and variance scale each number by itself"
    for kind, reason in _AGAINST_ANY.items():
        if isinstance(layer, kind):
            return reason
    if layer.has_weights or not has_operation(layer):
        raise TypeError(
            unknown_kind(
                "a layer must have arithmetic, and one with weights an algorithm",
                layer,
            )
        )
    return "no product in it that could be faster"


def _convolution(layer: Conv2D, behind: Layer | None, shape: Shape) -> Choice:
    if layer.groups > 1:
        return Choice(0, 1, "layer by layer", _against_any(layer))
    no_pooling = against_pooling(layer, behind, shape)
    against = against_turning(layer, shape)
    reason = f"alone, since {no_pooling}"
    if not no_pooling:
        reason = "what its pooling compares are whole lines of sums"
    if against:
        return Choice(0, 1 + (not no_pooling), "patches", f"{reason}; not turned, since {against}")
    return Choice(0, 1 + (not no_pooling), "turned patches", reason)
