"""Where one number came from, in a notebook.

What a terminal shows, and a figure after it, is imported where it is shown: it brings rich along.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from cnncalc.explanation import Explanation
from cnncalc.layers import MergeLayer
from cnncalc.network import assemble
from cnncalc.provenance import Provenance
from cnncalc.rules.ranges import range_of_numbers
from cnncalc.sheet.calculations import (
    TrainingPieces,
    least_training_formulas,
    training_specification,
)
from cnncalc.sheet.size import least_formulas
from cnncalc.tasks.notebook.drawn import DECIMALS, page_text, picture, require_few
from cnncalc.tasks.notebook.result import NotebookResult
from cnncalc.tasks.page_making import gradient_page, number_cell, recorded_page
from cnncalc.trace import Trace, record
from cnncalc.training_step.structure import GradientExplanation, StepRecord
from cnncalc.views.colors import ColorScale, scale_of
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
        """Return the layer alone on its input; None where it drew numbers that nobody kept.

        A merge isn't alone either: the layers that it joins aren't known here.
        """
        layer = self.layer
        if isinstance(layer.layer, MergeLayer):
            return None
        alone = replace(layer.layer, inputs=())
        network = assemble([alone], layer.input.shape, [layer.weights])
        trace = record(network, layer.input)
        return trace if np.array_equal(trace.output, layer.output, equal_nan=True) else None


@dataclass(frozen=True, eq=False)
class NotebookGradient(NotebookResult, GradientExplanation):
    """An explanation of a gradient's number that a notebook shows.

    `record` is the step that the gradient is of, `pieces` what that is a step of.
    """

    record: StepRecord = field(kw_only=True, repr=False)
    pieces: TrainingPieces = field(kw_only=True, repr=False)

    @classmethod
    def in_step(
        cls, explanation: GradientExplanation, record: StepRecord, pieces: TrainingPieces
    ) -> NotebookGradient:
        """Return an explanation with the step that it is of."""
        return cls(**vars(explanation), record=record, pieces=pieces)

    def tables(self) -> str:
        """Return what it is, its rule in words, and the terms that contribute most."""
        parts = [plain_paragraph(self._title())]
        rows = [
            [
                format_number(number, significant=True)
                for number in (term.error, term.factor, term.product)
            ]
            for term in self.terms.largest(MOST_TERMS)
        ]
        if rows:
            count = f"The terms that contribute most: {len(rows):,} of {len(self.terms):,}"
            parts.append(plain_table(HEADER, rows, count, labelled=False))
        shares = (f"{share.layer.name} hands back {share.note}" for share in self.shares)
        notes = filter(None, (self.note, *shares, self.vanished))
        return "\n".join([*parts, *map(plain_paragraph, notes)])

    def page(self) -> str:
        """Return the step as a page that calculates it again, opened at the number."""
        require_few(least_training_formulas(training_specification(self.pieces)))
        page = gradient_page(self.pieces, self.record, self)
        return page_text(replace(page, title=self._title()))

    def figure(self) -> bytes:
        """Return the errors, what they are multiplied by, and the sum."""
        from cnncalc.views.figure.gradient_figure import draw_gradient

        drawn = draw_gradient(self.record, self, DECIMALS, "light", self._title())
        return picture(drawn, self.pieces.provenance)

    def _title(self) -> str:
        from cnncalc.views.terminal.gradient_formulas import gradient_place

        value = format_number(self.value, significant=True)
        several = len(self.record.labels) > 1
        return f"Gradient of the loss by {gradient_place(self, several=several)} = {value}"
