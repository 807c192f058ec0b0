"""The gradients by the inputs of layers that only move or scale numbers, or drop some."""

from __future__ import annotations

from cnncalc.layers import Dropout, Flatten, Rescaling, ZeroPadding2D
from cnncalc.views.workbook import formulas
from cnncalc.views.workbook.plan import Formula, Step
from cnncalc.views.workbook.stages.activation import copied_volumes
from cnncalc.views.workbook.stages.gradients.quantities import by_input, title
from cnncalc.views.workbook.stages.inputs import sides_text
from cnncalc.views.workbook.stages.moving import dropped
from cnncalc.views.workbook.stages.scaling import scale_words, scaled_volume
from cnncalc.views.workbook.stages.volumes import (
    EACH,
    Finder,
    Index,
    Source,
    Volume,
    each_number,
)

__all__ = ["dropout_gradient", "flatten_gradient", "rescaling_gradient", "zero_padding_gradient"]


def flatten_gradient(layer: Flatten, source: Source, gradient: Source) -> list[Volume]:
    """Return each number's error, back at the number's own place."""
    result = by_input(layer.name)
    steps = EACH if source.is_vector else (Step(source.size[1], 0), Step(1, 0))

    def formula(index: Index, find: Finder) -> Formula:
        cell = find(gradient.quantity, (), steps=steps)
        return formulas.apply(formulas.COPY, cell.moved(0, index[0] if index else 0))

    note = "Each error back at the place that its number came from."
    return [each_number(title(result), result, source, formula, note)]


def zero_padding_gradient(layer: ZeroPadding2D, source: Source, gradient: Source) -> list[Volume]:
    """Return the errors without those of the zeros around."""
    result = by_input(layer.name)

    def formula(index: Index, find: Finder) -> Formula:
        cell = find(gradient.quantity, index, steps=EACH)
        return formulas.apply(formulas.COPY, cell.moved(layer.pads.top, layer.pads.left))

    note = f"The errors without those of the zeros around: {sides_text(layer.pads) or 'none'}."
    return [each_number(title(result), result, source, formula, note)]


def rescaling_gradient(layer: Rescaling, source: Source, gradient: Source) -> list[Volume]:
    """Return each error times the scale."""
    result = by_input(layer.name)
    note = f"Error × {scale_words(layer.scale)}; what is added makes no difference."
    return [scaled_volume(title(result), result, gradient, (layer.scale, 0.0), note)]


def dropout_gradient(layer: Dropout, source: Source, gradient: Source) -> list[Volume]:
    """Return the errors of the numbers that were kept, grown as these were."""
    result = by_input(layer.name)
    if not layer.rate:
        return copied_volumes(title(result), result, gradient, "Each error as it is.")[0]
    note = f"The errors of the numbers that were kept, divided by {1 - layer.rate:g} as these were."
    return [dropped(layer, title(result), result, gradient, note)]
