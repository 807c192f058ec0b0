from __future__ import annotations

from pathlib import Path

import pytest

from cnncalc.errors import InputError
from cnncalc.files.photo_folders import find_parts, part_named, unused_files, unused_notes


def make(folder, *files):
    """Make empty files, and the folders that they are in; a name that ends in / is a folder."""
    for name in files:
        path = folder / name
        (path if name.endswith("/") else path.parent).mkdir(parents=True, exist_ok=True)
        if not name.endswith("/"):
            path.touch()
    return folder


def names(folder, **options):
    found = find_parts(folder, **options)
    return {part: str(path.relative_to(folder)) for part, path in found.folders.items()}


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("train", "training"),
        ("Training", "training"),
        ("training_set", "training"),
        ("trainset", "training"),
        ("seg_train", "training"),
        ("train_images", "training"),
        ("TRAIN-DATA", "training"),
        ("Training Data", "training"),
        ("images_train", "training"),
        ("train2017", "training"),
        ("val", "validation"),
        ("valid", "validation"),
        ("Validation_Set", "validation"),
        ("val2017", "validation"),
        ("dev", "validation"),
        ("test", "test"),
        ("Testing", "test"),
        ("test_set", "test"),
        ("seg_test", "test"),
        ("trains", None),
        ("trainer", None),
        ("contest", None),
        ("testament", None),
        ("valley", None),
        ("cats", None),
        ("seg_pred", None),
        ("", None),
    ],
)
def test_a_part_is_known_by_its_name(name, part):
    assert part_named(name) == part


def test_a_folder_that_is_not_divided_is_all_to_train_on(tmp_path):
    make(tmp_path, "cats/1.png", "dogs/1.png")
    found = find_parts(tmp_path)
    assert (found.folders, found.notes) == ({"training": tmp_path}, ())


def test_parts_come_in_the_order_of_their_use(tmp_path):
    make(tmp_path, "Test/cats/1.png", "TRAIN/cats/1.png", "valid/cats/1.png")
    expected = {"training": "TRAIN", "validation": "valid", "test": "Test"}
    assert names(tmp_path) == expected
    assert list(names(tmp_path)) == list(expected)


def test_a_part_that_holds_itself_is_unwrapped(tmp_path):
    make(tmp_path, "seg_train/seg_train/cats/1.png", "seg_test/Seg_Test/cats/1.png")
    assert names(tmp_path) == {"training": "seg_train/seg_train", "test": "seg_test/Seg_Test"}


def test_a_class_of_trains_is_no_part(tmp_path):
    make(tmp_path, "bus/1.png", "car/1.png", "train/1.png")
    assert find_parts(tmp_path).folders == {"training": tmp_path}


def test_what_stands_beside_the_parts_is_named(tmp_path):
    make(tmp_path, "train/cats/1.png", "test1/1.png", "cats/1.png", ".git/x", "__MACOSX/x")
    found = find_parts(tmp_path)
    assert list(found.folders) == ["training"]
    assert found.notes == (
        f"parts of '{tmp_path}': 'train' to train on",
        "not read, beside these parts: 'cats', 'test1'",
    )


def test_two_folders_for_one_part_are_one_clear_line(tmp_path):
    make(tmp_path, "train/cats/1.png", "val/cats/1.png", "valid/cats/1.png")
    with pytest.raises(InputError, match=r"one folder to validate with\. .* 'val', 'valid'$"):
        find_parts(tmp_path)


def test_parts_without_one_to_train_on_are_for_judging_alone(tmp_path):
    make(tmp_path, "test/cats/1.png", "val/cats/1.png")
    with pytest.raises(
        InputError, match=r"a part to train on, such as 'train'\. .* 'test', 'val'$"
    ):
        find_parts(tmp_path)
    assert names(tmp_path, judged=True) == {"validation": "val", "test": "test"}


def test_parts_that_hold_photos_and_no_class_folders_are_not_learnt_as_classes(tmp_path):
    make(tmp_path, "train/1.png", "test/1.png")
    with pytest.raises(InputError, match=r"must hold folders of photos, .* in 'test', 'train'$"):
        find_parts(tmp_path)


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
