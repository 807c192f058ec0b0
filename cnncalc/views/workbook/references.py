"""Cell addresses in A1 notation; rows and columns count from 0 everywhere else."""

from __future__ import annotations

from functools import cache

from xlsxwriter.utility import quote_sheetname, xl_col_to_name

__all__ = ["address", "column_letters", "range_address", "sheet_prefix"]


@cache
def column_letters(column: int) -> str:
    """Return the letters of a column.

    >>> column_letters(0), column_letters(26)
    ('A', 'AA')
    """
    return str(xl_col_to_name(column))


def address(row: int, column: int, *, fixed: bool = False) -> str:
    """Return a cell's address, with dollar signs where `fixed`.

    >>> address(1, 1), address(4, 6, fixed=True)
    ('B2', '$G$5')
    """
    sign = "$" if fixed else ""
    return f"{sign}{column_letters(column)}{sign}{row + 1}"


def range_address(row: int, column: int, height: int, width: int, *, fixed: bool = False) -> str:
    """Return a range's address, of its first cell alone where it has but one.

    >>> range_address(4, 6, 2, 2, fixed=True)
    '$G$5:$H$6'
    """
    first = address(row, column, fixed=fixed)
    if height == width == 1:
        return first
    return f"{first}:{address(row + height - 1, column + width - 1, fixed=fixed)}"


@cache
def sheet_prefix(name: str) -> str:
    """Return what stands before an address on another sheet, quoted where a sheet needs it.

    >>> sheet_prefix("Image"), sheet_prefix("Case 5"), sheet_prefix("it's")
    ('Image!', "'Case 5'!", "'it''s'!")
    """
    return f"{quote_sheetname(name)}!"
