import errno
import gzip
import os
from dataclasses import replace

import numpy as np
import pytest

from cnncalc.errors import InputError, OptionError, OutputError
from cnncalc.files.datasets import ReadOptions, read_data
from cnncalc.training.dataset import Dataset
from cnncalc.training.metrics import OutputClasses
from tests.files.photos import pixels, save, save_classes


def every(dataset: Dataset):
    """All images and labels of a data set."""
    return dataset.batch(np.arange(len(dataset)))


@pytest.fixture
def options(tmp_path):
    return ReadOptions(image_size=(6, 5), cache=tmp_path / "cache")


def test_without_a_name_the_digits_are_read():
    data = read_data()
    parts = (data.training, data.test)
    assert [len(part) for part in parts] == [1437, 360]
    assert sorted(row for part in parts for row in part.rows) == list(range(1797))
    counts = sum(part.counts for part in parts)
    assert counts.tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    assert min(part.counts.min() for part in parts) >= 28
    images, labels = every(data.training)
    assert (images.shape, images.dtype) == ((1437, 8, 8, 1), np.uint8)
    assert (images.min(), images.max(), data.largest) == (0, 16, 16)
    assert images[0, 0, :, 0].tolist() == [0, 0, 5, 13, 9, 1, 0, 0]
    assert labels[0] == 0
    assert data.validation is None


def test_a_folder_of_photos_is_labelled_by_sorted_names(tmp_path, options):
    folder = save_classes(tmp_path / "pets", names=("dogs", "cats", "apes"))
    data = read_data(folder, options)
    images, labels = every(data.training)
    assert data.training.class_names == ("apes", "cats", "dogs")
    assert labels.tolist() == [0, 0, 0, 1, 1, 1, 2, 2, 2]
    assert images.shape == (9, 6, 5, 3)
    assert data.training.name(3) == "cats/cats0.png"
    assert (data.largest, data.notes, data.validation, data.test) == (255, (), None, None)


def test_a_folder_may_bring_its_own_parts(tmp_path, options):
    for part, count in {"train": 3, "validation": 2, "test": 1}.items():
        save_classes(tmp_path / "pets" / part, count)
    data = read_data(tmp_path / "pets", options)
    parts = (data.training, data.validation, data.test)
    assert [len(part) for part in parts] == [6, 4, 2]
    assert {part.class_names for part in parts} == {("cats", "dogs")}


def test_photos_are_300_by_300_rgb_unless_asked_otherwise(tmp_path):
    folder = save_classes(tmp_path / "pets", count=1)
    data = read_data(folder, ReadOptions(cache=tmp_path / "cache"))
    assert data.training.input_shape == (300, 300, 3)
    grey = ReadOptions(image_size=(4, 6), channels=1, cache=tmp_path / "cache")
    assert read_data(folder, grey).training.input_shape == (4, 6, 1)


def test_hidden_files_and_other_kinds_are_passed_over(tmp_path, options):
    folder = save_classes(tmp_path / "pets")
    save(folder / "cats" / ".hidden.png")
    save(folder / "cats" / "more" / "below.png")
    save_classes(folder / ".thumbnails")
    (folder / "cats" / "notes.txt").write_text("not a photo")
    assert read_data(folder, options).training.counts.tolist() == [4, 3]


def test_a_photo_that_cannot_be_decoded_is_left_out_or_an_error(tmp_path, options):
    folder = save_classes(tmp_path / "pets")
    (folder / "dogs" / "dogs1.png").write_bytes(b"no image")
    data = read_data(folder, options)
    assert data.training.counts.tolist() == [3, 2]
    assert data.training.name(4) == "dogs/dogs2.png"
    assert data.notes[0].startswith("left out: '")
    assert "dogs1.png' is not an image" in data.notes[0]
    strict = ReadOptions(image_size=(6, 5), strict=True, cache=options.cache)
    with pytest.raises(InputError, match=r"^'.*dogs1\.png' is not an image"):
        read_data(folder, strict)


@pytest.mark.parametrize(
    ("build", "words"),
    [
        (lambda folder: None, r"at least two folders .* Received: no folder and no photo$"),
        (lambda folder: (folder / "cats").mkdir(), "Received: folders without photos"),
        (lambda folder: save(folder / "cat.png"), "Received: 1 photos beside each other"),
        (lambda folder: save_classes(folder, names=["cats"]), "Received: one, 'cats'$"),
        (lambda folder: (folder / "train").mkdir(), r"pets/train' must hold at least two folders"),
    ],
)
def test_a_folder_without_two_classes_is_one_clear_line(tmp_path, options, build, words):
    folder = tmp_path / "pets"
    folder.mkdir()
    build(folder)
    with pytest.raises(InputError, match=words):
        read_data(folder, options)


def test_a_folder_that_cannot_be_read_is_an_error_and_not_an_empty_class(
    tmp_path, options, monkeypatch
):
    folder = save_classes(tmp_path / "pets", names=("apes", "cats", "dogs"))
    scandir = os.scandir

    def refuse(path):
        if str(path).endswith("apes"):  # a test run as root may read everywhere
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(InputError, match=r"^'.*pets/apes' can't be read: permission denied$"):
        read_data(folder, options)


def test_links_that_lead_nowhere_are_left_out_and_loops_do_no_harm(tmp_path, options):
    folder = save_classes(tmp_path / "pets")
    for link, target in [("nowhere.png", "missing.png"), ("ring.png", "ring.png"), ("up", "..")]:
        (folder / "cats" / link).symlink_to(target)
    (folder / "loop").symlink_to("loop")
    (folder / "dogs" / "linked.png").symlink_to(folder / "cats" / "cats0.png")
    data = read_data(folder, options)
    assert data.training.counts.tolist() == [3, 4]
    assert [note.split("pets/")[1].split("'")[0] for note in data.notes] == [
        "cats/nowhere.png",
        "cats/ring.png",
    ]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes with names")
def test_pipes_are_passed_over(tmp_path, options):
    folder = save_classes(tmp_path / "pets")
    os.mkfifo(folder / "cats" / "pipe.png")
    assert len(read_data(folder, options).training) == 6


@pytest.mark.parametrize("name", [b"a\nb\x1b[31m", b"caf\xe9", "\u202eabc".encode()])
def test_names_of_any_bytes_are_shown_on_one_line(tmp_path, options, name):
    folder = save_classes(tmp_path / "pets")
    try:
        odd = folder / os.fsdecode(name)
        save(odd / f"{odd.name}.png")
        (odd / f"{odd.name}2.png").write_bytes(b"no image")
    except OSError:
        pytest.skip("the system takes no such names")
    data = read_data(folder, options)
    shown = (*data.training.class_names, *data.training.names, *data.notes)
    assert len(shown) == 3 + 7 + 1
    assert all(text.isprintable() and text.encode() for text in shown)


def strictly(options):
    return replace(options, strict=True)


def save_files(folder, *names):
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"no photo")


def test_an_empty_class_folder_keeps_its_number(tmp_path, options):
    folder = save_classes(tmp_path / "pets", names=("apes", "dogs"))
    (folder / "cats").mkdir()
    data = read_data(folder, options)
    assert data.training.class_names == ("apes", "cats", "dogs")
    assert data.training.labels.tolist() == [0, 0, 0, 2, 2, 2]
    assert data.notes == (
        f"class 'cats' has no photo in '{folder}' that can be used; it keeps its number, 1",
    )


def test_many_empty_class_folders_are_named_in_one_sentence(tmp_path, options):
    folder = save_classes(tmp_path / "pets", names=("apes", "dogs"))
    for number in range(300):
        (folder / f"bird{number:03}").mkdir()
    assert read_data(folder, options).notes == (
        f"300 classes have no photo in '{folder}' that can be used; they keep their numbers: "
        "'bird000' (1), 'bird001' (2), 'bird002' (3), 'bird003' (4), 'bird004' (5), …",
    )


def test_class_folders_are_numbered_as_keras_sorts_them(tmp_path, options):
    folder = save_classes(tmp_path / "pets", names=("b", "B", "10", "9"))
    for name in (".hidden", "__MACOSX", "@eaDir"):
        save(folder / name / "1.png")
    assert read_data(folder, options).training.class_names == ("10", "9", "B", "b")


def test_a_class_whose_photos_are_all_damaged_keeps_its_number(tmp_path, options):
    folder = save_classes(tmp_path / "pets", count=1, names=("apes", "cats", "dogs"))
    (folder / "cats" / "cats0.png").write_bytes(b"no image")
    data = read_data(folder, options)
    assert data.training.counts.tolist() == [1, 0, 1]
    assert data.notes[0].startswith("left out: ")
    assert data.notes[1].startswith("class 'cats' has no photo in ")
    with pytest.raises(InputError, match=r"cats0\.png' is not an image"):
        read_data(folder, strictly(options))


def test_files_of_a_class_folder_that_are_not_used_are_named_by_kind(tmp_path, options):
    folder = save_classes(tmp_path / "pets")
    save_files(folder / "cats", *(f"IMG_{i}.HEIC" for i in range(4)), "more/notes.txt")
    save_files(folder / "birds", "1.heic", "2.nef")
    data = read_data(folder, options)
    assert data.training.class_names == ("birds", "cats", "dogs")
    assert data.notes == (
        f"not used, of '{folder}': 5 HEIC files, 'birds/1.heic', 'cats/IMG_0.HEIC', "
        "'cats/IMG_1.HEIC', …; JPEG and PNG can be read",
        f"not used, of '{folder}': 1 RAW file, 'birds/2.nef'; JPEG and PNG can be read",
        f"not used, of '{folder}': 1 text file, 'cats/more/notes.txt'",
        f"class 'birds' has no photo in '{folder}' that can be used; it keeps its number, 0",
    )
    save_files(folder, "loose.png")
    with pytest.raises(InputError) as refusal:
        read_data(folder, strictly(options))
    assert str(refusal.value) == (
        f"with --strict each file in '{folder}' must be a photo that is read. Received: 1 .png "
        "file, 'loose.png' in no class folder; 5 HEIC files, 'birds/1.heic', 'cats/IMG_0.HEIC', "
        "'cats/IMG_1.HEIC', …; 1 RAW file, 'birds/2.nef'; 1 text file, 'cats/more/notes.txt'; "
        "JPEG and PNG can be read"
    )


def test_what_systems_leave_in_folders_does_not_count(tmp_path, options):
    folder = save_classes(tmp_path / "pets")
    names = (".DS_Store", "Thumbs.db", "desktop.ini", "._cats0.png", ".hidden.heic", "Icon\r")
    save_files(folder / "cats", *names, ".folder/1.heic")
    save_files(folder, "README.txt", ".DS_Store")
    data = read_data(folder, strictly(options))
    assert (data.training.counts.tolist(), data.notes) == ([3, 3], ())


def test_photos_beside_the_class_folders_are_named(tmp_path, options):
    folder = save_classes(tmp_path / "pets")
    save(folder / "cat.jpg")
    data = read_data(folder, options)
    assert data.notes == (
        f"not used, of '{folder}': 1 .jpg file, 'cat.jpg': no class folder holds them",
    )
    with pytest.raises(InputError, match="with --strict"):
        read_data(folder, strictly(options))


def test_one_folder_is_enough_where_the_network_names_its_classes(tmp_path, options):
    folder = save_classes(tmp_path / "pets", names=("dogs",))
    for names in ((), ("cats", "dogs")):
        classes = OutputClasses(2, names, trained=True)
        known = replace(options, output_of=lambda shape, classes=classes: classes)
        if names:
            assert read_data(folder, known).training.class_names == ("dogs",)
        else:
            with pytest.raises(InputError, match="at least two folders with photos"):
                read_data(folder, known)


def test_parts_are_known_by_the_names_that_people_give_them(tmp_path, options):
    save_classes(tmp_path / "scenes" / "training_set", 3)
    save_classes(tmp_path / "scenes" / "Seg_Test" / "seg_test", 1)
    save_classes(tmp_path / "scenes" / "pred", 1, names=("unknown",))
    data = read_data(tmp_path / "scenes", options)
    assert (len(data.training), len(data.test), data.validation) == (6, 2, None)
    assert data.notes == (
        f"parts of '{tmp_path / 'scenes'}': 'training_set' to train on, 'Seg_Test/seg_test' to "
        "test with",
        "not read, beside these parts: 'pred'",
    )


def test_a_damaged_cache_is_said(tmp_path, options):
    folder = save_classes(tmp_path / "pets")
    assert read_data(folder, options).notes == ()
    images = next(options.cache.rglob("images.raw"))
    images.write_bytes(images.read_bytes()[:-1] + b"x")
    (note,) = read_data(folder, options).notes
    assert note == (
        f"the photo cache '{images.parent}' was damaged (the pixels are not those that were "
        "written): the photos were decoded again"
    )
    assert read_data(folder, options).notes == ()


def test_a_class_that_is_not_in_the_training_part_is_named(tmp_path, options):
    save_classes(tmp_path / "pets" / "train")
    save_classes(tmp_path / "pets" / "test", names=("cats", "fish"))
    with pytest.raises(InputError, match=r"classes .* 'cats', 'dogs'\. Received: a folder 'fish'"):
        read_data(tmp_path / "pets", options)


def test_a_part_without_photos_is_named(tmp_path, options):
    save_classes(tmp_path / "pets" / "train")
    (tmp_path / "pets" / "test").mkdir()
    with pytest.raises(InputError, match=r"pets/test' must hold photos in folders.* none"):
        read_data(tmp_path / "pets", options)


def test_a_full_disk_is_one_clear_line(tmp_path, options, monkeypatch):
    folder = save_classes(tmp_path / "pets")
    monkeypatch.setattr("shutil.disk_usage", lambda path: type("Usage", (), {"free": 0}))
    with pytest.raises(OutputError, match=r"photo cache .* can't be written: not enough space"):
        read_data(folder, options)


def test_what_is_no_data_set_is_one_clear_line(tmp_path):
    with pytest.raises(InputError, match=r"there is no file or folder '.*nothing'\. Expected a"):
        read_data(tmp_path / "nothing")
    (tmp_path / "data.npy").write_bytes(b"x")
    with pytest.raises(InputError, match=r"data\.npy' is no data set .* Did you mean '\.npz'"):
        read_data(tmp_path / "data.npy")


def test_an_npz_archive_is_found_by_its_ending(tmp_path):
    path = tmp_path / "digits.npz"
    np.savez(path, x_train=pixels()[np.newaxis].repeat(2, 0), y_train=[0, 1])
    assert read_data(path).training.input_shape == (12, 9, 3)


def test_a_csv_file_is_found_by_its_ending(tmp_path):
    path = tmp_path / "digits.csv.gz"
    path.write_bytes(gzip.compress(b"1,0,0,0,0\n0,1,1,1,1\n"))
    assert read_data(path, ReadOptions(label_column="1")).training.input_shape == (2, 2, 1)
    with pytest.raises(OptionError, match=r"Expected --label-column"):
        read_data(path)
