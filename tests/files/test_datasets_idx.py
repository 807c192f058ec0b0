import gzip
import struct

import numpy as np
import pytest

from cnncalc.errors import InputError
from cnncalc.files.datasets import ReadOptions, read_data
from cnncalc.files.datasets_idx import read_idx_array
from cnncalc.training.classes import OutputClasses

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
