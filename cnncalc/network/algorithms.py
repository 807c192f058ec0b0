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
    LINEAR,
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
from cnncalc.network.operations import has_operation
from cnncalc.network.structure import walk
from cnncalc.ops.blocked_convolution import is_turnable
from cnncalc.ops.pooling import POOLINGS, Pooling

__all__ = [
    "FEW_FILTERS",
    "MEANINGS",
    "Algorithm",
    "Choice",
    "choose",
    "meanings",
    "whole_batch_layers",
]

# BLAS gives a product of so many rows about two thirds of its speed, and one of four times as many
# all of it. From here on the larger product's extra arithmetic costs more than it gains. Measured.
FEW_FILTERS = 16

# The gradient by a convolution's input is a convolution, too. Its patches are those of the gradient
# by the output; where they are so many times the input's own, it is faster to add up, window by
# window, what each gives back. Measured for 4 to 32 channels and 8 to 64 filters.
MOST_COPYING = 3

# A product that gives all outputs of a pooling cell multiplies so many times as much, its window's
# area by the kernel's. With 2.6 times it takes three quarters of the time, with 4 all. Measured.
MOST_ARITHMETIC = 3


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
        against = _against_side_by_side(layer, shape)
        reason = f"its windows {against or 'lie side by side, without padding'}"
        return Choice(0, 1, "layer by layer" if against else "cell by cell", reason)
    if isinstance(layer, Flatten) and isinstance(behind, Dense):
        reason = "a matrix product already; reordering its weights spares reordering every image"
        return Choice(0, 2, "plain product", reason)
    if isinstance(layer, Dense) and len(shape) == 1:
        return Choice(0, 1, "plain product", "a matrix product already")
    return Choice(0, 1, "layer by layer", _against_any(layer))


def _picks(pooling: Pooling) -> bool:
    """Tell whether a pooling's result is one of the numbers under its window."""
    by_cell = pooling.by_cell
    return by_cell is not None and by_cell.picks is not None


_BY_CELL = tuple(mode for mode, pooling in POOLINGS.items() if pooling.by_cell)
_PICKING = tuple(mode for mode in _BY_CELL if _picks(POOLINGS[mode]))
_AGAINST_ANY: Mapping[type[Layer], str] = {
    Conv2D: "each group of channels has a product of its own",
    DepthwiseConv2D: "each group of channels has a product of its own",
    Dense: "its input is a volume, not a row of numbers",
    BatchNormalization: "its mean and variance are those of the whole batch",
    PoolingLayer: f"only {' and '.join(_BY_CELL)} pooling go cell by cell",
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
    against_blocks = _against_blocks(layer, behind, shape)
    if isinstance(behind, PoolingLayer) and not against_blocks:
        outputs = _counted(prod(behind.window_size), "output")
        reason = (
            f"with {filters} (fewer than {FEW_FILTERS}) a product is slow; a larger one gives the "
            f"{outputs} of a pooling cell at once, for "
            f"{_arithmetic(layer, behind, shape):.2f} times the arithmetic"
        )
        return Choice(0, 2, "blocked product", reason)
    against = _against_turning(layer, shape)
    if not against and geometry.kernel == (1, 1):
        reason = "its window is one pixel, so that each pixel is a patch already"
        return Choice(0, 1, "plain product", reason)
    reason = f"no blocked product, since {against_blocks}"
    if not against:
        return Choice(0, 1, "turned patches", reason)
    other = "plain product" if geometry.kernel == (1, 1) else "turned patches"
    return Choice(0, 1, "patches", f"{reason}; no {other}, since {against}")


def _against_turning(layer: Conv2D, shape: Shape) -> str:
    """Say what is against a convolution that gives the gradient by the input, if anything is."""
    geometry = layer.geometry(shape)
    if not is_turnable(geometry):
        if max(geometry.strides) > 1:
            return f"its strides are {'×'.join(map(str, geometry.strides))}, not 1"
        return "its padding is as wide as its window, or wider"
    backward, forward = layer.filters * prod(geometry.input), shape[2] * prod(geometry.output)
    copying = backward / forward
    if geometry.kernel != (1, 1) and copying > MOST_COPYING:
        return f"{copying:.2f} times as much would be copied, more than {MOST_COPYING}"
    return ""


def _against_blocks(layer: Conv2D, behind: Layer | None, shape: Shape) -> str:
    """Say why the layer behind a convolution had better not be part of its product, if so."""
    if layer.filters >= FEW_FILTERS:
        return f"{layer.filters} filters need none ({FEW_FILTERS} or more)"
    if not isinstance(behind, PoolingLayer) or not _picks(of_mode(POOLINGS, behind)):
        return f"no {' or '.join(_PICKING)} pooling takes its result alone"
    return _against_pooling(layer, behind, shape)


def _against_pooling(layer: Conv2D, behind: PoolingLayer, shape: Shape) -> str:
    """Say why a pooling can't be part of the product before it, or would make it too large."""
    # What keeps the order of numbers can wait until the largest is found.
    if layer.activation_name not in ("relu", LINEAR):
        return f"{layer.activation_name} comes before the pooling, and only relu can wait"
    if max(layer.geometry(shape).dilation_rate) > 1:
        return "its kernel is dilated"
    against = _against_side_by_side(behind, layer.output_shape(shape))
    if against:
        return f"the pooling's windows {against}"
    arithmetic = _arithmetic(layer, behind, shape)
    if arithmetic > MOST_ARITHMETIC:
        return f"it would take {arithmetic:.2f} times the arithmetic, more than {MOST_ARITHMETIC}"
    return ""


def _arithmetic(layer: Conv2D, behind: PoolingLayer, shape: Shape) -> float:
    """Return the area below a pooling cell, in kernels: how much more a blocked product does."""
    geometry = layer.geometry(shape)
    sides = zip(geometry.kernel, geometry.strides, behind.window_size, strict=True)
    return prod(((pool - 1) * stride + kernel) / kernel for kernel, stride, pool in sides)


def _against_side_by_side(layer: PoolingLayer, shape: Shape) -> str:
    """Say how windows overlap, leave gaps or reach into padding, if they do."""
    geometry = layer.geometry(shape)
    if any(geometry.pads):
        return "reach into padding"
    sides = tuple(zip(geometry.strides, geometry.kernel, strict=True))
    if any(stride < size for stride, size in sides):
        return "overlap"
    return "leave gaps" if any(stride > size for stride, size in sides) else ""


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
