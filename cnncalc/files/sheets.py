"""Pixel grids in .xlsx workbooks: the one block of numbers of a sheet, or a range of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cnncalc.errors import InputError
from cnncalc.files.cells import CellRange, cell_name, parse_range
from cnncalc.files.paths import did_you_mean, quoted
from cnncalc.files.pixels import Values, pixel_values
from cnncalc.files.workbooks import (
    Content,
    Oddity,
    Rows,
    Worksheet,
    is_number_place,
    open_worksheets,
)

__all__ = ["SheetBlock", "read_block"]

Position = tuple[int, int]


@dataclass(frozen=True, eq=False)
class SheetBlock:
    """A block of numbers in a workbook.

    `values` is a read-only array (height, width, 1); `sheet` and `cell_range` say where it stands;
    `others` are the further sheets that hold numbers, where no sheet was asked for.
    """

    values: Values
    sheet: str
    cell_range: str
    others: tuple[str, ...] = ()


def read_block(path: Path, sheet: str | None = None, cell_range: str | None = None) -> SheetBlock:
    """Read a block of numbers from an .xlsx workbook.

    Arguments: `path`; the `sheet`'s name, left out the first sheet that holds numbers;
    `cell_range` such as "B2:E18", left out the sheet's one rectangular block of numbers. Text,
    dates and logical values beside the block are taken for labels.
    Returns the block. A formula counts with the value that is stored with it.
    Raises OptionError for a range that is none; InputError for a workbook that can't be read, a
    missing sheet, several blocks, or a cell of the block that holds no number (it is named).
    """
    asked = None if cell_range is None else parse_range(cell_range)
    with open_worksheets(path) as worksheets:
        chosen, others = _choose(path, worksheets, sheet)
        rows = chosen.rows()
    where = f"sheet {quoted(chosen.name)} of {quoted(path)}"
    block = asked or _find_block(rows, where)
    return SheetBlock(_numbers(rows, block, where), chosen.name, block.name, others)


def _choose(
    path: Path, worksheets: Sequence[Worksheet], name: str | None
) -> tuple[Worksheet, tuple[str, ...]]:
    """Return the sheet to read, and the others that would have done."""
    if name is not None:
        return _named(path, worksheets, name), ()
    filled = [sheet for sheet in worksheets if sheet.holds_numbers()]
    if not filled:
        message = f"{quoted(path)} holds no numbers in any sheet"
        raise InputError(message)
    return filled[0], tuple(sheet.name for sheet in filled[1:])


def _named(path: Path, worksheets: Sequence[Worksheet], name: str) -> Worksheet:
    """Return the sheet of a name; spreadsheets don't tell capitals from small letters."""
    for sheet in worksheets:
        if sheet.name.casefold() == name.casefold():
            return sheet
    names = [sheet.name for sheet in worksheets]
    message = (
        f"{quoted(path)} has no sheet {quoted(name)}.{did_you_mean(name, names)} "
        f"It has {_listing(map(quoted, names))}"
    )
    raise InputError(message)


def _listing(names: Iterable[str], most: int = 6) -> str:
    names = list(names)
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def _find_block(rows: Rows, where: str) -> CellRange:
    """Return the range of the sheet's one block of numbers."""
    cells = {
        (row, column)
        for row, contents in rows.items()
        for column, content in enumerate(contents, start=1)
        if is_number_place(content)
    }
    if cells and (around := _around(cells)).height * around.width == len(cells):
        return around
    blocks = [_around(island) for island in _islands(cells) if _has_number(rows, island)]
    if len(blocks) > 1:
        message = (
            f"{where} holds {len(blocks)} blocks of numbers: "
            f"{_listing(block.name for block in sorted(blocks))}. Choose one with --range"
        )
        raise InputError(message)
    if not blocks:
        found = f": {cell_name(*min(cells))} holds {_what(rows, *min(cells))}" if cells else ""
        message = f"{where} holds no numbers{found}"
        raise InputError(message)
    return blocks[0]


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


def _numbers(rows: Rows, block: CellRange, where: str) -> Values:
    """Return a range's numbers (height, width, 1), or name the first cell that has none."""
    numbers = []
    for row in range(block.top, block.bottom + 1):
        for column in range(block.left, block.right + 1):
            content = _content(rows, row, column)
            if not isinstance(content, float):
                message = (
                    f"every cell of {block.name} in {where} must hold a number. Received: "
                    f"{_what(rows, row, column)} in {cell_name(row, column)}"
                )
                raise InputError(message)
            numbers.append(content)
    return pixel_values(np.array(numbers).reshape(block.height, block.width))
