"""`cnncalc export-xlsx`: a workbook whose live formulas do the same calculation."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click

from cnncalc.cli.console import note
from cnncalc.cli.network_export import (
    NetworkExport,
    network_export_options,
    require_network,
    write_network,
)
from cnncalc.cli.options import (
    NO_CALCULATION,
    CalculationOptions,
    InputOptions,
    calculation_options,
    input_options,
)
from cnncalc.cli.request import read_calculation
from cnncalc.cli.results import keep_input
from cnncalc.cli.training_export import (
    TrainingExport,
    require_steps,
    training_export_options,
)
from cnncalc.cli.training_pieces import training_pieces
from cnncalc.cli.workbooks import export_article, export_trace, export_training, require_workbook
from cnncalc.cli.worksheets import StudentOptions, copies, paths, student_options
from cnncalc.errors import OptionError
from cnncalc.files.output import check_output, output_ending, write_atomically

__all__ = ["export_xlsx"]


@click.command("export-xlsx", epilog="Example: cnncalc export-xlsx photo.png --kernel edge")
@input_options
@calculation_options(kernel_required=False)
@network_export_options
@training_export_options
@student_options
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
    whole: NetworkExport,
    lesson: TrainingExport,
    students: StudentOptions,
    output: Path | None,
    force: bool,
    large: bool,
) -> None:
    """Write a workbook that calculates what cnncalc shows, with live formulas.

    With nothing more, all of the article's cases; with --kernel, your own calculation on INPUT
    with every option of convolve; with --network, a whole network, a sheet a layer, or with
    --training-steps its training, a sheet a step. Every formula carries the value that cnncalc
    computed. --worksheet leaves the results for students to fill in.
    """
    require_steps(lesson)
    path = output or _default_name(given, _digits(wanted, whole, lesson))
    output_ending(path, (".xlsx",))
    for each in paths(path, students):
        keep_input(each, given)
        check_output(each, force=force)
    if lesson.training_steps is not None:
        _require_network_alone(wanted, students)
        _write_training(path, given, whole, lesson, students.seed, force=force, large=large)
        return
    if whole.network is not None:
        _require_network_alone(wanted, students)
        write_network(path, given, whole, students.seed, force=force, large=large)
        return
    require_network(whole)
    if given.source is None and not wanted.kernels:
        _write_article(path, wanted, students, force=force)
    else:
        _write_calculation(path, given, wanted, students, force=force, large=large)


def _write_training(
    path: Path,
    given: InputOptions,
    whole: NetworkExport,
    lesson: TrainingExport,
    seed: int,
    *,
    force: bool,
    large: bool,
) -> None:
    if whole.network is None:
        message = "--training-steps needs --network. Received: none"
        raise OptionError(message)
    pieces = training_pieces(given, whole, lesson, seed)
    with write_atomically(path, force=force) as file:
        said = export_training(file, pieces, large=large)
    note(f"wrote {path} ({said})")


def _require_network_alone(wanted: CalculationOptions, students: StudentOptions) -> None:
    if wanted != NO_CALCULATION:
        message = "--network brings its own layers: options of a calculation can't be added to it"
        raise OptionError(message)
    _refuse_worksheet(students, "--network")


def _refuse_worksheet(students: StudentOptions, received: str) -> None:
    if students.wanted:
        message = "a worksheet is made of one calculation: name its --kernel. "
        raise OptionError(message + f"Received: {received}")


def _write_article(
    path: Path, wanted: CalculationOptions, students: StudentOptions, *, force: bool
) -> None:
    if wanted != NO_CALCULATION:
        message = "a workbook of your own calculation needs --kernel. Received: other options only"
        raise OptionError(message)
    _refuse_worksheet(students, "none")
    with write_atomically(path, force=force) as file:
        said = export_article(file)
    note(f"wrote {path} ({said})")


def _write_calculation(
    path: Path,
    given: InputOptions,
    wanted: CalculationOptions,
    students: StudentOptions,
    *,
    force: bool,
    large: bool,
) -> None:
    if not wanted.kernels:
        message = "a workbook of your own calculation needs --kernel. Received: none"
        raise OptionError(message)
    asked = read_calculation(given, wanted, partial(require_workbook, large=large))
    # The image's name would tell a student what the command was.
    title = "" if students.wanted else asked.image.name
    for copy in copies(path, asked.network, asked.image.values, students, asked.provenance):
        with write_atomically(copy.path, force=force) as file:
            said = export_trace(
                file, copy.trace, copy.provenance, title, copy.worksheet, copy.key_to, large=large
            )
        note(f"wrote {copy.path} ({said})")


def _digits(wanted: CalculationOptions, whole: NetworkExport, lesson: TrainingExport) -> str:
    """Return what is calculated on where no INPUT is named."""
    if lesson.training_steps is not None and whole.target is None:
        return "training"
    return "digit4" if wanted.kernels or whole.network else "article"


def _default_name(given: InputOptions, otherwise: str) -> Path:
    if given.source is None:
        return Path(f"{otherwise}.xlsx")
    if given.source == "-":
        return Path("input.xlsx")
    name = Path(given.source.removeprefix("article:"))
    # A workbook's own name would replace it.
    return Path(name.stem + ("-calculation.xlsx" if name.suffix.lower() == ".xlsx" else ".xlsx"))
