"""Gnumeric, the spreadsheet of GNOME, by its program that converts files."""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from cnncalc.errors import InputError
from cnncalc.files.engines.engine import Engine
from cnncalc.files.engines.programs import run_program
from cnncalc.files.workbooks import read_stored_values
from cnncalc.verification.comparison import CellValue, Evaluation, Place

__all__ = ["GNUMERIC", "find_ssconvert"]

# Of what begins otherwise it would make a sheet of text.
_KIND = "--import-type=Gnumeric_Excel:xlsx"


def find_ssconvert() -> str | None:
    """Return Gnumeric's program that converts files, or None."""
    return shutil.which("ssconvert")


def _evaluate(workbooks: Sequence[bytes]) -> list[Evaluation]:
    """Evaluate workbooks one after the other."""
    ssconvert = str(find_ssconvert())
    with TemporaryDirectory(prefix="cnncalc-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        said = re.search(r"[\d.]+", run_program("Gnumeric", [ssconvert, "--version"]))
        engine = f"Gnumeric {said[0] if said else ''}".strip()
        return [Evaluation(engine, _values(ssconvert, content, folder)) for content in workbooks]


def _values(ssconvert: str, content: bytes, folder: Path) -> dict[Place, CellValue]:
    source, target = folder / "source.xlsx", folder / "evaluated.xlsx"
    source.write_bytes(content)
    target.unlink(missing_ok=True)
    run_program("Gnumeric", [ssconvert, "--recalc", _KIND, str(source), str(target)])
    if not target.is_file():
        message = "Gnumeric can't read the workbook"
        raise InputError(message)
    return read_stored_values(target.read_bytes())


GNUMERIC = Engine(
    "Gnumeric",
    "Gnumeric (apt install gnumeric), its program ssconvert on the PATH",
    lambda: find_ssconvert() is not None,
    _evaluate,
)
