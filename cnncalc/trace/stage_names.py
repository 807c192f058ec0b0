"""What the stages of a calculation are called, and the smaller steps inside them.

The names are texts that people read, in the terminal, in JSON and in workbooks; traces and sheets
both have them from here.
"""

from __future__ import annotations

from cnncalc.wording import Word

__all__ = ["GradientName", "HelperName", "StageName", "partial_name"]


class StageName(Word):
    """What a layer's stage has done: an intermediate result, or the layer's own."""

    INPUT = "input"
    RESCALING = "rescaling"
    ZERO_PADDING = "zero padding"
    CROPPED = "cropped"
    PADDED_INPUT = "padded input"
    CONVOLUTION = "convolution"
    WEIGHTED_SUM = "weighted sum"
    BIAS = "bias"
    ACTIVATION = "activation"
    LOGITS = "logits"  # what the softmax of a vector is taken of
    SOFTMAX = "softmax"  # of a vector; that of each position's channels is an activation
    POOLING = "pooling"
    GLOBAL_POOLING = "global pooling"
    FLATTEN = "flatten"
    DROPOUT = "dropout"
    IDENTITY = "identity"
    NORMALIZATION = "normalization"
    COMBINED = "combined"
    MERGED = "merged"


class HelperName(Word):
    """A smaller step inside a stage that has cells of its own in a workbook."""

    INPUTS = "inputs"
    DILATED_KERNEL = "dilated kernel"
    PARTIAL_SUMS = "partial sums"
    STANDARD_DEVIATION = "standard deviation"
    LARGEST = "largest"
    EXPONENTIALS = "exponentials"
    TOTAL = "total"
    PARTIAL_TOTAL = "partial total"
    PARTIAL_LARGEST = "partial largest"
    PARTIAL_COMBINED = "partial combined"
    DEVIATIONS = "deviations"  # in training, from the batch's mean
    NORMALIZED = "normalized"  # the same over the batch's standard deviation


class GradientName(Word):
    """What the gradient of one sample is by; that by a weight has the weight's name."""

    OUTPUT = "output"
    PRE_ACTIVATION = "pre-activation"
    INPUT = "input"


def partial_name(name: str) -> str:
    """Return what a number's parts are called, where one formula can't hold all of its terms.

    Argument: the number's `name`: a stage's, a helper's, or that of the weight it is a gradient by.

    >>> partial_name(HelperName.TOTAL) == HelperName.PARTIAL_TOTAL
    True
    >>> partial_name("kernel")
    'partial kernel'
    """
    return f"partial {name}"
