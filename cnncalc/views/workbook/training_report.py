"""The report of a training as a workbook: curves, confusion matrix, filters, the worst mistakes.

It shows what was measured in training; the shares on it are live formulas.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from io import BytesIO
from textwrap import wrap
from typing import Any, BinaryIO

import numpy as np
from xlsxwriter import Workbook
from xlsxwriter.utility import xl_range, xl_range_abs, xl_rowcol_to_cell

from cnncalc.layers.base import size_text
from cnncalc.network import Network
from cnncalc.notation import write_layer
from cnncalc.provenance import OWN_MARK
from cnncalc.sheet.paper import SPARE, Paper
from cnncalc.sheet.texts import clean_text
from cnncalc.training.history import EpochRecord
from cnncalc.views.picture import encode_picture
from cnncalc.views.report_contents import Mistake, TrainingReport
from cnncalc.views.workbook.coloring import sequential_scale, signed_scale
from cnncalc.views.workbook.printing import set_up_paper
from cnncalc.views.workbook.rendering import CREATED, FONT

__all__ = ["write_training_report"]

LINE_LENGTH, LINE_POINTS = 76, 15
HEADING_ROW = 2
# From one chart to the next: two are no higher than a page that lies.
CHART_ROWS = 15
MOST_FILTERS = 64
MOST_CHANNELS = 16
PICTURE_PIXELS = 96
ROW_PIXELS = 100
FILTER_PIXELS, WEIGHT_PIXELS, TEXT_ROW = 70, 40, 20
CURVES = {"Loss": ("loss", "val_loss"), "Accuracy": ("accuracy", "val_accuracy")}


def write_training_report(file: BinaryIO, report: TrainingReport, paper: Paper = Paper.A4) -> None:
    """Write the report as an .xlsx workbook, its curves as native charts.

    Arguments: the binary `file`; the `report`, of at least one epoch; the `paper` to print it on.
    """
    # Texts stay texts: a class may be called "=1+1".
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "nan_inf_to_errors": True,  # the loss of an image that the network overflows at
        "default_format_properties": FONT,
    }
    with Workbook(file, options) as workbook:
        workbook.set_properties({"title": "Training", "comments": OWN_MARK, "created": CREATED})
        book = _Book(workbook, paper)
        _write_summary(book, report)
        _write_curves(book, report.history)
        _write_confusion(book, report)
        _write_filters(book, report.network)
        _write_mistakes(book, report)


class _Book:
    """A workbook with the formats of its cells."""

    def __init__(self, workbook: Any, paper: Paper) -> None:
        self.workbook = workbook
        self.paper = paper
        self.title = workbook.add_format({"bold": True, "font_size": 15, "font_color": "#1E5631"})
        self.heading = workbook.add_format({"bold": True, "bottom": 1})
        self.number_heading = workbook.add_format({"bold": True, "bottom": 1, "align": "right"})
        self.top = workbook.add_format({"valign": "top"})
        self.count = workbook.add_format({"valign": "top", "num_format": "#,##0"})
        self.text = workbook.add_format({"valign": "top", "text_wrap": True})
        self.side = workbook.add_format({"bold": True})
        self.rate = workbook.add_format({"num_format": "0.0#######"})
        self.number = workbook.add_format({"num_format": "0.0000"})
        self.total = workbook.add_format({"bold": True, "top": 1, "num_format": "#,##0"})
        self.share = workbook.add_format({"num_format": "0.0%"})
        self.accuracy = workbook.add_format({"num_format": "0.0%", "align": "left"})
        self.weight = workbook.add_format({"num_format": "0.00", "font_size": 8, "align": "center"})
        self.middle = workbook.add_format({"valign": "vcenter", "num_format": "0.0000"})

    def sheet(self, name: str, title: str, **widths: int) -> Any:
        """Add a sheet with its title in the first cell; widths by column, in characters."""
        sheet = self.workbook.add_worksheet(name)
        sheet.write_string(0, 0, clean_text(title), self.title)
        set_up_paper(sheet, self.paper, "&LTraining report&R&A")
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        # The title, and below a free row the headings of what is longer than a page.
        sheet.repeat_rows(0, HEADING_ROW)
        for column, width in widths.items():
            sheet.set_column(f"{column}:{column}", width)
        return sheet


def _write_summary(book: _Book, report: TrainingReport) -> None:
    sheet = book.sheet("Summary", "What was trained", A=22, B=72, C=16, D=16)
    lines = {**report.settings, "Epochs done": str(len(report.history))}
    for row, (name, text) in enumerate(lines.items(), start=2):
        sheet.write_string(row, 0, name, book.top)
        _write_text(book, sheet, row, text)
    row = 2 + len(lines)
    sheet.write_string(row, 0, f"Accuracy, {report.tested_on.lower()}")
    sheet.write_number(row, 1, report.classes.accuracy, book.accuracy)
    _write_layers(book, sheet, row + 2, report.network)


def _write_layers(book: _Book, sheet: Any, top: int, network: Network) -> None:
    for column, heading in enumerate(("Layer", "Call", "Output")):
        sheet.write_string(top, column, heading, book.heading)
    sheet.write_string(top, 3, "Parameters", book.number_heading)
    first, last = top + 1, top + len(network.layers)
    pairs = zip(network.layers, network.input_shapes, strict=True)
    counts = [layer.parameter_count(shape) for layer, shape in pairs]
    rows = zip(network.layers, network.shapes[1:], counts, strict=True)
    for index, (layer, shape, count) in enumerate(rows):
        sheet.write_string(first + index, 0, layer.name, book.top)
        _write_text(book, sheet, first + index, write_layer(replace(layer, name="")))
        sheet.write_string(first + index, 2, size_text(shape), book.top)
        sheet.write_number(first + index, 3, count, book.count)
    total = f"=SUM({xl_range(first, 3, last, 3)})"
    sheet.write_string(last + 1, 2, "Total", book.total)
    sheet.write_formula(last + 1, 3, total, book.total, sum(counts))


def _write_text(book: _Book, sheet: Any, row: int, text: str) -> None:
    """Write a text into the second column, in as many lines as it needs."""
    sheet.write_string(row, 1, clean_text(text), book.text)
    lines = len(wrap(text, LINE_LENGTH))
    if lines > 1:  # not every program works this out by itself
        sheet.set_row(row, LINE_POINTS * lines)


def _write_curves(book: _Book, history: Sequence[EpochRecord]) -> None:
    sheet = book.sheet(
        "Curves", "Loss and accuracy of each epoch", A=8, B=12, C=12, D=12, E=13, F=13
    )
    names = [name for name, value in history[0].row().items() if value is not None]
    formats = {"epoch": None, "images": None, "learning_rate": book.rate}
    for column, name in enumerate(names):
        sheet.write_string(2, column, name, book.number_heading)
        for row, record in enumerate(history, start=3):
            form = formats.get(name, book.number)
            sheet.write_number(row, column, record.row()[name], form)
    for place, (title, pair) in enumerate(CURVES.items()):
        chart = book.workbook.add_chart({"type": "line"})
        for name in pair:
            if name in names:
                chart.add_series(_series(sheet.name, names.index(name), len(history)))
        chart.set_title({"name": title})
        chart.set_x_axis({"name": "epoch"})
        sheet.insert_chart(HEADING_ROW + CHART_ROWS * place, len(names) + 1, chart)


def _series(sheet: str, column: int, count: int) -> dict[str, Any]:
    return {
        "name": [sheet, 2, column],
        "categories": [sheet, 3, 0, 2 + count, 0],
        "values": [sheet, 3, column, 2 + count, column],
        "marker": {"type": "circle", "size": 4},
    }


def _write_confusion(book: _Book, report: TrainingReport) -> None:
    title = f"{report.tested_on}: rows are the true classes, columns what they were taken for"
    sheet = book.sheet("Confusion", title, A=22)
    names, matrix = report.classes.class_names, report.classes.matrix
    first, last = 3, 2 + len(names)
    for index, name in enumerate(names):
        sheet.write_string(2, 1 + index, clean_text(name), book.number_heading)
        sheet.write_string(first + index, 0, clean_text(name), book.side)
        for column, count in enumerate(matrix[index].tolist(), start=1):
            sheet.write_number(first + index, column, count)
    counts = (first, 1, last, len(names))
    sheet.conditional_format(*counts, sequential_scale(xl_range_abs(*counts)))
    sheet.write_string(2, 1 + len(names), "recall", book.number_heading)
    sheet.write_string(last + 1, 0, "precision", book.side)
    for index in range(len(names)):
        cell = xl_rowcol_to_cell(first + index, 1 + index)
        row = xl_range(first + index, 1, first + index, len(names))
        column = xl_range(first, 1 + index, last, 1 + index)
        recall, precision = report.classes.recall[index], report.classes.precision[index]
        _write_share(book, sheet, (first + index, 1 + len(names)), (cell, row), recall)
        _write_share(book, sheet, (last + 1, 1 + index), (cell, column), precision)


def _write_share(
    book: _Book,
    sheet: Any,
    place: tuple[int, int],
    parts: tuple[str, str],
    value: float,
) -> None:
    """Write a cell's share of the sum of some, empty where that is 0."""
    cell, others = parts
    formula = f'=IF(SUM({others})=0,"",{cell}/SUM({others}))'
    sheet.write_formula(*place, formula, book.share, "" if np.isnan(value) else value)


def _write_filters(book: _Book, network: Network) -> None:
    """Write the first convolution's weights: a block a channel, the filters below each other."""
    found = [
        (layer.name, weights["kernel"])
        for layer, weights in zip(network.layers, network.weights, strict=True)
        if layer.has_filters
    ]
    if not found:
        return
    name, kernel = found[0]
    height, width, channels, filters = kernel.shape
    rows, columns = min(filters, MOST_FILTERS), min(channels, MOST_CHANNELS)
    shown = f"{rows} of {filters} filters of {height}×{width}×{channels}"
    cut = f", the first {columns} of {channels} channels" if columns < channels else ""
    title = f"What {name} has learnt: {shown}{cut}, a channel beside the other"
    sheet = book.sheet("Filters", title)
    sheet.set_column_pixels(0, 0, FILTER_PIXELS)
    sheet.set_column_pixels(1, (width + 1) * columns, WEIGHT_PIXELS)
    _break_pages(sheet, book.paper, FILTER_PIXELS + (width + 1) * columns * WEIGHT_PIXELS, height)
    for index in range(rows):
        top = 2 + index * (height + 1)
        sheet.write_string(top, 0, f"filter {index}")
        for channel in range(columns):
            left = 1 + channel * (width + 1)
            for row, column in np.ndindex(height, width):
                weight = float(kernel[row, column, channel, index])
                sheet.write_number(top + row, left + column, weight, book.weight)
    weights = (2, 1, 1 + rows * (height + 1), (width + 1) * columns)
    sheet.conditional_format(*weights, signed_scale(xl_range_abs(*weights)))


def _break_pages(sheet: Any, paper: Paper, width: int, height: int) -> None:
    """Print filters so many pixels wide and so many rows high as large as fits, and none cut."""
    page_width, page_height = paper.room(is_landscape=True)
    scale = min(1.0, page_width / (SPARE[0] * width))
    # The title and the free row below are repeated.
    rows = int(page_height / scale / SPARE[1] / TEXT_ROW) - HEADING_ROW
    filters = max(1, rows // (height + 1))
    sheet.set_print_scale(int(100 * scale))
    sheet.repeat_rows(0, HEADING_ROW - 1)
    pitch = filters * (height + 1)
    sheet.set_h_pagebreaks([HEADING_ROW + pitch * page for page in range(1, 1 + MOST_FILTERS)])


def _write_mistakes(book: _Book, report: TrainingReport) -> None:
    if not report.mistakes:
        return
    sheet = book.sheet("Mistakes", f"{report.tested_on}: the worst mistakes", B=40, C=18, D=18)
    sheet.set_column_pixels(0, 0, ROW_PIXELS)
    for column, heading in enumerate(("Image", "Name", "True class", "Taken for")):
        sheet.write_string(2, column, heading, book.heading)
    sheet.write_string(2, 4, "Loss", book.number_heading)
    for row, mistake in enumerate(report.mistakes, start=3):
        sheet.set_row_pixels(row, ROW_PIXELS)
        _insert_picture(sheet, row, mistake, report.largest)
        texts = (mistake.name, mistake.true_class, mistake.predicted_class)
        for column, text in enumerate(texts, start=1):
            sheet.write_string(row, column, clean_text(text), book.middle)
        sheet.write_number(row, 4, mistake.loss, book.middle)


def _insert_picture(sheet: Any, row: int, mistake: Mistake, largest: float) -> None:
    # No more pixels than are seen: two dozen whole photos would be a large file.
    step = max(1, max(mistake.image.shape[:2]) // PICTURE_PIXELS)
    image = mistake.image[::step, ::step] * (255 / largest)
    picture = encode_picture(image, "png")
    scale = PICTURE_PIXELS / max(image.shape[:2])
    options = {
        "image_data": BytesIO(picture.data),
        "x_scale": scale,
        "y_scale": scale,
        "x_offset": 2,
        "y_offset": 2,
        "description": f"{mistake.true_class}, taken for {mistake.predicted_class}",
    }
    sheet.insert_image(row, 0, f"{row}.png", options)
