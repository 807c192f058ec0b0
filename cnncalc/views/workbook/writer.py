"""A plan and its values, written: row by row, so that memory does not grow with the sheets."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from cnncalc.errors import OutputError
from cnncalc.network import Array
from cnncalc.sheet.annotations import Chart
from cnncalc.sheet.paper import Paper
from cnncalc.sheet.plan import Block, Plan, Sheet, Text, Values
from cnncalc.sheet.references import address, range_address, sheet_prefix
from cnncalc.sheet.texts import clean_text
from cnncalc.sheet.values import without_denormals
from cnncalc.sheet.worksheet import marks_of
from cnncalc.views.workbook.coloring import Coloring, color_answers, color_matches, color_numbers
from cnncalc.views.workbook.look import Formats
from cnncalc.views.workbook.measures import MARGIN, Measures
from cnncalc.views.workbook.printing import set_up_pages
from cnncalc.views.workbook.rendering import Target, formula_rows, new_workbook

__all__ = ["Progress", "write_plan"]

# Told how many more formulas are written, now and then.
Progress = Callable[[int], None]

# More columns than a chart covers.
CHART_COLUMNS = 12


def write_plan(
    target: Target,
    plan: Plan,
    values: Sequence[Values],
    extra: tuple[Sequence[Sheet], Sequence[Sheet]],
    title: str,
    progress: Progress | None = None,
    paper: Paper = Paper.A4,
    *,
    is_article: bool = False,
) -> None:
    """Write a workbook.

    Arguments: the `target` path or binary stream; the `plan`; the `values` of each of its
    specifications; `extra` sheets without blocks, those that come before and those after; the
    `title` of the document; `progress`, told how many formulas each written row adds; the `paper`
    that its sheets are laid out for; whether its images are grids of the article's.
    Raises OutputError for a number that no cell can hold.
    """
    before, after = extra
    colorings = [
        Coloring.of(specification, numbers, is_article=is_article)
        for specification, numbers in zip(plan.specifications, values, strict=True)
    ]
    with new_workbook(target, clean_text(title)) as workbook:
        formats = Formats(workbook, is_article=is_article)
        sheets = [*before, *plan.sheets, *after]
        # All sheets exist before the first link to one of them is written.
        worksheets = [workbook.add_worksheet(sheet.name) for sheet in sheets]
        for sheet, worksheet in zip(sheets, worksheets, strict=True):
            shown, measures = values[sheet.specification], Measures(sheet)
            _set_up(worksheet, measures, paper)
            _write_rows(worksheet, measures, shown, formats, progress)
            color_numbers(worksheet, sheet, shown, colorings[sheet.specification], formats)
            color_answers(worksheet, sheet, formats)
            color_matches(worksheet, sheet, formats)
            _restrict(worksheet, sheet)
            _draw_charts(workbook, worksheet, sheet, shown)
            _define_names(workbook, sheet, scoped=len(plan.specifications) > 1)


def _set_up(worksheet: Any, measures: Measures, paper: Paper) -> None:
    """Set what a sheet has as a whole: its cells' size, its panes, its printed pages."""
    sheet = measures.sheet
    worksheet.hide_gridlines(2)
    if sheet.locked:
        worksheet.protect()
    if sheet.hidden:
        worksheet.very_hidden()
    if sheet.cell:
        worksheet.set_default_row((sheet.row or sheet.cell) * 0.75)
        worksheet.set_column_pixels(0, _last_column(sheet), sheet.cell)
        worksheet.set_column_pixels(0, 0, MARGIN)
    for column, pixels in sheet.widths:
        worksheet.set_column_pixels(column, column, pixels)
    if sheet.marks:
        worksheet.set_column(sheet.marks, _last_column(sheet), None, None, {"hidden": True})
    if sheet.frozen != (0, 0):
        worksheet.freeze_panes(*sheet.frozen)
    worksheet.set_zoom(sheet.zoom)
    set_up_pages(worksheet, measures, paper)


def _last_column(sheet: Sheet) -> int:
    # A page may be wider than its blocks, where titles need room.
    ends = [block.column + block.width for block in sheet.blocks]
    ends += [area.column + area.width for area in sheet.areas]
    return max([0, *ends, *(chart.column + CHART_COLUMNS for chart in sheet.charts)])


def _write_rows(
    worksheet: Any,
    measures: Measures,
    values: Values,
    formats: Formats,
    progress: Progress | None,
) -> None:
    """Write a sheet's texts and blocks in the order of their rows."""
    sheet = measures.sheet
    texts: dict[int, list[Text]] = defaultdict(list)
    for text in sheet.texts:
        texts[text.row].append(text)
    starting: dict[int, list[Block]] = defaultdict(list)
    for block in sheet.blocks:
        starting[block.row].append(block)
    active: list[tuple[Block, Iterator[int]]] = []
    for row in range(measures.last_row + 1):
        active += [
            (block, _write_block(worksheet, block, values, formats, sheet.cell))
            for block in starting[row]
        ]
        if not active:
            worksheet.set_row_pixels(row, measures.row(row))
            # In constant memory a row is only written, with its height, if it holds a cell.
            worksheet.write_blank(row, 0, None, formats.text("text"))
        for text in texts[row]:
            _write_text(worksheet, text, formats)
        written = sum(next(rows) for _, rows in active)
        if progress and written:
            progress(written)
        active = [(block, rows) for block, rows in active if row + 1 < block.row + block.height]


def _write_text(worksheet: Any, text: Text, formats: Formats) -> None:
    cell_format = formats.text(text.style)
    shown = clean_text(text.text)
    if text.link:
        target = f"internal:{sheet_prefix(text.link)}{text.cell}"
        worksheet.write_url(text.row, text.column, target, cell_format, shown)
    elif shown:
        worksheet.write_string(text.row, text.column, shown, cell_format)
    else:
        worksheet.write_blank(text.row, text.column, None, cell_format)


def _write_block(
    worksheet: Any,
    block: Block,
    values: Values,
    formats: Formats,
    pixels: int,
) -> Iterator[int]:
    """Write one row of a block each time; yield how many formulas that were."""
    numbers = block.slice(values)
    # Names are texts.
    shown = numbers if numbers.dtype == object else without_denormals(numbers)
    columns = range(block.column, block.column + block.width)
    cell_format = formats.cell(block, pixels)
    if block.formula is None:
        number_format = formats.given(block, pixels) if block.role == "answer" else cell_format
        for row, line in enumerate(shown, start=block.row):
            _write_constants(worksheet, row, columns, line, (number_format, cell_format))
            yield 0
        return
    _require_finite(numbers, block)
    write_formula = worksheet.write_formula
    marks = replace(block, quantity=marks_of(block.quantity))
    asked = marks.slice(values) if marks.quantity in values else None
    asked_format = formats.asked(block, pixels) if asked is not None else None
    for row, (line, formulas) in enumerate(zip(shown, formula_rows(block), strict=True)):
        looks = [cell_format] * block.width
        if asked is not None:
            looks = [asked_format if mark else cell_format for mark in asked[row]]
        cells = zip(columns, formulas, looks, line.tolist(), strict=True)
        for column, formula, look, number in cells:
            write_formula(block.row + row, column, formula, look, number)
        yield block.width


def _write_constants(
    worksheet: Any,
    row: int,
    columns: range,
    numbers: Array,
    formats: tuple[Any, Any],
) -> None:
    """Write a row of numbers in the first of two formats, of empty cells in the second."""
    number_format, empty_format = formats
    for column, number in zip(columns, numbers.tolist(), strict=True):
        if isinstance(number, str):
            worksheet.write_string(row, column, number, number_format)
        elif math.isnan(number):
            worksheet.write_blank(row, column, None, empty_format)
        else:
            worksheet.write_number(row, column, number, number_format)


def _require_finite(numbers: Array, block: Block) -> None:
    if numbers.dtype != object and not np.isfinite(numbers).all():
        what = f"{block.quantity.layer} {block.quantity.name}".strip()
        message = (
            "a workbook holds numbers up to 1.8e308 only. "
            f"Received: a larger one, or none, among the results of {what!r}"
        )
        raise OutputError(message)


def _restrict(worksheet: Any, sheet: Sheet) -> None:
    """Let a spreadsheet refuse what cells can't take."""
    for entry in sheet.entries:
        rule = f"={entry.rule.format(address(entry.row, entry.column))}"
        options = {"validate": "custom", "value": rule, "error_message": entry.expected}
        worksheet.data_validation(entry.row, entry.column, entry.row, entry.column, options)


def _draw_charts(workbook: Any, worksheet: Any, sheet: Sheet, values: Values) -> None:
    for chart in sheet.charts:
        drawn = workbook.add_chart({"type": "line"})
        categories = _charted(sheet, chart, "categories", chart.categories, values)
        numbers = _charted(sheet, chart, "values", chart.values, values)
        marker = {"type": "circle", "size": 4}
        drawn.add_series({**categories, **numbers, "name": chart.title, "marker": marker})
        drawn.set_title({"name": chart.title})
        drawn.set_legend({"none": True})
        drawn.set_x_axis({"name": chart.axis})
        if chart.most is not None:
            drawn.set_y_axis({"min": 0, "max": chart.most})
        worksheet.insert_chart(chart.row, chart.column, drawn)


def _charted(
    sheet: Sheet, chart: Chart, name: str, column: int, values: Values
) -> Mapping[str, Sequence[Any]]:
    """Return the range of what a chart draws, and its numbers, which previews draw.

    In constant memory XlsxWriter no longer has those when it writes the chart.
    """
    rows = range(chart.first, chart.first + chart.count)
    blocks = [block for block in sheet.blocks if block.column == column and block.row in rows]
    parts = [block.slice(values)[:, 0] for block in sorted(blocks, key=lambda block: block.row)]
    shown = [f"{number:.16G}" for number in without_denormals(np.concatenate(parts)).tolist()]
    return {name: [sheet.name, rows[0], column, rows[-1], column], f"{name}_data": shown}


def _define_names(workbook: Any, sheet: Sheet, *, scoped: bool) -> None:
    prefix = sheet_prefix(sheet.name)
    for name in sheet.names:
        area = range_address(name.row, name.column, name.height, name.width, fixed=True)
        workbook.define_name(f"{prefix if scoped else ''}{name.name}", f"={prefix}{area}")
