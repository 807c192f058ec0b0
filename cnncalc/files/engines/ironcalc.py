"""IronCalc, an engine written in Rust that pip installs.

It works in a process of its own: it prints a line for each formula without a stored value.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

from cnncalc.errors import InputError
from cnncalc.files.engines.engine import Engine
from cnncalc.files.engines.programs import run_program
from cnncalc.files.workbooks import read_stored_values
from cnncalc.verification.comparison import CellValue, Evaluation, Place

__all__ = ["IRONCALC"]

# Evaluates workbooks: pairs of where one is and where to write it.
_PROGRAM = """
import sys, ironcalc
for source, target in zip(sys.argv[1::2], sys.argv[2::2]):
    model = ironcalc.load_from_xlsx(source)
    model.evaluate()
    model.save_to_xlsx(target)
"""


def _evaluate(workbooks: Sequence[bytes]) -> list[Evaluation]:
    """Evaluate workbooks in one call."""
    with TemporaryDirectory(prefix="cnncalc-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        pairs = [(folder / f"{n}.xlsx", folder / f"{n}-evaluated.xlsx") for n in range(len(workbooks))]
        for (source, _), content in zip(pairs, workbooks, strict=True):
            source.write_bytes(content)
        paths = [str(path) for pair in pairs for path in pair]
        # A module of that name in the folder where one works is not IronCalc: -P.
        run_program("IronCalc", [sys.executable, "-P", "-c", _PROGRAM, *paths])
        engine = f"IronCalc {version('ironcalc')}"
        return [Evaluation(engine, _values(target)) for _, target in pairs]


def _values(evaluated: Path) -> dict[Place, CellValue]:
    if not evaluated.is_file():
        message = "IronCalc can't evaluate the workbook"
        raise InputError(message)
    return read_stored_values(evaluated.read_bytes())


IRONCALC = Engine(
    "IronCalc",
    "IronCalc (pip install 'cnncalc[verify]')",
    lambda: find_spec("ironcalc") is not None,
    _evaluate,
)
