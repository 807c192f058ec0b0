import io
import zipfile

import pytest

from cnncalc.files.zip_members import open_member

CONTENT = bytes(range(256)) * 10


def archive_of(compression):
    """A zip of three members, the second of which has a header longer than most."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as archive:
        archive.writestr("before", "other")
        member = zipfile.ZipInfo("content")
        member.compress_type = compression
        member.extra = b"\x00\x99\x03\x00abc"
        archive.writestr(member, CONTENT)
        archive.writestr("after", "other")
    return file


@pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_member_is_read_from_any_place(compression):
    file = archive_of(compression)
    with zipfile.ZipFile(file) as archive:
        member = open_member(file, archive, "content")
    assert member.read(3) == CONTENT[:3]
    assert member.seek(-4, io.SEEK_END) == len(CONTENT) - 4
    assert member.read() == CONTENT[-4:]
    assert member.read(1) == b""
    member.seek(10)
    assert member.seek(5, io.SEEK_CUR) == member.tell() == 15
    assert member.read(2) == CONTENT[15:17]


def test_what_is_stored_as_it_is_is_not_read_into_memory():
    file = archive_of(zipfile.ZIP_STORED)
    with zipfile.ZipFile(file) as archive:
        member = open_member(file, archive, "content")
    place = file.getvalue().index(CONTENT)
    file.seek(place)
    file.write(b"changed")
    assert member.read(7) == b"changed"


def test_a_changed_byte_is_noticed_before_anything_is_read():
    file = archive_of(zipfile.ZIP_STORED)
    file.seek(file.getvalue().index(CONTENT) + 100)
    file.write(b"!")
    with zipfile.ZipFile(file) as archive, pytest.raises(zipfile.BadZipFile, match="CRC"):
        open_member(file, archive, "content")
