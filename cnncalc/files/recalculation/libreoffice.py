"""Evaluating workbooks with LibreOffice, in a call of its own.

It works without windows, with settings of its own that are thrown away, and so neither runs a
macro nor follows a link out of the workbook, which are its defaults.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from cnncalc.errors import InputError
from cnncalc.files.workbooks import read_stored_values
from cnncalc.verification.comparison import Evaluation

__all__ = ["evaluate", "find_soffice"]

TIMEOUT = 900
"""Seconds for one call: half a million formulas take about ten."""

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


def evaluate(workbooks: Sequence[bytes], soffice: Path) -> list[Evaluation]:
    """Evaluate workbooks in one call of LibreOffice.

    Arguments: the contents of .xlsx files; its program `soffice`.
    Returns one evaluation a workbook; numbers have 15 significant digits.
    Raises InputError where LibreOffice can't read a workbook, or takes too long.
    """
    with TemporaryDirectory(prefix="cnncalc-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        sources = [folder / f"{number}.xlsx" for number in range(len(workbooks))]
        for source, content in zip(sources, workbooks, strict=True):
            source.write_bytes(content)
        _convert(soffice, sources, folder)
        return [_evaluation(folder / "converted" / source.name) for source in sources]


def _convert(soffice: Path, sources: Sequence[Path], folder: Path) -> None:
    """Have every workbook loaded, evaluated and saved in the folder "converted"."""
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    options = ["--headless", "--convert-to", "xlsx", "--outdir", str(folder / "converted")]
    _run([str(soffice), profile, *options, *map(str, sources)])


def _run(command: Sequence[str]) -> None:
    """Run LibreOffice; its exit status tells nothing, what it writes does."""
    with subprocess.Popen(  # noqa: S603 (the program is LibreOffice, the files are ours)
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as process:
        try:
            process.wait(TIMEOUT)
        except subprocess.TimeoutExpired as error:
            message = f"LibreOffice did not finish within {TIMEOUT // 60} minutes"
            raise InputError(message) from error
        finally:
            _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End LibreOffice where it still runs: soffice is a script that starts the program proper."""
    if process.poll() is None:
        if sys.platform == "win32":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)


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
