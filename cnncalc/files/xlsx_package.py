"""What the archive of a workbook says of it: its sheets, which one is open, how far it is true."""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal, NamedTuple, NoReturn, cast

from cnncalc.errors import InputError
from cnncalc.files.paths import printable, quoted
from cnncalc.files.xlsx_xml import Element, elements, whole_number
from cnncalc.provenance import OWN_MARK
from cnncalc.verification.contents import State

__all__ = ["DefinedName", "Doubt", "Package", "SheetEntry", "open_package"]

Doubt = Literal["none", "zeros", "all"]

_TRUE = ("1", "true")
_FALSE = ("0", "false")

_LONGEST_NAME = 60  # of a program, in a message


class SheetEntry(NamedTuple):
    """A sheet as the workbook lists it: its part, "worksheet" or another kind, whether it shows."""

    name: str
    part: str
    kind: str
    state: State


class DefinedName(NamedTuple):
    """A name of the workbook: what it stands for, and the sheet it belongs to, None for all."""

    name: str
    text: str
    sheet: int | None


class _Relation(NamedTuple):
    """Where one part leads: the last word of what the other is to it, and its name."""

    kind: str
    target: str


@dataclass(frozen=True, eq=False)
class Package:
    """An open workbook.

    `source` is what to call it in a message; `active` which of its `sheets` is on top when it is
    opened; `strings` and `styles` are the names of these parts, or None; `counts_from_1904` says
    from when its dates count.

    `doubt` says which numbers stored beside formulas are not to be trusted: a program that writes
    workbooks without calculating stores 0, and asks that all be calculated on opening ("zeros");
    a spreadsheet that was told not to calculate says that it has not ("all").

    `program` is what saved it, with its version, empty where it is as cnncalc writes it; `is_own`
    where cnncalc wrote it first; `names` are its defined names. `related` returns which parts one
    part leads to that are to it what the second argument says, such as its "drawing".
    """

    archive: zipfile.ZipFile
    source: str
    sheets: tuple[SheetEntry, ...]
    active: int
    strings: str | None
    styles: str | None
    counts_from_1904: bool
    doubt: Doubt
    program: str
    is_own: bool
    names: tuple[DefinedName, ...]
    related: Callable[[str, str], list[str]]


@contextmanager
def open_package(content: bytes, source: str) -> Iterator[Package]:
    """Open a workbook, and close it at the end.

    Arguments: the `content` of an .xlsx file that has been checked to be safe; `source`, what to
    call it in a message.
    Raises InputError where it is no workbook, or damaged.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        yield _Opening(archive, source).package()


class _Opening:
    """Finds the parts of a workbook from its root on."""

    def __init__(self, archive: zipfile.ZipFile, source: str) -> None:
        self._archive = archive
        self._source = source
        # The names of parts don't tell capitals from small letters.
        self._names = {name.lower(): name for name in archive.namelist()}

    def package(self) -> Package:
        """Read the workbook's own part, and those that say what it is."""
        root = self._relations("").values()
        book = _first(root, "officeDocument")
        if book is None:
            self._refuse("is a damaged workbook: it does not say which of its parts is first")
        if book.endswith(".bin"):
            self._refuse("is a binary workbook (.xlsb). Save it as .xlsx in a spreadsheet program")
        relations = self._relations(book)
        found = tuple(self._elements(book))
        views = [element for element in found if element.name == "workbookView"]
        settings = {element.name: element.attributes for element in found}
        program = _Program(
            self._property(root, "extended-properties", "Application"),
            self._property(root, "extended-properties", "AppVersion"),
        )
        description = self._property(root, "core-properties", "description")
        is_own = description.startswith(OWN_MARK)
        return Package(
            self._archive,
            self._source,
            self._sheets(found, relations),
            # What is no position is the first, as spreadsheets have it.
            whole_number(views[0].attributes.get("activeTab", "")) or 0 if views else 0,
            _first(relations.values(), "sharedStrings"),
            _first(relations.values(), "styles"),
            settings.get("workbookPr", {}).get("date1904") in _TRUE,
            _doubt(settings.get("calcPr", {}), program, is_own=is_own),
            str(program),
            is_own,
            tuple(_defined_names(found)),
            self.related,
        )

    def related(self, part: str, kind: str) -> list[str]:
        """Return the parts that one leads to as what the `kind` says; see `Package`."""
        relations = self._relations(part).values()
        return [relation.target for relation in relations if relation.kind == kind]

    def _sheets(
        self, found: Iterable[Element], relations: dict[str, _Relation]
    ) -> tuple[SheetEntry, ...]:
        sheets = []
        for element in found:
            if (element.parent, element.name) == ("sheets", "sheet"):
                name = element.attributes.get("name", "")
                relation = relations.get(element.attributes.get("id", ""))
                if relation is None:
                    self._refuse(f"is a damaged workbook: its sheet {quoted(name)} has no part")
                state = element.attributes.get("state", "visible")
                if state not in ("visible", "hidden", "veryHidden"):
                    self._refuse(
                        f"is a damaged workbook: its sheet {quoted(name)} is neither visible nor "
                        f"hidden. Received: state {quoted(state)}"
                    )
                entry = SheetEntry(name, relation.target, relation.kind, cast("State", state))
                sheets.append(entry)
        if not sheets:
            self._refuse("is no workbook, or a damaged one: it has no sheets")
        return tuple(sheets)

    def _property(self, root: Iterable[_Relation], kind: str, name: str) -> str:
        """Return what a workbook's properties say, an empty text where they don't."""
        part = _first(root, kind)
        if part is None or part.lower() not in self._names:
            return ""
        texts = (element.text for element in self._elements(part) if element.name == name)
        return next(texts, "")

    def _relations(self, part: str) -> dict[str, _Relation]:
        """Return where a part, or the archive itself, leads, by the names it has for that."""
        folder, name = posixpath.split(part)
        listing = posixpath.join(folder, "_rels", f"{name}.rels")
        if listing.lower() not in self._names:
            return {}
        return {
            element.attributes.get("Id", ""): _Relation(
                element.attributes.get("Type", "").rpartition("/")[2],
                self._target(folder, element.attributes.get("Target", "")),
            )
            for element in self._elements(listing)
            if element.name == "Relationship" and element.attributes.get("TargetMode") != "External"
        }

    def _target(self, folder: str, target: str) -> str:
        """Return the name of the part that a target means, seen from a folder."""
        path = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
        return self._names.get(path.lower(), path)

    def _elements(self, part: str) -> Iterator[Element]:
        return elements(self._archive, part, self._source)

    def _refuse(self, what: str) -> NoReturn:
        message = f"{self._source} {what}"
        raise InputError(message)


def _first(relations: Iterable[_Relation], kind: str) -> str | None:
    return next((relation.target for relation in relations if relation.kind == kind), None)


class _Program(NamedTuple):
    """What saved a workbook, as its properties say it."""

    application: str
    version: str

    def __str__(self) -> str:
        """Return its name and version as people know them; nothing for what cnncalc wrote.

        XlsxWriter calls itself Excel 2007; older openpyxl calls itself Excel 3.1, which there
        never was; Gnumeric writes 1.12.55 as 1.1255.
        """
        application, version = self
        if (application, version) == ("Microsoft Excel", "12.0000"):
            return ""
        if match := re.match(r"LibreOffice/([\d.]+)", application):
            return f"LibreOffice {match[1]}"
        if match := re.search(r"Openpyxl ([\d.]+)", application):
            return f"openpyxl {match[1]}"
        if application == "Microsoft Excel" and version.startswith("3."):
            return f"openpyxl {version}"
        match = re.fullmatch(r"(\d+)\.(\d\d)(\d\d)", version)
        if application == "gnumeric" and match:
            return "Gnumeric " + ".".join(str(int(number)) for number in match.groups())
        known = printable(f"{application} {version}".strip())
        return known[:_LONGEST_NAME] or "a program that does not give its name"


def _doubt(settings: Mapping[str, str], program: _Program, *, is_own: bool) -> Doubt:
    """Tell by a workbook's calculation settings how far its formulas' values are theirs."""
    if settings.get("calcCompleted") in _FALSE:
        return "all"
    writes_only = (
        settings.get("fullCalcOnLoad") in _TRUE
        or program.application.startswith("Apache POI")
        # So XlsxWriter writes a workbook that shall not be calculated on opening.
        or (settings.get("calcMode"), settings.get("calcId")) == ("manual", "124519")
    )
    return "zeros" if writes_only and not is_own else "none"


def _defined_names(found: Iterable[Element]) -> Iterator[DefinedName]:
    for element in found:
        if element.name == "definedName":
            sheet = whole_number(element.attributes.get("localSheetId", ""))
            yield DefinedName(element.attributes.get("name", ""), element.text, sheet)
