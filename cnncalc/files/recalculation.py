"""Having a workbook's formulas evaluated by a spreadsheet engine, whatever values it stores.

LibreOffice works without windows, with settings of its own that are thrown away, and so neither
runs a macro nor follows a link out of the workbook, which are its defaults. formualizer is a fast
engine that pip installs.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from importlib.metadata import version
from importlib.util import find_spec
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

from cnncalc.errors import InputError, OptionError
from cnncalc.files.stored_values import without_stored_values
from cnncalc.files.workbooks import formula_places, read_stored_values
from cnncalc.verification.comparison import CellValue, Evaluation, Place

__all__ = ["ENGINES", "EngineName", "find_soffice", "recalculate"]

EngineName = Literal["auto", "libreoffice", "formualizer"]
ENGINES: tuple[EngineName, ...] = ("auto", "libreoffice", "formualizer")

_HOW_TO_GET = {
    "libreoffice": "LibreOffice (https://www.libreoffice.org), its program soffice on the PATH",
    "formualizer": "formualizer (pip install 'cnncalc[verify]')",
}

TIMEOUT = 900
"""Seconds for one call: half a million formulas take about ten."""

# Where LibreOffice's installers put it without a word to the PATH.
_USUAL_PLACES = (
    "/Applications/LibreOffice.app/Contents/MacOS/soffice",
    "C:/Program Files/LibreOffice/program/soffice.com",
)

# As formualizer names them, and as spreadsheets write them.
_ERRORS = {
    "Calc": "#CALC!",
    "Circ": "#CIRC!",
    "Div": "#DIV/0!",
    "Na": "#N/A",
    "Name": "#NAME?",
    "Null": "#NULL!",
    "Num": "#NUM!",
    "Ref": "#REF!",
    "Spill": "#SPILL!",
    "Value": "#VALUE!",
}


def recalculate(workbooks: Sequence[bytes], engine: EngineName = "auto") -> list[Evaluation]:
    """Have a spreadsheet engine evaluate every formula of workbooks, ignoring stored values.

    Arguments: the contents of .xlsx files that have been checked to be safe; the `engine`, where
    "auto" is LibreOffice where it is found, else formualizer.
    Returns one evaluation a workbook.
    Raises OptionError where the engine is not installed, InputError where it fails on a workbook.
    """
    evaluate = _installed(engine)
    return evaluate([without_stored_values(content) for content in workbooks])


def _installed(engine: EngineName) -> Callable[[Sequence[bytes]], list[Evaluation]]:
    """Return the function of an engine, or say how to get one."""
    soffice = None if engine == "formualizer" else find_soffice()
    if soffice is not None:
        return partial(_evaluate_with_libreoffice, soffice=soffice)
    if engine != "libreoffice" and find_spec("formualizer"):
        return _evaluate_with_formualizer
    if engine == "auto":
        message = "a spreadsheet engine must be installed: " + ", or ".join(_HOW_TO_GET.values())
    else:
        message = f"--engine {engine} must be installed: {_HOW_TO_GET[engine]}"
    raise OptionError(message)


def find_soffice() -> Path | None:
    """Return LibreOffice's program, on the PATH or where its installer puts it, or None."""
    found = shutil.which("soffice") or shutil.which("libreoffice")
    places = [Path(place) for place in ([found] if found else _USUAL_PLACES)]
    return next((place for place in places if place.is_file()), None)


def _evaluate_with_libreoffice(workbooks: Sequence[bytes], soffice: Path) -> list[Evaluation]:
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
    """Have every workbook loaded, evaluated and saved in the folder "converted".

    LibreOffice's exit status tells nothing, what it writes does.
    """
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    options = ["--headless", "--convert-to", "xlsx", "--outdir", str(folder / "converted")]
    with subprocess.Popen(  # noqa: S603 (the program is LibreOffice, the files are ours)
        [str(soffice), profile, *options, *map(str, sources)],
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


def _evaluate_with_formualizer(workbooks: Sequence[bytes]) -> list[Evaluation]:
    """Evaluate workbooks one after the other.

    Arguments: the contents of .xlsx files.
    Returns one evaluation a workbook.
    Raises InputError where formualizer can't read or evaluate a workbook.
    """
    engine = f"formualizer {version('formualizer')}"
    return [Evaluation(engine, dict(_values(content))) for content in workbooks]


def _values(content: bytes) -> Iterator[tuple[Place, CellValue]]:
    """Yield the value of each formula cell, asking for a row of cells at a time."""
    book = _evaluated(content)
    rows = groupby(formula_places(content), key=lambda place: (place.sheet, place.row))
    for (sheet, row), places in rows:
        columns = [place.column for place in places]
        values = _row_values(book, sheet, row, columns[0], columns[-1])
        for column in columns:
            value = values[column - columns[0]]
            if value not in (None, ""):
                yield Place(sheet, row, column), _value(value)


def _evaluated(content: bytes) -> Any:
    import formualizer  # noqa: PLC0415 (an optional package)

    try:
        book = formualizer.load_workbook_bytes(content)
        book.evaluate_all()
    # Its errors have no common type.
    except Exception as error:
        message = f"formualizer can't evaluate the workbook: {error}"
        raise InputError(message) from error
    return book


def _row_values(book: Any, sheet: str, row: int, first: int, last: int) -> list[Any]:
    import formualizer  # noqa: PLC0415

    area = formualizer.RangeAddress(sheet, row + 1, first + 1, row + 1, last + 1)
    return book.sheet(sheet).get_values(area)[0]  # type: ignore[no-any-return] # its stubs


def _value(value: Any) -> CellValue:
    """Return a value as a spreadsheet shows it; an error comes as {"kind": "Div", …}."""
    if isinstance(value, dict):
        return _ERRORS.get(value["kind"], "#ERROR!")
    if isinstance(value, bool | str):
        return value
    return float(value) if isinstance(value, int | float) else str(value)
