"""Comparing a workbook with its calculation: its formulas, and what they evaluate to.

What should be in the cells, what is, and what an engine made of it are given as plain values:
nothing here reads a file, plans a workbook or prints.
"""

from cnncalc.verification.comparison import (
    TOLERANCE,
    CellValue,
    Change,
    Comparison,
    Difference,
    Evaluation,
    ExpectedBlock,
    Place,
    Report,
    WorkbookCells,
    compare,
)
from cnncalc.verification.term_sizes import term_sizes

__all__ = [
    "TOLERANCE",
    "CellValue",
    "Change",
    "Comparison",
    "Difference",
    "Evaluation",
    "ExpectedBlock",
    "Place",
    "Report",
    "WorkbookCells",
    "compare",
    "term_sizes",
]
