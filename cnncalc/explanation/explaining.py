"""Explaining one number of one layer, and what each later layer made of it."""

from __future__ import annotations

import math

from cnncalc import layers as specifications
from cnncalc.errors import OptionError
from cnncalc.explanation.structure import Explanation, Position
from cnncalc.explanation.terms import Joint, joint_of
from cnncalc.trace import LayerTrace, Trace

__all__ = ["explain", "follow"]


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
    >>> explanation.rule, [term.value for term in explanation.terms], explanation.total
    ('max', [1.0, 5.0, 3.0, 2.0], 5.0)
    """
    at = _checked(layer, at)
    joint = joint_of(layer.layer, layer, at)
    return Explanation(
        layer,
        at,
        joint.rule,
        joint.terms,
        _join(joint, at),
        joint.bias,
        _results(layer, at),
        joint.parameters,
        _among(layer, at),
    )


def follow(trace: Trace, at: Position) -> tuple[Explanation, ...]:
    """Explain one number of the first layer, then what each later layer made of it.

    Arguments: the trace; `at`, the (row, column, channel) in the first layer's output, of one
    channel (row, column) as well.
    Returns one explanation a layer; fewer where no window covers the number any more.
    Raises OptionError for a position outside the output.

    >>> from cnncalc.calculator import Calculation, pooling_layer
    >>> from cnncalc.trace import record
    >>> calculation = Calculation([[2]], bias=1, pooling=pooling_layer("max"))
    >>> trace = record(calculation.network((2, 2)), [[1, 5], [3, 2]])
    >>> [explanation.total for explanation in follow(trace, (0, 0))]
    [2.0, 11.0]
    """
    result = [explain(trace.layers[0], at)]
    for layer in trace.layers[1:]:
        covering = _covering(layer, result[-1].at)
        if covering is None:
            break
        result.append(explain(layer, covering))
    return tuple(result)


def _checked(layer: LayerTrace, at: Position) -> Position:
    """Return a position in a layer's output, with the channel that may be left out if it has one.

    Raises OptionError for a position outside the output.
    """
    shape = layer.output.shape
    full = (*at, 0) if len(at) == len(shape) - 1 and shape[-1] == 1 else at
    inside = len(full) == len(shape) and all(0 <= i < n for i, n in zip(full, shape, strict=True))
    if not inside:
        names = ("row", "column", "channel") if len(shape) == 3 else ("unit",)
        limits = ",".join(f" {name} 0 to {n - 1}" for name, n in zip(names, shape, strict=True))
        message = (
            f"a position in the output of {layer.name} must be{limits}. "
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


def _results(layer: LayerTrace, at: Position) -> tuple[tuple[str, float], ...]:
    """Return the value of each of the layer's own stages; its input is none of them."""
    is_softmax = isinstance(layer.layer, specifications.ActivationLayer)
    inputs = ("padded input", "logits") if is_softmax else ("padded input",)
    stages = [stage for stage in layer.stages if stage.name not in inputs]
    return tuple((stage.name, float(stage.values[at])) for stage in stages)


def _among(layer: LayerTrace, at: Position) -> tuple[float, ...]:
    """Return what a layer's softmax compares at a position."""
    is_softmax = getattr(layer.layer, "activation", "") == "softmax"
    if not is_softmax or isinstance(layer.layer, specifications.ActivationLayer):
        return ()
    return tuple(layer.stages[-2].values[at[:-1]].tolist())


def _join(joint: Joint, at: Position) -> float:
    numbers = [term.product for term in joint.terms if not math.isnan(term.value)]
    match joint.rule:
        case "max":
            return max(numbers)
        case "average":
            return math.fsum(numbers) / len(numbers)
        case "l2":
            return math.sqrt(math.fsum(number * number for number in numbers))
        case "softmax":
            exponentials = [math.exp(number - max(numbers)) for number in numbers]
            return exponentials[at[-1]] / math.fsum(exponentials)
        case "rescale" | "normalize":
            return _scaled(numbers[0], dict(joint.parameters))
    return math.fsum(numbers)


def _scaled(value: float, parameters: dict[str, float]) -> float:
    if "scale" in parameters:
        return value * parameters["scale"] + parameters["offset"]
    deviation = math.sqrt(parameters["variance"] + parameters["epsilon"])
    scaled = (value - parameters["mean"]) / deviation * parameters.get("gamma", 1.0)
    return scaled + parameters.get("beta", 0.0)
