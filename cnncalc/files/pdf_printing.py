"""Workbooks printed as PDF, by LibreOffice, which takes their values as they are stored."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from cnncalc.errors import InputError, OptionError
from cnncalc.files.engines.libreoffice import LIBREOFFICE, convert, find_soffice

__all__ = ["Pdf", "print_workbooks", "require_printer"]

# So many workbooks go into one call: Windows limits the length of a command.
AT_ONCE = 100
# The typeface of our cells, and the one that is as wide.
TYPEFACES = (b"Arial", b"LiberationSans")


@dataclass(frozen=True)
class Pdf:
    """A PDF: its `content`, how many `pages` it has, and whether its cells have their typeface."""

    content: bytes
    pages: int
    has_typeface: bool


def require_printer() -> None:
    """Raise OptionError where LibreOffice is not found, saying how to get it."""
    if find_soffice() is None:
        message = f"--pdf needs {LIBREOFFICE.how_to_get}. Received: none"
        raise OptionError(message)


def print_workbooks(workbooks: Sequence[Path], left_out: str) -> Pdf:
    """Print workbooks into one PDF, one after the other, without their hidden sheets.

    Arguments: the `workbooks`, .xlsx files that cnncalc wrote; the name of a sheet that is
    `left_out` of each.
    Raises InputError where LibreOffice can't print one.
    """
    from pypdf import PdfReader, PdfWriter  # noqa: PLC0415 (no other command waits for it)

    written, file = PdfWriter(), io.BytesIO()
    for content in _converted(workbooks, left_out):
        written.append(PdfReader(io.BytesIO(content)))
    # What pages share, typefaces above all, is written once.
    written.compress_identical_objects()
    written.write(file)
    pdf = file.getvalue()
    return Pdf(pdf, len(written.pages), any(face in pdf for face in TYPEFACES))


def _converted(workbooks: Sequence[Path], left_out: str) -> Iterator[bytes]:
    """Yield each workbook as a PDF of its own."""
    for first in range(0, len(workbooks), AT_ONCE):
        with TemporaryDirectory(prefix="cnncalc-", ignore_cleanup_errors=True) as name:
            folder = Path(name)
            sources = [
                _copied(workbook, folder / f"{number}.xlsx", left_out)
                for number, workbook in enumerate(workbooks[first : first + AT_ONCE])
            ]
            for pdf in convert(sources, folder, "pdf"):
                if not pdf.is_file():
                    message = "LibreOffice can't print the workbook"
                    raise InputError(message)
                yield pdf.read_bytes()


def _copied(workbook: Path, target: Path, left_out: str) -> Path:
    """Copy a workbook, with a sheet hidden and without the area of it that is printed."""
    shown = f'<sheet name="{left_out}" '.encode()
    area = re.compile(rb"<definedName [^>]*>%b![^<]*</definedName>" % left_out.encode())
    with zipfile.ZipFile(workbook) as source, zipfile.ZipFile(target, "w") as copy:
        for part in source.infolist():
            content = source.read(part)
            if part.filename == "xl/workbook.xml":
                content = area.sub(b"", content.replace(shown, shown + b'state="hidden" '))
            copy.writestr(part.filename, content, zipfile.ZIP_DEFLATED, 1)
    return target
