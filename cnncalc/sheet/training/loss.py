"""What the loss of one sample draws: its label, the target, the loss, and where backward begins.

A loss that belongs to the softmax or sigmoid before it is worked out from the logits, so that no
logarithm of 0 is ever taken, and its gradient is that by the logits.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from cnncalc.errors import OptionError, ShapeError
from cnncalc.layers import ConvolutionLayer, Dense, Layer, Softmax
from cnncalc.layers.base import size_text
from cnncalc.sheet import formulas
from cnncalc.sheet.nearness import LEAST, NEAREST, above
from cnncalc.sheet.plan import Block, Formula, Quantity
from cnncalc.sheet.volumes import EACH, ONE_SLICE, Finder, Index, Source, Volume, each_number, whole
from cnncalc.training.losses import LOSSES

__all__ = [
    "IS_LARGEST",
    "LABEL",
    "LARGEST",
    "PREDICTED",
    "RIGHT",
    "SAMPLE_LOSS",
    "TARGET",
    "TURNED_LOGITS",
    "UNIT_LOSSES",
    "LossPass",
    "is_joined",
    "loss_pass",
]

# Of each sample: the number of its class, which the user enters, and what follows from it.
LABEL = Quantity("input", "", "label")
TARGET = Quantity("prediction", "", "target")
TURNED_LOGITS = Quantity("prediction", "", "turned logits")
UNIT_LOSSES = Quantity("prediction", "", "losses of units")
SAMPLE_LOSS = Quantity("prediction", "", "loss")
LARGEST = Quantity("prediction", "", "largest output")
IS_LARGEST = Quantity("prediction", "", "is largest")
PREDICTED = Quantity("prediction", "", "class")
RIGHT = Quantity("prediction", "", "right")

_GRADIENT_NOTE = {
    "categorical_crossentropy": "(probability − target) / samples",
    "binary_crossentropy": "(probability − target) / (units × samples)",
    "mean_squared_error": "2 × (output − target) / (units × samples)",
}


@dataclass(frozen=True)
class LossPass:
    """What a loss draws of one sample, and the gradient that the backward pass begins with.

    `by` says what the gradient is by: the last layer's "output", its "pre-activation", or its
    "input" where the layer is the activation itself.
    """

    volumes: tuple[Volume, ...]
    gradient: Volume
    by: str


def is_joined(layers: tuple[Layer, ...], loss: str) -> bool:
    """Tell whether a loss is worked out together with the network's last activation.

    >>> is_joined((Dense(2, activation="softmax"),), "categorical_crossentropy")
    True
    """
    last = layers[-1]
    activation = "softmax" if isinstance(last, Softmax) else getattr(last, "activation", "linear")
    return activation == LOSSES[loss].activation


def loss_pass(layers: tuple[Layer, ...], loss: str, source: Source, samples: int) -> LossPass:
    """Return what the loss of one sample draws.

    Arguments: the network's `layers`; the `loss` by its Keras name; the `source` that the last
    layer puts out; how many `samples` the batch has.
    Raises ShapeError for an output that is no row of numbers, OptionError for a cross-entropy
    without the activation that it belongs to.
    """
    _require_row(source)
    joined = is_joined(layers, loss)
    if LOSSES[loss].activation and not joined:
        message = (
            f"a workbook works {loss} out from logits: the network must end in "
            f"{LOSSES[loss].activation}. Received: one that does not"
        )
        raise OptionError(message)
    by = _begins(layers[-1]) if joined else "output"
    quantity = Quantity("gradient", layers[-1].name, by)
    volumes = (_target(source), *_losses(loss, source), *_prediction(source))
    return LossPass(volumes, _gradient(loss, quantity, source, samples), by)


def _require_row(source: Source) -> None:
    if not source.is_vector or min(source.size) > 1:
        message = (
            "a training's workbook needs a network that ends in a row of numbers, such as that of "
            f"Dense. Received: an output of {size_text((*source.size, *source.shape[2:]))}"
        )
        raise ShapeError(message)


def _begins(last: Layer) -> str:
    return "pre-activation" if isinstance(last, ConvolutionLayer | Dense) else "input"


def _target(source: Source) -> Volume:
    """Return what the network should put out: 1 for the label's class, 0 for the others."""
    count = source.shape[0]

    def draw(index: Index, find: Finder) -> tuple[Block, ...]:
        label = find(LABEL, ())
        return tuple(
            Block(
                *(*place, 1, 1, "formula", TARGET, (), *place),
                formula=formulas.apply(
                    formulas.COPY if count == 1 else f"IF({{0}}={unit},1,0)", label
                ),
            )
            for unit in range(count)
            for place in [divmod(unit, source.size[1])]
        )

    note = "1 for the class of the label, 0 for the others." if count > 1 else "The label itself."
    return Volume("Target", "", TARGET, *source.size, ONE_SLICE, draw, (note,))


def _losses(loss: str, source: Source) -> list[Volume]:
    if loss == "categorical_crossentropy":
        return [_cell("Loss", SAMPLE_LOSS, _cross_entropy(source), _CROSS_ENTROPY_NOTE)]

    def mean(index: Index, find: Finder) -> Formula:
        return formulas.apply("AVERAGE({0})", find(UNIT_LOSSES, (), source.size))

    units = _squares(source) if loss == "mean_squared_error" else _entropies(source)
    return [*units, _cell("Loss", SAMPLE_LOSS, mean, "The mean of the losses of the units.")]


def _squares(source: Source) -> list[Volume]:
    template = "({0}-{1})*({0}-{1})"
    read, note = (source.quantity, TARGET), "(output − target)² of each output."
    return [_each("Losses", UNIT_LOSSES, source, (template, *read), note)]


def _entropies(source: Source) -> list[Volume]:
    """Return −ln of each unit's probability of being right, by its logit."""
    template = "IF({1}=1,-{0},{0})"
    read, note = (source.logits or source.quantity, TARGET), "Its sign is turned where it is right."
    softplus = formulas.ACTIVATIONS["softplus"]
    return [
        _each("Logits against the target", TURNED_LOGITS, source, (template, *read), note),
        _each("Losses", UNIT_LOSSES, source, (softplus, TURNED_LOGITS), "ln(1 + e^z) of each z."),
    ]


def _each(
    group: str, result: Quantity, source: Source, rule: tuple[str, *tuple[Quantity, ...]], note: str
) -> Volume:
    """Return what a rule, a template and what it reads, makes of each unit."""
    template, *read = rule

    def formula(index: Index, find: Finder) -> Formula:
        return formulas.apply(template, *(find(each, (), steps=EACH) for each in read))

    return each_number(group, result, source, formula, note)


_CROSS_ENTROPY_NOTE = "ln(total of the exponentials) − (the target's logit − the largest)."


def _cross_entropy(source: Source) -> Callable[[Index, Finder], Formula]:
    layer = source.quantity.layer
    largest, total = (Quantity("helper", layer, name) for name in ("largest", "total"))

    def formula(index: Index, find: Finder) -> Formula:
        wanted = find(TARGET, (), source.size)
        logits = find(source.logits or source.quantity, (), source.size)
        cells = (find(total, ()), wanted, logits, find(largest, ()))
        return formulas.apply("LN({0})-(SUMPRODUCT({1},{2})-{3})", *cells)

    return formula


def _prediction(source: Source) -> list[Volume]:
    """Return the predicted class, and whether it is that of the label."""
    is_one = source.shape[0] == 1

    def predicted(index: Index, find: Finder) -> Formula:
        if is_one:
            return formulas.apply(f"IF({{0}}{above(0.5)},1,0)", find(source.quantity, ()))
        return formulas.apply("MATCH(1,{0},0)-1", find(IS_LARGEST, (), source.size))

    def right(index: Index, find: Finder) -> Formula:
        return formulas.apply("IF({0}={1},1,0)", find(PREDICTED, ()), find(LABEL, ()))

    largest = [] if is_one else _largest(source)
    note = "1 where the output is more than 0.5." if is_one else "The first class of them."
    return [
        *largest,
        _cell("Predicted class", PREDICTED, predicted, note),
        _cell("Right", RIGHT, right, "1 where that is the label."),
    ]


def _largest(source: Source) -> list[Volume]:
    """Return the largest output, and which outputs are it but for rounding."""

    def largest(index: Index, find: Finder) -> Formula:
        return formulas.apply("MAX({0})", find(source.quantity, (), source.size))

    def is_largest(index: Index, find: Finder) -> Formula:
        output = find(source.quantity, (), steps=EACH)
        return formulas.apply(f"IF({{0}}>={LEAST},1,0)", output, find(LARGEST, ()))

    note = f"1 for the largest output, and for what is {NEAREST}, else 0."
    return [
        _cell("Largest output", LARGEST, largest, "The largest of the outputs."),
        each_number("Is the largest", IS_LARGEST, source, is_largest, note),
    ]


def _cell(
    group: str, quantity: Quantity, formula: Callable[[Index, Finder], Formula], note: str
) -> Volume:
    draw = whole(quantity, 1, 1, formula)
    return Volume(group, "", quantity, 1, 1, ONE_SLICE, draw, (note,))


def _gradient(loss: str, quantity: Quantity, source: Source, samples: int) -> Volume:
    """Return the gradient of the mean loss by the logits, or by the output."""
    units = 1 if loss == "categorical_crossentropy" else source.shape[0]
    is_squared = loss == "mean_squared_error"
    template = f"{'2*' * is_squared}({{0}}-{{1}})/{units * samples}"
    group = f"Gradient by the {'output' if is_squared else 'logits'}"
    rule = (template, source.quantity, TARGET)
    return _each(group, quantity, source, rule, f"{_GRADIENT_NOTE[loss]}.")
