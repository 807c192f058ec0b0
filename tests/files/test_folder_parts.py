import pytest

from cnncalc.errors import InputError
from cnncalc.files.folder_parts import find_parts, part_named


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
