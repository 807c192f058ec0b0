"""A member of a zip, read where it lies: one that holds a hundred megabytes isn't read whole."""

from __future__ import annotations

import io
import struct
import zipfile
from typing import Any, BinaryIO

__all__ = ["ReadableFile", "open_member"]

ReadableFile = BinaryIO | io.RawIOBase

# The header before a member's content, up to the lengths of its name and of what else it tells.
# Source: APPNOTE.TXT of PKWARE, 4.3.7.
HEADER = struct.Struct("<26xHH")
PIECE = 1 << 20


def open_member(file: BinaryIO, archive: zipfile.ZipFile, name: str) -> ReadableFile:
    """Return a member's content as a file, after it was found to be whole.

    One that is stored as it is, as Keras stores weights, is read in place.
    Arguments: the `file` of the `archive`, which stays open as long as the member is read; the
    member's `name`.
    Raises BadZipFile and what else zipfile raises where it is damaged.

    >>> file = io.BytesIO()
    >>> with zipfile.ZipFile(file, "w") as archive:
    ...     archive.writestr("numbers", "0123456789")
    >>> open_member(file, zipfile.ZipFile(file), "numbers").read(4)
    b'0123'
    """
    member = archive.getinfo(name)
    if member.compress_type != zipfile.ZIP_STORED:
        return io.BytesIO(archive.read(member))
    with archive.open(member) as content:
        while content.read(PIECE):
            pass  # its checksum is compared at the end
    file.seek(member.header_offset)
    before = HEADER.size + sum(HEADER.unpack(file.read(HEADER.size)))
    return _Part(file, member.header_offset + before, member.file_size)


class _Part(io.RawIOBase):
    """A part of a file as a file: from `start` on, so many bytes."""

    def __init__(self, file: BinaryIO, start: int, size: int) -> None:
        self._file, self._start, self._size, self._at = file, start, size, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        from_where = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}
        self._at = from_where[whence] + offset
        return self._at

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401 (what can be written into)
        room = memoryview(buffer).cast("B")
        self._file.seek(self._start + self._at)
        content = self._file.read(max(0, min(len(room), self._size - self._at)))
        room[: len(content)] = content
        self._at += len(content)
        return len(content)
