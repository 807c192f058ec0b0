"""A prediction on a sheet: the class above, a table with a row for each class below."""

from __future__ import annotations

from collections.abc import Sequence

from cnncalc.views.workbook.layouts.arrangement import TOP, Arrangement
from cnncalc.views.workbook.layouts.tiles import Placed
from cnncalc.views.workbook.plan import Text
from cnncalc.views.workbook.stages.volumes import Place, Volume

__all__ = ["prediction_table"]

FIRST_COLUMN = 1
WIDTHS = ((0, 20), (1, 130), (2, 130), (3, 130), (4, 220))


def prediction_table(sheet: str, volumes: Sequence[Volume]) -> Arrangement:
    """Arrange the single numbers of a prediction below each other, and its columns side by side."""
    single = [volume for volume in volumes if volume.height == 1]
    columns = [volume for volume in volumes if volume.height > 1]
    placed, texts = [], []
    for row, volume in enumerate(single, start=TOP):
        placed.append(_placed(volume, Place(sheet, row, FIRST_COLUMN + 1)))
        texts.append(Text(row, FIRST_COLUMN, volume.group, "label"))
        texts += [Text(row, FIRST_COLUMN + 2, note, "meaning") for note in volume.notes]
    head = TOP + len(single) + 1
    for column, volume in enumerate(columns, start=FIRST_COLUMN):
        placed.append(_placed(volume, Place(sheet, head + 1, column)))
        texts.append(Text(head, column, volume.group, "heading"))
    bottom = head + 1 + columns[0].height
    return Arrangement(tuple(placed), tuple(texts), bottom, 0, WIDTHS)


def _placed(volume: Volume, place: Place) -> Placed:
    return Placed(volume, volume.items[0], place)
