"""A calculation, or a network's work on an image, in a notebook."""

from __future__ import annotations

from cnncalc.tasks.flows import trace_flow
from cnncalc.tasks.notebook.drawn import flow_figure, flow_page
from cnncalc.tasks.notebook.result import NotebookResult
from cnncalc.trace import Trace
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
        return flow_page(trace_flow(self))

    def figure(self) -> bytes:
        """Return all stages side by side."""
        return flow_figure(trace_flow(self))
