"""`cnncalc cases`: the article's cases, each number checked."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

import click

from cnncalc.cases import CaseReport, check_cases
from cnncalc.cli.console import calculating_command, output_console
from cnncalc.cli.drawing import DrawingOptions, check_drawing, drawing_options, write_drawing
from cnncalc.cli.options import DisplayOptions, display_options
from cnncalc.cli.results import display_of
from cnncalc.cli.streams import say
from cnncalc.errors import CheckError, OptionError
from cnncalc.provenance import Origin, Provenance
from cnncalc.views.records import write_cases_json
from cnncalc.views.terminal import render_trace

if TYPE_CHECKING:
    from cnncalc.views.colors import Theme
    from cnncalc.views.figure.shapes import Drawing

__all__ = ["cases"]


@click.command(epilog="Example: cnncalc cases 5")
@click.argument("names", metavar="[CASE]...", nargs=-1)
@display_options
@drawing_options
def cases(names: tuple[str, ...], look: DisplayOptions, target: DrawingOptions) -> None:
    """Compute the article's cases and compare every number with the article's own.

    CASE is 1 to 5, 6x6, stride, same, volume, max, average, l2 or outsize; all, where none is
    named. The exit status is 1 where a number differs. -o writes a table of all of them.
    """
    if look.form == "csv":
        message = "cases are shown as tables or as json. Received: --format csv"
        raise OptionError(message)
    check_drawing(target)
    reports = check_cases(*names)
    article = Origin("article", "its cases")
    origins = Provenance(calculating_command(), article, image=article)
    write_drawing(target, partial(_table, reports), origins)
    if look.form == "json":
        for piece in write_cases_json(reports, origins):
            click.echo(piece, nl=False)
    else:
        _show(reports, look)
    if not all(report.agrees for report in reports):
        message = "a case differs from the article"
        raise CheckError(message)


def _show(reports: Sequence[CaseReport], look: DisplayOptions) -> None:
    console = output_console()
    for report in reports:
        console.rule(f"Case {report.case.name}: {report.case.title}", align="left")
        say(report.case.sentence)
        console.print(render_trace(report.trace, display_of(look)))
    for report in reports:
        say(_line(report))


def _line(report: CaseReport) -> str:
    agreeing = sum(compared.agreeing for compared in report.comparisons)
    total = sum(compared.total for compared in report.comparisons)
    sources = " and ".join(sorted({compared.expected.source for compared in report.comparisons}))
    wrong = next(
        (compared.first_difference for compared in report.comparisons if compared.first_difference),
        "",
    )
    verdict = f": {wrong}" if wrong else ""
    return f"case {report.case.name}: {agreeing} of {total} numbers agree with {sources}{verdict}"


def _table(reports: Sequence[CaseReport], theme: Theme) -> Drawing:
    from cnncalc.views.figure.report_figures import cases_table
    from cnncalc.views.figure.table_figure import draw_table

    return draw_table(cases_table(reports), theme)
