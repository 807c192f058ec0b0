"""What is called alike in every workbook of a network: the image, and what its output says."""

from __future__ import annotations

from cnncalc.views.workbook.plan import Quantity

__all__ = [
    "CHANGED",
    "CLASS_NAMES",
    "CLASS_NUMBERS",
    "CROSS_ENTROPY",
    "DRAWN_SUMS",
    "IMAGE",
    "IS_LARGEST",
    "LARGEST",
    "LOGITS",
    "OUTPUTS",
    "PREDICTED",
    "PREDICTED_NAME",
    "SIZES",
    "TARGET",
    "WEIGHTS",
    "WEIGHT_SUMS",
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

# What the formula of the output's size is given: width, filter, padding, stride, filters.
SIZES = tuple(Quantity("input", "", letter) for letter in "WFPSK")
