"""`cnncalc verify`: a workbook recomputed, and compared number by number."""

from __future__ import annotations

from pathlib import Path

import click

from cnncalc.cli.streams import say
from cnncalc.errors import CheckError
from cnncalc.files.engines import ENGINES, EngineName
from cnncalc.tasks.verification import verify_workbook
from cnncalc.views.terminal.verification import report_lines

__all__ = ["verify"]


@click.command(epilog="Example: cnncalc verify article.xlsx")
@click.argument("workbook", metavar="FILE.xlsx", type=click.Path(path_type=Path))
@click.option(
    "--engine",
    type=click.Choice(ENGINES),
    default="auto",
    show_default=True,
    help="What evaluates the formulas; auto is LibreOffice where it is found, else formualizer.",
)
def verify(workbook: Path, engine: EngineName) -> None:
    """Recompute an exported workbook and compare every formula with its number.

    Pixels, weights and biases are read as they now stand. The values that the workbook stores are
    compared as well, and formulas that were typed over are named. The exit status is 1 where
    anything differs.
    """
    report = verify_workbook(workbook, engine)
    for line in report_lines(report):
        say(line)
    if not report.agrees:
        message = "the workbook differs from its calculation"
        raise CheckError(message)
