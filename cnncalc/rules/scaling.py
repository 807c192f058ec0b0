"""Batch normalization, rescaling and dropout: what each makes of a number, and of its error.

Definitions: https://keras.io/api/layers/normalization_layers/batch_normalization/
Source of the gradient: S. Ioffe and C. Szegedy, "Batch Normalization", 2015, section 3.
"""

from __future__ import annotations

from dataclasses import dataclass

from cnncalc.rules.formula import Expression, Name, Number, choose, equal, put
from cnncalc.rules.functions import root

__all__ = [
    "BATCH_DEVIATION",
    "BATCH_MEAN",
    "BATCH_SQUARES",
    "BATCH_SUM",
    "BATCH_VARIANCE",
    "DEVIATION",
    "LESS_MEAN",
    "MEAN_ERROR",
    "MEAN_PRODUCT",
    "MOVING_DEVIATION",
    "NORMALIZED",
    "PRODUCT",
    "RESCALED",
    "SUM_OF_ERRORS",
    "SUM_OF_PRODUCTS",
    "ChannelRule",
    "kept_share",
    "moving_statistic",
    "normalization",
    "normalized_gradient",
    "normalized_output",
    "rescaled",
    "scaled_and_moved",
]

_X, _ERROR = Name("x"), Name("error")

# Each channel's numbers less their mean, and these over the standard deviation.
LESS_MEAN = _X - Name("mean")
NORMALIZED = Name("less_mean") / Name("deviation")
DEVIATION = root(Name("variance") + Name("epsilon"))
# What is added up for the gradient by gamma; that by beta is the sum of the errors themselves.
PRODUCT = _ERROR * Name("normalized")


@dataclass(frozen=True)
class ChannelRule:
    """A number that each channel has, and a `sentence` on it, which may name {count} or {epsilon}.

    The `expression` is of the numbers that are added up, or of what was made of their "sum".
    """

    expression: Expression
    sentence: str

    def of(self, **constants: float) -> ChannelRule:
        """Return the rule with its constants.

        >>> BATCH_MEAN.of(count=12).sentence[-9:]
        'sum / 12.'
        """
        return ChannelRule(put(self.expression, constants), self.sentence.format(**constants))


_MEAN = Name("sum") / Name("count")
BATCH_SUM = ChannelRule(_X, "All numbers of the batch added up.")
BATCH_MEAN = ChannelRule(
    _MEAN, "The mean of each channel over all samples and positions: their sum / {count}."
)
BATCH_SQUARES = ChannelRule(Name("less_mean") ** 2, "All deviations squared and added up.")
BATCH_VARIANCE = ChannelRule(_MEAN, "The mean of the squared deviations: their sum / {count}.")
BATCH_DEVIATION = ChannelRule(DEVIATION, "The root of the variance + {epsilon:g}.")
MOVING_DEVIATION = ChannelRule(
    DEVIATION, "The standard deviation is the root of the variance + {epsilon:g}."
)
# The gradients by beta and gamma, and what that by the input takes out of the errors.
SUM_OF_ERRORS = ChannelRule(_ERROR, "The errors, summed over positions and samples.")
SUM_OF_PRODUCTS = ChannelRule(
    PRODUCT, "Error × normalized number, summed over positions and samples."
)
MEAN_ERROR = ChannelRule(_MEAN, "Sum of errors / their number.")
MEAN_PRODUCT = ChannelRule(_MEAN, "Sum of error × normalized number / their number.")

RESCALED = _X * Name("scale") + Name("offset")


def normalized_output(*, scale: bool, center: bool) -> Expression:
    """Return batch normalization of "x" by "mean" and "deviation", with "gamma" and "beta".

    Arguments: whether the layer has a `scale` (gamma) and a `center` (beta).

    >>> from cnncalc.rules.spelling import words
    >>> words(normalized_output(scale=True, center=False))
    '(x − mean) / deviation × gamma'
    """
    return scaled_and_moved(LESS_MEAN / Name("deviation"), scale=scale, center=center)


def normalization(*, scale: bool, center: bool) -> Expression:
    """Return the same by "mean", "variance" and "epsilon".

    >>> from cnncalc.rules.spelling import words
    >>> words(normalization(scale=False, center=True))
    '(x − mean) / √(variance + epsilon) + beta'
    """
    return put(normalized_output(scale=scale, center=center), {"deviation": DEVIATION})


def scaled_and_moved(normalized: Expression, *, scale: bool, center: bool) -> Expression:
    """Return normalized numbers with "gamma" and "beta", as far as the layer has them."""
    scaled = normalized * Name("gamma") if scale else normalized
    return scaled + Name("beta") if center else scaled


def normalized_gradient(*, scale: bool, by_batch: bool) -> Expression:
    """Return the gradient by what goes into a batch normalization, of the "error" behind it.

    Arguments: whether the layer has a `scale` (gamma); whether mean and deviation are those of the
    batch, `by_batch`, and so change with each of its numbers.

    >>> from cnncalc.rules.spelling import words
    >>> words(normalized_gradient(scale=True, by_batch=False))
    'error × gamma / deviation'
    """
    share: Expression = _ERROR
    if by_batch:
        share = _ERROR - Name("mean_error") - Name("normalized") * Name("mean_product")
    return (share * Name("gamma") if scale else share) / Name("deviation")


def moving_statistic(momentum: float) -> Expression:
    """Return what a moving mean or variance, "before", becomes with that of a "batch"."""
    return Name("before") * momentum + Name("batch") * (1 - Number(momentum))


def rescaled(scale: float, offset: float) -> Expression:
    """Return "x" rescaled, as shortly as the same numbers can be written.

    It is a product, as it is calculated: x/10 and x × 0.1 differ in their last digit. The shorter
    one of 0.1 and (1/10), which are the same number, is written.

    >>> from cnncalc.rules.spelling import template
    >>> [template(rescaled(*pair)) for pair in ((1 / 255, 0), (0.1, 0), (2, -1))]
    ['{x}*(1/255)', '{x}*0.1', '{x}*2-1']
    """
    inverse = round(1 / scale) if 1e-4 < scale < 1 else 0
    is_inverse = bool(inverse) and scale == 1 / inverse
    is_shorter = is_inverse and len(f"(1/{inverse})") < len(repr(scale))
    scaled = _X * (1 / Number(inverse) if is_shorter else scale)
    if not offset:
        return scaled
    return scaled + offset if offset > 0 else scaled - abs(offset)


def kept_share(rate: float) -> Expression:
    """Return what a dropout makes of "x", or of its error, by whether it is "kept", 1 or 0.

    >>> from cnncalc.rules.spelling import template
    >>> template(kept_share(0.5))
    'IF({kept}=1,{x}/0.5,0)'
    """
    share = 1 - rate
    # At a rate of 1 nothing is kept, and nothing divided. A number times 0 could be -0, which not
    # every engine counts among the zeros.
    return choose(equal(Name("kept"), 1), _X / share, 0) if share else 0 * Name("kept")
