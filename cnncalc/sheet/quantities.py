"""Names of what cells show: the image, what the output says, gradients, smaller steps of them."""

from __future__ import annotations

from cnncalc.sheet.plan import Quantity
from cnncalc.trace.stage_names import GradientName, HelperName
from cnncalc.wording import Word

__all__ = [
    "BATCH",
    "CHANGED",
    "CLASS_NAMES",
    "CLASS_NUMBERS",
    "CROSS_ENTROPY",
    "DRAWN_SUMS",
    "IMAGE",
    "IS_LARGEST",
    "LABEL",
    "LARGEST",
    "LOGITS",
    "OUTPUTS",
    "PREDICTED",
    "PREDICTED_NAME",
    "RIGHT",
    "SAMPLE_LOSS",
    "SAMPLE_TARGET",
    "SIZES",
    "TARGET",
    "TURNED_LOGITS",
    "UNIT_LOSSES",
    "WEIGHTS",
    "WEIGHT_SUMS",
    "BatchStep",
    "GradientStep",
    "by_input",
    "by_output",
    "by_part",
    "by_pre_activation",
    "by_weight",
    "gradient_title",
    "helper",
    "is_shared",
    "of_batch",
    "of_sample",
    "repeated_part",
]

IMAGE = Quantity("input")

# What a network's prediction shows: of each class its number, its name, its output and, with a
# target, its logit (of yes or no: the one logit, its sign turned where the target is yes). Of
# several classes, too, the largest output, and which outputs are that, but for rounding.
CLASS_NUMBERS = Quantity("prediction", "", "class numbers")

CLASS_NAMES = Quantity("input", "", "class names")

OUTPUTS = Quantity("prediction", "", "outputs")

LOGITS = Quantity("prediction", "", "logits")

LARGEST = Quantity("prediction", "", "largest output")

IS_LARGEST = Quantity("prediction", "", "is largest")

PREDICTED = Quantity("prediction", "", "class")

PREDICTED_NAME = Quantity("prediction", "", "name")

TARGET = Quantity("input", "", "target")

CROSS_ENTROPY = Quantity("prediction", "", "cross-entropy")

# Of drawn weights it shows besides whether they still are: what is said of them, and in a table the
# sums of them as they stand, as they were drawn, and 1 where these differ.
WEIGHTS = Quantity("prediction", "", "weights")

WEIGHT_SUMS = Quantity("prediction", "", "weight sums")

DRAWN_SUMS = Quantity("prediction", "", "drawn sums")

CHANGED = Quantity("prediction", "", "changed")

# Of each sample of a training: the number of its class, which the user enters, and what follows.
LABEL = Quantity("input", "", "label")

SAMPLE_TARGET = Quantity("prediction", "", "target")

TURNED_LOGITS = Quantity("prediction", "", "turned logits")

UNIT_LOSSES = Quantity("prediction", "", "losses of units")

SAMPLE_LOSS = Quantity("prediction", "", "loss")

RIGHT = Quantity("prediction", "", "right")

# What the formula of the output's size is given: width, filter, padding, stride, filters.
SIZES = tuple(Quantity("input", "", letter) for letter in "WFPSK")


# Gradients and smaller steps that each sample has of its own; all other gradients are of weights.
_OF_A_SAMPLE = tuple(GradientName)

BATCH = "batch "


class GradientStep(Word):
    """A smaller step of one sample's backward pass."""

    FIRST_MAXIMUM = "gradient first maximum"
    FIRST_MINIMUM = "gradient first minimum"
    EQUAL_MAXIMA = "gradient equal maxima"
    LEAST_MAXIMUM = "gradient least maximum"
    PARTIAL_FIRST_MAXIMUM = "gradient partial first maximum"
    PARTIAL_EQUAL_MAXIMA = "gradient partial equal maxima"
    SHARES = "gradient shares"
    REPEATED = "gradient repeated"
    SPREAD_OUT = "gradient spread out"
    FRAMED = "gradient framed"
    FLIPPED_KERNEL = "gradient flipped kernel"
    PARTIAL_SUMS = "gradient partial sums"
    SOFTMAX_TOTAL = "gradient softmax total"
    PARTIAL_SOFTMAX_TOTAL = "gradient partial softmax total"


class BatchStep(Word):
    """A smaller step of a batch normalization that joins all samples, without what it begins with.

    A step's other ones are named after the weight that they are of.
    """

    SUM = "sum"
    MEAN = "mean"
    SQUARES = "sum of squares"
    VARIANCE = "variance"
    DEVIATION = "standard deviation"
    ERRORS = "sum of errors"
    PRODUCTS = "sum of products"
    MEAN_ERROR = "mean error"
    MEAN_PRODUCT = "mean product"


# Smaller steps that follow from the weights alone; those of all samples together begin with BATCH.
_OF_WEIGHTS = (
    HelperName.DILATED_KERNEL,
    GradientStep.FLIPPED_KERNEL,
    HelperName.STANDARD_DEVIATION,
)


def by_pre_activation(layer: str) -> Quantity:
    """Return the name of the gradient by what goes into a layer's own activation."""
    return Quantity("gradient", layer, GradientName.PRE_ACTIVATION)


def by_input(layer: str) -> Quantity:
    """Return the name of the gradient by a layer's input."""
    return Quantity("gradient", layer, GradientName.INPUT)


def by_output(layer: str) -> Quantity:
    """Return the name of the gradient by what a layer puts out."""
    return Quantity("gradient", layer, GradientName.OUTPUT)


def by_part(layer: str, part: int) -> Quantity:
    """Return the name of the gradient by one of the results that a merge joins, counted from 0."""
    return Quantity("gradient", layer, f"{GradientName.INPUT} {part}")


def repeated_part(layer: str, part: int) -> Quantity:
    """Return the name of the gradient by a result that a merge repeats, at all its places."""
    return Quantity("helper", layer, f"{GradientStep.REPEATED} {part}")


def by_weight(layer: str, weight: str) -> Quantity:
    """Return the name of the gradient by a layer's weight, summed over samples."""
    return Quantity("gradient", layer, weight)


def helper(layer: str, name: GradientStep) -> Quantity:
    """Return the name of a smaller step of one sample's backward pass."""
    return Quantity("helper", layer, name)


def gradient_title(gradient: Quantity) -> str:
    """Return what a gradient's cells are headed.

    >>> gradient_title(by_input("dense"))
    'Gradient by the input'
    """
    return f"Gradient by the {gradient.name}"


def of_batch(layer: str, name: str) -> Quantity:
    """Return the name of a smaller step that joins all samples."""
    return Quantity("helper", layer, f"{BATCH}{name}")


def is_shared(quantity: Quantity) -> bool:
    """Tell whether a step has one of this quantity, and not one a sample.

    >>> is_shared(Quantity("weight", "dense", "kernel")), is_shared(by_input("dense"))
    (True, False)
    """
    if quantity.kind == "helper":
        return quantity.name in _OF_WEIGHTS or quantity.name.startswith(BATCH)
    if quantity.kind == "gradient":
        return quantity.name.partition(" ")[0] not in _OF_A_SAMPLE
    return quantity.kind in ("weight", "update", "training")


def of_sample(quantity: Quantity, sample: int) -> Quantity:
    """Return the name of a quantity of one sample, for formulas that read several.

    >>> of_sample(Quantity("input"), 1).sample
    1
    """
    return quantity._replace(sample=sample)
