"""Which workbooks an export writes: one, or a student's worksheet and its key, or many of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import click

from cnncalc.cli.options import bundled
from cnncalc.network import Array, Network
from cnncalc.provenance import Origin, Provenance
from cnncalc.sheet.worksheet import WorksheetOptions, variant
from cnncalc.trace import Trace
from cnncalc.views.workbook.export import trace_as_written

__all__ = ["Copy", "StudentOptions", "copies", "paths", "student_options"]


@dataclass(frozen=True)
class StudentOptions:
    """What is left for students to fill in, and for how many of them."""

    worksheet: bool
    blank: float | None
    seed: int
    solution: bool
    variants: int | None

    @property
    def wanted(self) -> bool:
        """Whether anything is left blank at all."""
        return self.worksheet or self.blank is not None or not self.solution or bool(self.variants)

    def sheet(self, number: int = 0) -> WorksheetOptions:
        """Return the view's options for one student."""
        blank = 1.0 if self.blank is None else self.blank
        return WorksheetOptions(blank, self.seed, self.solution, number)


student_options = bundled(
    "students",
    StudentOptions,
    click.option("--worksheet", is_flag=True, help="Leave the results for a student to fill in."),
    click.option("--blank", type=float, help="Leave a share of them blank, such as 0.5."),
    click.option(
        "--seed", type=click.IntRange(min=0), default=0, show_default=True,
        help="Which results are left blank, the numbers of variants, a network's weights.",
    ),
    click.option(
        "--solution/--no-solution", default=True,
        help="Hide the solution in the worksheet, which colours and counts the answers, or write "
        "it to a second file.",
    ),
    click.option(
        "--variants", type=click.IntRange(1, 999), metavar="N",
        help="Write N worksheets with numbers of their own, each with its key.",
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Copy:
    """One workbook to write: its path, its calculation, and where that came from.

    It is the `worksheet` that leaves something blank, or the key to one, if it has to do with any.
    """

    path: Path
    trace: Trace
    provenance: Provenance
    worksheet: WorksheetOptions | None = None
    key_to: WorksheetOptions | None = None


def copies(
    path: Path, network: Network, image: Array, students: StudentOptions, origins: Provenance
) -> Iterator[Copy]:
    """Yield every workbook of an export, each computed when its turn comes."""
    trace = trace_as_written(network, image)
    if students.variants:
        for number in range(1, students.variants + 1):
            own = trace_as_written(*variant(network, image, students.seed, number))
            sheet, key = paths(path, students)[2 * number - 2 : 2 * number]
            drawn = _drawn(origins, students.seed)
            yield Copy(sheet, own, drawn, worksheet=students.sheet(number))
            yield Copy(key, own, drawn, key_to=students.sheet(number))
        return
    yield Copy(path, trace, origins, worksheet=students.sheet() if students.wanted else None)
    if not students.solution:
        yield Copy(paths(path, students)[1], trace, origins, key_to=students.sheet())


def _drawn(origins: Provenance, seed: int) -> Provenance:
    """Return where a variant's own numbers come from: they are drawn like those that were named."""
    kernels = tuple(_like(each, seed) for each in origins.kernels)
    return replace(origins, kernels=kernels, image=origins.image and _like(origins.image, seed))


def _like(origin: Origin, seed: int) -> Origin:
    return Origin("drawn", origin.name or origin.kind, origin.sha256, seed)


def paths(path: Path, students: StudentOptions) -> list[Path]:
    """Return the files that an export will write, worksheets and keys in turn."""
    if students.variants:
        digits = len(str(students.variants))
        names = [f"{path.stem}-{n:0{digits}}" for n in range(1, students.variants + 1)]
        every = [(name, f"{name}-key") for name in names]
        return [path.with_name(f"{part}.xlsx") for pair in every for part in pair]
    return [path] if students.solution else [path, path.with_name(f"{path.stem}-key.xlsx")]
