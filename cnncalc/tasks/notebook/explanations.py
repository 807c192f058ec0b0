"""Where one number came from, in a notebook.

What a terminal shows, and a figure after it, is imported where it is shown: it brings rich along.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from cnncalc.explanation import Explanation
from cnncalc.network import assemble
from cnncalc.provenance import Provenance
from cnncalc.rules.ranges import range_of_numbers
from cnncalc.sheet.size import least_formulas
from cnncalc.tasks.notebook.drawn import DECIMALS, page_text, picture, require_few
from cnncalc.tasks.notebook.result import NotebookResult
from cnncalc.tasks.page_making import number_cell, recorded_page
from cnncalc.trace import Trace, record
from cnncalc.training_step.structure import GradientExplanation
from cnncalc.views.colors import ColorScale, scale_of
from cnncalc.views.figure.table_figure import Table, draw_table
from cnncalc.views.numbers import format_number
from cnncalc.views.plain_tables import plain_paragraph, plain_table, plain_text

__all__ = ["NotebookExplanation", "NotebookGradient"]

# Of a gradient's terms, so many are listed.
MOST_TERMS = 16
HEADER = ("later gradient", "factor", "product")


class NotebookExplanation(NotebookResult, Explanation):
    """An explanation that a notebook shows."""

    def tables(self) -> str:
        """Return the window, the products and the sum, as a terminal shows them."""
        from cnncalc.views.terminal import Display
        from cnncalc.views.terminal.explanations import render_explanation
        from cnncalc.views.terminal.plain import plain_lines

        scales = {self.layer.name: self._scale()}
        return plain_text(plain_lines(render_explanation([self], scales, Display())))

    def page(self) -> str | None:
        """Return the number's layer as a page, opened at the number."""
        from cnncalc.views.terminal.formulas import place

        trace = self._trace()
        if trace is None:
            return None
        require_few(least_formulas(trace.network.layers, trace.network.input_shape))
        cell = number_cell(trace, self)
        page = recorded_page(trace, Provenance(), self.layer.name, cell=cell)
        return page_text(replace(page, title=f"{place(self)}, and what it is made of"))

    def figure(self) -> bytes:
        """Return the window, the products and the sum."""
        from cnncalc.views.figure.explanation_figure import ExplainedNumber, draw_explanations

        number = ExplainedNumber(self, self._scale())
        return picture(draw_explanations([number], DECIMALS, "light"))

    def _scale(self) -> ColorScale:
        return scale_of(self.layer.input, range_of_numbers(self.layer.input))

    def _trace(self) -> Trace | None:
        """Return the layer alone on its input; None where it drew numbers that nobody kept."""
        layer = self.layer
        network = assemble([layer.layer], layer.input.shape, [layer.weights])
        trace = record(network, layer.input)
        return trace if np.array_equal(trace.output, layer.output, equal_nan=True) else None


class NotebookGradient(NotebookResult, GradientExplanation):
    """An explanation of a gradient's number that a notebook shows."""

    def tables(self) -> str:
        """Return what it is, its rule in words, and the terms that contribute most."""
        told = self._told()
        parts = [plain_paragraph(told.title)]
        if told.rows:
            count = f"The terms that contribute most: {len(told.rows):,} of {len(self.terms):,}"
            parts.append(plain_table(told.headings, told.rows, count, labelled=False))
        return "\n".join([*parts, *map(plain_paragraph, told.notes)])

    def figure(self) -> bytes:
        """Return the same as a picture."""
        return picture(draw_table(self._told()))

    def _told(self) -> Table:
        from cnncalc.views.terminal.gradient_formulas import gradient_place

        value = format_number(self.value, significant=True)
        title = f"Gradient of the loss by {gradient_place(self)} = {value}"
        rows = tuple(
            tuple(
                format_number(number, significant=True)
                for number in (term.error, term.factor, term.product)
            )
            for term in self.terms.largest(MOST_TERMS)
        )
        notes = tuple(filter(None, (self.note, self.vanished)))
        return Table(title, HEADER, rows, notes, frozenset())
