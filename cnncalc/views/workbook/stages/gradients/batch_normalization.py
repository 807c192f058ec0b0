"""Batch normalization in training, backward.

The numbers of all samples make the mean and the variance, and so each of them moves all outputs:
the input's gradient takes the mean error out, and the part that follows the normalized numbers.
"""

from __future__ import annotations

from cnncalc.layers import BatchNormalization
from cnncalc.views.workbook import formulas
from cnncalc.views.workbook.plan import Formula, Quantity
from cnncalc.views.workbook.stages.gradients.batch_channels import (
    OfChannel,
    channel_sum_volumes,
    channel_volume,
    normalization_names,
    number_count,
)
from cnncalc.views.workbook.stages.gradients.quantities import by_input, title
from cnncalc.views.workbook.stages.scaling import channel_cell, standard_deviation
from cnncalc.views.workbook.stages.volumes import (
    EACH,
    Finder,
    Index,
    Source,
    Volume,
    each_number,
)

__all__ = ["normalization_input_volumes", "normalization_weight_volumes"]

_BETA = "The errors, summed over positions and samples."
_GAMMA = "Error × normalized number, summed over positions and samples."
_MEAN_ERROR = "Sum of errors / their number."
_MEAN_PRODUCT = "Sum of error × normalized number / their number."
_INPUT = (
    "(Error − mean error − normalized number × mean of error × normalized number)"
    "{scale} / standard deviation."
)


def normalization_weight_volumes(
    layer: BatchNormalization, source: Source, gradient: Source, samples: int
) -> list[Volume]:
    """Return the gradients by gamma and beta, and the means that the input's gradient takes out."""
    named, over = normalization_names(layer), f"{{0}}/{number_count(source, samples)}"
    read = (gradient.quantity, named.normalized)
    errors = OfChannel(_heading(named.errors), named.errors, read[:1], _BETA)
    products = OfChannel(_heading(named.products), named.products, read, _GAMMA)
    mean_error = OfChannel("Mean error", named.mean_error, (named.errors,), _MEAN_ERROR)
    mean_product = OfChannel("Mean product", named.mean_product, (named.products,), _MEAN_PRODUCT)
    return [
        *channel_sum_volumes(source, errors, ("SUM({0})", "{0}"), samples),
        *channel_sum_volumes(source, products, ("SUMPRODUCT({0},{1})", "{0}*{1}"), samples),
        channel_volume(source, mean_error, over),
        channel_volume(source, mean_product, over),
    ]


def _heading(quantity: Quantity) -> str:
    return title(quantity) if quantity.kind == "gradient" else quantity.name.capitalize()


def normalization_input_volumes(
    layer: BatchNormalization, source: Source, gradient: Source
) -> list[Volume]:
    """Return the gradient by what a batch normalization takes in."""
    if not layer.needs_batch:
        return [_frozen_input_volume(layer, source, gradient)]
    named, result = normalization_names(layer), by_input(layer.name)
    read = [named.mean_error, named.mean_product, named.deviation]
    read += [Quantity("weight", layer.name, "gamma")] * layer.scale
    template = "({0}-{2}-{1}*{3})" + "*{5}" * layer.scale + "/{4}"

    def formula(index: Index, find: Finder) -> Formula:
        cells = (find(each, index, steps=EACH) for each in (gradient.quantity, named.normalized))
        own = (channel_cell(source, each, index, find) for each in read)
        return formulas.apply(template, *cells, *own)

    note = _INPUT.format(scale=" × γ" * layer.scale)
    return [each_number(title(result), result, source, formula, note)]


def _frozen_input_volume(layer: BatchNormalization, source: Source, gradient: Source) -> Volume:
    """Return the gradient by the input of one that works with its moving statistics."""
    result, read = by_input(layer.name), [standard_deviation(layer.name)]
    read += [Quantity("weight", layer.name, "gamma")] * layer.scale
    template = "{0}" + "*{2}" * layer.scale + "/{1}"

    def formula(index: Index, find: Finder) -> Formula:
        own = (channel_cell(source, each, index, find) for each in read)
        return formulas.apply(template, find(gradient.quantity, index, steps=EACH), *own)

    note = f"Error{' × γ' * layer.scale} / standard deviation."
    return each_number(title(result), result, source, formula, note)
