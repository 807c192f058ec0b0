"""The files of an export for students: worksheets with numbers of their own, and their keys."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from cnncalc.network import Array, Network
from cnncalc.provenance import Origin, Provenance
from cnncalc.sheet.values import trace_as_written
from cnncalc.sheet.variants import variant
from cnncalc.sheet.worksheet import WorksheetOptions
from cnncalc.tasks.export_options import StudentOptions
from cnncalc.trace import Trace

__all__ = ["Copy", "copies", "paths"]


@dataclass(frozen=True)
class Copy:
    """One file to write: its path, its calculation, and where that came from.

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
    """Yield every file of an export, each computed when its turn comes."""
    trace = trace_as_written(network, image)
    if students.variants:
        for number in range(1, students.variants + 1):
            drawn_trace = trace_as_written(*variant(network, image, students.seed or 0, number))
            sheet, key = paths(path, students)[2 * number - 2 : 2 * number]
            drawn = _drawn(origins, students.seed or 0)
            yield Copy(sheet, drawn_trace, drawn, worksheet=_sheet(students, number))
            yield Copy(key, drawn_trace, drawn, key_to=_sheet(students, number))
        return
    yield Copy(path, trace, origins, worksheet=_sheet(students) if students.wanted else None)
    if not students.solution:
        yield Copy(paths(path, students)[1], trace, origins, key_to=_sheet(students))


def _sheet(students: StudentOptions, number: int = 0) -> WorksheetOptions:
    """Return the view's options for one student."""
    blank = 1.0 if students.blank is None else students.blank
    return WorksheetOptions(blank, students.seed or 0, students.solution, number)


def _drawn(origins: Provenance, seed: int) -> Provenance:
    """Return where a variant's own numbers come from: they are drawn like those that were named."""
    kernels = tuple(_like(origin, seed) for origin in origins.kernels)
    return replace(origins, kernels=kernels, image=origins.image and _like(origins.image, seed))


def _like(origin: Origin, seed: int) -> Origin:
    return Origin("drawn", origin.name or origin.kind, origin.sha256, seed)


def paths(path: Path, students: StudentOptions) -> list[Path]:
    """Return the files that an export will write, worksheets and keys in turn."""
    if students.variants:
        digits = len(str(students.variants))
        names = [f"{path.stem}-{n:0{digits}}" for n in range(1, students.variants + 1)]
        pairs = [(name, f"{name}-key") for name in names]
        return [path.with_name(f"{part}{path.suffix}") for pair in pairs for part in pair]
    return [path] if students.solution else [path, path.with_name(f"{path.stem}-key{path.suffix}")]
