"""From one number back to those that it came from, layer by layer, over all branches."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from cnncalc.explanation.explaining import Explanation, Term, explain, require_trace
from cnncalc.layers.graph import IMAGE_PLACE, sources
from cnncalc.rules import Join, Position
from cnncalc.trace import LayerTrace, Trace

__all__ = ["DerivationStep", "contributors", "derive"]


@dataclass(frozen=True)
class DerivationStep:
    """An explanation on the way back from the number asked about.

    `level` is how many layers it lies before that; `term` is the term that its number is of the
    number that it led to, None for the number asked about.
    """

    level: int
    explanation: Explanation
    term: Term | None = None


def derive(
    trace: Trace, layer_name: str, at: Position, depth: int = 1, most: int | None = 3
) -> Iterator[DerivationStep]:
    """Explain one number of a layer, then the numbers that it came from, and so on.

    Arguments: the trace; the layer's name; `at`, the (row, column, channel) or (unit,) in its
    output; `depth`, how many layers back, of which those that only hand numbers on (Flatten,
    Dropout, Concatenate) don't count; `most`, how many terms of each number are followed, those
    that contribute most first, None for all.
    Yields each number before those it came from.
    Raises OptionError for an unknown layer or a position outside its output.

    >>> from cnncalc.calculator import pooling_network, pooling_layer
    >>> from cnncalc.trace import record
    >>> trace = record(pooling_network((2, 2, 1), pooling_layer("max")), [[1, 5], [3, 2]])
    >>> [step.explanation.total for step in derive(trace, "max_pooling2d", (0, 0))]
    [5.0]
    """
    require_trace(trace)
    place = trace.place(layer_name)
    first = DerivationStep(0, explain(trace.layer(layer_name), at))
    return _derive(_Way(trace, sources(trace.network.layers), most), place, first, depth)


class _Way(NamedTuple):
    """A trace to walk back, what its layers take, and how many terms are followed at most."""

    trace: Trace
    taken: Sequence[Sequence[int]]
    most: int | None

    def layer(self, place: int) -> LayerTrace:
        """Return the trace of the layer at a place of the network, which may not be kept whole."""
        return self.trace.layer(self.trace.network.layers[place].name)


def _derive(way: _Way, place: int, step: DerivationStep, depth: int) -> Iterator[DerivationStep]:
    yield step
    left = depth if step.explanation.rule is Join.SAME else depth - 1
    if not left:
        return
    for term in contributors(step.explanation)[: way.most]:
        source = way.taken[place][term.part]
        if source != IMAGE_PLACE:
            explanation = explain(way.layer(source), term.at)
            yield from _derive(way, source, DerivationStep(step.level + 1, explanation, term), left)


def contributors(explanation: Explanation) -> list[Term]:
    """Return the terms that made a number, those that contribute most first.

    Padding and terms that add nothing are left out; of a maximum only the winner is left. All of a
    product are left, in order: none adds anything by itself.
    """
    inside = [term for term in explanation.terms if not term.padding]
    if explanation.rule.picks_one:
        return [term for term in inside if term.product == explanation.total][:1]
    if explanation.rule is Join.SOFTMAX:
        logit = explanation.terms[explanation.at[-1]]
        others = [term for term in inside if term is not logit]
        return [logit, *sorted(others, key=lambda term: -term.value)]
    if len(explanation.terms) == 1 or explanation.rule is Join.PRODUCT:
        return inside
    adding = [term for term in inside if term.product and not math.isnan(term.value)]
    return sorted(adding, key=lambda term: -abs(term.product))
