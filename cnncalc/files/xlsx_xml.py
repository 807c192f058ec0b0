"""The XML in the parts of a workbook, walked with expat: nothing is built but what is asked for."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple
from xml.parsers import expat

from cnncalc.errors import InputError
from cnncalc.files.paths import printable, quoted

__all__ = [
    "CHUNK",
    "UNREADABLE",
    "Element",
    "Handler",
    "elements",
    "main_names",
    "walk",
    "whole_number",
]

# ISO 29500 has two: transitional, which spreadsheet programs write, and strict.
_MAIN = (
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    "http://purl.oclc.org/ooxml/spreadsheetml/main",
)

CHUNK = 65_536
"""How many bytes of a part are parsed at a time."""

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


def whole_number(text: str) -> int | None:
    """Return a whole number of up to eight digits, None for a text that is none.

    >>> whole_number("12"), whole_number("1.5"), whole_number("")
    (12, None, None)
    """
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else None


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
            while chunk := stream.read(CHUNK):
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
