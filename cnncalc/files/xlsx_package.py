"""What the archive of a workbook says of it: its sheets, which one is open, how far it is true."""

from __future__ import annotations

import io
import posixpath
import zipfile
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal, NamedTuple, NoReturn, cast
from xml.parsers import expat

from cnncalc.errors import InputError
from cnncalc.files.paths import printable, quoted

__all__ = [
    "UNREADABLE",
    "Doubt",
    "Element",
    "Handler",
    "Package",
    "SheetEntry",
    "State",
    "elements",
    "main_names",
    "open_package",
    "walk",
]

# ISO 29500 has two: transitional, which spreadsheet programs write, and strict.
_MAIN = (
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    "http://purl.oclc.org/ooxml/spreadsheetml/main",
)

_CHUNK = 65_536

UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    OSError,
    LookupError,
    ValueError,
)

"""What unpacking raises; and expat, for an encoding that it doesn't know: the last two."""


def main_names(name: str) -> frozenset[str]:
    """Return how expat tells an element of a sheet, "c" for example, in each kind of workbook.

    >>> len(main_names("c"))
    2
    """
    return frozenset(f"{namespace} {name}" for namespace in _MAIN)


class Element(NamedTuple):
    """An element without its namespace, at its end: within what, and the text inside it.

    An attribute's name has no namespace either.
    """

    parent: str
    name: str
    attributes: Mapping[str, str]
    text: str


class Handler:
    """What expat reports to; its methods do nothing until a subclass has a use for them."""

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        """Take the start of an element."""

    def text(self, text: str) -> None:
        """Take characters."""

    def end(self, name: str) -> None:
        """Take the end of an element."""


def walk(archive: zipfile.ZipFile, part: str, handler: Handler, source: str) -> Iterator[None]:
    """Walk the XML of a part, and pause now and then so that what was found can be taken away.

    Arguments: the `archive`, which has been checked to be safe; the name of the `part`; the
    `handler` that is reported to; `source`, what to call the workbook in a message.
    Raises InputError where there is no such part, or it can't be unpacked, or is no XML.
    """
    if part not in archive.NameToInfo:
        message = f"{source} is a damaged workbook: it has no part {quoted(part)}"
        raise InputError(message)
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = handler.start
    parser.CharacterDataHandler = handler.text
    parser.EndElementHandler = handler.end
    try:
        with archive.open(part) as stream:
            while chunk := stream.read(_CHUNK):
                parser.Parse(chunk, False)
                yield
            parser.Parse(b"", True)
            yield
    except (*UNREADABLE, expat.ExpatError) as error:
        message = f"{source} is damaged in its part {quoted(part)}: {printable(str(error))}"
        raise InputError(message) from error


def elements(archive: zipfile.ZipFile, part: str, source: str) -> Iterator[Element]:
    """Yield the elements of a part as they end; arguments and errors are those of `walk`."""
    found: list[Element] = []
    for _ in walk(archive, part, _Elements(found.append), source):
        yield from found
        found.clear()


class _Elements(Handler):
    """Hands on each element at its end."""

    def __init__(self, found: Callable[[Element], None]) -> None:
        self._found = found
        self._open: list[tuple[str, Mapping[str, str], list[str]]] = [("", {}, [])]

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        bare = {_local(key): value for key, value in attributes.items()}
        self._open.append((_local(name), bare, []))

    def text(self, text: str) -> None:
        self._open[-1][2].append(text)

    def end(self, name: str) -> None:
        del name
        local, attributes, texts = self._open.pop()
        self._found(Element(self._open[-1][0], local, attributes, "".join(texts)))


def _local(name: str) -> str:
    return name.rpartition(" ")[2]


State = Literal["visible", "hidden", "veryHidden"]

Doubt = Literal["none", "zeros", "all"]

OWN_MARK = "Made by cnncalc"

"""How the description of a workbook that cnncalc wrote begins: its stored values are true."""

_TRUE = ("1", "true")

_FALSE = ("0", "false")


class SheetEntry(NamedTuple):
    """A sheet as the workbook lists it: its part, "worksheet" or another kind, whether it shows."""

    name: str
    part: str
    kind: str
    state: State


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
    """

    archive: zipfile.ZipFile
    source: str
    sheets: tuple[SheetEntry, ...]
    active: int
    strings: str | None
    styles: str | None
    counts_from_1904: bool
    doubt: Doubt


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
        root = self._relations("")
        book = _first(root.values(), "officeDocument")
        if book is None:
            self._refuse("is a damaged workbook: it does not say which of its parts is first")
        if book.endswith(".bin"):
            self._refuse("is a binary workbook (.xlsb). Save it as .xlsx in a spreadsheet program")
        relations = self._relations(book)
        found = tuple(self._elements(book))
        views = [element for element in found if element.name == "workbookView"]
        settings = {element.name: element.attributes for element in found}
        return Package(
            self._archive,
            self._source,
            self._sheets(found, relations),
            _whole(views[0].attributes.get("activeTab")) if views else 0,
            _first(relations.values(), "sharedStrings"),
            _first(relations.values(), "styles"),
            settings.get("workbookPr", {}).get("date1904") in _TRUE,
            self._doubt(settings.get("calcPr", {}), root.values()),
        )

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

    def _doubt(self, settings: Mapping[str, str], root: Collection[_Relation]) -> Doubt:
        """Tell by a workbook's calculation settings how far its formulas' values are theirs."""
        if settings.get("calcCompleted") in _FALSE:
            return "all"
        program = self._property(root, "extended-properties", "Application")
        writes_only = (
            settings.get("fullCalcOnLoad") in _TRUE
            or program.startswith("Apache POI")
            # So XlsxWriter writes a workbook that shall not be calculated on opening.
            or (settings.get("calcMode"), settings.get("calcId")) == ("manual", "124519")
        )
        is_own = self._property(root, "core-properties", "description").startswith(OWN_MARK)
        return "zeros" if writes_only and not is_own else "none"

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


def _whole(text: str | None) -> int:
    """Return a position; what is none is the first, as spreadsheets have it."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 9 else 0
