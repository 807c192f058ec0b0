"""`cnncalc export-html`: a page that does the same calculation in any browser."""

from __future__ import annotations

import click

from cnncalc.cli.console import Terminal
from cnncalc.cli.export_options import export_options
from cnncalc.tasks.export_writing import ExportRequest, write_exports
from cnncalc.tasks.page_writing import PageForm

__all__ = ["export_html"]


@click.command("export-html", epilog="Example: cnncalc export-html photo.png --kernel edge")
@export_options("FILE.html", "The page.  [default: article.html, or the name of INPUT]")
def export_html(request: ExportRequest) -> None:
    """Write a page that calculates what cnncalc shows, in any browser and without a network.

    Point at a number and see what it was made of; type over a pixel or a weight and all that
    follows from it follows at once. What it shows is chosen as in export-xlsx: all of the
    article's cases, your own calculation with --kernel, a whole network with --network, its
    training with --training-steps, or a --worksheet to fill in.
    """
    write_exports(request, PageForm(), Terminal())
