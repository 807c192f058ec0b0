"""A worksheet and its key on paper: cells to write into, on as many pages as they take.

Pages are cut between the groups of cells and between filters; only what is larger than a page is
cut within, into equal parts.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from itertools import accumulate, groupby, pairwise
from math import ceil
from textwrap import wrap

from cnncalc.sheet.annotations import Area, Text
from cnncalc.sheet.paper import shared_room
from cnncalc.sheet.plan import Plan, Sheet

__all__ = ["NAME_ROW", "as_key", "is_printed", "name_lines", "on_paper"]

# A handwritten number takes 12 × 8 mm. A pixel is 1/96 inch, so these cells are 13.2 × 9 mm.
CELL, ROW = 50, 34
# What a page holds of them when they are printed at 91 % or more.
ROOM = shared_room(0.91)
# Where there is nothing to write, numbers need only be read.
READABLE = 0.6

NAME_ROW = 1
# What is asked above, each with the columns to write into.
_ASKED = (("Name", 6), ("Date", 3), ("Class", 2))
# A label, its columns, and one that stays free before the next.
_ASKED_COLUMNS = sum(2 + columns for _, columns in _ASKED) - 1

# How high rows are that hold texts, and how wide a character is, in pixels.
_TEXT, _CHARACTER = 21, 5.8

# From a first row or column to the one after the last.
Span = tuple[int, int]


def as_key(plan: Plan, header: str) -> Plan:
    """Return the plan of a worksheet's key, which is printed as the worksheet is.

    Arguments: the plan of the calculation; the `header` of the worksheet.
    """
    name = f"Key to {header}"
    return replace(plan, sheets=tuple(_key_sheet(plan, sheet, name) for sheet in plan.sheets))


def _key_sheet(plan: Plan, sheet: Sheet, name: str) -> Sheet:
    texts = tuple(
        replace(text, text=f"{name} · {text.text}") if text.style == "title" else text
        for text in sheet.texts
    )
    last = max(text.row for text in texts)
    texts = (*texts, Text(last + 2, 1, "Bold and underlined: what the worksheet asks for."))
    key = replace(sheet, texts=texts, header=name)
    return _without_name(on_paper(key), sheet) if is_printed(plan, sheet) else key


def _without_name(key: Sheet, sheet: Sheet) -> Sheet:
    """Return a key with its sheet's links where a worksheet has the line for the name.

    That row is not printed.
    """
    areas = tuple(
        replace(area, row=NAME_ROW + 1, height=area.height - 1) if area.row == NAME_ROW else area
        for area in key.areas
    )
    links = (text for text in sheet.texts if text.link)
    return replace(key, texts=(*key.texts, *links), areas=areas, repeated=key.repeated - 1)


def is_printed(plan: Plan, sheet: Sheet) -> bool:
    """Tell whether a sheet is laid out for paper: the article's have a layout of their own."""
    return plan.specifications[sheet.specification].layout == "steps"


def on_paper(sheet: Sheet) -> Sheet:
    """Return a sheet with cells to write into, and the areas that are printed, each on a page.

    The rows between the title, which a page's header says, and the first cells stand above on each
    page. Links are left out, and so are colours that the legend explains and no cell has.
    """
    columns = _column_pages(sheet)
    sheet = replace(sheet, texts=_texts(sheet, columns[0][1] - columns[0][0]))
    rows = _row_pages(sheet)
    areas = tuple(
        Area(top, left, bottom - top, right - left)
        for top, bottom in rows
        for left, right in columns
        if _holds_cells(sheet, (top, bottom), (left, right))
    )
    return replace(sheet, cell=CELL, row=ROW, areas=areas, repeated=sheet.frozen[0] - NAME_ROW)


def name_lines(sheet: Sheet) -> Iterator[Text]:
    """Yield the line for name, date and class above the first page, and the name above others.

    Arguments: the sheet, `on_paper`.
    """
    spans = sorted({(area.column, area.width) for area in sheet.areas})
    for place, (column, columns) in enumerate(spans):
        is_short = place or columns < _ASKED_COLUMNS
        asked = (("Name", min(_ASKED[0][1], columns - 1)),) if is_short else _ASKED
        lefts = accumulate((2 + width for _, width in asked), initial=column)
        for (label, width), left in zip(asked, lefts, strict=False):
            yield Text(NAME_ROW, left, label, "caption")
            yield from (Text(NAME_ROW, left + 1 + cell, "", "entry") for cell in range(width))


def _room(sheet: Sheet) -> tuple[float, float]:
    """Return what a page holds of a sheet, in pixels: more where there is nothing to write."""
    has_answers = any(block.role in ("answer", "formula") for block in sheet.blocks)
    scale = 1 if has_answers else READABLE
    return ROOM[0] / scale, ROOM[1] / scale


def _column_pages(sheet: Sheet) -> list[Span]:
    """Return the columns of each page: as many as a page has, up to those of the next."""
    width, _ = _room(sheet)
    runs = _runs((block.column, block.column + block.width) for block in sheet.blocks)
    pages = _packed(runs, lambda first, end: (end - first) * CELL, width)
    wide = [(first, max(end, first + int(ROOM[0] / CELL))) for first, end in pages]
    return [*((one[0], min(one[1], after[0])) for one, after in pairwise(wide)), wide[-1]]


def _row_pages(sheet: Sheet) -> list[Span]:
    """Return the rows of each page; the first page's begin with the line for the name.

    What is said below the cells goes with the last of them: the headings that stand above on each
    page would head nothing else.
    """

    def pixels(first: int, end: int) -> float:
        return sum(_row_pixels(sheet, row) for row in range(first, end))

    top = sheet.frozen[0]
    room = _room(sheet)[1] - pixels(NAME_ROW, top)
    runs = _runs([(block.row - 1, block.row + block.height) for block in sheet.blocks])
    runs[0] = (top, runs[0][1])
    below = [text.row for text in sheet.texts if text.row >= _bottom(sheet)]
    if below:
        first, end = runs[-1][0], max(below) + 1
        goes_along = pixels(first, end) <= room
        runs = [*runs[:-1], (first, end)] if goes_along else [*runs, (min(below), end)]
    pages = _packed(runs, pixels, room)
    return [(NAME_ROW, pages[0][1]), *pages[1:]]


def _row_pixels(sheet: Sheet, row: int) -> int:
    has_cells = any(block.row <= row < block.row + block.height for block in sheet.blocks)
    # The headings keep some distance from the line for the name.
    return ROW if has_cells or row in (NAME_ROW, NAME_ROW + 1) else _TEXT


def _bottom(sheet: Sheet) -> int:
    """Return the first row below all cells."""
    return max(block.row + block.height for block in sheet.blocks)


def _runs(spans: Iterator[Span] | Sequence[Span]) -> list[Span]:
    """Return spans as they lie apart: those that touch are one."""
    runs: list[Span] = []
    for first, end in sorted(spans):
        if runs and first <= runs[-1][1]:
            runs[-1] = (runs[-1][0], max(end, runs[-1][1]))
        else:
            runs.append((first, end))
    return runs


def _packed(runs: Sequence[Span], pixels: Callable[[int, int], float], room: float) -> list[Span]:
    """Return pages of so many pixels that hold runs whole, where these are no larger."""
    pages: list[Span] = []
    for first, end in (part for run in runs for part in _parts(run, pixels(*run), room)):
        if pages and pixels(pages[-1][0], end) <= room:
            pages[-1] = (pages[-1][0], end)
        else:
            pages.append((first, end))
    return pages


def _parts(run: Span, pixels: float, room: float) -> Iterator[Span]:
    """Yield the equal parts that a run is cut into where it is larger than a page."""
    first, end = run
    step = ceil((end - first) / ceil(pixels / room))
    for start in range(first, end, step):
        yield start, min(start + step, end)


def _holds_cells(sheet: Sheet, rows: Span, columns: Span) -> bool:
    """Tell whether a page shows cells, or the texts below them."""
    cells = [(block.row, block.height, block.column, block.width) for block in sheet.blocks]
    cells += [(text.row, 1, text.column, 1) for text in sheet.texts if text.row >= _bottom(sheet)]
    return any(
        row < rows[1]
        and row + height > rows[0]
        and column < columns[1]
        and column + width > columns[0]
        for row, height, column, width in cells
    )


def _texts(sheet: Sheet, columns: int) -> tuple[Text, ...]:
    """Return a sheet's texts without links, those below its cells in lines of so many columns."""
    bottom = _bottom(sheet)
    kept = [text for text in sheet.texts if not text.link]
    above = [text for text in kept if text.row < bottom]
    below = [text for text in kept if text.row >= bottom]
    roles = {block.role for block in sheet.blocks}
    return (*above, *_lines(below, roles, bottom + 1, columns))


def _lines(texts: Sequence[Text], roles: Collection[str], row: int, columns: int) -> Iterator[Text]:
    """Yield texts from a row on, long ones in several lines, and what the colours mean."""
    by_row = groupby(sorted(texts, key=lambda text: text.row), key=lambda text: text.row)
    was_legend = False
    for _, (first, *others) in by_row:
        role = first.style.removeprefix("legend ")
        is_legend = role != first.style
        # A row is left free above the legend.
        row += is_legend and not was_legend
        was_legend = is_legend
        if not is_legend:
            lines = wrap(first.text, int(columns * CELL / _CHARACTER))
            yield from (replace(first, row=row + at, text=line) for at, line in enumerate(lines))
            row += len(lines)
        elif role in roles:
            yield from (replace(text, row=row) for text in (first, *others))
            row += 1
