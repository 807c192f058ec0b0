"""A page's document, read again in Python."""

from __future__ import annotations

import json
import re
import zlib
from base64 import b64decode
from decimal import ROUND_HALF_UP, Context
from typing import Any

import numpy as np

from cnncalc.network import Array

_AS_WRITTEN = Context(prec=16, rounding=ROUND_HALF_UP)
_DOCUMENT = re.compile(r'<script type="application/json" id="document">(.*?)</script>', re.DOTALL)


def written(html: str) -> dict[str, Any]:
    """The document of a page, as it stands there."""
    [text] = _DOCUMENT.findall(html)
    record: dict[str, Any] = json.loads(text)
    return record


def data(document: dict[str, Any]) -> dict[str, Any]:
    """The flows of a document, and what goes with them."""
    record: dict[str, Any] = json.loads(inflated(document["data"]))
    return record


def inflated(text: str) -> bytes:
    return zlib.decompress(b64decode(text))


def numbers(document: dict[str, Any]) -> Array:
    """All numbers of a document in a row."""
    content, record = inflated(document["numbers"]), data(document)
    found: list[float] = []
    for code, count in record["parts"]:
        size = count * (8 if code == "f8" else 4)
        part, content = content[:size], content[size:]
        values = np.frombuffer(part, "<f8" if code == "f8" else "<f4").astype(float).tolist()
        found += map(_as_written, values) if code == "w4" else values
    assert content == b""
    for place, number in record["exact"]:
        found[place] = number
    return np.array(found)


def _as_written(number: float) -> float:
    """As JavaScript does it: Number(x.toPrecision(16))."""
    return float(_AS_WRITTEN.create_decimal_from_float(number))


def stages(flow: dict[str, Any]) -> list[dict[str, Any]]:
    """The stages of a flow, each with what it has in common with others."""
    return [flow["sorts"][stage["sort"]] | stage for stage in flow["stages"]]


def blocks(flow: dict[str, Any]) -> list[tuple[dict[str, Any], int, list[Any]]]:
    """The blocks of a flow in order: their stage, the number of their slice, and themselves."""
    found: list[tuple[dict[str, Any], int, list[Any]]] = []
    number = 0
    for stage in stages(flow):
        for part in stage["slices"]:
            found += [(stage, number, block) for block in part[4]]
            number += 1
    return found


def state(document: dict[str, Any], number: int = 0) -> dict[str, Any]:
    """What the page of a document saves of a flow before anything is typed."""
    record, given = data(document), numbers(document).tolist()
    texts, first = list(record["texts"]), {}
    inputs = []
    for flow in record["flows"][: number + 1]:
        inputs = []
        for _, part, (row, column, height, width, role, formula) in blocks(flow):
            if formula == 0:
                source = texts if role == "name" else given
                cells, source[: height * width] = source[: height * width], []
                rows = [cells[start : start + width] for start in range(0, len(cells), width)]
                first[part, row, column] = rows
            elif formula[0] == "same":
                rows = first[tuple(formula[1:])]
            else:
                continue
            if role in ("pixels", "weights", "name", "choice"):
                inputs.append(rows)
    lines = record["flows"][number]["calculation"]
    return {"cnncalc": "state", "version": 1, "calculation": lines, "inputs": inputs}
