"""`cnncalc export-xlsx`: a workbook whose live formulas do the same calculation."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

import click

from cnncalc.cli.console import note
from cnncalc.cli.options import (
    CalculationOptions,
    InputOptions,
    calculation_options,
    input_options,
)
from cnncalc.cli.request import read_calculation
from cnncalc.cli.workbooks import export_article, export_trace
from cnncalc.errors import OptionError
from cnncalc.files.output import check_output, output_ending, write_atomically
from cnncalc.trace import record

__all__ = ["export_xlsx"]


@click.command("export-xlsx", epilog="Example: cnncalc export-xlsx photo.png --kernel edge")
@input_options
@calculation_options(kernel_required=False)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="FILE.xlsx",
    help="The workbook.  [default: article.xlsx, or the name of INPUT]",
)
@click.option("--force", is_flag=True, help="Replace an existing FILE.")
@click.option("--large", is_flag=True, help="Allow more than a million formulas.")
def export_xlsx(
    given: InputOptions,
    wanted: CalculationOptions,
    output: Path | None,
    force: bool,
    large: bool,
) -> None:
    """Write a workbook that calculates what cnncalc shows, with live formulas.

    With nothing more, all of the article's cases; with --kernel, your own calculation on INPUT
    with every option of convolve. Every formula carries the value that cnncalc computed.
    """
    path = output or _default_name(given, wanted)
    output_ending(path, (".xlsx",))
    check_output(path, force=force)
    if given.source is None and not wanted.kernels:
        with write_atomically(path, force=force) as file:
            said = export_article(file)
    else:
        with write_atomically(path, force=force) as file:
            said = _export(file, given, wanted, large=large)
    note(f"wrote {path} ({said})")


def _export(file: BinaryIO, given: InputOptions, wanted: CalculationOptions, *, large: bool) -> str:
    if not wanted.kernels:
        message = "a workbook of your own calculation needs --kernel. Received: none"
        raise OptionError(message)
    image, network = read_calculation(given, wanted)
    return export_trace(file, record(network, image.values), image.name, large=large)


def _default_name(given: InputOptions, wanted: CalculationOptions) -> Path:
    if given.source is None:
        return Path("digit4.xlsx" if wanted.kernels else "article.xlsx")
    if given.source == "-":
        return Path("input.xlsx")
    return Path(Path(given.source.removeprefix("article:")).stem + ".xlsx")
