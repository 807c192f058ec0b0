"""What the cells of a slice hold, whatever blocks it is made of."""

from __future__ import annotations

import numpy as np

from cnncalc.network import Array
from cnncalc.sheet.flow import Slice
from cnncalc.sheet.plan import Values

__all__ = ["slice_cells"]


def slice_cells(part: Slice, values: Values) -> Array:
    """Return what a slice's cells hold, (height, width), padding included; NaN for nothing.

    Arguments: the slice; the `values` of its calculation. Texts make it an array of objects.
    """
    height = max(block.row + block.height for block in part.blocks)
    width = max(block.column + block.width for block in part.blocks)
    held = [block.slice(values) for block in part.blocks]
    cells = np.full((height, width), np.nan, np.result_type(float, *held))
    for block, numbers in zip(part.blocks, held, strict=True):
        row, column = block.row, block.column
        cells[row : row + block.height, column : column + block.width] = numbers
    return cells
