"""What a workbook holds besides its cells, counted: charts, colours, links, how it is printed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from cnncalc.files.xlsx_package import DefinedName, Package, SheetEntry, open_package
from cnncalc.files.xlsx_xml import Handler, main_names, walk
from cnncalc.verification.contents import Feature, Name, SheetContents, WorkbookContents

__all__ = ["read_contents"]

_TAGS: Mapping[str, Feature] = {
    "colorScale": "colour scales",
    "dataValidation": "data validations",
    "hyperlink": "links",
    "pane": "frozen panes",
    "oddHeader": "headers and footers",
    "oddFooter": "headers and footers",
}
# What an element of a sheet is, by how expat tells it.
_ELEMENTS = {name: feature for tag, feature in _TAGS.items() for name in main_names(tag)}
_RULE, _PAGE = main_names("cfRule"), main_names("pageSetup")

# Names that say how a sheet is printed.
_PRINTING: Mapping[str, Feature] = {
    "_xlnm.Print_Titles": "print titles",
    "_xlnm.Print_Area": "print areas",
}


def read_contents(content: bytes, source: str) -> WorkbookContents:
    """Read what a workbook holds besides its cells.

    Arguments: the `content` of an .xlsx file that has been checked to be safe; `source`, what to
    call it in a message.
    Raises InputError where the workbook is damaged.
    """
    with open_package(content, source) as package:
        printing = Counter(_printing(package.names))
        sheets = [
            SheetContents(
                entry.name,
                entry.state,
                _counts(package, entry)
                + Counter({what: n for (sheet, what), n in printing.items() if sheet == number}),
            )
            for number, entry in enumerate(package.sheets)
        ]
        return WorkbookContents(package.program, sheets, dict(_names(package)))


def _counts(package: Package, entry: SheetEntry) -> Counter[Feature]:
    """Count what a sheet holds."""
    found = _SheetWalk()
    if entry.kind == "worksheet":
        for _ in walk(package.archive, entry.part, found, package.source):
            pass
    for drawing in package.related(entry.part, "drawing"):
        found.counts["charts"] += len(package.related(drawing, "chart"))
    return found.counts


class _SheetWalk(Handler):
    """Counts the elements of a sheet that stand for something."""

    def __init__(self) -> None:
        self.counts: Counter[Feature] = Counter()

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name in _ELEMENTS:
            self.counts[_ELEMENTS[name]] += 1
        elif name in _RULE and attributes.get("type") == "expression":
            self.counts["colour rules"] += 1
        elif name in _PAGE and "paperSize" in attributes:
            self.counts["paper size"] += 1


def _printing(names: tuple[DefinedName, ...]) -> Iterator[tuple[int | None, Feature]]:
    """Yield which sheets are printed in parts, or with titles; a broken reference says nothing."""
    for name in names:
        if name.name in _PRINTING and "#REF!" not in name.text:
            yield name.sheet, _PRINTING[name.name]


def _names(package: Package) -> Iterator[tuple[Name, str]]:
    """Yield the names of ranges, with the sheet each belongs to, and what they stand for."""
    for name in package.names:
        if name.name in _PRINTING:
            continue
        if name.sheet is None:
            yield ("", name.name), name.text
        elif name.sheet < len(package.sheets):
            yield (package.sheets[name.sheet].name, name.name), name.text
