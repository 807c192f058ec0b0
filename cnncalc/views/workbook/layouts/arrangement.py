"""Where a page's slices stand on its sheet, and what is written around them."""

from __future__ import annotations

from dataclasses import dataclass

from cnncalc.views.workbook.layouts.tiles import Placed
from cnncalc.views.workbook.plan import Text

__all__ = ["TOP", "Arrangement"]

# What a layout arranges begins below the title, the links and a line on the sizes.
TOP = 4


@dataclass(frozen=True)
class Arrangement:
    """The slices of one sheet in their places, and its labels.

    `bottom` is the first row below all of them; `cell`, `widths` and `frozen` are the sheet's.
    """

    placed: tuple[Placed, ...]
    texts: tuple[Text, ...]
    bottom: int
    cell: int
    widths: tuple[tuple[int, int], ...] = ()
    frozen: tuple[int, int] = (0, 0)
