"""cnncalc as it is in another checkout, an older commit say, beside that of this one.

It is measured by the programs of this checkout, which must know both.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from typing import Any

from benchmarks.errors import MissingDataError
from benchmarks.processes import Contender

__all__ = ["at_checkout", "environment_of", "name_of", "prepare_from", "require_checkout"]


def require_checkout(path: Path) -> None:
    """Fail where a folder doesn't hold the package."""
    if not (path / "cnncalc" / "__init__.py").exists():
        message = f"--against must be a checkout, with cnncalc in it. Received: '{path}'"
        raise MissingDataError(message)


@cache
def name_of(checkout: Path) -> str:
    """Return what the contender is called: by the commit, else by the folder, never by a path."""
    words = ("git", "-C", str(checkout), "describe", "--always", "--dirty", "--exclude", "*")
    try:
        found = subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        found = checkout.name
    return f"cnncalc at {found}"


def environment_of(checkout: Path) -> dict[str, str]:
    """Return the variable by which a command takes cnncalc from a checkout."""
    others = os.environ.get("PYTHONPATH")
    return {"PYTHONPATH": os.pathsep.join([str(checkout), *([others] if others else [])])}


def at_checkout(contender: Contender, checkout: Path) -> Contender:
    """Return the contender that does the same with a checkout's cnncalc."""
    prepare = partial(prepare_from, checkout, contender.prepare)
    return replace(contender, name=name_of(checkout), prepare=prepare)


def prepare_from(checkout: Path, prepare: Callable[[], Callable[[], Any]]) -> Callable[[], Any]:
    """Prepare a contender's turn with a checkout's cnncalc; called in the contender's process.

    Python has taken the search path from the program that measures by then: PYTHONPATH would come
    too late. Raises MissingDataError where cnncalc had been imported before.
    """
    sys.path.insert(0, str(checkout))
    import cnncalc

    if not Path(cnncalc.__file__).is_relative_to(checkout):
        message = f"cnncalc must come from {checkout}. Received: {cnncalc.__file__}"
        raise MissingDataError(message)
    return prepare()
