"""The report of a training as a workbook: curves, confusion matrix, filters, the worst mistakes.

It shows what was measured while training; nothing in it recomputes a training.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from io import BytesIO
from typing import Any, BinaryIO

import numpy as np
from xlsxwriter import Workbook
from xlsxwriter.utility import xl_range, xl_range_abs, xl_rowcol_to_cell

from cnncalc.layers import Conv2D
from cnncalc.layers.base import size_text
from cnncalc.network import Array, Network
from cnncalc.notation import write_layer
from cnncalc.training.history import EpochRecord
from cnncalc.training.metrics import ClassReport
from cnncalc.views.picture import encode_picture
from cnncalc.views.workbook.streaming import CREATED
from cnncalc.views.workbook.texts import clean_text

__all__ = ["Mistake", "TrainingReport", "write_training_report"]

MOST_FILTERS = 64
MOST_CHANNELS = 16
PICTURE_PIXELS = 120
WEIGHTS = {"type": "3_color_scale", "min_color": "#4F81BD", "mid_color": "#FFFFFF",
           "max_color": "#F79646", "mid_type": "num", "mid_value": 0}  # fmt: skip
COUNTS = {"type": "2_color_scale", "min_color": "#FFFFFF", "max_color": "#63BE7B"}


@dataclass(frozen=True, eq=False)
class Mistake:
    """One image that was taken for another class: (height, width, channels), 0 to `largest`."""

    name: str
    image: Array
    true_class: str
    predicted_class: str
    probability: float
    loss: float


@dataclass(frozen=True, eq=False)
class TrainingReport:
    """What the workbook shows.

    `settings` are what was trained and how, by name; `tested_on` says on which data the
    `classes` were told apart; `mistakes` are the worst ones, worst first; a pixel of theirs is at
    most `largest`.
    """

    network: Network
    settings: Mapping[str, str]
    history: Sequence[EpochRecord]
    tested_on: str
    classes: ClassReport
    mistakes: Sequence[Mistake]
    largest: float = 255


def write_training_report(file: BinaryIO, report: TrainingReport) -> None:
    """Write the report as an .xlsx workbook, its curves as native charts.

    Arguments: the binary `file`; the `report`, of at least one epoch.
    """
    # Texts stay texts: a class may be called "=1+1".
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with Workbook(file, options) as workbook:
        workbook.set_properties({"title": "Training", "created": CREATED})
        page = _Pages(workbook)
        page.summary(report)
        page.curves(report.history)
        page.confusion(report)
        page.filters(report.network)
        page.mistakes(report)


class _Pages:
    """Writes one sheet after the other."""

    def __init__(self, workbook: Any) -> None:  # noqa: ANN401 (XlsxWriter ships no types)
        self.workbook = workbook
        self.title = workbook.add_format({"bold": True, "font_size": 14})
        self.head = workbook.add_format({"bold": True, "bottom": 1})
        self.number = workbook.add_format({"num_format": "0.0000"})
        self.share = workbook.add_format({"num_format": "0.0%"})
        self.weight = workbook.add_format({"num_format": "0.00", "font_size": 8, "align": "center"})

    def sheet(self, name: str, title: str, widths: Mapping[str, int]) -> Any:  # noqa: ANN401
        """Add a sheet with a title in its first cell."""
        sheet = self.workbook.add_worksheet(name)
        sheet.write_string(0, 0, clean_text(title), self.title)
        for columns, width in widths.items():
            sheet.set_column(columns, width)
        return sheet

    def summary(self, report: TrainingReport) -> None:
        """Write what was trained, and how."""
        sheet = self.sheet("Summary", "What was trained", {"A:A": 22, "B:B": 60, "C:D": 16})
        last = report.history[-1]
        lines = {**report.settings, "Epochs": str(last.epoch), "Tested on": report.tested_on}
        for row, (name, text) in enumerate(lines.items(), start=2):
            sheet.write_string(row, 0, name)
            sheet.write_string(row, 1, clean_text(text))
        row = len(lines) + 2
        sheet.write_string(row, 0, "Accuracy")
        sheet.write_number(row, 1, report.classes.accuracy, self.share)
        self._layers(sheet, row + 2, report.network)

    def _layers(self, sheet: Any, row: int, network: Network) -> None:  # noqa: ANN401
        sheet.write_row(row, 0, ("Layer", "Call", "Output", "Parameters"), self.head)
        first = row + 1
        parts = zip(network.layers, network.shapes, network.shapes[1:], strict=False)
        for row, (layer, shape, output) in enumerate(parts, start=first):  # noqa: B020
            sheet.write_string(row, 0, layer.name)
            sheet.write_string(row, 1, write_layer(layer))
            sheet.write_string(row, 2, size_text(output))
            sheet.write_number(row, 3, layer.parameter_count(shape))
        total = f"=SUM({xl_range(first, 3, first + len(network.layers) - 1, 3)})"
        sheet.write_string(first + len(network.layers), 2, "Total", self.head)
        sheet.write_formula(first + len(network.layers), 3, total, self.head)
