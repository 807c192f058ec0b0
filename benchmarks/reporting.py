"""What the programs print: the machine, tables, and their place in README.md."""

from __future__ import annotations

import argparse
import os
import platform
import re
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from benchmarks.checkouts import require_checkout
from benchmarks.errors import BenchmarkError
from benchmarks.matrix_library import library, processor_flags, warning

__all__ = ["Asked", "Part", "counted", "machine", "program", "table", "written"]

README = Path(__file__).parent / "README.md"
PACKAGES = (
    *("numpy", "keras", "tensorflow-cpu", "torch", "jax", "scipy", "opencv-python-headless"),
    *("click", "rich", "pillow", "XlsxWriter"),
)

TINY_NOTE = "Only tried out, with --tiny: these figures mean nothing.\n\n"


@dataclass(frozen=True)
class Asked:
    """What the user asked for: a size that takes a second or two; a folder of photos, if any.

    against: another checkout of cnncalc to measure this one beside, if any.
    """

    tiny: bool = False
    folder: Path | None = None
    against: Path | None = None


# Measures one part of a subject and returns it as Markdown, a paragraph or table an item.
Part = Callable[[Asked], Sequence[str]]


def machine(packages: Sequence[str] = PACKAGES) -> str:
    """Return one line about the processor, its cores, the matrix library and the versions."""
    return (
        f"{_processor()}, {os.cpu_count()} cores; {library()}, in cnncalc's processes with 1; "
        f"Python {platform.python_version()}, {_versions(packages)}"
    )


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def _versions(packages: Sequence[str]) -> str:
    found = []
    for package in packages:
        try:
            found.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            continue
    return ", ".join(found)


def table(header: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Return a table in Markdown: the first column left, the others right."""
    lines = [header, ["---", *["---:"] * (len(header) - 1)], *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)


def counted(count: int, thing: str) -> str:
    """Return so many of a thing, as in "1 epoch" and "3 epochs"."""
    return f"{count:,} {thing}" if count == 1 else f"{count:,} {thing}s"


def written(readme: str, subject: str, part: str, text: str) -> str:
    """Return the README with a part's text between its markers, instead of the last one."""
    begin, end = f"<!-- {subject}: {part} -->", f"<!-- end of {subject}: {part} -->"
    pattern = re.compile(f"(?<={re.escape(begin)}\n).*?(?={re.escape(end)})", re.DOTALL)
    if not pattern.search(readme):
        message = f"README.md needs the lines {begin} and {end} where the table should stand"
        raise ValueError(message)
    return pattern.sub(lambda _: f"\n{text}\n\n", readme)


def program(
    subject: str,
    parts: Mapping[str, Part],
    packages: Sequence[str] = PACKAGES,
    folder: bool = False,
    against: bool = False,
) -> None:
    """Be the command line of a program: measure its parts, print each, and with --write keep it.

    folder: whether the program takes a folder of photos as its argument, which may be left out.
    against: whether it can measure another checkout of cnncalc as well.
    """
    parser = _parser(subject, parts, folder, against)
    given = parser.parse_args()
    if given.write and given.tiny:
        parser.error("--tiny measures nothing that should be kept")
    # As Ctrl-C does: contenders that are stopped would outlive this program.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    for part in given.only or parts:
        try:
            text = "\n\n".join(_measured(parts[part], _asked(given), packages))
        except BenchmarkError as error:
            sys.exit(f"{parser.prog}: {error}")
        note = TINY_NOTE if given.tiny else ""
        print(f"## {subject}: {part}\n\n{note}{text}\n", flush=True)
        if given.write:
            README.write_text(written(README.read_text(), subject, part, text))


def _parser(
    subject: str, parts: Mapping[str, Part], folder: bool, against: bool
) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=f"python -m benchmarks.{subject}")
    parser.add_argument("--only", choices=parts, action="append", help="this part only")
    parser.add_argument("--tiny", action="store_true", help="a size for trying, not for numbers")
    parser.add_argument("--write", action="store_true", help="put the tables into README.md")
    if against:
        help_against = "a checkout of another commit, whose cnncalc takes turns with this one's"
        parser.add_argument("--against", metavar="DIR", type=Path, help=help_against)
    if folder:
        parser.add_argument(
            "folder",
            type=Path,
            nargs="?",
            help="holds train and test, a subfolder of photos a class in each; made up if left out",
        )
    return parser


def _asked(given: argparse.Namespace) -> Asked:
    """Return what was asked for; raises MissingDataError where --against is no checkout."""
    paths = [getattr(given, name, None) for name in ("folder", "against")]
    folder, against = (path.resolve() if path else None for path in paths)
    if against:
        require_checkout(against)
    return Asked(given.tiny, folder, against)


def _measured(part: Part, asked: Asked, packages: Sequence[str]) -> list[str]:
    """Return what a part says, the machine that it was measured on, and a warning if need be."""
    said = [*part(asked), f"Machine: {machine(packages)}."]
    slow = warning(library().architecture, processor_flags())
    return [*said, slow] if slow else said
