"""States of a page: the .json files that it saves, read with care, since anybody may write one."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from cnncalc.errors import InputError
from cnncalc.files.paths import check_readable, quoted
from cnncalc.network import Array

__all__ = ["STATE_ENDING", "State", "is_state", "read_state"]

STATE_ENDING = ".json"

# A page has a million formulas at most, and not many more numbers that are entered.
MOST_BYTES = 100_000_000
MOST_LINES, LONGEST_LINE, LONGEST_NAME = 20, 1_000_000, 10_000


@dataclass(frozen=True, eq=False)
class State:
    """What a page saves: the `lines` that say what it calculates, and its `inputs` in their order.

    Each input is a (height, width) block of numbers, or of texts.
    """

    lines: tuple[tuple[str, str], ...]
    inputs: tuple[Array, ...]


def is_state(source: object) -> bool:
    """Tell whether a source is named as a state of a page: as a file of JSON.

    >>> is_state("edge.json"), is_state(Path("edge.JSON")), is_state("edge.png"), is_state(None)
    (True, True, False, False)
    """
    return isinstance(source, str | Path) and Path(source).suffix.lower() == STATE_ENDING


def read_state(path: Path) -> State:
    """Read the state that a page saved.

    Raises InputError where the file can't be read, or holds anything else.
    """
    if check_readable(path) > MOST_BYTES:
        message = f"{quoted(path)} must be the state of a page, of at most {MOST_BYTES:,} bytes"
        raise InputError(message)
    found = _parsed(path)
    if not isinstance(found, dict) or found.get("cnncalc") != "state":
        raise _other(path, _described(found))
    if found.get("version") != 1:
        raise _other(path, f"a state of version {str(found.get('version'))[:20]}")
    lines, inputs = _lines(found.get("calculation")), found.get("inputs")
    if not lines or not isinstance(inputs, list) or not inputs:
        raise _other(path, "a state that says no calculation, or has no inputs")
    blocks = tuple(_block(path, number, rows) for number, rows in enumerate(inputs, start=1))
    return State(lines, blocks)


def _parsed(path: Path) -> Any:  # noqa: ANN401 (whatever the JSON holds)
    import json  # noqa: PLC0415 (nobody waits for it who has no state)

    try:
        return json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise _other(path, "no JSON") from error


def _described(found: object) -> str:
    if isinstance(found, dict) and found.get("cnncalc") == "answers":
        return "the answers to a worksheet"
    return "other JSON"


def _lines(lines: object) -> tuple[tuple[str, str], ...]:
    """Return what a state says of its calculation; empty where it says nothing, or no texts."""
    found = lines if isinstance(lines, list) and len(lines) <= MOST_LINES else []
    if not all(isinstance(line, list) and len(line) == 2 for line in found):
        return ()
    if not all(_is_text(text, LONGEST_LINE) for line in found for text in line):
        return ()
    return tuple((key, text) for key, text in found)


def _is_text(text: object, longest: int) -> bool:
    return isinstance(text, str) and len(text) <= longest


def _block(path: Path, number: int, rows: object) -> Array:
    """Return an input as an array; all its cells are finite numbers, or all are texts."""
    if not isinstance(rows, list) or not rows or not all(isinstance(row, list) for row in rows):
        raise _other(path, f"a state whose input {number} is not made of rows")
    if not rows[0] or {len(row) for row in rows} != {len(rows[0])}:
        raise _other(path, f"a state whose input {number} has rows of different lengths")
    cells = [cell for row in rows for cell in row]
    if all(_is_text(cell, LONGEST_NAME) for cell in cells):
        texts: Array = np.array(rows, dtype=object)
        return texts
    if not all(_is_number(cell) for cell in cells):
        raise _other(path, f"a state whose input {number} holds something that is no finite number")
    return np.array(rows, dtype=np.float64)


def _is_number(cell: object) -> bool:
    # An integer of JSON may be larger than any float.
    try:
        return type(cell) in (int, float) and math.isfinite(cell)  # type: ignore[arg-type]
    except OverflowError:
        return False


def _other(path: Path, received: str) -> InputError:
    message = f"{quoted(path)} must be the state of a page, as its Save button writes it. "
    return InputError(message + f"Received: {received}")
