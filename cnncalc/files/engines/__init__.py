"""Spreadsheet engines: a module for each, and one that has them evaluate a workbook's formulas."""

from cnncalc.files.engines.recalculation import ENGINES, EngineName, recalculate

__all__ = ["ENGINES", "EngineName", "recalculate"]
