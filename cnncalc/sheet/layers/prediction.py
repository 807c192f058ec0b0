"""What a network's prediction draws: a row for each class, the class, and the cross-entropy."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from cnncalc.classification import Kind, classification_kind
from cnncalc.errors import OptionError
from cnncalc.layers import SOFTMAX
from cnncalc.rules.formula import choose
from cnncalc.rules.losses import IS_YES, TURNED_LOGIT, of_logits
from cnncalc.rules.spelling import template
from cnncalc.sheet import formulas
from cnncalc.sheet.blocks import (
    EACH,
    Draw,
    Finder,
    Index,
    entered,
    whole,
)
from cnncalc.sheet.formulas import NEAREST
from cnncalc.sheet.layers.drawn_weights import drawn_volumes, if_changed
from cnncalc.sheet.plan import Block, Formula, Quantity, Specification, StageScale
from cnncalc.sheet.quantities import (
    CLASS_NAMES,
    CLASS_NUMBERS,
    CROSS_ENTROPY,
    IS_LARGEST,
    LARGEST,
    LOGITS,
    OUTPUTS,
    PREDICTED,
    PREDICTED_NAME,
    TARGET,
)
from cnncalc.sheet.volumes import ONE_SLICE, Source, Volume, entered_cell, one_cell, unrolled
from cnncalc.trace.stage_names import HelperName
from cnncalc.training.metrics import class_count

__all__ = ["prediction_volumes"]

# The first of equal ones counts, as in NumPy and Keras; rounding sets none apart.
_CLASS_OF_LARGEST = "INDEX({0},MATCH(1,{1},0))"
_YES_OR_NO = f"INDEX({{0}},{template(choose(IS_YES, 2, 1), {'output': '{1}'})})"
_LARGEST_NOTE = f"Of the outputs: whichever is {NEAREST} counts as it, and the first is the class."


def prediction_volumes(
    specification: Specification, source: Source, layers: Sequence[Volume] = ()
) -> list[Volume]:
    """Return what there is to say of a network's output; nothing where it tells no classes apart.

    Arguments: the calculation; the network's output; the volumes of all its `layers`, among which
    are the weights.
    Raises OptionError for a target where the output is no probabilities.
    """
    if specification.part:
        return []  # its output is one number of many
    kind = classification_kind(specification.layers, source.shape)
    if specification.has_target and kind not in (SOFTMAX, "yes or no"):
        message = (
            "a target needs a network that ends in softmax, or in one unit with a sigmoid. "
            "Received: one that ends in neither"
        )
        raise OptionError(message)
    if kind is None:
        return []
    columns = [*_names(specification, source), *_logits(specification, kind, source)]
    loss = _LOSSES[kind](source) if specification.has_target else []
    seed = specification.drawn_from
    drawn = [] if seed is None else drawn_volumes(seed, layers)
    rows = max((volume.height for volume in drawn), default=0)
    predicted = _predicted(specification, kind, source, rows)
    return [*columns, _outputs(kind, source), *drawn, *predicted, *loss, *_largest(kind, source)]


def _names(specification: Specification, source: Source) -> list[Volume]:
    """Return the classes' numbers, and their names if they have any."""
    count = class_count(source.shape)
    numbers = _column("class", CLASS_NUMBERS, count, entered(CLASS_NUMBERS, count, 1, "label"))
    names = _column("name", CLASS_NAMES, count, entered(CLASS_NAMES, count, 1, "name"))
    return [numbers, names] if specification.has_class_names else [numbers]


def _outputs(kind: Kind, source: Source) -> Volume:
    caption = "output" if kind == "scores" else "probability"
    draw = _yes_or_no(source) if kind == "yes or no" else unrolled(OUTPUTS, source)
    column = _column(caption, OUTPUTS, class_count(source.shape), draw)
    return column if kind == "scores" else replace(column, scale=StageScale.SHARE)


def _largest(kind: Kind, source: Source) -> list[Volume]:
    """Return the largest output and which ones are it; of yes and no nothing, as 0.5 decides."""
    if kind == "yes or no":
        return []
    count = class_count(source.shape)

    def largest(_: Index, find: Finder) -> Formula:
        return formulas.apply("MAX({0})", find(OUTPUTS, (), (count, 1)))

    def is_largest(_: Index, find: Finder) -> Formula:
        return formulas.apply(formulas.IS_MAXIMUM, find(OUTPUTS, (), steps=EACH), find(LARGEST, ()))

    return [
        _column("is the largest", IS_LARGEST, count, whole(IS_LARGEST, count, 1, is_largest)),
        one_cell("largest output", LARGEST, largest, _LARGEST_NOTE),
    ]


def _predicted(
    specification: Specification, kind: Kind, source: Source, drawn_rows: int
) -> list[Volume]:
    """Return the class and its name, given how many rows tell whether weights are as drawn."""
    count = class_count(source.shape)

    def named(names: Quantity) -> Callable[[Index, Finder], Formula]:
        predicted = _of_predicted(names, kind, count)
        if not drawn_rows:
            return predicted
        return lambda index, find: if_changed(predicted(index, find), find, drawn_rows)

    number = one_cell("predicted class", PREDICTED, named(CLASS_NUMBERS), "")
    name = one_cell("its name", PREDICTED_NAME, named(CLASS_NAMES), "")
    return [number, name] if specification.has_class_names else [number]


def _of_predicted(names: Quantity, kind: Kind, count: int) -> Callable[[Index, Finder], Formula]:
    """Return the formula that looks up what belongs to the predicted class."""
    column = (count, 1)

    def formula(_: Index, find: Finder) -> Formula:
        if kind == "yes or no":
            yes = find(OUTPUTS, ()).moved(1, 0)
            return formulas.apply(_YES_OR_NO, find(names, (), column), yes)
        return formulas.apply(
            _CLASS_OF_LARGEST, find(names, (), column), find(IS_LARGEST, (), column)
        )

    return formula


def _column(caption: str, quantity: Quantity, height: int, draw: Draw) -> Volume:
    return Volume(caption, "", quantity, height, 1, ONE_SLICE, draw, "")


def _yes_or_no(source: Source) -> Draw:
    """Return the rule for the probabilities of no and of yes."""

    def draw(index: Index, find: Finder) -> tuple[Block, ...]:
        yes = find(source.quantity, ())
        return tuple(
            Block(row, 0, 1, 1, "formula", OUTPUTS, (), row, 0, formulas.apply(template, yes))
            for row, template in enumerate(("1-{0}", formulas.COPY))
        )

    return draw


def _logits(specification: Specification, kind: Kind, source: Source) -> list[Volume]:
    """Return the column of logits that the cross-entropy looks the target's up in."""
    if kind != SOFTMAX or not specification.has_target or source.logits is None:
        return []
    before = Source(source.logits, source.shape, source.captions, source.rows)
    return [_column("logit", LOGITS, source.shape[0], unrolled(LOGITS, before))]


_TARGET = entered_cell("target", TARGET, "choice", "The number of the true class: type over it.")


def _softmax_loss(source: Source) -> list[Volume]:
    count, layer = source.shape[0], (source.logits or source.quantity).layer
    steps = (HelperName.LARGEST, HelperName.TOTAL)
    largest, total = (Quantity("helper", layer, name) for name in steps)

    places = {"total": "{0}", "logit": "INDEX({1},{2}+1)", "largest": "{3}"}
    cross_entropy = template(of_logits("categorical_crossentropy"), places)

    def formula(index: Index, find: Finder) -> Formula:
        logits = find(LOGITS, (), (count, 1))
        references = (find(total, ()), logits, find(TARGET, ()), find(largest, ()))
        return formulas.apply(cross_entropy, *references)

    note = (
        "−ln of the target's probability, by the logits: ln(total) − (the target's − the largest)."
    )
    return [_TARGET, one_cell("cross-entropy", CROSS_ENTROPY, formula, note)]


def _sigmoid_loss(source: Source) -> list[Volume]:
    def turned(index: Index, find: Finder) -> Formula:
        cells = {"target": find(TARGET, ()), "logit": find(source.logits or LOGITS, ())}
        return formulas.written(TURNED_LOGIT, cells)

    def formula(index: Index, find: Finder) -> Formula:
        cells = {"turned": find(LOGITS, ())}
        return formulas.written(of_logits("binary_crossentropy"), cells)

    note = "−ln of the target's probability, by its logit: ln(1 + e^logit)."
    return [
        _TARGET,
        one_cell("logit", LOGITS, turned, "Its sign is turned where the target is 1."),
        one_cell("cross-entropy", CROSS_ENTROPY, formula, note),
    ]


_LOSSES: Mapping[Kind, Callable[[Source], list[Volume]]] = {
    SOFTMAX: _softmax_loss,
    "yes or no": _sigmoid_loss,
}
