"""`cnncalc export-xlsx`: a workbook whose live formulas do the same calculation."""

from __future__ import annotations

from functools import partial

import click

from cnncalc.cli.console import Terminal
from cnncalc.cli.export_options import export_options, print_options
from cnncalc.sheet.paper import Paper
from cnncalc.tasks.export_options import PrintOptions
from cnncalc.tasks.export_writing import ExportRequest, write_exports
from cnncalc.tasks.pdf_writing import with_pdf
from cnncalc.tasks.workbook_writing import WorkbookForm

__all__ = ["export_xlsx"]


@click.command("export-xlsx", epilog="Example: cnncalc export-xlsx photo.png --kernel edge")
@export_options("FILE.xlsx", "The workbook.  [default: article.xlsx, or the name of INPUT]")
@click.option("--large", is_flag=True, help="Allow more than a million formulas.")
@print_options
def export_xlsx(request: ExportRequest, large: bool, printing: PrintOptions) -> None:
    """Write a workbook that calculates what cnncalc shows, with live formulas.

    With nothing more, all of the article's cases; with --kernel, your own calculation on INPUT
    with every option of convolve; with --network, a whole network, a sheet a layer, or with
    --training-steps its training, a sheet a step. Every formula carries the value that cnncalc
    computed. --worksheet leaves the results for students to fill in.
    """
    form, terminal = WorkbookForm(large, Paper(printing.paper)), Terminal()
    write = partial(write_exports, request, form, terminal)
    with_pdf(request, printing, write, terminal)
