"""The choice of a spreadsheet engine, and what it makes of workbooks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from importlib.util import find_spec
from typing import Literal

from cnncalc.errors import OptionError
from cnncalc.files.recalculation import formualizer, libreoffice
from cnncalc.files.recalculation.stored_values import without_stored_values
from cnncalc.verification.comparison import Evaluation

__all__ = ["ENGINES", "EngineName", "recalculate"]

EngineName = Literal["auto", "libreoffice", "formualizer"]
ENGINES: tuple[EngineName, ...] = ("auto", "libreoffice", "formualizer")

_HOW_TO_GET = {
    "libreoffice": "LibreOffice (https://www.libreoffice.org), its program soffice on the PATH",
    "formualizer": "formualizer (pip install 'cnncalc[verify]')",
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
    soffice = None if engine == "formualizer" else libreoffice.find_soffice()
    if soffice is not None:
        return partial(libreoffice.evaluate, soffice=soffice)
    if engine != "libreoffice" and find_spec("formualizer"):
        return formualizer.evaluate
    if engine == "auto":
        message = "a spreadsheet engine must be installed: " + ", or ".join(_HOW_TO_GET.values())
    else:
        message = f"--engine {engine} must be installed: {_HOW_TO_GET[engine]}"
    raise OptionError(message)
