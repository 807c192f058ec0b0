from __future__ import annotations

import gzip
import struct
import zipfile
from contextlib import suppress
from io import BytesIO

import numpy as np
import pytest

from cnncalc.errors import InputError
from cnncalc.files.datasets import ReadOptions, read_data
from cnncalc.files.datasets_arrays import read_idx_array, read_npz
from cnncalc.training.metrics import OutputClasses

CODES = {"u1": 0x08, "i1": 0x09, "i2": 0x0B, "i4": 0x0C, "f4": 0x0D, "f8": 0x0E}

IMAGES = np.arange(4 * 3 * 2).reshape(4, 3, 2)

LABELS = np.array([0, 1, 1, 0])


def idx(array, code="u1"):
    """An array as the bytes of an IDX file: https://www.fon.hum.uva.nl/praat/manual/IDX_file_format.html"""
    header = struct.pack(f">HBB{array.ndim}I", 0, CODES[code], array.ndim, *array.shape)
    return header + array.astype(f">{code}").tobytes()


@pytest.mark.parametrize("code", CODES)
def test_numbers_of_every_type_are_read(tmp_path, code):
    path = tmp_path / "numbers"
    path.write_bytes(idx(IMAGES, code))
    array = read_idx_array(path)
    np.testing.assert_array_equal(array, IMAGES)
    assert array.dtype == np.dtype(code)


@pytest.fixture
def folder(tmp_path):
    for part in ("train", "t10k"):
        (tmp_path / f"{part}-images-idx3-ubyte.gz").write_bytes(gzip.compress(idx(IMAGES), mtime=0))
        (tmp_path / f"{part}-labels-idx1-ubyte.gz").write_bytes(gzip.compress(idx(LABELS)))
    return tmp_path


def test_a_folder_of_mnists_files_has_a_training_and_a_test_part(folder):
    data = read_data(folder)
    assert (len(data.training), len(data.test), data.validation) == (4, 4, None)
    assert data.training.labels.tolist() == LABELS.tolist()
    assert data.training.input_shape == (3, 2, 1)


@pytest.mark.parametrize("name", ["t10k-images-idx3-ubyte.gz", "images.idx3-ubyte"])
def test_one_file_of_images_brings_its_labels(folder, name):
    if name.startswith("images"):
        (folder / name).write_bytes(idx(IMAGES))
        (folder / "labels.idx1-ubyte").write_bytes(idx(LABELS))
    data = read_data(folder / name)
    assert data.training.labels.tolist() == LABELS.tolist()
    assert data.test is None


def test_images_without_labels_are_one_clear_line(folder):
    (folder / "train-labels-idx1-ubyte.gz").unlink()
    with pytest.raises(InputError, match=r"Expected '.*/train-labels-idx1-ubyte\.gz'"):
        read_data(folder)


def test_two_files_to_train_on_are_one_clear_line(folder):
    (folder / "more-images-idx3-ubyte").write_bytes(idx(IMAGES))
    (folder / "more-labels-idx1-ubyte").write_bytes(idx(LABELS))
    with pytest.raises(InputError, match=r"one file of images to train on.*'more-images"):
        read_data(folder)


def test_two_files_to_test_with_are_one_clear_line(folder):
    (folder / "train-images-idx3-ubyte.gz").unlink()
    (folder / "test-images-idx3-ubyte").write_bytes(idx(IMAGES))
    with pytest.raises(InputError, match=r"one file of images to train on, .* 'test-images-idx3"):
        read_data(folder)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\0\0", "is no IDX file. Received: it begins with 00 00"),
        (b"GIF89a", "is no IDX file"),
        (b"\0\0\x07\x01\0\0\0\x01x", "is no IDX file"),
        (b"\0\0\x08\x03", "is cut within its header, .* 16 bytes. Received: 4"),
        (b"\0\0\x08\x03\0\0\0\x01", "is cut within its header, .* 16 bytes. Received: 8"),
        (b"\0\0\x08\x03\0\0\0\x01\0\0", "is cut within its header, .*. Received: 10"),
        (idx(IMAGES, "i2")[:-1], "must hold 4×3×2 numbers, as its header says. Received: 23.5"),
        (idx(IMAGES)[:-1], "must hold 4×3×2 numbers, as its header says. Received: 23"),
        (idx(IMAGES) + b"x", "Received: more"),
        (gzip.compress(idx(IMAGES) + b"x", mtime=0), "Received: more"),
        (gzip.compress(idx(IMAGES)[:10], mtime=0), "is cut within its header"),
        (gzip.compress(idx(IMAGES), mtime=0)[:15], "is damaged"),
        (gzip.compress(idx(IMAGES), mtime=0) + b"rest", "is damaged"),
        (gzip.compress(idx(IMAGES), mtime=0)[:-8] + bytes(8), "is damaged: CRC check failed"),
        (
            b"\0\0\x08\x02\xff\xff\xff\xff\xff\xff\xff\xff",
            "4294967295×4294967295 numbers.*Received: 0",
        ),
        (gzip.compress(idx(IMAGES), mtime=0)[:-4], "is damaged"),
        (b"\x1f\x8b\x08\x00garbage", "is damaged"),
        (b"", "is an empty file"),
    ],
)
def test_a_damaged_file_is_one_clear_line(tmp_path, content, words):
    path = tmp_path / "train-images-idx3-ubyte"
    path.write_bytes(content)
    with pytest.raises(InputError, match=words) as caught:
        read_idx_array(path)
    assert "train-images-idx3-ubyte'" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_compressed_file_beside_its_unpacked_twin_is_one_file(folder):
    for path in list(folder.iterdir()):
        path.with_suffix("").write_bytes(gzip.decompress(path.read_bytes()))
    assert len(list(folder.iterdir())) == 8
    data = read_data(folder)
    assert (len(data.training), len(data.test)) == (4, 4)
    # What was unpacked is what is read.
    (folder / "train-images-idx3-ubyte").write_bytes(idx(IMAGES + 100))
    images, _ = read_data(folder).training.batch(np.arange(4))
    np.testing.assert_array_equal(images[..., 0], IMAGES + 100)


@pytest.mark.parametrize("packed", ["images", "labels"])
def test_images_and_labels_need_not_both_be_compressed(folder, packed):
    for path in list(folder.iterdir()):
        if packed not in path.name:
            path.with_suffix("").write_bytes(gzip.decompress(path.read_bytes()))
            path.unlink()
    data = read_data(folder)
    assert (len(data.training), len(data.test)) == (4, 4)


def test_the_networks_output_says_how_many_classes_there_are(folder):
    (folder / "train-labels-idx1-ubyte.gz").write_bytes(gzip.compress(idx(LABELS * 0 + 3)))
    options = ReadOptions(output_of=lambda shape: OutputClasses(10))
    data = read_data(folder / "train-images-idx3-ubyte.gz", options)
    assert (len(data.training.class_names), data.training.labels.tolist()) == (10, [3, 3, 3, 3])


NPZ_IMAGES = np.arange(4 * 3 * 2, dtype=np.uint8).reshape(4, 3, 2)


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
    data = read_npz(save(x_train=NPZ_IMAGES, y_train=labels)).training
    assert data.class_names == ("3", "7")
    assert data.labels.tolist() == [0, 1, 1, 0]
    assert data.input_shape == (3, 2, 1)


def test_one_hot_labels_are_classes_in_their_order(save):
    one_hot = np.eye(3)[[2, 0, 1, 2]]
    data = read_npz(save(x_train=NPZ_IMAGES, y_train=one_hot)).training
    assert data.class_names == ("0", "1", "2")
    assert data.labels.tolist() == [2, 0, 1, 2]


def test_all_parts_are_read(save):
    arrays = {f"x_{part}": NPZ_IMAGES for part in ("train", "val", "test")}
    arrays |= {f"y_{part}": [0, 1, 0, 1] for part in ("train", "val", "test")}
    data = read_npz(save(**arrays))
    assert [len(part) for part in (data.training, data.validation, data.test)] == [4, 4, 4]


@pytest.mark.parametrize(
    ("images", "dtype", "largest"),
    [
        (NPZ_IMAGES, np.uint8, 255),
        (NPZ_IMAGES.astype(np.int64), np.uint8, 255),
        (NPZ_IMAGES.astype(np.float64), np.uint8, 255),
        (NPZ_IMAGES / 255, np.float64, 1),
        ((NPZ_IMAGES / 255).astype(np.float32), np.float32, 1),
        (NPZ_IMAGES + 2.0**40, np.float64, 2.0**40 + 23),
        (NPZ_IMAGES > 10, np.float32, 1),
        (NPZ_IMAGES + 0.5, np.float32, 255),
        (NPZ_IMAGES * 100.0, np.float32, 2300),
        (NPZ_IMAGES - 12.0, np.float32, 255),
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
        ({"x_train": NPZ_IMAGES}, r"must hold x_train and y_train\. Received: x_train"),
        (
            {"x_train": NPZ_IMAGES, "y_train": [0, 1, 0, 1], "x_test": NPZ_IMAGES},
            "must hold x_test and y_test",
        ),
        (
            {"x_train": NPZ_IMAGES, "y_train": [0, 1]},
            "training: there must be one label an image. Received: 2 labels, 4 images",
        ),
        (
            {"x_train": NPZ_IMAGES, "y_train": [1, 1, 1, 1]},
            "at least two classes .* Received: 1, 1",
        ),
        (
            {"x_train": NPZ_IMAGES[0], "y_train": [0, 1, 0]},
            r"images must be numbers .* shape \(3, 2\)",
        ),
        (
            {"x_train": NPZ_IMAGES[:0], "y_train": []},
            r"at least one image\. Received: shape \(0, 3",
        ),
        (
            {"x_train": NPZ_IMAGES * np.nan, "y_train": [0, 1, 0, 1]},
            "finite numbers. Not so in sample 1",
        ),
        (
            {"x_train": NPZ_IMAGES * 1j, "y_train": [0, 1, 0, 1]},
            "images must be numbers .* complex128",
        ),
        ({"x_train": NPZ_IMAGES, "y_train": [0, 1.5, 0, 1]}, "whole. Received: 1.5 for sample 2"),
        (
            {"x_train": NPZ_IMAGES, "y_train": np.ones((4, 2))},
            r"one 1 a row, .* \[1.0, 1.0\] for sample 1",
        ),
        (
            {"x_train": NPZ_IMAGES, "y_train": np.ones((4, 1, 2))},
            r"labels must be .* shape \(4, 1, 2\)",
        ),
        (
            {
                "x_train": NPZ_IMAGES,
                "y_train": [0, 1, 0, 1],
                "x_test": NPZ_IMAGES,
                "y_test": [0, 1, 2, 3],
            },
            "test: labels must be among those of the training part, 0, 1. Received: 2, 3",
        ),
        (
            {
                "x_train": NPZ_IMAGES,
                "y_train": [0, 1, 0, 1],
                "x_test": np.repeat(NPZ_IMAGES[..., None], 3, -1),
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
    message = r"data\.npz' can't be read as an \.npz archive of arrays: it is no zip$"
    with pytest.raises(InputError, match=message):
        read_npz(path)
    np.save(path.with_suffix(".npy"), np.arange(3))
    path.with_suffix(".npy").rename(path)
    with pytest.raises(InputError, match=r"data\.npz' can't be read as an \.npz archive"):
        read_npz(path)


def test_a_damaged_archive_is_read_or_an_error_of_ours(tmp_path):
    path = tmp_path / "data.npz"
    np.savez_compressed(path, x_train=NPZ_IMAGES, y_train=[0, 1, 0, 1])
    content = path.read_bytes()
    for place in range(0, len(content), 3):
        path.write_bytes(content[:place] + b"\xff" + content[place + 1 :])
        with suppress(InputError):
            read_npz(path)


def test_an_array_that_claims_more_than_is_there_is_one_clear_line(tmp_path):
    header = BytesIO()
    about = {"descr": "|u1", "fortran_order": False, "shape": (10**6, 10**5, 10**5)}
    np.lib.format.write_array_header_1_0(header, about)
    with zipfile.ZipFile(tmp_path / "data.npz", "w") as archive:
        for name in ("x_train.npy", "y_train.npy"):
            archive.writestr(name, header.getvalue())
    words = r"member 'x_train': its header claims 10,000,000,000,000,000 bytes\. Received: 0$"
    with pytest.raises(InputError, match=words):
        read_npz(tmp_path / "data.npz")


def test_objects_are_never_unpickled(save):
    labels = np.array([{}, {}, {}, {}], dtype=object)
    words = r"data\.npz', member 'y_train': it holds Python objects, which are never loaded"
    with pytest.raises(InputError, match=words):
        read_npz(save(x_train=NPZ_IMAGES, y_train=labels))


def npy(array):
    """An array as the bytes of a .npy file."""
    file = BytesIO()
    np.save(file, array)
    return file.getvalue()


NPY = npy(NPZ_IMAGES)

HEADER = NPY[: NPY.index(b"\n") + 1]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("x_train.npy", b"no array", "member 'x_train': it is no array that NumPy saved"),
        ("x_train", b"no array", "member 'x_train': it is no array that NumPy saved"),
        ("x_train.npy", b"", "member 'x_train': it is no array that NumPy saved"),
        ("x_train.npy", NPY[:8], "member 'x_train' is damaged"),
        ("x_train.npy", NPY.replace(b"}", b"("), "member 'x_train' is damaged"),
        ("x_train.npy", NPY.replace(b"shape", b"shade"), "member 'x_train' is damaged"),
        ("x_train.npy", NPY.replace(b"(4, 3", b"(-4,3"), "header claims"),
        ("x_train.npy", NPY.replace(b"(4, 3", b"(4.0,"), "member 'x_train' is damaged"),
        ("x_train.npy", b"\x93NUMPY\x09\x00" + NPY[8:], "of version 9.0. Expected 1.0 or 2.0"),
        ("x_train.npy", NPY[:-1], "its header claims 24 bytes. Received: 23"),
        ("x_train.npy", NPY + b"x", "its header claims 24 bytes. Received: 25"),
        ("x_train.npy", HEADER.replace(b"(4,", b"(9,"), "claims 54 bytes. Received: 0"),
        ("y_train.npy", b"{", "member 'y_train': it is no array that NumPy saved"),
    ],
)
def test_a_member_that_is_no_array_is_named(tmp_path, name, content, words):
    members = {"x_train.npy": NPY, "y_train.npy": npy(np.arange(4) % 2)}
    members.pop(name.removesuffix(".npy") + ".npy")
    with zipfile.ZipFile(tmp_path / "data.npz", "w") as archive:
        for member, bytes_of_it in {**members, name: content}.items():
            archive.writestr(member, bytes_of_it)
    with pytest.raises(InputError, match=words) as caught:
        read_npz(tmp_path / "data.npz")
    assert str(caught.value).startswith(f"'{tmp_path / 'data.npz'}', member '{name[:7]}'")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("compressed", [False, True])
def test_a_member_whose_bytes_have_changed_is_named(tmp_path, compressed):
    path = tmp_path / "data.npz"
    write = np.savez_compressed if compressed else np.savez
    write(path, x_train=np.arange(400, dtype=np.uint8).reshape(4, 10, 10), y_train=[0, 1, 0, 1])
    content = path.read_bytes()
    place = content.index(b"NUMPY") + 250 if not compressed else 80
    path.write_bytes(content[:place] + bytes([content[place] ^ 4]) + content[place + 1 :])
    with pytest.raises(InputError, match="member 'x_train' is damaged"):
        read_npz(path)


@pytest.mark.parametrize("dtype", [">i2", "<f4", ">f8", ">u4", "f2", "longdouble"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_numbers_of_any_order_are_what_they_were(save, dtype, order):
    images = np.asarray(NPZ_IMAGES.astype(dtype), order=order)
    data = read_npz(save(x_train=images, y_train=np.array([0, 1, 0, 1], ">i4"))).training
    pixels, labels = data.batch(np.arange(4))
    np.testing.assert_array_equal(pixels[..., 0], NPZ_IMAGES)
    assert labels.tolist() == [0, 1, 0, 1]


def test_names_as_bytes_are_names(save):
    data = read_npz(save(x_train=NPZ_IMAGES, y_train=np.array([b"dog", b"cat", b"dog", b"cat"])))
    assert data.training.class_names == ("cat", "dog")
    with pytest.raises(InputError, match="must be names in UTF-8"):
        read_npz(save(x_train=NPZ_IMAGES, y_train=np.array([b"\xff", b"cat", b"dog", b"cat"])))


def new(count):
    return lambda shape: OutputClasses(count)


def trained(count, names=()):
    return lambda shape: OutputClasses(count, names, trained=True)


ONE_CLASS = {"x_train": NPZ_IMAGES, "y_train": [3, 3, 3, 3]}


@pytest.mark.parametrize("output_of", [new(10), trained(10), trained(10, tuple("0123456789"))])
def test_the_networks_output_says_how_many_classes_an_archive_has(save, output_of):
    data = read_npz(save(**ONE_CLASS), output_of).training
    assert data.class_names == tuple("0123456789")
    assert data.labels.tolist() == [3, 3, 3, 3]


def test_one_hot_labels_say_how_many_classes_there_are(save):
    data = read_npz(save(x_train=NPZ_IMAGES[:1], y_train=np.eye(10)[[3]])).training
    assert (len(data.class_names), data.labels.tolist()) == (10, [3])


def test_a_network_that_names_its_classes_takes_names_and_numbers(save):
    pets = trained(3, ("ape", "cat", "dog"))
    for labels in (["cat"] * 4, [1] * 4, np.eye(3)[[1] * 4]):
        data = read_npz(save(x_train=NPZ_IMAGES, y_train=labels), pets).training
        assert (data.class_names, data.labels.tolist()) == (("ape", "cat", "dog"), [1] * 4)


def test_a_number_that_is_a_classs_name_is_that_class(save):
    data = read_npz(save(x_train=NPZ_IMAGES, y_train=[1, 2, 2, 1]), trained(2, ("1", "2"))).training
    assert (data.class_names, data.labels.tolist()) == (("1", "2"), [0, 1, 1, 0])


def test_a_new_network_takes_any_labels_that_are_as_many_as_its_outputs(save):
    data = read_npz(save(x_train=NPZ_IMAGES, y_train=[3, 7, 7, 3]), new(2)).training
    assert (data.class_names, data.labels.tolist()) == (("3", "7"), [0, 1, 1, 0])


@pytest.mark.parametrize(
    ("labels", "output_of", "words"),
    [
        ([3, 10, 3, 3], new(10), "the numbers of the network's classes, 0 to 9. Received: 10$"),
        ([-1, 0, 1, 2], trained(10), "classes, 0 to 9. Received: -1$"),
        ([3, 7, 7, 3], trained(2), "classes, 0 to 1. Received: 3, 7$"),
        (["emu"] * 4, trained(2, ("cat", "dog")), "among cat, dog, or the numbers .* emu$"),
        ([0, 1, 2, 0], trained(2, ("cat", "dog")), "among cat, dog, or the numbers .*: 2$"),
        ([0, 1, 1, 0], trained(2, ("3", "7")), r"labels must be among 3, 7\. Received: 0, 1$"),
        (["emu"] * 4, new(2), "two classes to tell apart, or numbers from 0 to 1 for .* 1, emu$"),
    ],
)
def test_a_label_that_the_network_has_no_class_for_is_named(save, labels, output_of, words):
    with pytest.raises(InputError, match=words):
        read_npz(save(x_train=NPZ_IMAGES, y_train=labels), output_of)


def test_parts_may_differ_in_the_classes_that_they_show(save):
    path = save(x_train=NPZ_IMAGES, y_train=[0, 1, 0, 1], x_test=NPZ_IMAGES, y_test=[2, 2, 2, 2])
    data = read_npz(path, new(3))
    assert (data.training.counts.tolist(), data.test.counts.tolist()) == ([2, 2, 0], [0, 0, 4])


def test_one_hot_labels_of_different_widths_are_one_clear_line(save):
    path = save(
        x_train=NPZ_IMAGES,
        y_train=np.eye(3)[[0, 1, 2, 0]],
        x_test=NPZ_IMAGES,
        y_test=np.eye(2)[[0] * 4],
    )
    with pytest.raises(InputError, match=r"must have as many columns\. Received: 2, 3"):
        read_npz(path)


def test_what_is_only_judged_needs_no_training_part(save):
    path = save(x_test=NPZ_IMAGES, y_test=[1, 1, 1, 1])
    data = read_npz(path, trained(2), judged=True)
    assert (len(data.training), len(data.test)) == (0, 4)
    with pytest.raises(InputError, match="must hold x_train and y_train"):
        read_npz(path, trained(2))
    with pytest.raises(InputError, match=r"must hold x_train and y_train\. Received: a"):
        read_npz(save(a=NPZ_IMAGES), trained(2), judged=True)
