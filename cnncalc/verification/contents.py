"""What a workbook holds besides its cells, and what a program that saved it dropped of that."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from cnncalc.verification.formula_forms import is_same_formula

__all__ = [
    "Feature",
    "Missing",
    "Name",
    "Saved",
    "SheetContents",
    "State",
    "WorkbookContents",
    "compare_contents",
]

Feature = Literal[
    "colour scales",
    "colour rules",
    "charts",
    "data validations",
    "links",
    "frozen panes",
    "headers and footers",
    "paper size",
    "print titles",
    "print areas",
]
State = Literal["visible", "hidden", "veryHidden"]

# The sheet that a name belongs to, empty for one of the whole workbook, and the name.
Name = tuple[str, str]


@dataclass(frozen=True)
class SheetContents:
    """A sheet without its cells: its name, whether it shows, and how many it has of each thing."""

    name: str
    state: State
    counts: Mapping[Feature, int]


@dataclass(frozen=True)
class WorkbookContents:
    """A workbook without its cells.

    `program` is what saved it, with its version; empty where that is as cnncalc wrote it. `names`
    are those of ranges, and what each stands for.
    """

    program: str
    sheets: Sequence[SheetContents]
    names: Mapping[Name, str]


@dataclass(frozen=True)
class Missing:
    """Something that sheets of a workbook have no more."""

    feature: Feature
    sheets: tuple[str, ...]


@dataclass(frozen=True)
class Saved:
    """What became of a workbook, its cells apart, since it was exported.

    `program` is what saved it last, empty where none did. `missing` is what it dropped, sheet by
    sheet; `missing_sheets` and `missing_names` are gone as a whole. `shown` and `hidden` sheets
    were not so; `is_reordered` where the sheets stand in another order.
    """

    program: str = ""
    missing: tuple[Missing, ...] = ()
    missing_sheets: tuple[str, ...] = ()
    missing_names: tuple[Name, ...] = ()
    shown: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    is_reordered: bool = False


def compare_contents(expected: WorkbookContents, found: WorkbookContents) -> Saved:
    """Tell what a workbook has no more of what it was exported with.

    Something is missing from a sheet that should have it and has none, charts also where there are
    fewer: programs split and join the rest as they like. What came on top is the user's own.

    >>> made = SheetContents("Image", "visible", {"colour scales": 2, "links": 1})
    >>> left = SheetContents("Image", "hidden", {"links": 3})
    >>> before = WorkbookContents("", [made], {("", "image"): "Image!$A$1:$B$2"})
    >>> saved = compare_contents(before, WorkbookContents("Some 1.0", [left], {}))
    >>> saved.missing, saved.missing_names, saved.hidden
    ((Missing(feature='colour scales', sheets=('Image',)),), (('', 'image'),), ('Image',))
    """
    sheets = {sheet.name: sheet for sheet in found.sheets}
    pairs = [(sheet, sheets[sheet.name]) for sheet in expected.sheets if sheet.name in sheets]
    order = [sheet.name for sheet in found.sheets if sheet.name in {was.name for was, _ in pairs}]
    return Saved(
        found.program,
        tuple(_missing(pairs)),
        tuple(sheet.name for sheet in expected.sheets if sheet.name not in sheets),
        tuple(
            name
            for name, range_ in expected.names.items()
            if not is_same_formula(found.names.get(name, ""), range_)
        ),
        _whose_state(pairs, lambda was, now: was != "visible" == now),
        _whose_state(pairs, lambda was, now: was == "visible" != now),
        order != [was.name for was, _ in pairs],
    )


_Pairs = Sequence[tuple[SheetContents, SheetContents]]


def _missing(pairs: _Pairs) -> Iterator[Missing]:
    """Yield what sheets no longer have, in the order in which things are first missed."""
    without: dict[Feature, list[str]] = {}
    for was, now in pairs:
        for feature, count in was.counts.items():
            wanted = count if feature == "charts" else min(count, 1)
            if now.counts.get(feature, 0) < wanted:
                without.setdefault(feature, []).append(was.name)
    for feature, sheets in without.items():
        yield Missing(feature, tuple(sheets))


def _whose_state(pairs: _Pairs, has_become: Callable[[State, State], bool]) -> tuple[str, ...]:
    return tuple(was.name for was, now in pairs if has_become(was.state, now.state))
