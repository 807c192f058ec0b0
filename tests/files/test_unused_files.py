from pathlib import Path

import pytest

from cnncalc.files.unused_files import unused_files, unused_notes


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("1.HEIC", "1 HEIC file, '1.HEIC'; JPEG and PNG can be read"),
        ("1.heif", "1 HEIC file, '1.heif'; JPEG"),
        ("1.avif", "1 AVIF file, '1.avif'; JPEG"),
        ("1.CR2", "1 RAW file, '1.CR2'; JPEG"),
        ("1.dng", "1 RAW file, '1.dng'; JPEG"),
        ("1.svg", "1 SVG file, '1.svg'; JPEG"),
        ("1.pdf", "1 PDF file, '1.pdf'; JPEG"),
        ("1.mov", "1 video file, '1.mov'"),
        ("1.txt", "1 text file, '1.txt'"),
        ("1.zip", "1 archive file, '1.zip'"),
        ("1.npy", "1 NumPy file, '1.npy'"),
        ("1.xyz", "1 .xyz file, '1.xyz'"),
        ("1", "1 file without an ending, '1'"),
        ("1.a\nb", "1 .a\\nb file, '1.a\\nb'"),
    ],
)
def test_each_file_is_of_a_kind(name, words):
    (note,) = unused_notes(Path("pets"), [Path("pets", name)])
    assert note.startswith(f"not used, of 'pets': {words}")


def test_of_many_files_the_first_three_are_named():
    files = [Path("pets", "cats", f"{i}.avif") for i in range(1234)]
    (note,) = unused_notes(Path("pets"), files[::-1])
    assert note == (
        "not used, of 'pets': 1,234 AVIF files, 'cats/0.avif', 'cats/1.avif', 'cats/10.avif', …; "
        "JPEG and PNG can be read"
    )


def test_each_kind_has_a_sentence():
    files = [Path("pets", name) for name in ("a.pdf", "b.heic", "c.pdf")]
    assert len(unused_notes(Path("pets"), files)) == 2


def test_all_kinds_fit_into_one_line():
    files = [Path("pets", name) for name in ("a.pdf", "b.heic", "c.pdf", "d.zip")]
    assert unused_files(Path("pets"), files) == (
        "2 PDF files, 'a.pdf', 'c.pdf'; 1 HEIC file, 'b.heic'; 1 archive file, 'd.zip'; "
        "JPEG and PNG can be read"
    )
    assert unused_files(Path("pets"), files[3:]) == "1 archive file, 'd.zip'"
