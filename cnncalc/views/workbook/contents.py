"""The contents of a workbook of several sheets: a link and a sentence for each."""

from __future__ import annotations

from cnncalc.views.workbook.layouts.furniture import ABOUT, CONTENTS
from cnncalc.views.workbook.plan import Plan, Sheet, Text

__all__ = ["contents_sheet"]


def contents_sheet(plan: Plan, title: str) -> Sheet:
    """Return the contents sheet of a plan, under a title."""
    lines = [(sheet.name, sheet.summary) for sheet in plan.sheets]
    lines.append((ABOUT, "What this workbook is, its conventions, and how to check it."))
    texts = [Text(0, 0, title, "title")]
    for row, (name, summary) in enumerate(lines, start=2):
        texts += [Text(row, 0, name, "link", name), Text(row, 1, summary, "wrapped")]
    return Sheet(
        CONTENTS, title, "", 0, texts=tuple(texts), cell=0, widths=((0, 190), (1, 560)), pages=0
    )
