"""Explaining one number of one layer, and what each later layer made of it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cnncalc.errors import OptionError, received, unknown_kind
from cnncalc.layers import ActivationLayer, BatchNormalization, Rescaling
from cnncalc.layers.graph import sources
from cnncalc.rules import Join, Law, Position, Wire, law_of
from cnncalc.rules.evaluation import evaluate
from cnncalc.rules.joins import REDUCTIONS, joined
from cnncalc.rules.scaling import RESCALED, normalization
from cnncalc.shapes import whole_numbers
from cnncalc.trace import LayerTrace, StageName, Trace
from cnncalc.trace.parts import input_at, part_at

__all__ = ["Explanation", "Position", "Term", "explain", "follow", "require_trace"]


@dataclass(frozen=True)
class Term:
    """One number of the layer's input that a number was made of.

    `index` is its (row, column, channel) or (unit,) there, outside the input for padding; `value`
    is NaN for padding that does not count; `weight` is None where the rule has none. `part` tells
    which of the results that the layer takes it is of, 0 but in a merge, and `at` where it stands
    in that.
    """

    index: Position
    value: float
    weight: float | None
    padding: bool
    part: int
    at: Position

    @property
    def product(self) -> float:
        """The value times its weight."""
        return self.value if self.weight is None else self.value * self.weight


@dataclass(frozen=True)
class Explanation:
    """One output number of one layer: its terms, the rule that joined them, what came after.

    `total` is worked out here from the terms; `results` names the layer's own stages and their
    values at this position ("convolution", "bias", "activation"); `parameters` are the other
    numbers of the rule by name ("scale" and "offset", or "mean", "variance", "epsilon", "gamma"
    and "beta"); `among` holds what softmax compares: all channels or units before it.
    """

    layer: LayerTrace
    at: Position
    rule: Join
    terms: tuple[Term, ...]
    total: float
    bias: float | None
    results: tuple[tuple[str, float], ...]
    parameters: tuple[tuple[str, float], ...] = ()
    among: tuple[float, ...] = ()


def explain(layer: LayerTrace, at: Position) -> Explanation:
    """Explain one number of a layer's output.

    Arguments: the layer's trace; `at`, the (row, column, channel) or (unit,) in its output, of one
    channel (row, column) as well.
    Returns its terms, the rule that joins them, their total, and what came after.
    Raises OptionError for a position outside the output.

    >>> from cnncalc.calculator import pooling_layer, pooling_network
    >>> from cnncalc.trace import record
    >>> trace = record(pooling_network((2, 2), pooling_layer("max")), [[1, 5], [3, 2]])
    >>> explanation = explain(trace.layers[0], (0, 0))
    >>> str(explanation.rule), [term.value for term in explanation.terms], explanation.total
    ('max', [1.0, 5.0, 3.0, 2.0], 5.0)
    """
    at = _checked(layer, at)
    law = _law(layer)
    terms = tuple(_term(layer, law, wire) for wire in law.sees(at))
    parameters = _parameters(law, layer, at[-1])
    bias = layer.weights.get("bias")
    return Explanation(
        layer,
        at,
        law.join,
        terms,
        _total(law, terms, dict(parameters), at),
        None if bias is None else float(bias[at[-1]]),
        _results(layer, at),
        parameters,
        tuple(layer.stages[-2].values[at[:-1]].tolist()) if law.has_softmax else (),
    )


def follow(trace: Trace, at: Position) -> tuple[Explanation, ...]:
    """Explain one number of the first layer, then what each later layer made of it.

    Arguments: the trace; `at`, the (row, column, channel) in the first layer's output, of one
    channel (row, column) as well.
    Returns one explanation a layer that takes it, or what became of it; fewer where no window
    covers the number any more.
    Raises OptionError for a position outside the output.

    >>> from cnncalc.calculator import Calculation, pooling_layer
    >>> from cnncalc.trace import record
    >>> calculation = Calculation([[2]], bias=1, pooling=pooling_layer("max"))
    >>> trace = record(calculation.network((2, 2)), [[1, 5], [3, 2]])
    >>> [explanation.total for explanation in follow(trace, (0, 0))]
    [2.0, 11.0]
    """
    require_trace(trace)
    result = {0: explain(trace.layers[0], at)}
    for place, taken in enumerate(sources(trace.network.layers)[1:], 1):
        layer = trace.layers[place]
        part = next((part for part, source in enumerate(taken) if source in result), None)
        if part is None:
            continue
        before = result[taken[part]].at
        seeing = [wire.at for wire in _law(layer).seen_by(input_at(layer, part, before))]
        if seeing:
            # Of the channels that see it, its own is the one to follow.
            same_channel = (*seeing[0][:-1], before[-1])
            one = same_channel if same_channel in seeing else seeing[0]
            result[place] = explain(layer, one)
    return tuple(result.values())


def require_trace(trace: object) -> None:
    """Raise OptionError for what is no trace."""
    if not isinstance(trace, Trace):
        message = "trace must be a Trace, as record and calculate return one. "
        raise OptionError(message + f"Received: trace={received(trace)}")


def _law(layer: LayerTrace) -> Law:
    return law_of(layer.layer, layer.input.shape)


def _checked(layer: LayerTrace, given: Position) -> Position:
    """Return a position in a layer's output, with the channel that may be left out if it has one.

    Raises OptionError for a position outside the output.
    """
    shape, at = layer.output.shape, whole_numbers(given)
    full = (*at, 0) if len(at) == len(shape) - 1 and shape[-1] == 1 else at
    inside = len(full) == len(shape) and all(0 <= i < n for i, n in zip(full, shape, strict=True))
    if not inside:
        names = ("row", "column", "channel") if len(shape) == 3 else ("unit",)
        limits = ",".join(f" {name} 0 to {n - 1}" for name, n in zip(names, shape, strict=True))
        message = (
            f"a position in the output of {layer.name} must be{limits}. "
            f"Received: {','.join(map(str, at)) or received(given)}"
        )
        raise OptionError(message)
    return full


def _term(layer: LayerTrace, law: Law, wire: Wire) -> Term:
    weight = None if wire.weight is None else float(layer.weights["kernel"][wire.weight])
    source = part_at(layer.layer, layer.taken, wire.at)
    if wire.is_padding:
        value = 0.0 if law.counts_padding else math.nan
        return Term(wire.at, value, weight, True, *source)
    return Term(wire.at, float(layer.input[wire.at]), weight, False, *source)


def _parameters(law: Law, trace: LayerTrace, channel: int) -> tuple[tuple[str, float], ...]:
    """Return the numbers of a layer's rule besides its terms and a kernel, by name."""
    layer = trace.layer
    match layer:
        case Rescaling():
            pair = (("scale", layer.scale), ("offset", layer.offset))
            return tuple((name, _of_channel(value, channel)) for name, value in pair)
        case BatchNormalization():
            weights = {
                name.removeprefix("moving_"): float(array[channel])
                for name, array in trace.weights.items()
            }
            return (*weights.items(), ("epsilon", layer.epsilon))
    if law.join not in _WITHOUT_PARAMETERS:
        raise TypeError(
            unknown_kind(
                f"the numbers that {law.join} goes by must be told in explanation/explaining.py",
                layer,
            )
        )
    return ()


# How a layer joins its terms by themselves, or by a kernel that these have.
_WITHOUT_PARAMETERS = (
    *REDUCTIONS,
    *(Join.PRODUCTS, Join.SUM, Join.DIFFERENCE, Join.SOFTMAX, Join.EACH, Join.SAME),
)


def _of_channel(value: float | Sequence[float], channel: int) -> float:
    numbers = np.atleast_1d(value)
    return float(numbers[channel if len(numbers) > 1 else 0])


def _results(layer: LayerTrace, at: Position) -> tuple[tuple[str, float], ...]:
    """Return the value of each of the layer's own stages; its input is none of them."""
    is_softmax = isinstance(layer.layer, ActivationLayer)
    inputs = [StageName.PADDED_INPUT] + [StageName.LOGITS] * is_softmax
    stages = [stage for stage in layer.stages if stage.name not in inputs]
    return tuple((stage.name, float(stage.values[at])) for stage in stages)


def _total(law: Law, terms: Sequence[Term], parameters: dict[str, float], at: Position) -> float:
    numbers = [term.product for term in terms if not math.isnan(term.value)]
    match law.join:
        case Join.RESCALE:
            return float(evaluate(RESCALED, {"x": numbers[0]} | parameters))
        case Join.NORMALIZE:
            rule = normalization(scale="gamma" in parameters, center="beta" in parameters)
            return float(evaluate(rule, {"x": numbers[0]} | parameters))
        case _:
            return joined(law.join, numbers, at[-1])
