"""What was found of a workbook, in a notebook."""

from __future__ import annotations

from cnncalc.tasks.notebook.result import NotebookResult
from cnncalc.verification.comparison import Report
from cnncalc.views.plain_tables import plain_text
from cnncalc.views.terminal.verification import report_lines

__all__ = ["NotebookReport"]


class NotebookReport(NotebookResult, Report):
    """A report on a workbook that a notebook shows."""

    def tables(self) -> str:
        """Return the sentences that `cnncalc verify` prints."""
        return plain_text(report_lines(self))
