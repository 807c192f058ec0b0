"""The formula of the output's size, ([W − F + 2P] / S) + 1, with its numbers in cells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cnncalc.sheet.layouts.sheet_parts import CONTENTS, Job
from cnncalc.sheet.plan import Block, Formula, Name, Quantity, Reference, Scale, Sheet, Text

__all__ = ["output_size_sheet"]

_TOP, _COLUMN = 3, 2

_ENTERED = (
    ("W", "the input's width (or height)"),
    ("F", "the filter's width"),
    ("P", "the zeros added on either side"),
    ("S", "the stride"),
    ("K", "the number of filters"),
)

_FORMULAS = (
    ("steps", "({W}-{F}+2*{P})/{S}", "(W − F + 2P) / S, how often the filter steps on"),
    ("size", "INT({steps})+1", "the output's width: rounded down, plus 1 for the first place"),
    ("uncovered", "{W}-{F}+2*{P}-({size}-1)*{S}", "what no window reaches at the end"),
    ("depth", "{K}", "the output's depth: one slice a filter"),
)


def output_size_sheet(job: Job) -> Sheet:
    """Return the sheet of the formula."""
    rows = {key: _TOP + row + (row >= len(_ENTERED)) for row, key in enumerate(_keys())}
    named = {key: key for key, _ in _ENTERED} | {"output": "size"}
    return Sheet(
        job.names.take(job.short_title),
        job.title,
        job.specification.note,
        job.number,
        tuple(_blocks(rows)),
        tuple(_texts(job, rows)),
        tuple(Name(name, rows[key], _COLUMN, 1, 1) for name, key in named.items()),
        widths=((0, 20), (1, 90), (2, 90), (3, 460)),
        frozen=(1, 0),
        score=(max(rows.values()) + 4, _COLUMN),
    )


def _blocks(rows: Mapping[str, int]) -> Iterator[Block]:
    """Yield a cell for each number, those that are entered and those that follow."""
    for key, _ in _ENTERED:
        yield Block(rows[key], _COLUMN, 1, 1, "weights", Quantity("input", "", key))
    for key, template, _ in _FORMULAS:
        place, quantity = (rows[key], _COLUMN, 1, 1), Quantity("stage", "", key)
        formula = _formula(template, rows)
        yield Block(*place, "formula", quantity, formula=formula, scale=Scale.SHADE)


def _texts(job: Job, rows: Mapping[str, int]) -> Iterator[Text]:
    """Yield the title, what each number is called and means, and what to do here."""
    meanings = {key: meaning for key, *_, meaning in (*_ENTERED, *_FORMULAS)}
    last = max(rows.values())
    yield Text(0, 1, job.title, "title")
    yield Text(1, 1, job.specification.note)
    yield from (Text(row, _COLUMN + 1, meanings[key], "meaning") for key, row in rows.items())
    yield from (Text(row, _COLUMN - 1, key, "label") for key, row in rows.items())
    yield Text(last + 2, 1, "Type over W, F, P, S and K: the size follows.")
    yield Text(last + 3, 1, "Back to the contents", "link", CONTENTS)


def _keys() -> list[str]:
    return [key for key, *_ in (*_ENTERED, *_FORMULAS)]


def _formula(template: str, rows: Mapping[str, int]) -> Formula:
    """Return a template with names for its cells as one with references."""
    used = [key for key in rows if f"{{{key}}}" in template]
    places = {key: f"{{{place}}}" for place, key in enumerate(used)}
    return Formula(
        template.format(**places), tuple(Reference("", rows[key], _COLUMN) for key in used)
    )
