"""LibreOffice, the office suite of Linux, macOS and Windows.

It works without windows, with settings of its own that are thrown away, and so neither runs a
macro nor follows a link out of the workbook, which are its defaults.
"""

from __future__ import annotations

import re
import shutil
import zipfile
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from cnncalc.errors import InputError
from cnncalc.files.engines.engine import Engine
from cnncalc.files.engines.programs import run_program
from cnncalc.files.workbooks import read_stored_values
from cnncalc.verification.comparison import Evaluation

__all__ = ["LIBREOFFICE", "convert", "find_soffice"]

# Where LibreOffice's installers put it without a word to the PATH.
_USUAL_PLACES = (
    "/Applications/LibreOffice.app/Contents/MacOS/soffice",
    "C:/Program Files/LibreOffice/program/soffice.com",
)


def find_soffice() -> Path | None:
    """Return LibreOffice's program, on the PATH or where its installer puts it, or None."""
    found = shutil.which("soffice") or shutil.which("libreoffice")
    places = [Path(place) for place in ([found] if found else _USUAL_PLACES)]
    return next((place for place in places if place.is_file()), None)


def convert(sources: Sequence[Path], folder: Path, kind: str = "xlsx") -> list[Path]:
    """Have LibreOffice load, evaluate and save files, in one call.

    Arguments: the files; a `folder` for its settings, and for what it writes; the `kind` of what
    it writes, such as "xlsx" or "pdf".
    Returns where it should have written each: its exit status tells nothing, what it writes does.
    Raises InputError where it takes too long.
    """
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    converted = folder / "converted"
    options = ["--headless", "--convert-to", kind, "--outdir", str(converted)]
    run_program("LibreOffice", [str(find_soffice()), profile, *options, *map(str, sources)])
    return [(converted / source.name).with_suffix(f".{kind}") for source in sources]


def _evaluate(workbooks: Sequence[bytes]) -> list[Evaluation]:
    """Evaluate workbooks in one call; numbers have 15 significant digits."""
    with TemporaryDirectory(prefix="cnncalc-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        sources = [folder / f"{number}.xlsx" for number in range(len(workbooks))]
        for source, content in zip(sources, workbooks, strict=True):
            source.write_bytes(content)
        return [_evaluation(path) for path in convert(sources, folder)]


def _evaluation(converted: Path) -> Evaluation:
    if not converted.is_file():
        message = "LibreOffice can't read the workbook"
        raise InputError(message)
    content = converted.read_bytes()
    return Evaluation(f"LibreOffice {_version(converted)}".strip(), read_stored_values(content))


def _version(converted: Path) -> str:
    """Return the version that LibreOffice writes into its files, such as 7.4.7.2."""
    with zipfile.ZipFile(converted) as archive:
        found = re.search(rb"LibreOffice/([\d.]+)", archive.read("docProps/app.xml"))
    return found[1].decode() if found else ""


LIBREOFFICE = Engine(
    "LibreOffice",
    "LibreOffice (https://www.libreoffice.org), its program soffice on the PATH",
    lambda: find_soffice() is not None,
    _evaluate,
)
