"""What stages of a page have in common, and what they are called in formulas and links."""

from __future__ import annotations

import json
import re
from typing import Any

from cnncalc.sheet.flow import Flow, Stage
from cnncalc.sheet.meanings import sentences
from cnncalc.sheet.plan import StageScale

__all__ = ["Sorts", "sort_of", "stage_names"]

# A title without names in it, such as "Padded input".
_WORDS = re.compile("[A-Z][^A-Z]*")

# What weights become before a window is multiplied by them.
_WEIGHT_STEPS = ("dilated kernel", "gradient flipped kernel")

_SLID_OVER = ("output", "pre-activation", "input")


def stage_names(flow: Flow) -> list[tuple[str, str]]:
    """Return what each stage is called beside others of its layer, and what elsewhere.

    A layer's name stands for the last of the layer's stages in a lane that is not a smaller step:
    that is what a layer hands on.
    """
    last = {
        (stage.lane, stage.volume.quantity.layer): stage.number
        for stage in flow.stages
        if stage.volume.quantity.kind == "stage"
    }

    def names(stage: Stage) -> tuple[str, str]:
        short, layer = _short_name(stage), stage.volume.quantity.layer
        if not layer or stage.volume.is_image:
            return short, short
        is_last = last.get((stage.lane, layer)) == stage.number
        return short, layer if is_last else f"{layer} {short}"

    return [names(stage) for stage in flow.stages]


def _short_name(stage: Stage) -> str:
    """Return a stage's title; a layer's weights have one title for all."""
    volume, title = stage.volume, stage.volume.full_title
    if volume.is_image:
        return "image"
    if volume.is_weight:
        return volume.quantity.name.replace("_", " ")
    return title.lower() if _WORDS.fullmatch(title) else title


def _is_grid(stage: Stage) -> bool:
    """Tell whether slices are grids, even of one row: what windows slide over and leave."""
    kind, layer, name = stage.volume.quantity[:3]
    return (
        stage.volume.is_image
        or (kind == "stage" and layer != "")
        or (kind == "weight" and name == "kernel")
        or (kind == "gradient" and name in _SLID_OVER)
    )


def sort_of(stage: Stage, scale: StageScale, names: tuple[str, str]) -> dict[str, Any]:
    """Return what is alike in each step and of each sample."""
    volume, quantity = stage.volume, stage.volume.quantity
    rule, *notes = sentences(volume)
    return {
        "kind": quantity.kind,
        "layer": quantity.layer,
        "name": quantity.name,
        "title": volume.full_title,
        "short": names[0],
        "called": names[1],
        "rule": rule,
        "notes": notes,
        "scale": scale,
        "format": volume.number_format,
        "height": volume.height,
        "width": volume.width,
        "rows": volume.rows,
        "columns": volume.columns,
        "isWeight": volume.is_weight,
        "weighs": volume.is_weight or quantity.name in _WEIGHT_STEPS,
        "isImage": volume.is_image,
        "isGrid": _is_grid(stage),
    }


class Sorts:
    """Collects what stages have in common, each once."""

    def __init__(self) -> None:
        self.found: list[dict[str, Any]] = []
        self._numbers: dict[str, int] = {}

    def number(self, sort: dict[str, Any]) -> int:
        """Return which one a stage's is."""
        number = self._numbers.setdefault(json.dumps(sort), len(self.found))
        if number == len(self.found):
            self.found.append(sort)
        return number
