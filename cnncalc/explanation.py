"""Where one number came from: the cells under its window, what was done with them, in what order.

Every term carries the position that it has in the layer's input, so that a number can be
followed back to its pixels, layer by layer.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from cnncalc import layers as specifications
from cnncalc.errors import OptionError
from cnncalc.network import Array
from cnncalc.trace import LayerTrace, Trace

__all__ = ["Explanation", "Position", "Term", "explain", "follow"]

Position = tuple[int, ...]
Rule = Literal["products", "max", "average", "l2", "sum", "each"]


@dataclass(frozen=True)
class Term:
    """One cell of the layer's input that a number was made of.

    `index` is its (row, column, channel) there, outside the input for padding; `value` is NaN
    for padding that does not count; `weight` is None where the rule has none.
    """

    index: Position
    value: float
    weight: float | None
    padding: bool

    @property
    def product(self) -> float:
        """The value times its weight."""
        return self.value if self.weight is None else self.value * self.weight


@dataclass(frozen=True)
class Explanation:
    """One output number of one layer: its terms, the rule that joined them, what came after.

    `total` is worked out here from the terms; `results` names the layer's own stages and their
    values at this position ("convolution", "bias", "activation").
    """

    layer: LayerTrace
    at: Position
    rule: Rule
    terms: tuple[Term, ...]
    total: float
    bias: float | None
    results: tuple[tuple[str, float], ...]


def explain(layer: LayerTrace, at: Position) -> Explanation:
    """Explain one number of a layer's output.

    Arguments: the layer's trace; `at`, the (row, column, channel) in its output.
    Raises OptionError for a position outside the output.
    """
    at = _checked(layer, at)
    rule, terms, bias = _terms(layer, at)
    stages = [stage for stage in layer.stages if stage.name != "padded input"]
    results = tuple((stage.name, float(stage.values[at])) for stage in stages)
    return Explanation(layer, at, rule, terms, _join(rule, terms), bias, results)


def follow(trace: Trace, at: Position) -> tuple[Explanation, ...]:
    """Explain one number of the first layer, then what each later layer made of it.

    Arguments: the trace; `at`, the (row, column, channel) in the first layer's output.
    Returns one explanation a layer; fewer where no window covers the number any more.
    Raises OptionError for a position outside the output.
    """
    result = [explain(trace.layers[0], at)]
    for layer in trace.layers[1:]:
        covering = _covering(layer, result[-1].at)
        if covering is None:
            break
        result.append(explain(layer, covering))
    return tuple(result)


def _checked(layer: LayerTrace, at: Position) -> Position:
    shape = layer.output.shape
    full = (*at, 0) if len(at) == len(shape) - 1 and shape[-1] == 1 else at
    inside = len(full) == len(shape) and all(0 <= i < n for i, n in zip(full, shape, strict=True))
    if not inside:
        limits = ", ".join(f"0 to {n - 1}" for n in shape)
        message = (
            f"a position in the output of {layer.name} must have {len(shape)} numbers, {limits}. "
            f"Received: {','.join(map(str, at))}"
        )
        raise OptionError(message)
    return full


def _covering(layer: LayerTrace, at: Position) -> Position | None:
    """Return the first output position of a layer whose window covers an input position."""
    if isinstance(layer.layer, specifications.Combine):
        return (*at[:2], 0)
    if layer.geometry is None:
        return at
    place = []
    axes = (layer.geometry.vertical, layer.geometry.horizontal)
    for axis, index in zip(axes, at[:2], strict=True):
        padded = index + axis.before
        first = next((i for i in range(axis.output) if padded in axis.covered_by(i)), None)
        if first is None:
            return None
        place.append(first)
    return (*place, at[2])


def _terms(layer: LayerTrace, at: Position) -> tuple[Rule, tuple[Term, ...], float | None]:
    specification = layer.layer
    if isinstance(specification, specifications.ConvolutionLayer):
        bias = float(layer.weights["bias"][at[2]]) if specification.use_bias else None
        return "products", tuple(_products(layer, at)), bias
    if isinstance(specification, specifications.PoolingLayer):
        cells = _cells(layer, at)
        terms = tuple(_term(layer, (row, column, at[2])) for _, _, row, column in cells)
        return _POOLING_RULES[type(specification)], terms, None
    if isinstance(specification, specifications.Combine):
        channels = range(layer.input.shape[2])
        terms = tuple(_term(layer, (at[0], at[1], channel)) for channel in channels)
        return specification.mode, terms, None
    return "each", (_term(layer, at),), None


_POOLING_RULES: dict[type, Rule] = {
    specifications.MaxPooling2D: "max",
    specifications.AveragePooling2D: "average",
    specifications.L2Pooling2D: "l2",
}


def _products(layer: LayerTrace, at: Position) -> Iterator[Term]:
    """Yield one term a kernel cell, channel by channel, in row-major order."""
    kernel, output_channel = layer.weights["kernel"], at[2]
    for channel, weights in _filter(layer, kernel, output_channel):
        for i, j, row, column in _cells(layer, at):
            yield _term(layer, (row, column, channel), float(weights[i, j]))


def _filter(layer: LayerTrace, kernel: Array, output_channel: int) -> list[tuple[int, Array]]:
    """Return the input channels that a filter sees, each with its slice of the kernel."""
    depth = kernel.shape[2]
    if isinstance(layer.layer, specifications.DepthwiseConv2D):
        channel, copy = divmod(output_channel, kernel.shape[3])
        return [(channel, kernel[:, :, channel, copy])]
    filters_a_group = kernel.shape[3] // getattr(layer.layer, "groups", 1)
    first = output_channel // filters_a_group * depth
    return [(first + k, kernel[:, :, k, output_channel]) for k in range(depth)]


def _cells(layer: LayerTrace, at: Position) -> list[tuple[int, int, int, int]]:
    """Return (kernel row, kernel column, input row, input column) of each cell under a window."""
    if layer.geometry is None:
        return []
    down, across = layer.geometry.vertical, layer.geometry.horizontal
    rows = enumerate(index - down.before for index in down.covered_by(at[0]))
    columns = list(enumerate(index - across.before for index in across.covered_by(at[1])))
    return [(i, j, row, column) for i, row in rows for j, column in columns]


def _term(layer: LayerTrace, index: Position, weight: float | None = None) -> Term:
    shape = layer.input.shape
    if all(0 <= i < n for i, n in zip(index, shape, strict=True)):
        return Term(index, float(layer.input[index]), weight, padding=False)
    counts = layer.stages[0].name != "padded input" or not _is_empty(layer)
    return Term(index, 0.0 if counts else math.nan, weight, padding=True)


def _is_empty(layer: LayerTrace) -> bool:
    return bool(
        math.isnan(layer.stages[0].values[0, 0, 0]) or math.isnan(layer.stages[0].values[-1, -1, 0])
    )


def _join(rule: Rule, terms: tuple[Term, ...]) -> float:
    numbers = [term.product for term in terms if not math.isnan(term.value)]
    if rule == "max":
        return max(numbers)
    if rule == "average":
        return math.fsum(numbers) / len(numbers)
    if rule == "l2":
        return math.sqrt(math.fsum(number * number for number in numbers))
    return math.fsum(numbers)
