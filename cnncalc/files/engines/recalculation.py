"""Having a workbook's formulas evaluated by a spreadsheet engine, whatever values it stores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, get_args

from cnncalc.errors import OptionError
from cnncalc.files.engines.engine import Engine
from cnncalc.files.engines.formualizer import FORMUALIZER
from cnncalc.files.engines.gnumeric import GNUMERIC
from cnncalc.files.engines.ironcalc import IRONCALC
from cnncalc.files.engines.libreoffice import LIBREOFFICE
from cnncalc.files.stored_values import without_stored_values
from cnncalc.verification.comparison import Evaluation

__all__ = ["BY_NAME", "ENGINES", "EngineName", "recalculate"]

EngineName = Literal["auto", "libreoffice", "formualizer", "gnumeric", "ironcalc"]
ENGINES: tuple[EngineName, ...] = get_args(EngineName)

BY_NAME: Mapping[str, Engine] = {
    "libreoffice": LIBREOFFICE,
    "formualizer": FORMUALIZER,
    "gnumeric": GNUMERIC,
    "ironcalc": IRONCALC,
}
"""Every engine but "auto", which is the first of them that is installed."""


def recalculate(workbooks: Sequence[bytes], engine: EngineName = "auto") -> list[Evaluation]:
    """Have a spreadsheet engine evaluate every formula of workbooks, ignoring stored values.

    Arguments: the contents of .xlsx files that have been checked to be safe; the `engine`, where
    "auto" is LibreOffice where it is found, else the first of the others that is.
    Returns one evaluation a workbook.
    Raises OptionError where the engine is not installed, InputError where it fails on a workbook.
    """
    evaluate = _installed(engine).evaluate
    return evaluate([without_stored_values(content) for content in workbooks])


def _installed(name: EngineName) -> Engine:
    """Return an engine, or say how to get one."""
    asked = list(BY_NAME.values()) if name == "auto" else [BY_NAME[name]]
    found = next((engine for engine in asked if engine.is_installed()), None)
    if found:
        return found
    which = "a spreadsheet engine" if name == "auto" else f"--engine {name}"
    ways = ", or ".join(engine.how_to_get for engine in asked)
    message = f"{which} must be installed: {ways}"
    raise OptionError(message)
