"""What a figure's stages hold: those of a flow, or arrays."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from cnncalc.network import Array
from cnncalc.sheet.flow import Slice, Stage
from cnncalc.sheet.plan import Values
from cnncalc.trace.stage_names import StageName
from cnncalc.views.figure.fonts import clean
from cnncalc.views.figure.stage_measuring import Content, Part

__all__ = ["array_content", "numbers_of", "stage_content"]


def numbers_of(part: Slice, size: tuple[int, int], values: Values) -> Array:
    """Return the numbers of a slice, (rows, columns): those of all its blocks."""
    numbers = np.full(size, np.nan)
    for block in part.blocks:
        rows = slice(block.row, block.row + block.height)
        columns = slice(block.column, block.column + block.width)
        numbers[rows, columns] = block.slice(values)
    return numbers


def _padding(part: Slice, size: tuple[int, int]) -> NDArray[np.bool_]:
    added = np.zeros(size, dtype=bool)
    for block in part.blocks:
        if block.role == "padding":
            rows = slice(block.row, block.row + block.height)
            added[rows, block.column : block.column + block.width] = True
    return added


def stage_content(
    stage: Stage, values: Values, labels: Sequence[str] = (), *, names_layers: bool = False
) -> Content:
    """Return what a stage of a flow holds.

    Arguments: the `stage`; the `values` of its flow; `labels` for its numbers, empty for its own;
    whether it says of which layer it is, as in a network.
    """
    volume = stage.volume
    size = (volume.height, volume.width)
    parts = tuple(
        Part(numbers_of(part, size, values), _padding(part, size), part.item.caption, part.number)
        for part in stage.slices
    )
    places = _places(stage)
    names = volume.rows if len(volume.rows) == max(size) else volume.columns
    layer = f" · {clean(volume.layer)}" if names_layers and volume.layer else ""
    return Content(
        _title(stage),
        _size(stage) + layer,
        parts,
        places if places > 1 else 0,
        _is_vector(stage),
        tuple(labels) or names,
        volume.quantity.name == StageName.FLATTEN,
        volume.is_image,
        volume.is_weight,
        stage.number,
    )


def _places(stage: Stage) -> int:
    """Return how many slices belong together: those of a filter's kernel."""
    return 1 + max(part.item.slot.place for part in stage.slices)


def _title(stage: Stage) -> str:
    volume = stage.volume
    if volume.is_weight:
        return clean(volume.quantity.name.replace("_", " ")).capitalize()
    if volume.quantity.name == StageName.MERGED:
        return clean(volume.full_title)  # which begins with a layer's name
    is_biased = (volume.quantity.kind, volume.quantity.name) == ("stage", StageName.BIAS)
    title = "with bias" if is_biased else clean(volume.full_title)
    return title[:1].upper() + title[1:]


def _is_vector(stage: Stage) -> bool:
    """Tell whether a stage's numbers stand in a row: units, or one of each filter."""
    volume = stage.volume
    is_of_units = bool(volume.rows or volume.columns) or volume.quantity.kind == "prediction"
    return is_of_units or (volume.is_weight and volume.quantity.name != "kernel")


def _size(stage: Stage) -> str:
    volume, count = stage.volume, len(stage.slices)
    is_padded = any(block.role == "padding" for part in stage.slices for block in part.blocks)
    sizes = [volume.height, volume.width, count]
    if volume.quantity.name == StageName.FLATTEN:
        sizes = [math.prod(sizes)]
    elif count == 1:
        sizes = [max(sizes[:2])] if _is_vector(stage) and min(sizes[:2]) == 1 else sizes[:2]
    elif _is_vector(stage):
        sizes = [count]
    elif volume.is_weight:
        places = _places(stage)
        sizes[2:] = [places, count // places] if places > 1 else [count]
    return "×".join(f"{size:,}" for size in sizes) + " with padding" * is_padded


def array_content(
    title: str,
    size: str,
    array: Array,
    labels: Sequence[str] = (),
    *,
    is_image: bool = False,
    is_weight: bool = False,
) -> Content:
    """Return an array as a stage holds it.

    Arguments: a `title`, and its `size` in words; the `array`, (units,), (rows, columns) as those
    of a dense kernel, (height, width, channels), or a kernel's (height, width, channels, filters);
    `labels` for a vector's numbers; whether it is what a network takes in, or weights.
    """
    is_vector = array.ndim == 1
    grids = array[np.newaxis] if is_vector else array
    grids = grids.reshape(*grids.shape[:2], -1)
    channels = array.shape[2] if array.ndim == 4 else 1
    # Filter after filter, of each the channels side by side.
    order = np.arange(grids.shape[2]).reshape(channels, -1).T.ravel()
    parts = tuple(
        Part(grids[:, :, place], np.zeros(grids.shape[:2], dtype=bool), number=-1)
        for place in order
    )
    places = channels if channels > 1 else 0
    return Content(
        clean(title),
        clean(size),
        parts,
        places,
        is_vector,
        tuple(labels),
        is_image=is_image,
        is_weight=is_weight,
    )
