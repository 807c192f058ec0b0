"""A prediction on a sheet: the class above, a table with a row for each class below.

Beside it stands what tells whether the weights are still those that were drawn, if they were.
"""

from __future__ import annotations

from collections.abc import Sequence

from cnncalc.views.workbook.layouts.arrangement import TOP, Arrangement
from cnncalc.views.workbook.layouts.tiles import Placed
from cnncalc.views.workbook.plan import Text
from cnncalc.views.workbook.quantities import CHANGED, DRAWN_SUMS, WEIGHT_SUMS
from cnncalc.views.workbook.stages.volumes import Place, Volume

__all__ = ["prediction_table"]

FIRST_COLUMN, WEIGHTS_COLUMN = 1, 6
WIDTHS = ((0, 20), (1, 130), (2, 130), (3, 130), (4, 220))
WEIGHTS_WIDTHS = ((6, 220), (7, 130), (8, 130), (9, 80))
_OF_WEIGHTS = (WEIGHT_SUMS, DRAWN_SUMS, CHANGED)


def prediction_table(sheet: str, volumes: Sequence[Volume]) -> Arrangement:
    """Arrange the single numbers of a prediction below each other, and its columns side by side."""
    tables = [volume for volume in volumes if volume.quantity in _OF_WEIGHTS]
    single = [each for each in volumes if each.height == 1 and each not in tables]
    columns = [each for each in volumes if each.height > 1 and each not in tables]
    placed, texts = [], []
    for row, volume in enumerate(single, start=TOP):
        placed.append(_placed(volume, Place(sheet, row, FIRST_COLUMN + 1)))
        texts.append(Text(row, FIRST_COLUMN, volume.group, "label"))
        texts += [Text(row, FIRST_COLUMN + 2, note, "meaning") for note in volume.notes]
    head = TOP + len(single) + 1
    for column, volume in enumerate(columns, start=FIRST_COLUMN):
        placed.append(_placed(volume, Place(sheet, head + 1, column)))
        texts.append(Text(head, column, volume.group, "heading"))
    for column, volume in enumerate(tables, start=WEIGHTS_COLUMN + 1):
        placed.append(_placed(volume, Place(sheet, head + 1, column)))
        texts.append(Text(head, column, volume.group, "heading"))
        for row, name in enumerate(volume.rows if any(volume.rows) else ()):
            texts.append(Text(head + 1 + row, WEIGHTS_COLUMN, name, "label"))
    bottom = head + 1 + max(volume.height for volume in (*columns, *tables))
    widths = (*WIDTHS, *(WEIGHTS_WIDTHS if tables else ()))
    return Arrangement(tuple(placed), tuple(texts), bottom, 0, widths)


def _placed(volume: Volume, place: Place) -> Placed:
    return Placed(volume, volume.items[0], place)
