"""Pixel grids in .xlsx workbooks: the one block of numbers of a sheet, or a range of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cnncalc.errors import InputError
from cnncalc.files.paths import did_you_mean, quoted
from cnncalc.files.pixels import Values, pixel_values
from cnncalc.files.spreadsheet_places import CellRange, cell_name, parse_range
from cnncalc.files.workbooks import (
    UNCALCULATED,
    Content,
    Oddity,
    OpenWorkbook,
    Position,
    Rows,
    Worksheet,
    is_number_place,
    is_number_text,
    open_workbook,
)
from cnncalc.files.xlsx_plain import PlainSheet
from cnncalc.wording import listed, size_text

__all__ = ["SheetBlock", "read_block"]

NAMED = 6

_TURN = "Turn text into numbers (in a spreadsheet program: Data, Text to Columns)"


@dataclass(frozen=True, eq=False)
class SheetBlock:
    """A block of numbers in a workbook.

    `values` is a read-only array (height, width, 1); `sheet` and `cell_range` say where it stands;
    `notes` say why that sheet was read, and what else there is to know of it.
    """

    values: Values
    sheet: str
    cell_range: str
    notes: tuple[str, ...] = ()

    @property
    def description(self) -> str:
        """Where it stands and how large it is, and the notes, on one line."""
        place = (f"sheet {quoted(self.sheet)}", self.cell_range, size_text(self.values.shape))
        return ", ".join((*place, *self.notes))


def read_block(path: Path, sheet: str | None = None, cell_range: str | None = None) -> SheetBlock:
    """Read a block of numbers from an .xlsx workbook, or one of its kind.

    Arguments: `path`; the `sheet`'s name, left out the active one: what is seen when the workbook
    is opened, or where that holds no numbers the next visible one that does; `cell_range` such as
    "B2:E18", left out the sheet's one rectangular block of numbers. Text, dates and logical values
    beside the block are taken for labels, but for text that spells a number.
    Returns the block. A formula counts with the value that is stored with it.
    Raises OptionError for a range that is none; InputError for a workbook that can't be read, a
    missing sheet, several blocks, a number stored as text beside the block, or a cell of the block
    that holds no number (it is named).
    """
    named = None if cell_range is None else parse_range(cell_range)
    with open_workbook(path) as book:
        chosen, notes = _choose(path, book, sheet)
        plain = chosen.numbers
        if plain is not None and (named is None or plain.range.holds(named)):
            return _plain_block(chosen, plain, named or plain.range, notes)
        cells = chosen.cells()
    where = f"sheet {quoted(chosen.name)} of {quoted(path)}"
    block = named or _find_block(cells.rows, where)
    numbers = _numbers(cells.rows, block, where)
    doubted = sum(block.holds(CellRange(*cell, *cell)) for cell in cells.doubted)
    return SheetBlock(numbers, chosen.name, block.name, (*notes, *_doubts(doubted)))


def _plain_block(
    sheet: Worksheet, plain: PlainSheet, block: CellRange, notes: tuple[str, ...]
) -> SheetBlock:
    """Return a block of a sheet that holds plain numbers alone."""
    top, left = block.top - plain.range.top, block.left - plain.range.left
    inside = (slice(top, top + block.height), slice(left, left + block.width))
    doubted = 0 if sheet.doubt == "none" else int(np.count_nonzero(plain.formulas[inside]))
    numbers = pixel_values(np.ascontiguousarray(plain.values[inside]))
    return SheetBlock(numbers, sheet.name, block.name, (*notes, *_doubts(doubted)))


def _choose(path: Path, book: OpenWorkbook, name: str | None) -> tuple[Worksheet, tuple[str, ...]]:
    """Return the sheet to read, and why it is that one."""
    if name is not None:
        sheet = _named(path, book.worksheets, name)
        return sheet, () if sheet.is_visible else ("a hidden sheet",)
    # Many sheets may share one part.
    parts = {sheet.entry.part: sheet for sheet in book.worksheets}
    has_numbers = {part: sheet.holds_numbers() for part, sheet in parts.items()}
    filled = [
        (at, sheet) for at, sheet in enumerate(book.worksheets) if has_numbers[sheet.entry.part]
    ]
    visible = [(at, sheet) for at, sheet in filled if sheet.is_visible]
    if not visible:
        hidden = listed((quoted(sheet.name) for _, sheet in filled), NAMED, counted=True)
        where = f"any visible sheet. Hidden ones that do: {hidden}" if filled else "any sheet"
        message = f"{quoted(path)} holds no numbers in {where}{_where_as_text(book.worksheets)}"
        raise InputError(message)
    at, sheet = next((place for place in visible if place[0] >= book.active), visible[0])
    notes = []
    if at != book.active and book.active < len(book.worksheets):
        notes.append(_why_not(book.worksheets[book.active]))
    if len(visible) > 1:
        chosen = "the active one" if at == book.active else "one"
        notes.append(f"{chosen} of {len(visible)} sheets with numbers")
    return sheet, tuple(notes)


def _why_not(active: Worksheet) -> str:
    """Say why the active sheet isn't the one that is read."""
    if not active.is_visible:
        why = "is hidden"
    elif active.has_cells:
        why = "holds no numbers"
    else:
        why = "has no cells"
    if active.is_visible and active.holds_number_texts():
        why = "holds numbers as text alone"
    return f"as the active sheet {quoted(active.name)} {why}"


def _where_as_text(worksheets: Iterable[Worksheet]) -> str:
    """Say which sheets hold numbers as text, and what to do then; nothing where none does."""
    names = [quoted(sheet.name) for sheet in worksheets if sheet.holds_number_texts()]
    return f", but as text in {listed(names, NAMED, counted=True)}. {_TURN}" if names else ""


def _named(path: Path, worksheets: Sequence[Worksheet], name: str) -> Worksheet:
    """Return the sheet of a name; spreadsheets don't tell capitals from small letters."""
    for sheet in worksheets:
        if sheet.name.casefold() == name.casefold():
            if sheet.has_cells:
                return sheet
            message = (
                f"{quoted(sheet.name)} of {quoted(path)} must be a sheet of cells. Received: a "
                f"{sheet.entry.kind}"
            )
            raise InputError(message)
    names = [sheet.name for sheet in worksheets]
    message = (
        f"{quoted(path)} has no sheet {quoted(name)}.{did_you_mean(name, names)} "
        f"It has {listed(map(quoted, names), NAMED, counted=True)}"
    )
    raise InputError(message)


def _doubts(doubted: int) -> tuple[str, ...]:
    """Say how many numbers of a block may be out of date."""
    if not doubted:
        return ()
    return (f"{doubted} of them as stored beside formulas, which the file asks to calculate anew",)


def _find_block(rows: Rows, where: str) -> CellRange:
    """Return the range of the sheet's one block of numbers."""
    cells = _places(rows, is_number_place)
    texts = _places(rows, is_number_text)
    if not texts and cells and (around := _around(cells)).height * around.width == len(cells):
        return around
    _refuse_number_texts(rows, cells, texts, where)
    blocks = [_around(island) for island in _islands(cells) if _has_number(rows, island)]
    if len(blocks) > 1:
        message = (
            f"{where} holds {len(blocks)} blocks of numbers: "
            f"{listed((block.name for block in sorted(blocks)), NAMED, counted=True)}. "
            "Choose one with --range A1:B2, or @FILE.xlsx!A1:B2 for a kernel"
        )
        raise InputError(message)
    if not blocks:
        _require_calculated(rows, cells, where)
        found = f": {cell_name(*min(cells))} holds {_what(rows, *min(cells))}" if cells else ""
        message = f"{where} holds no numbers{found}{_as_text(rows, texts)}"
        raise InputError(message)
    return blocks[0]


def _places(rows: Rows, is_meant: Callable[[Content], bool]) -> set[Position]:
    return {
        (row, column)
        for row, contents in rows.items()
        for column, content in enumerate(contents, start=1)
        if is_meant(content)
    }


def _refuse_number_texts(
    rows: Rows, cells: set[Position], texts: set[Position], where: str
) -> None:
    """Raise InputError, naming it, for text that touches the numbers and spells a number too.

    It may be a pixel, or a caption such as the "0", "1", "2" above a table's columns. Which, only
    its owner knows; to pass over a pixel would give wrong numbers that nothing hints at. Where
    several blocks are left even with the text, as in the dashboards that are exported, these are
    to be chosen from first.
    """
    islands = [island for island in _islands(cells | texts) if _has_number(rows, island)]
    if len(islands) != 1 or texts.isdisjoint(islands[0]):
        return
    named = _named_texts(rows, texts.intersection(islands[0]))
    message = (
        f"{where} holds numbers as text among its numbers: {named}. {_TURN}; or "
        "if they are captions, choose the numbers with --range A1:B2, or @FILE.xlsx!A1:B2 for a "
        "kernel"
    )
    raise InputError(message)


def _as_text(rows: Rows, texts: set[Position]) -> str:
    """Say which numbers stand there as text, and what to do about it."""
    return f", but numbers as text: {_named_texts(rows, texts)}. {_TURN}" if texts else ""


def _named_texts(rows: Rows, texts: Iterable[Position]) -> str:
    found = (f"{_what(rows, *cell)} in {cell_name(*cell)}" for cell in sorted(texts))
    return listed(found, NAMED, counted=True)


def _around(cells: Iterable[Position]) -> CellRange:
    """Return the smallest range around some cells."""
    rows, columns = zip(*cells, strict=True)
    return CellRange(min(rows), min(columns), max(rows), max(columns))


def _islands(cells: Iterable[Position]) -> list[list[Position]]:
    """Split cells into groups whose members touch each other side by side."""
    left = set(cells)
    islands = []
    while left:
        waiting = [left.pop()]
        island = []
        while waiting:
            row, column = waiting.pop()
            island.append((row, column))
            around = {(row - 1, column), (row + 1, column), (row, column - 1), (row, column + 1)}
            waiting.extend(around & left)
            left -= around
        islands.append(island)
    return islands


def _has_number(rows: Rows, cells: Iterable[Position]) -> bool:
    return any(isinstance(_content(rows, *cell), float) for cell in cells)


def _content(rows: Rows, row: int, column: int) -> Content:
    contents = rows.get(row, [])
    return contents[column - 1] if column <= len(contents) else None


def _what(rows: Rows, row: int, column: int) -> str:
    """Say what a cell holds that is no number."""
    content = _content(rows, row, column)
    return content.what if isinstance(content, Oddity) else "nothing"


def _require_calculated(rows: Rows, cells: Iterable[Position], where: str) -> None:
    """Raise InputError, naming them, where cells hold formulas that were never calculated."""
    found = sorted(cell for cell in cells if _content(rows, *cell) is UNCALCULATED)
    if not found:
        return
    many = len(found) > 1
    count = f"{len(found):,} formulas that were" if many else "a formula that was"
    message = (
        f"{where} holds {count} never calculated: "
        f"{listed((cell_name(*cell) for cell in found), NAMED, counted=True)}. "
        "Open the workbook in a spreadsheet program, have everything calculated (Ctrl+Alt+F9 in "
        "Excel, Ctrl+Shift+F9 in LibreOffice), and save it"
    )
    raise InputError(message)


def _numbers(rows: Rows, block: CellRange, where: str) -> Values:
    """Return a range's numbers (height, width, 1), or name the first cell that has none."""
    inside = (
        (row, column)
        for row in range(block.top, min(block.bottom, max(rows, default=0)) + 1)
        for column in range(block.left, min(block.right, len(rows.get(row, ()))) + 1)
    )
    _require_calculated(rows, inside, where)
    numbers = []
    for row in range(block.top, block.bottom + 1):
        for column in range(block.left, block.right + 1):
            content = _content(rows, row, column)
            if not isinstance(content, float):
                message = (
                    f"every cell of {block.name} in {where} must hold a number. Received: "
                    f"{_what(rows, row, column)} in {cell_name(row, column)}"
                )
                if is_number_text(content):
                    message += f". {_TURN}"
                raise InputError(message)
            numbers.append(content)
    return pixel_values(np.array(numbers).reshape(block.height, block.width))
