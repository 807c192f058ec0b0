"""Pages and figures as a notebook keeps them."""

from __future__ import annotations

from cnncalc.errors import OptionError
from cnncalc.provenance import Provenance
from cnncalc.tasks.page_making import count_formulas
from cnncalc.views.figure.figure_file import encode_figure
from cnncalc.views.figure.shapes import Drawing
from cnncalc.views.page.bundle import read_assets
from cnncalc.views.page.document import Page
from cnncalc.views.page.limits import MOST_FORMULAS as MOST_IN_A_FILE
from cnncalc.views.page.writing import page_html

__all__ = ["DECIMALS", "page_text", "picture", "require_few"]

# A notebook keeps what it shows: a page of so many formulas is about 2 MB.
MOST_FORMULAS = 200_000
# The numbers of a figure have at most so many.
DECIMALS = 4


def require_few(formulas: int) -> None:
    """Raise OptionError for a page of too many formulas to be kept in a notebook."""
    if formulas > MOST_FORMULAS:
        message = (
            f"a notebook keeps a page of at most {MOST_FORMULAS:,} formulas; export_page and "
            f"export_training write one of up to {MOST_IN_A_FILE:,} to a file. "
            f"Received: {formulas:,}"
        )
        raise OptionError(message)


def page_text(page: Page) -> str:
    """Return a page as HTML.

    Raises OptionError where it is too large to be kept in a notebook.
    """
    require_few(count_formulas(page.flows[0].flow))
    return page_html(page, read_assets())


def picture(drawing: Drawing, provenance: Provenance | None = None) -> bytes:
    """Return a drawing as a PNG picture that tells where it came from."""
    return encode_figure(drawing, "png", provenance or Provenance())
