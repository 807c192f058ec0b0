"""A batch's outputs against what they should be, and the loss that this makes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from math import fsum, log, nan

from rich.text import Text

from cnncalc.training.metrics import predicted_classes
from cnncalc.training_step.structure import StepRecord
from cnncalc.views.terminal.blocks import body_screen, indented
from cnncalc.views.terminal.equations import Equation, draw_equation, equals, in_formula, signed
from cnncalc.views.terminal.screen import FAINT, Screen
from cnncalc.views.terminal.tables import draw_aligned

__all__ = ["draw_losses", "loss_equation"]

Numbers = Sequence[float]

Written = tuple[str, list[str], str, float]

"""What stands before the terms, the terms, what stands after them, and what they come to."""


def loss_equation(record: StepRecord, sample: int, screen: Screen) -> Equation:
    """Return one sample's loss written out with its values.

    Arguments: the `record`; the `sample`, counted from 0; the screen.
    """
    outputs, targets = record.outputs[sample].tolist(), record.targets[sample].tolist()
    before, terms, after, found = _EQUATIONS[record.loss_function.name](
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


_EQUATIONS: Mapping[str, Callable[[Numbers, Numbers, Screen, bool], Written]] = {
    "mean_squared_error": _squared_error,
    "binary_crossentropy": _binary,
    "categorical_crossentropy": _categorical,
}


# Of more units than these, outputs and targets are not set one above the other.
MOST_UNITS = 10

MOST_SAMPLES = 20

MOST_TERMS = 12

_RULES = {
    "categorical_crossentropy": "−ln(output of the true class)",
    "binary_crossentropy": "−ln(output) where the target is 1, −ln(1 − output) where it is 0; the "
    "mean over the units",
    "mean_squared_error": "(output − target)², the mean over the units",
}


def draw_losses(
    record: StepRecord,
    samples: int,
    class_names: Sequence[str],
    screen: Screen,
    untrained: str = "",
) -> Iterator[Text]:
    """Draw each sample's output against its target, its loss, and the mean.

    Arguments: the `record`; how many `samples` have outputs and targets set against each other;
    what the classes are called, in their order; what stands for the class that a sample is taken
    for where the weights are `untrained`.
    """
    name = record.loss_function.name
    yield screen.line(f"Loss · {name}", "bold")
    yield from screen.sentences(_RULES[name], FAINT)
    yield screen.line()
    inner = body_screen(screen)
    yield from indented(_draw_body(record, samples, class_names, inner, untrained), screen)
    yield screen.line()


def _draw_body(
    record: StepRecord,
    samples: int,
    class_names: Sequence[str],
    screen: Screen,
    untrained: str,
) -> Iterator[Text]:
    if record.targets.shape[1] <= MOST_UNITS:
        for sample in range(samples):
            yield from _against_target(record, sample, class_names, screen)
            yield screen.line()
    yield from _table(record, class_names, screen, untrained)
    yield screen.line()
    yield from draw_equation(loss_equation(record, 0, screen), screen)
    if len(record.losses) > 1 or record.penalty:
        yield from draw_equation(_mean_equation(record, screen), screen)


def _against_target(
    record: StepRecord, sample: int, class_names: Sequence[str], screen: Screen
) -> Iterator[Text]:
    units = record.targets.shape[1]
    names = [_name(unit, class_names) for unit in range(units)] if units > 1 else ["output"]
    rows = [
        [what, *(screen.number(float(value)) for value in values[sample])]
        for what, values in (("output", record.outputs), ("target", record.targets))
    ]
    heading = f"sample {sample}" if len(record.labels) > 1 else ""
    yield from draw_aligned([heading, *names], rows, screen)


def _table(
    record: StepRecord, class_names: Sequence[str], screen: Screen, untrained: str
) -> Iterator[Text]:
    count = len(record.labels)
    shown = count if screen.display.full else min(count, MOST_SAMPLES)
    taken = predicted_classes(record.outputs, near=True)
    rows = [
        [
            str(sample),
            _name(int(record.labels[sample]), class_names),
            untrained or _name(int(taken[sample]), class_names),
            screen.number(float(record.losses[sample])),
        ]
        for sample in range(shown)
    ]
    yield from draw_aligned(["sample", "class", "taken for", "loss"], rows, screen)
    if shown < count:
        yield from screen.sentences(f"… and {count - shown} more; --full shows them all.", FAINT)


def _name(index: int, class_names: Sequence[str]) -> str:
    return class_names[index] if index < len(class_names) else f"class {index}"


def _mean_equation(record: StepRecord, screen: Screen) -> Equation:
    """Return the batch's loss as the mean of its samples', with the penalty of regularizers."""
    count = len(record.losses)
    values = [float(value) for value in record.losses]
    terms = [in_formula(screen.number(value)) for value in values[:MOST_TERMS]]
    if count > MOST_TERMS:
        terms.append(f"… {count - MOST_TERMS} more …")
    penalty, tail = record.penalty, f") / {count}"
    if penalty:
        tail += f" + {screen.number(penalty)} from the regularizers"
    found = sum(map(screen.shown, values)) / count + screen.shown(penalty)
    sign = equals(record.loss, found, screen)
    return Equation(f"{screen.number(record.loss)} {sign} (", terms, tail=tail, label="mean loss")
