"""The formula of the output's size as cells: what is entered, and what follows from it."""

from __future__ import annotations

from cnncalc.sheet.blocks import Finder, Index
from cnncalc.sheet.plan import Formula, Quantity
from cnncalc.sheet.volumes import Volume, entered_cell, one_cell

__all__ = ["result_volumes", "size_volumes"]

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

_CELLS = {name: Quantity("input", "", name) for name, _ in _ENTERED} | {
    name: Quantity("stage", "", name) for name, *_ in _FORMULAS
}


def size_volumes() -> list[Volume]:
    """Return a cell for each number that is entered, its title the letter in the formula."""
    return [entered_cell(name, _CELLS[name], "weights", meaning) for name, meaning in _ENTERED]


def result_volumes() -> list[Volume]:
    """Return a cell for each number that follows from them."""
    return [_result_volume(*result) for result in _FORMULAS]


def _result_volume(name: str, template: str, meaning: str) -> Volume:
    used = [other for other in _CELLS if f"{{{other}}}" in template]
    numbered = template.format(**{other: f"{{{place}}}" for place, other in enumerate(used)})

    def formula(_: Index, find: Finder) -> Formula:
        return Formula(numbered, tuple(find(_CELLS[other], ()) for other in used))

    return one_cell(name, _CELLS[name], formula, meaning)
