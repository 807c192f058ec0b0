import zipfile
from contextlib import suppress
from io import BytesIO

import numpy as np
import pytest

from cnncalc.errors import InputError
from cnncalc.files.datasets_npz import read_npz

IMAGES = np.arange(4 * 3 * 2, dtype=np.uint8).reshape(4, 3, 2)


@pytest.fixture
def save(tmp_path):
    def write(**arrays):
        np.savez(tmp_path / "data.npz", **arrays)
        return tmp_path / "data.npz"

    return write


@pytest.mark.parametrize(
    "labels",
    [
        [3, 7, 7, 3],
        [[3], [7], [7], [3]],
        [3.0, 7.0, 7.0, 3.0],
        ["3", "7", "7", "3"],
    ],
)
def test_labels_may_be_written_in_several_ways(save, labels):
    data = read_npz(save(x_train=IMAGES, y_train=labels)).training
    assert data.class_names == ("3", "7")
    assert data.labels.tolist() == [0, 1, 1, 0]
    assert data.input_shape == (3, 2, 1)


def test_one_hot_labels_are_classes_in_their_order(save):
    one_hot = np.eye(3)[[2, 0, 1, 2]]
    data = read_npz(save(x_train=IMAGES, y_train=one_hot)).training
    assert data.class_names == ("0", "1", "2")
    assert data.labels.tolist() == [2, 0, 1, 2]


def test_all_parts_are_read(save):
    arrays = {f"x_{part}": IMAGES for part in ("train", "val", "test")}
    arrays |= {f"y_{part}": [0, 1, 0, 1] for part in ("train", "val", "test")}
    data = read_npz(save(**arrays))
    assert [len(part) for part in (data.training, data.validation, data.test)] == [4, 4, 4]


@pytest.mark.parametrize(
    ("images", "dtype", "largest"),
    [
        (IMAGES, np.uint8, 255),
        (IMAGES.astype(np.int64), np.uint8, 255),
        (IMAGES.astype(np.float64), np.uint8, 255),
        (IMAGES / 255, np.float64, 1),
        ((IMAGES / 255).astype(np.float32), np.float32, 1),
        (IMAGES + 2.0**40, np.float64, 2.0**40 + 23),
        (IMAGES > 10, np.float32, 1),
        (IMAGES + 0.5, np.float32, 255),
        (IMAGES * 100.0, np.float32, 2300),
        (IMAGES - 12.0, np.float32, 255),
    ],
)
def test_numbers_are_stored_in_the_smallest_type_that_holds_them(save, images, dtype, largest):
    data = read_npz(save(x_train=images, y_train=[0, 1, 0, 1]))
    stored = data.training.batch(np.arange(4))[0]
    assert stored.dtype == dtype
    np.testing.assert_array_equal(stored[..., 0], images)
    assert data.largest == largest


@pytest.mark.parametrize(
    ("arrays", "words"),
    [
        ({}, r"must hold x_train and y_train\. Received: nothing"),
        ({"a": 1}, r"must hold x_train and y_train\. Received: a"),
        ({"x_train": IMAGES}, r"must hold x_train and y_train\. Received: x_train"),
        (
            {"x_train": IMAGES, "y_train": [0, 1, 0, 1], "x_test": IMAGES},
            "must hold x_test and y_test",
        ),
        (
            {"x_train": IMAGES, "y_train": [0, 1]},
            "training: there must be one label an image. Received: 2 labels, 4 images",
        ),
        ({"x_train": IMAGES, "y_train": [1, 1, 1, 1]}, "at least two classes .* Received: 1, 1"),
        ({"x_train": IMAGES[0], "y_train": [0, 1, 0]}, r"images must be numbers .* shape \(3, 2\)"),
        ({"x_train": IMAGES[:0], "y_train": []}, r"at least one image\. Received: shape \(0, 3"),
        (
            {"x_train": IMAGES * np.nan, "y_train": [0, 1, 0, 1]},
            "finite numbers. Not so in sample 1",
        ),
        ({"x_train": IMAGES * 1j, "y_train": [0, 1, 0, 1]}, "images must be numbers .* complex128"),
        ({"x_train": IMAGES, "y_train": [0, 1.5, 0, 1]}, "whole. Received: 1.5 for sample 2"),
        (
            {"x_train": IMAGES, "y_train": np.ones((4, 2))},
            r"one 1 a row, .* \[1.0, 1.0\] for sample 1",
        ),
        (
            {"x_train": IMAGES, "y_train": np.ones((4, 1, 2))},
            r"labels must be .* shape \(4, 1, 2\)",
        ),
        (
            {"x_train": IMAGES, "y_train": [0, 1, 0, 1], "x_test": IMAGES, "y_test": [0, 1, 2, 3]},
            "test: labels must be among those of the training part, 0, 1. Received: 2, 3",
        ),
        (
            {
                "x_train": IMAGES,
                "y_train": [0, 1, 0, 1],
                "x_test": np.repeat(IMAGES[..., None], 3, -1),
                "y_test": [0, 1, 0, 1],
            },
            r"images of all parts .* Received: training \(3, 2, 1\), test \(3, 2, 3\)",
        ),
    ],
)
def test_arrays_that_cannot_be_used_are_one_clear_line(save, arrays, words):
    with pytest.raises(InputError, match=words) as caught:
        read_npz(save(**arrays))
    assert "data.npz'" in str(caught.value)


def test_many_classes_are_not_all_written_out(save):
    images = np.zeros((40, 2, 2))
    arrays = {"x_train": images, "y_train": np.arange(40) % 20, "x_test": images}
    with pytest.raises(InputError, match=r"0, 1, .*, 9, … \(20 in all\)\. Received: 20"):
        read_npz(save(**arrays, y_test=np.full(40, 20)))


def test_what_is_no_archive_is_one_clear_line(tmp_path):
    path = tmp_path / "data.npz"
    path.write_bytes(b"PK\x03\x04 but no more")
    with pytest.raises(InputError, match=r"data\.npz' can't be read as an \.npz archive"):
        read_npz(path)
    path.write_bytes(b"text")
    message = r"data\.npz' can't be read as an \.npz archive of numbers: it is no zip, or holds"
    with pytest.raises(InputError, match=message):
        read_npz(path)
    np.save(path.with_suffix(".npy"), np.arange(3))
    path.with_suffix(".npy").rename(path)
    with pytest.raises(InputError, match=r"data\.npz' can't be read as an \.npz archive"):
        read_npz(path)


def test_a_damaged_archive_is_read_or_an_error_of_ours(tmp_path):
    path = tmp_path / "data.npz"
    np.savez_compressed(path, x_train=IMAGES, y_train=[0, 1, 0, 1])
    content = path.read_bytes()
    for place in range(0, len(content), 3):
        path.write_bytes(content[:place] + b"\xff" + content[place + 1 :])
        with suppress(InputError):
            read_npz(path)


def test_an_array_larger_than_memory_is_one_clear_line(tmp_path):
    header = BytesIO()
    about = {"descr": "|u1", "fortran_order": False, "shape": (10**6, 10**5, 10**5)}
    np.lib.format.write_array_header_1_0(header, about)
    with zipfile.ZipFile(tmp_path / "data.npz", "w") as archive:
        for name in ("x_train.npy", "y_train.npy"):
            archive.writestr(name, header.getvalue())
    with pytest.raises(InputError, match=r"can't be read as an \.npz archive"):
        read_npz(tmp_path / "data.npz")


def test_objects_are_never_unpickled(save):
    labels = np.array([{}, {}, {}, {}], dtype=object)
    with pytest.raises(InputError, match=r"can't be read as an .npz archive of numbers"):
        read_npz(save(x_train=IMAGES, y_train=labels))
