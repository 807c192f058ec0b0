"""What layers draw in training where that is other than in prediction."""

from __future__ import annotations

from cnncalc.layers import BatchNormalization, Dropout, Layer
from cnncalc.views.workbook import formulas
from cnncalc.views.workbook.plan import Formula, Quantity
from cnncalc.views.workbook.stages.batch_statistics import (
    normalization_training_volumes,
    statistics_volumes,
)
from cnncalc.views.workbook.stages.network import layer_volumes
from cnncalc.views.workbook.stages.volumes import (
    EACH,
    Finder,
    Index,
    Source,
    Volume,
    each_number,
    entered,
)

__all__ = ["batch_volumes", "dropped", "kept_quantity", "training_volumes"]

_KEPT = "Which numbers are kept: 1, or 0 for those that the seed drops in this step."


def kept_quantity(layer: str) -> Quantity:
    """Return the name of what a dropout keeps of a sample, 1 or 0: drawn from the seed."""
    return Quantity("input", layer, "kept")


def training_volumes(layer: Layer, source: Source) -> tuple[list[Volume], Source]:
    """Return what a layer draws in training, and what the next one takes in; as `layer_volumes`."""
    if isinstance(layer, BatchNormalization) and layer.needs_batch:
        return normalization_training_volumes(layer, source)
    if isinstance(layer, Dropout) and layer.rate:
        return _dropout_volumes(layer, source)
    return layer_volumes(layer, source)


def batch_volumes(layer: Layer, source: Source, samples: int) -> list[Volume]:
    """Return what a layer draws of a whole batch in training: means and variances, if any."""
    if isinstance(layer, BatchNormalization) and layer.needs_batch:
        return statistics_volumes(layer, source, samples)
    return []


def _dropout_volumes(layer: Dropout, source: Source) -> tuple[list[Volume], Source]:
    """Return what a dropout keeps, and what is left."""
    kept = kept_quantity(layer.name)
    draw = entered(kept, *source.size, "label")
    what = ("Kept", layer.name, kept, *source.size)
    mask = Volume(*what, source.items, draw, (_KEPT,), source.rows, source.captions)
    stage = Quantity("stage", layer.name, "dropout")
    note = f"What is kept is divided by {1 - layer.rate:g}, so that the sums stay about as large."
    result = dropped(layer, "Dropout", stage, source, note)
    return [mask, result], source.feed(result)


def dropped(layer: Dropout, group: str, result: Quantity, source: Source, note: str) -> Volume:
    """Return the volume of each number that is kept, divided by the share of those that are."""
    share = 1 - layer.rate
    # At a rate of 1 nothing is kept, and nothing divided. A number times 0 could be -0, which not
    # every engine counts among the zeros.
    template = f"IF({{1}}=1,{{0}}/{formulas.literal(share)},0)" if share else "0*{1}"

    def formula(index: Index, find: Finder) -> Formula:
        cells = (source.quantity, kept_quantity(layer.name))
        return formulas.apply(template, *(find(each, index, steps=EACH) for each in cells))

    return each_number(group, result, source, formula, note)
