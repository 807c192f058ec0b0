"""A written workbook, read back with openpyxl."""

from __future__ import annotations

import io
from math import isnan
from typing import Any

import openpyxl

from cnncalc.sheet.plan import Plan, Values
from cnncalc.sheet.values import without_denormals


def formulas_of(content: bytes) -> Any:
    """The workbook with its formulas."""
    return openpyxl.load_workbook(io.BytesIO(content))


def values_of(content: bytes) -> Any:
    """The workbook as a reader sees it that does not calculate."""
    return openpyxl.load_workbook(io.BytesIO(content), data_only=True)


def mismatches(book: Any, plan: Plan, values: list[Values], *, formulas: bool) -> list[str]:
    """Every cell of a plan's blocks that does not show the value (or formula) that it should."""
    found = []
    for sheet in plan.sheets:
        cells = book[sheet.name]
        for block in sheet.blocks:
            numbers = block.slice(values[sheet.specification])
            if numbers.dtype != object:
                numbers = without_denormals(numbers)
            for row in range(block.height):
                for column in range(block.width):
                    shown = cells[block.address(row, column)].value
                    expected = numbers[row, column]
                    if formulas and block.formula:
                        expected = "=" + block.formula.text(row, column)
                    if shown != (
                        expected if isinstance(expected, str) or not isnan(expected) else None
                    ):
                        found.append(f"{sheet.name}!{block.address(row, column)}: {shown!r}")
    return found
