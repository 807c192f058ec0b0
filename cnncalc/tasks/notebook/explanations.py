"""Where one number came from, in a notebook."""

from __future__ import annotations

import numpy as np

from cnncalc.explanation import Explanation
from cnncalc.network import assemble
from cnncalc.sheet.plan import Quantity
from cnncalc.tasks.flows import NumberedFlow, trace_flow
from cnncalc.tasks.notebook.drawn import flow_figure, flow_page
from cnncalc.tasks.notebook.result import NotebookResult
from cnncalc.trace import record
from cnncalc.training_step.structure import GradientExplanation
from cnncalc.views.numbers import format_number
from cnncalc.views.page.document import Cell
from cnncalc.views.plain_tables import plain_paragraph, plain_table, plain_text
from cnncalc.views.terminal import Display
from cnncalc.views.terminal.explanations import render_explanation
from cnncalc.views.terminal.gradient_formulas import gradient_place
from cnncalc.views.terminal.plain import plain_lines

__all__ = ["NotebookExplanation", "NotebookGradient"]

# Of a gradient's terms, so many are listed.
MOST_TERMS = 16


class NotebookExplanation(NotebookResult, Explanation):
    """An explanation that a notebook shows."""

    def tables(self) -> str:
        """Return the window, the products and the sum, as a terminal shows them."""
        return plain_text(plain_lines(render_explanation([self], Display())))

    def page(self) -> str | None:
        """Return the number's layer as a page, opened at the number."""
        drawn = self._drawn()
        return None if drawn is None else flow_page(drawn, self._cell(drawn))

    def figure(self) -> bytes | None:
        """Return the number's layer, with what the number is made of marked."""
        drawn = self._drawn()
        return None if drawn is None else flow_figure(drawn, self._cell(drawn))

    def _drawn(self) -> NumberedFlow | None:
        """Return the layer alone on its input; None where it drew numbers that nobody kept."""
        layer = self.layer
        network = assemble([layer.layer], layer.input.shape, [layer.weights])
        trace = record(network, layer.input)
        is_same = np.array_equal(trace.output, layer.output, equal_nan=True)
        return trace_flow(trace) if is_same else None

    def _cell(self, drawn: NumberedFlow) -> Cell:
        layer = self.layer
        quantity = Quantity("stage", layer.name, layer.stages[-1].name)
        number = int(np.ravel_multi_index(self.at, layer.output.shape))
        # The same numbers in the same order, in as many dimensions as their cells have.
        row, column, *index = np.unravel_index(number, drawn.values[quantity].shape)
        return Cell(quantity, tuple(map(int, index)), int(row), int(column))


class NotebookGradient(NotebookResult, GradientExplanation):
    """An explanation of a gradient's number that a notebook shows."""

    def tables(self) -> str:
        """Return what it is, its rule in words, and the terms that contribute most."""
        value = format_number(self.value, significant=True)
        title = f"Gradient of the loss by {gradient_place(self)} = {value}"
        terms = self.terms.largest(MOST_TERMS)
        rows = [
            [format_number(number, significant=True) for number in (error, factor, product)]
            for error, factor, product in ((t.error, t.factor, t.product) for t in terms)
        ]
        header = ["later gradient", "factor", "product"]
        caption = f"The {len(rows):,} terms of {len(self.terms):,} that contribute most"
        parts = [plain_paragraph(title), plain_paragraph(self.note)]
        parts += [plain_table(header, rows, caption, labelled=False)] if rows else []
        parts += [plain_paragraph(self.vanished)] if self.vanished else []
        return "\n".join(parts)
