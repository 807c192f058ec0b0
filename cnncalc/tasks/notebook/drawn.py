"""Calculations in flow as a notebook shows them: as tables, as a page, as a figure."""

from __future__ import annotations

from cnncalc.errors import OptionError
from cnncalc.sheet.flow import Flow
from cnncalc.tasks.flows import NumberedFlow
from cnncalc.views.page.bundle import read_assets
from cnncalc.views.page.document import Cell, Page, PageFlow
from cnncalc.views.page.writing import page_html

__all__ = ["flow_figure", "flow_page", "require_small"]

# A notebook keeps what it shows: a page of so many formulas is about 2 MB.
MOST_FORMULAS = 200_000


def flow_page(drawn: NumberedFlow, cell: Cell | None = None) -> str:
    """Return a calculation as a page, opened at a `cell`, if at one.

    Raises OptionError where it is too large to be kept in a notebook.
    """
    require_small(_formulas(drawn.flow))
    flows = (PageFlow(drawn.flow, drawn.values),)
    title = drawn.flow.specification.title
    return page_html(Page(title, flows, drawn.provenance, cell), read_assets())


def require_small(formulas: int) -> None:
    """Raise OptionError for a page of too many formulas to be kept in a notebook."""
    if formulas > MOST_FORMULAS:
        message = f"a notebook keeps a page of at most {MOST_FORMULAS:,} formulas. "
        raise OptionError(message + f"Received: {formulas:,}")


def _formulas(flow: Flow) -> int:
    return sum(
        block.height * block.width
        for part in flow.slices
        for block in part.blocks
        if block.formula is not None
    )
