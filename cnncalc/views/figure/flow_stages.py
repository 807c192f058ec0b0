"""Which stages of a flow a figure draws, and what stands beside those that speak of classes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cnncalc.sheet.flow import Flow, Stage
from cnncalc.sheet.plan import Values
from cnncalc.sheet.quantities import CLASS_NAMES, OUTPUTS
from cnncalc.trace.stage_names import StageName

__all__ = ["chosen_stages", "is_first_of_layer", "names_of"]

# A kernel of a network is drawn where it is no larger.
_MOST_KERNEL_CELLS, _MOST_KERNELS = 49, 8
_MOST_TRACKS_IN_FULL = 8


def names_of(flow: Flow, stage: Stage, values: Values) -> Sequence[str]:
    """Return the names of the classes, beside what the network says of each."""
    quantity = stage.volume.quantity
    if CLASS_NAMES not in values or flow.specification.layout != "network":
        return ()
    names = [str(name) for name in np.ravel(values[CLASS_NAMES])]
    is_last = quantity == OUTPUTS or stage is _last_stage(flow)
    return names if is_last and len(names) == max(stage.volume.height, stage.volume.width) else ()


def _last_stage(flow: Flow) -> Stage | None:
    """Return the stage that holds the network's output, None where no layer calculates one."""
    stages = [stage for stage in flow.stages if stage.volume.quantity.kind == "stage"]
    # In the order of columns: a dense layer's stages stand before its weights.
    return max(stages, key=lambda stage: (stage.column, stage.number), default=None)


def chosen_stages(flow: Flow, layer: str = "") -> list[Stage]:
    """Return the stages that a figure draws: of a large network each layer's result alone.

    Argument: the `layer` whose stages alone are drawn, and what it takes in; empty for all.
    """
    drawn = [stage for stage in flow.stages if _is_drawn(stage)]
    if flow.specification.layout != "network":
        return drawn
    # A layer's weights stand before all that it makes with them: input × kernel = result.
    drawn = _without_repetition(flow, drawn)
    drawn.sort(key=lambda stage: (stage.column, *_turn(stage)))
    results = _results(drawn)
    if layer:
        column = [column.name for column in flow.columns].index(layer)
        before = [stage for stage in results if stage.column in flow.columns[column].takes]
        return [*before, *(stage for stage in drawn if stage.column == column)]
    if len(drawn) <= _MOST_TRACKS_IN_FULL:
        return drawn
    return [stage for stage in drawn if stage in results or _is_small_kernel(stage)]


def _turn(stage: Stage) -> tuple[bool, bool]:
    """Return when a stage of a layer comes: its weights first, and of these its kernel."""
    return not stage.volume.is_weight, stage.volume.quantity.name != "kernel"


def is_first_of_layer(flow: Flow, stage: Stage) -> bool:
    """Tell whether a stage is what a layer makes of its input, nothing of it left out before."""
    quantity = stage.volume.quantity
    if quantity.kind != "stage":
        return False
    others = (other.volume.quantity for other in flow.stages)
    same = (
        other
        for other in others
        if other._replace(name=quantity.name) == quantity and other.name != StageName.PADDED_INPUT
    )
    return next(same) == quantity


def _results(drawn: Sequence[Stage]) -> list[Stage]:
    """Return the image, and the last of each later column's stages that isn't of weights."""
    last = {stage.column: stage for stage in drawn if not stage.volume.is_weight}
    return list(last.values())


def _without_repetition(flow: Flow, drawn: Sequence[Stage]) -> list[Stage]:
    """Return stages without the outputs of the prediction, where those of the last layer are so."""
    last = _last_stage(flow)
    count = 0 if last is None else max(last.volume.height, last.volume.width)
    return [
        stage for stage in drawn if stage.volume.quantity != OUTPUTS or stage.volume.height != count
    ]


def _is_drawn(stage: Stage) -> bool:
    quantity = stage.volume.quantity
    if quantity.kind in ("helper", "training", "solution", "marks"):
        return False
    if quantity.kind in ("prediction", "input"):
        return stage.volume.is_image or quantity._replace(step=None, sample=None) == OUTPUTS
    return True


def _is_small_kernel(stage: Stage) -> bool:
    volume = stage.volume
    cells = volume.height * volume.width
    is_kernel = volume.is_weight and volume.quantity.name == "kernel"
    return is_kernel and cells <= _MOST_KERNEL_CELLS and len(stage.slices) <= _MOST_KERNELS
