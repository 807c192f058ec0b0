"""The gradients by the inputs of layers that only move numbers."""

from __future__ import annotations

from cnncalc.layers import Flatten, ZeroPadding2D
from cnncalc.views.workbook import formulas
from cnncalc.views.workbook.plan import Formula, Step
from cnncalc.views.workbook.stages.gradients.quantities import by_input, title
from cnncalc.views.workbook.stages.inputs import sides_text
from cnncalc.views.workbook.stages.volumes import (
    EACH,
    Finder,
    Index,
    Source,
    Volume,
    each_number,
)

__all__ = ["flatten_gradient", "zero_padding_gradient"]


def flatten_gradient(layer: Flatten, source: Source, gradient: Source) -> Volume:
    """Return each number's error, back at the number's own place."""
    result = by_input(layer.name)
    steps = EACH if source.is_vector else (Step(source.size[1], 0), Step(1, 0))

    def formula(index: Index, find: Finder) -> Formula:
        cell = find(gradient.quantity, (), steps=steps)
        return formulas.apply(formulas.COPY, cell.moved(0, index[0] if index else 0))

    note = "Each error back at the place that its number came from."
    return each_number(title(result), result, source, formula, note)


def zero_padding_gradient(layer: ZeroPadding2D, source: Source, gradient: Source) -> Volume:
    """Return the errors without those of the zeros around."""
    result = by_input(layer.name)

    def formula(index: Index, find: Finder) -> Formula:
        cell = find(gradient.quantity, index, steps=EACH)
        return formulas.apply(formulas.COPY, cell.moved(layer.pads.top, layer.pads.left))

    note = f"The errors without those of the zeros around: {sides_text(layer.pads) or 'none'}."
    return each_number(title(result), result, source, formula, note)
