"""Which algorithm training takes for each layer, and why: the one place where that is decided.

All algorithms give the same numbers, but for the last bits. What is fast follows from the shapes
alone, so that a training takes the same course on every machine.

A function that says what is against an algorithm, in words, is also what decides: the algorithm is
taken where there is nothing to say. So no reason can tell of another rule than the one that holds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import prod
from typing import Literal, NamedTuple, TypeVar

from cnncalc.errors import unknown_kind
from cnncalc.layers import (
    BatchNormalization,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Flatten,
    InputLayer,
    Layer,
    PassingLayer,
    PoolingLayer,
    Shape,
)
from cnncalc.layers.graph import takers
from cnncalc.layers.pooling import of_mode
from cnncalc.network.against_algorithms import (
    BY_CELL,
    FEW_FILTERS,
    against_blocks,
    against_side_by_side,
    against_turning,
    product_arithmetic,
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
    "blocked product",
    "patches",
    "turned patches",
    "plain product",
    "cell by cell",
    "layer by layer",
]

MEANINGS: Mapping[Algorithm, str] = {
    "blocked product": "one matrix product gives all outputs that a pooling cell compares",
    "patches": "one matrix product of the patches below a row of windows; back, they are added up",
    "turned patches": "the same; back, patches of the gradient meet the kernel turned by 180°",
    "plain product": "one matrix product of the numbers as they lie",
    "cell by cell": "the first cell of all windows at once, then the second, and so on",
    "layer by layer": "one layer alone, by the operation that any calculation uses",
}


Part = TypeVar("Part")


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

    Where a layer needs the whole batch, each is worked out alone, and its reason tells what it
    would have in pieces.
    Arguments: the `layers` in order; one sample's `input_shape`.
    Returns the choices in the layers' order; each layer is in one of them.

    >>> from cnncalc.layers import MaxPooling2D
    >>> layers = [Conv2D(10, 5, activation="relu"), MaxPooling2D(2), Flatten(), Dense(2)]
    >>> [(one.layers, one.algorithm) for one in choose(layers, (300, 300, 3))]
    [(2, 'blocked product'), (2, 'plain product')]
    """
    choices = _choices(layers, input_shape)
    # Most algorithms keep patches or copies, too much memory for a whole batch.
    return tuple(_one_by_one(choices) if whole_batch_layers(layers) else choices)


def whole_batch_layers(layers: Sequence[Layer]) -> tuple[int, ...]:
    """Return the positions of the layers that training must give a whole batch at once.

    They are the batch normalizations, which need its mean and variance, unless they are frozen.

    >>> whole_batch_layers([Conv2D(4, 3), BatchNormalization(), Flatten()])
    (1,)
    """
    return tuple(index for index, layer in enumerate(layers) if layer.needs_batch)


def meanings(choices: Sequence[Choice]) -> dict[Algorithm, str]:
    """Return what each algorithm does, for people: of those that choices and their reasons name.

    >>> list(meanings(choose([Conv2D(32, 3)], (9, 9, 1))))
    ['blocked product', 'patches', 'turned patches']
    """
    told = " ".join(f"{choice.algorithm} {choice.reason}" for choice in choices)
    return {algorithm: meaning for algorithm, meaning in MEANINGS.items() if algorithm in told}


def _choices(layers: Sequence[Layer], input_shape: Shape) -> Iterator[Choice]:
    shapes, taken_by = [shape for _, shape in walk(layers, input_shape)], takers(layers)
    first = 0
    while first < len(layers):
        # What takes a result alone may be worked out with it.
        behind = layers[first + 1] if taken_by[first] == (first + 1,) else None
        choice = _choose_first(layers[first], behind, shapes[first])._replace(first=first)
        first += choice.layers
        yield choice


def _one_by_one(choices: Iterator[Choice]) -> Iterator[Choice]:
    for choice in choices:
        for index in range(choice.layers):
            yield Choice(choice.first + index, 1, "layer by layer", _in_pieces(choice, index))


def _in_pieces(choice: Choice, index: int) -> str:
    """Say what the layers of a choice would have if the batch were worked through in pieces."""
    if choice.algorithm == "layer by layer":
        return choice.reason
    if index:
        return f"the whole batch at once; else part of the {choice.algorithm} above"
    return f"the whole batch at once; else {choice.algorithm}: {choice.reason}"


def _choose_first(layer: Layer, behind: Layer | None, shape: Shape) -> Choice:
    """Choose for a layer, and the one behind it if it takes that along."""
    if isinstance(layer, Conv2D):
        return _convolution(layer, behind, shape)
    if isinstance(layer, PoolingLayer) and of_mode(POOLINGS, layer).by_cell:
        against = against_side_by_side(layer, shape)
        reason = f"its windows {against or 'lie side by side, without padding'}"
        return Choice(0, 1, "layer by layer" if against else "cell by cell", reason)
    if isinstance(layer, Flatten) and isinstance(behind, Dense):
        reason = "a matrix product already; reordering its weights spares reordering every image"
        return Choice(0, 2, "plain product", reason)
    if isinstance(layer, Dense) and len(shape) == 1:
        return Choice(0, 1, "plain product", "a matrix product already")
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
    geometry, filters = layer.geometry(shape), _counted(layer.filters, "filter")
    no_blocks = against_blocks(layer, behind, shape)
    if isinstance(behind, PoolingLayer) and not no_blocks:
        outputs = _counted(prod(behind.window_size), "output")
        reason = (
            f"with {filters} (fewer than {FEW_FILTERS}) a product is slow; a larger one gives the "
            f"{outputs} of a pooling cell at once, for "
            f"{product_arithmetic(layer, behind, shape):.2f} times the arithmetic"
        )
        return Choice(0, 2, "blocked product", reason)
    against = against_turning(layer, shape)
    if not against and geometry.kernel == (1, 1):
        reason = "its window is one pixel, so that each pixel is a patch already"
        return Choice(0, 1, "plain product", reason)
    reason = f"no blocked product, since {no_blocks}"
    if not against:
        return Choice(0, 1, "turned patches", reason)
    other = "plain product" if geometry.kernel == (1, 1) else "turned patches"
    return Choice(0, 1, "patches", f"{reason}; no {other}, since {against}")


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
