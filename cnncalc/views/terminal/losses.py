"""A batch's outputs against what they should be, and the loss that this makes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import fsum

from rich.text import Text

from cnncalc.layers import LINEAR
from cnncalc.rules.evaluation import evaluate
from cnncalc.rules.formula import Call, Conditional, Expression, Name, choose, put
from cnncalc.rules.functions import negated
from cnncalc.rules.losses import loss_rule
from cnncalc.training.metrics import predicted_classes
from cnncalc.training_step.structure import StepRecord
from cnncalc.views.terminal.blocks import body_screen, indented
from cnncalc.views.terminal.classes import name_of_class
from cnncalc.views.terminal.equations import (
    Equation,
    Expressed,
    draw_equation,
    equals,
    expressed,
    in_formula,
    signed,
)
from cnncalc.views.terminal.screen import FAINT, Screen
from cnncalc.views.terminal.tables import draw_aligned

__all__ = ["draw_losses", "loss_equation"]

# Of more units than these, outputs and targets are not set one above the other.
MOST_UNITS = 10
MOST_SAMPLES = 20
MOST_TERMS = 12


def loss_equation(record: StepRecord, sample: int, screen: Screen) -> Equation:
    """Return one sample's loss written out with its values.

    Arguments: the `record`; the `sample`, counted from 0; the screen.
    """
    outputs, targets = record.outputs[sample].tolist(), record.targets[sample].tolist()
    rule = loss_rule(record.loss_function.name)
    if rule.is_mean:
        before, terms, after, found = _mean_of_units(rule.unit, outputs, targets, screen)
    else:
        joined = record.joined != LINEAR
        (before, found), terms, after = (
            _true_class(rule.unit, outputs, targets, screen, joined),
            [],
            "",
        )
    loss = float(record.losses[sample])
    sign = equals(loss, found, screen)
    head = f"{signed(screen.number(loss))} {sign} {before}"
    label = f"loss of sample {sample}" if len(record.losses) > 1 else "loss"
    return Equation(head, terms, tail=after, label=label)


def _mean_of_units(
    unit: Expression, outputs: Sequence[float], targets: Sequence[float], screen: Screen
) -> tuple[str, list[str], str, float]:
    """Return what stands before the units' losses, these, what stands behind, and the mean."""
    minus, count = "", len(outputs)
    match unit:
        case Call(function, (inner,)) if function is negated:
            minus, unit = "−", inner  # it stands before them all
    terms = []
    for output, target in zip(outputs, targets, strict=True):
        expression = _of_target(unit, target)
        terms.append(
            expressed(expression, {"output": output}, screen, constants={"target": target})
        )
    texts = [term.text for term in terms]
    found = fsum(term.value for term in terms) / count * (-1 if minus else 1)
    if minus and count == 1:
        return minus + texts[0], [], "", found
    return f"{minus}(", texts, f") / {count}", found


def _of_target(unit: Expression, target: float) -> Expression:
    """Return the loss of one unit, without what is for another target."""
    match unit:
        case Conditional(condition, then, otherwise):
            is_true = evaluate(choose(condition, 1, 0), {"target": target})
            return then if is_true else otherwise
    return unit


def _true_class(
    unit: Expression,
    outputs: Sequence[float],
    targets: Sequence[float],
    screen: Screen,
    joined: bool,
) -> Expressed:
    """Return the loss of the true class's share: of all outputs where they may add up to others."""
    values = {"output": outputs[targets.index(max(targets))], "sum": fsum(outputs)}
    if joined:
        return expressed(unit, {"output": values["output"]}, screen)
    share = put(unit, {"output": Name("output") / Name("sum")})
    return expressed(share, values, screen)


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
    yield from screen.sentences(loss_rule(name).sentence, FAINT)
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
    names = [name_of_class(unit, class_names) for unit in range(units)] if units > 1 else ["output"]
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
            name_of_class(int(record.labels[sample]), class_names),
            untrained or name_of_class(int(taken[sample]), class_names),
            screen.number(float(record.losses[sample])),
        ]
        for sample in range(shown)
    ]
    yield from draw_aligned(["sample", "class", "taken for", "loss"], rows, screen)
    if shown < count:
        yield from screen.sentences(f"… and {count - shown} more; --full shows them all.", FAINT)


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
