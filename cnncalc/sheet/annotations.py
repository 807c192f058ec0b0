"""What stands on a sheet besides its blocks of cells: texts, names of ranges, charts, pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["Area", "Chart", "Entry", "Match", "Name", "Style", "Text"]

Style = Literal[
    "title",
    "heading",
    "caption",
    "label",
    "meaning",
    "text",
    "link",
    "wrapped",
    "code",
    "forward",
    "backward",
    "weights",
    "rule",
    "entry",
    "forward bar",
    "backward bar",
    "weights bar",
    "legend pixels",
    "legend weights",
    "legend padding",
    "legend formula",
    "legend answer",
    "legend name",
    "legend choice",
]


@dataclass(frozen=True)
class Text:
    """A text in a cell; `link` is the sheet it leads to, if any, and `cell` the place there.

    The style "entry" is a line to write on, which may be typed over.
    """

    row: int
    column: int
    text: str
    style: Style = "text"
    link: str = ""
    cell: str = "A1"


@dataclass(frozen=True)
class Area:
    """A rectangle of a sheet that is printed on a page of its own."""

    row: int
    column: int
    height: int
    width: int


@dataclass(frozen=True)
class Name:
    """A defined name for a range of the sheet it belongs to."""

    name: str
    row: int
    column: int
    height: int
    width: int


@dataclass(frozen=True)
class Chart:
    """A line chart of numbers below each other on its own sheet.

    `row` and `column` are its corner's; `first` and `count` tell the rows of the numbers,
    `categories` and `values` their columns; `axis` is what the categories are called. Its numbers
    end at `most`, where that is known.
    """

    row: int
    column: int
    title: str
    axis: str
    first: int
    count: int
    categories: int
    values: int
    most: float | None = None


@dataclass(frozen=True)
class Match:
    """A range whose cells turn green where they equal those so many columns further to the right.

    `across` is negative for cells to the left.
    """

    row: int
    column: int
    height: int
    width: int
    across: int


@dataclass(frozen=True)
class Entry:
    """What may be typed into a cell: where its `rule` is not true, a spreadsheet refuses it.

    The rule is a formula with `{0}` for the cell; `expected` says in a sentence what it asks for.
    """

    row: int
    column: int
    rule: str
    expected: str
