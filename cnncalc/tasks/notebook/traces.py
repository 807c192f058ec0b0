"""A calculation, or a network's work on an image, in a notebook."""

from __future__ import annotations

from cnncalc.sheet.size import least_formulas
from cnncalc.tasks.export_forms import image_name, trace_origins
from cnncalc.tasks.flows import trace_flow
from cnncalc.tasks.notebook.drawn import page_text, picture, require_few
from cnncalc.tasks.notebook.result import NotebookResult
from cnncalc.tasks.page_making import recorded_page
from cnncalc.trace import Trace
from cnncalc.views.figure import trace_figure
from cnncalc.views.plain_tables import flow_tables

__all__ = ["NotebookTrace"]


class NotebookTrace(NotebookResult, Trace):
    """A trace that a notebook shows."""

    def tables(self) -> str:
        """Return every stage, a table a slice."""
        drawn = trace_flow(self)
        return flow_tables(drawn.flow, drawn.values)

    def page(self) -> str:
        """Return the calculation as a page that calculates it again."""
        require_few(least_formulas(self.network.layers, self.network.input_shape))
        origins = trace_origins(self)
        return page_text(recorded_page(self, origins, image_name(self.provenance)))

    def figure(self) -> bytes:
        """Return all stages side by side."""
        origins = trace_origins(self)
        made = trace_figure.trace_flow(
            self, (), origins.drawn_from, is_article=origins.is_of_article
        )
        return picture(trace_figure.draw_trace(made, trace_figure.TraceFigure()), origins)
