"""The loss of one sample, as an equation with its outputs and targets."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import fsum, log, nan

from cnncalc.training_step.structure import StepRecord
from cnncalc.views.terminal.equations import Equation, equals, in_formula, signed
from cnncalc.views.terminal.screen import Screen

__all__ = ["loss_equation"]

Numbers = Sequence[float]
Written = tuple[str, list[str], str, float]
"""What stands before the terms, the terms, what stands after them, and what they come to."""


def loss_equation(record: StepRecord, sample: int, screen: Screen) -> Equation:
    """Return one sample's loss written out with its values.

    Arguments: the `record`; the `sample`, counted from 0; the screen.
    """
    outputs, targets = record.outputs[sample].tolist(), record.targets[sample].tolist()
    before, terms, after, found = _RULES[record.loss_function.name](
        outputs, targets, screen, record.joined != "linear"
    )
    loss = float(record.losses[sample])
    sign = equals(loss, found, screen)
    head = f"{signed(screen.number(loss))} {sign} {before}"
    label = f"loss of sample {sample}" if len(record.losses) > 1 else "loss"
    return Equation(head, terms, tail=after, label=label)


def _squared_error(outputs: Numbers, targets: Numbers, screen: Screen, joined: bool) -> Written:
    pairs = list(zip(outputs, targets, strict=True))
    terms = [f"({in_formula(screen.number(output))} − {target:g})²" for output, target in pairs]
    found = fsum((screen.shown(output) - target) ** 2 for output, target in pairs) / len(pairs)
    return "(", terms, f") / {len(pairs)}", found


def _binary(outputs: Numbers, targets: Numbers, screen: Screen, joined: bool) -> Written:
    terms, found = [], 0.0
    for output, target in zip(outputs, targets, strict=True):
        text, shown = screen.number(output), screen.shown(output)
        terms.append(f"ln({text})" if target else f"ln(1 − {in_formula(text)})")
        found -= _log(shown if target else 1 - shown)
    if len(terms) == 1:
        return f"−{terms[0]}", [], "", found
    return "−(", terms, f") / {len(terms)}", found / len(terms)


def _categorical(outputs: Numbers, targets: Numbers, screen: Screen, joined: bool) -> Written:
    own = outputs[targets.index(max(targets))]
    text, shown = in_formula(screen.number(own)), screen.shown(own)
    if joined:
        return f"−ln({text})", [], "", -_log(shown)
    total = fsum(outputs)
    whole = screen.shown(total)
    after = f"−ln({text} / {in_formula(screen.number(total))})"
    return after, [], "", -_log(shown / whole if whole else nan)


def _log(value: float) -> float:
    """Return a logarithm; none where what is shown was rounded to 0."""
    return log(value) if value > 0 else nan


_RULES: Mapping[str, Callable[[Numbers, Numbers, Screen, bool], Written]] = {
    "mean_squared_error": _squared_error,
    "binary_crossentropy": _binary,
    "categorical_crossentropy": _categorical,
}
