"""What all results that show themselves in a notebook have in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Self

from cnncalc.errors import CnncalcError
from cnncalc.views.plain_tables import framed_page, plain_paragraph, plain_picture

__all__ = ["NotebookResult"]


class NotebookResult(ABC):
    """A result that a notebook shows: a `page` and a `figure` where it has any, else `tables`.

    https://ipython.readthedocs.io/en/stable/config/integrating.html
    """

    @classmethod
    def of(cls, result: object) -> Self:
        """Return a result of the class that this one extends, with the same fields."""
        shown = object.__new__(cls)
        vars(shown).update(vars(result))
        return shown

    @abstractmethod
    def tables(self) -> str:
        """Return the result as plain tables of HTML."""

    def page(self) -> str | None:
        """Return the result as an HTML document, None where it is told by its tables."""
        return None

    def figure(self) -> bytes | None:
        """Return the result as a PNG picture, None where there is nothing to draw."""
        return None

    def _repr_html_(self) -> str:
        try:
            page = self.page()
        except CnncalcError as error:
            return self._without_page(str(error))
        tables = self.tables()
        return tables if page is None else framed_page(page, "A page of cnncalc", tables)

    def _without_page(self, why: str) -> str:
        """Return what is too large for a page as a picture, and why; what has none, as tables."""
        picture = self._repr_png_()
        if picture is None:
            return f"{self.tables()}\n{plain_paragraph(why)}"
        shown = plain_picture(picture, "A figure of cnncalc")
        return f"{shown}\n{plain_paragraph(f'A picture, not a page: {why}')}"

    def _repr_png_(self) -> bytes | None:
        try:
            return self.figure()
        except CnncalcError:  # what is too large to be drawn has its tables
            return None
