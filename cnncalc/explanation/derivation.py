"""A number's way back: its explanation, then those of the numbers that it came from."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from cnncalc.explanation.explaining import Explanation, Position, Term, explain
from cnncalc.rules import Join
from cnncalc.trace import Trace

__all__ = ["Step", "contributors", "derive"]


@dataclass(frozen=True)
class Step:
    """An explanation on the way back from the number asked about.

    `level` is how many layers it lies before that; `term` is the term that its number is of the
    number that it led to, None for the number asked about.
    """

    level: int
    explanation: Explanation
    term: Term | None = None


def derive(
    trace: Trace, layer_name: str, at: Position, depth: int = 1, most: int | None = 3
) -> Iterator[Step]:
    """Explain one number of a layer, then the numbers that it came from, and so on.

    Arguments: the trace; the layer's name; `at`, the (row, column, channel) or (unit,) in its
    output; `depth`, how many layers back, of which those that only hand numbers on (Flatten,
    Dropout) don't count; `most`, how many terms of each number are followed, those that
    contribute most first, None for all.
    Yields each number before those it came from.
    Raises OptionError for an unknown layer or a position outside its output.

    >>> from cnncalc.calculator import pooling_network, pooling_layer
    >>> from cnncalc.trace import record
    >>> trace = record(pooling_network((2, 2, 1), pooling_layer("max")), [[1, 5], [3, 2]])
    >>> [step.explanation.total for step in derive(trace, "max_pooling2d", (0, 0))]
    [5.0]
    """
    place = trace.place(layer_name)
    first = Step(0, explain(trace.layers[place], at))
    return _derive(trace, place, first, depth, most)


def _derive(trace: Trace, place: int, step: Step, depth: int, most: int | None) -> Iterator[Step]:
    yield step
    left = depth if step.explanation.rule is Join.SAME else depth - 1
    if left and place:
        for term in contributors(step.explanation)[:most]:
            explanation = explain(trace.layers[place - 1], term.index)
            yield from _derive(
                trace, place - 1, Step(step.level + 1, explanation, term), left, most
            )


def contributors(explanation: Explanation) -> list[Term]:
    """Return the terms that made a number, those that contribute most first.

    Padding and terms that add nothing are left out; of a maximum only the winner is left.
    """
    inside = [term for term in explanation.terms if not term.padding]
    if explanation.rule is Join.MAX:
        return [term for term in inside if term.product == explanation.total][:1]
    if explanation.rule is Join.SOFTMAX:
        own = explanation.terms[explanation.at[-1]]
        return [own, *sorted((t for t in inside if t is not own), key=lambda t: -t.value)]
    if len(explanation.terms) == 1:
        return inside
    adding = [term for term in inside if term.product and not math.isnan(term.value)]
    return sorted(adding, key=lambda term: -abs(term.product))
