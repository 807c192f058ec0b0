"""A network in numbers, in a notebook."""

from __future__ import annotations

from cnncalc.summary import Summary
from cnncalc.tasks.notebook.drawn import picture
from cnncalc.tasks.notebook.result import NotebookResult
from cnncalc.views.figure.architecture import draw_architecture
from cnncalc.views.plain_tables import plain_paragraph, plain_table
from cnncalc.wording import size_text

__all__ = ["NotebookSummary"]

HEADER = ("Layer", "Type", "Output", "Parameters", "written out", "Multiply-adds", "Sees (pixels)")


class NotebookSummary(NotebookResult, Summary):
    """A summary that a notebook shows."""

    def tables(self) -> str:
        """Return a row a layer, and the totals."""
        rows = [
            [
                row.layer.name,
                type(row.layer).__name__,
                size_text(row.output_shape),
                f"{row.parameters:,}",
                row.formula,
                f"{row.multiply_adds:,}",
                size_text(row.receptive_field) if row.receptive_field else "",
                *([", ".join(row.connected_to)] * self.branches),
            ]
            for row in self.layers
        ]
        total = ["Total", "", "", f"{self.parameters:,}", "", f"{self.multiply_adds:,}", ""]
        header, said = [*HEADER], f"For samples of {size_text(self.input_shape)}"
        if self.branches:
            header, total = [*header, "Connected to"], [*total, ""]
        table = plain_table(header, [*rows, total], said)
        return "\n".join([table, *map(plain_paragraph, self.notes)])

    def figure(self) -> bytes:
        """Return the network's architecture, a block a layer."""
        return picture(draw_architecture(self))
