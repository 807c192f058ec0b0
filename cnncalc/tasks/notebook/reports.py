"""What was found of a workbook, in a notebook."""

from __future__ import annotations

from cnncalc.tasks.notebook.drawn import picture
from cnncalc.tasks.notebook.result import NotebookResult
from cnncalc.verification.comparison import Report
from cnncalc.views.figure.table_figure import Table, draw_table
from cnncalc.views.plain_tables import plain_text

__all__ = ["NotebookReport"]

HEADER = ("numbers", "compared", "agree", "differ")


class NotebookReport(NotebookResult, Report):
    """A report on a workbook that a notebook shows."""

    def tables(self) -> str:
        """Return the sentences that `cnncalc verify` prints."""
        return plain_text(self._lines())

    def figure(self) -> bytes:
        """Return how many numbers agree, and the same sentences."""
        rows = tuple(
            (name, f"{found.cells:,}", f"{found.cells - found.differing:,}", f"{found.differing:,}")
            for name, found in (("evaluated", self.evaluated), ("stored", self.stored))
        )
        title = f"Formulas beside the calculation, by {self.engine}"
        return picture(draw_table(Table(title, HEADER, rows, tuple(self._lines()))))

    def _lines(self) -> list[str]:
        # It brings rich along.
        from cnncalc.views.terminal.verification import report_lines

        return list(report_lines(self))
