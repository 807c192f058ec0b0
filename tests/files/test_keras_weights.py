import h5py
import numpy as np
import pytest

from cnncalc.errors import InputError
from cnncalc.files.keras_archive import KerasModel, read_keras, read_weights
from cnncalc.network import initialize
from tests.files.keras_files import (
    SMALL,
    change,
    error_of,
    parts_of,
    save,
    saved,
    small_with,
    varied,
)


def test_weights_alone_are_read_from_a_weights_file(tmp_path):
    network = varied(SMALL, (5, 5, 1))
    path = tmp_path / "model.weights.h5"
    path.write_bytes(parts_of(saved(KerasModel(network)))["model.weights.h5"])
    read = read_weights(path, initialize(SMALL, (5, 5, 1), seed=9))
    np.testing.assert_array_equal(read.weights[0]["kernel"], network.weights[0]["kernel"])
    with pytest.raises(InputError, match=r"model.weights.h5': layer dense: the weight 'kernel'"):
        read_weights(path, initialize(SMALL, (6, 6, 1)))
    path.write_bytes(b"no HDF5")
    with pytest.raises(InputError, match="are no HDF5 file of Keras, or it is damaged"):
        read_weights(path, network)


@pytest.mark.parametrize("error", [OverflowError, AttributeError, MemoryError, RecursionError])
def test_whatever_h5py_raises_for_a_damaged_file_is_one_line(tmp_path, monkeypatch, error):
    def broken(*_):
        raise error

    path = save(tmp_path, small_with())
    monkeypatch.setattr(h5py, "File", broken)
    assert error_of(path) == "the weights are no HDF5 file of Keras, or it is damaged"


def test_the_groups_of_keras_2_13_are_found(tmp_path):
    def rename(file):
        file.move("layers", "_layer_checkpoint_dependencies")

    model = read_keras(save(tmp_path, small_with(change_weights=rename)))
    assert model.network.layers[0].filters == 2


def replace_kernel(**options):
    """A change of the first kernel's dataset."""

    def apply(file):
        group = file["layers/conv2d/vars"]
        del group["0"]
        group.create_dataset("0", **options)

    return apply


def link(target):
    def apply(file):
        del file["layers/conv2d/vars/0"]
        file["layers/conv2d/vars/0"] = target

    return apply


def virtual(file):
    layout = h5py.VirtualLayout((3, 3, 1, 2), "f4")
    layout[:] = h5py.VirtualSource("/etc/hostname", "a", shape=(3, 3, 1, 2))
    del file["layers/conv2d/vars/0"]
    file["layers/conv2d/vars"].create_virtual_dataset("0", layout)


def not_a_group(file):
    del file["layers/conv2d/vars"]
    file["layers/conv2d/vars"] = np.zeros(3)


def missing(file):
    del file["layers/conv2d"]


def other_key(file):
    file.move("layers/conv2d/vars/0", "layers/conv2d/vars/7")


@pytest.mark.parametrize(
    ("apply", "message"),
    [
        (missing, "layer conv2d must have 2 weights in the file (kernel, bias). Received: 0"),
        (other_key, "layer conv2d: the weight 'kernel' is missing"),
        (not_a_group, "vars in layers/conv2d/vars must be a group. Received: Dataset"),
        (
            replace_kernel(data=np.zeros((3, 3, 1, 2), np.int8)),
            "layer conv2d is quantized: its weights are rounded to whole numbers",
        ),
        (
            replace_kernel(data=np.zeros((3, 3, 1, 2), bool)),
            "layer conv2d: the weight 'kernel' must",
        ),
        (
            replace_kernel(data=np.zeros((3, 3, 2))),
            "layer conv2d: the weight 'kernel' must have the shape (3, 3, 1, 2). Received:",
        ),
        (link(h5py.SoftLink("/vars")), "0 is a link to another place, which is not followed"),
        (link(h5py.ExternalLink("x.h5", "/a")), "0 is a link to another place, which is not"),
        (virtual, "layer conv2d: the weight 'kernel' must be numbers in the file itself"),
        (
            replace_kernel(shape=(3, 3, 1, 2), dtype="f4", external=[("/etc/hostname", 0, 72)]),
            "layer conv2d: the weight 'kernel' must be numbers in the file itself",
        ),
    ],
)
def test_weights_that_do_not_fit_are_an_error_that_names_the_layer(tmp_path, apply, message):
    assert error_of(save(tmp_path, small_with(change_weights=apply))).startswith(message)


def test_a_dataset_that_would_fill_the_memory_is_refused(tmp_path):
    units = 20_000_000

    def inflate(file):
        del file["layers/dense/vars/0"]
        kernel = {"shape": (18, units), "dtype": "f4", "chunks": (1, 1000), "compression": "gzip"}
        file["layers/dense/vars"].create_dataset("0", **kernel)

    path = save(tmp_path, small_with(change(3, units=units), inflate))
    assert path.stat().st_size < 100_000
    assert error_of(path) == (
        "layer dense: the weight 'kernel' claims 1,440,000,000 bytes, hardly any of which are in "
        "the file"
    )
