"""Writing a page: its document in its skeleton, with its one script and its one style."""

from __future__ import annotations

from html import escape

from cnncalc.views.page.bundle import Assets
from cnncalc.views.page.document import Page, document
from cnncalc.views.provenance import in_head

__all__ = ["page_html"]


def page_html(page: Page, assets: Assets) -> str:
    """Return a page as one file of HTML, which asks for no other.

    >>> from cnncalc import calculate
    >>> from cnncalc.tasks.page_making import calculation_page
    >>> from cnncalc.views.page.bundle import read_assets
    >>> trace = calculate("article:6x6", "edge")
    >>> page = calculation_page(trace, trace.provenance)
    >>> page_html(page, read_assets())[:15]
    '<!doctype html>'
    """
    parts = {
        "{{policy}}": assets.policy,
        "{{title}}": escape(page.title),
        "{{style}}": assets.style,
        "{{document}}": document(page),
        "{{script}}": assets.script,
    }
    return in_head(_filled(assets.skeleton, parts), page.provenance)


def _filled(text: str, parts: dict[str, str]) -> str:
    """Return a text with its places filled in turn, so that what fills one is left as it is."""
    filled = ""
    for place, part in parts.items():
        before, text = text.split(place, 1)
        filled += before + part
    return filled + text
