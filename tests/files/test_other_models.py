"""Models of other programs are named, with what makes them readable."""

import io
import json
import pickle
import struct

import h5py
import numpy as np
import pytest

from cnncalc.errors import InputError
from cnncalc.files.keras_archive import KerasModel, read_keras
from cnncalc.files.other_models import is_archive, refuse_other_model
from tests.files.keras_files import SMALL, parts_of, saved, varied, zipped


def hdf5(**attributes):
    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        file.attrs.update(attributes)
    return buffer.getvalue()


def refusal(path, **options):
    with pytest.raises(InputError) as caught:
        refuse_other_model(path, **options)
    message = str(caught.value)
    assert "\n" not in message
    assert message.startswith(f"'{path}' is ")
    return message.removeprefix(f"'{path}' is ")


WEIGHTS = parts_of(saved(KerasModel(varied(SMALL, (5, 5, 1)))))["model.weights.h5"]
HEADER = json.dumps({"a": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}).encode()


@pytest.mark.parametrize(
    ("name", "content", "kind", "way"),
    [
        (
            "x.h5",
            hdf5(model_config="{}"),
            "a whole model in the HDF5 format of older Keras",
            "keras.models.load_model('x.h5').save('model.keras') makes it readable",
        ),
        # Older Keras wrote HDF5 under this name, too.
        ("x.keras", hdf5(model_config="{}"), "a whole model in the HDF5", "load_model('x.keras')"),
        ("x.h5", hdf5(layer_names=[b"a"]), "weights without layers in the HDF5", "load_weights("),
        ("x.h5", WEIGHTS, "weights of Keras 3 without layers", "name this file by --weights"),
        ("x.h5", hdf5(), "an HDF5 file, but no model of Keras", "model.save('model.keras')"),
        ("x.hdf5", hdf5()[:40], "a damaged HDF5 file", "must be saved anew"),
        ("x.pt", zipped({"x/data.pkl": b""}), "a PyTorch model", "build the same layers with"),
        ("x.bin", zipped({"archive/data.pkl": b""}), "a PyTorch model", "build the same layers"),
        ("x.pth", pickle.dumps([1]), "a PyTorch model", "build the same layers with Keras"),
        ("x.bin", pickle.dumps([1]), "a Python pickle, which may hold code", "build the same"),
        ("x.pb", b"\x08\x01\x12", "a graph of TensorFlow", "tf_keras.models.load_model("),
        ("x.onnx", b"\x08\x07\x12", "an ONNX model", "build the same layers with Keras"),
        ("x.bin", b"\x1c\0\0\0TFL3\0\0", "a TensorFlow Lite model", "that it was made from"),
        ("x.tflite", b"else", "a TensorFlow Lite model", "that it was made from"),
        (
            "x.bin",
            struct.pack("<Q", len(HEADER)) + HEADER + bytes(4),
            "a safetensors file, weights without layers",
            "build the same layers with Keras",
        ),
        ("model.ckpt.index", b"\0", "a checkpoint of TensorFlow, weights without", "made from by"),
    ],
)
def test_a_model_of_another_kind_is_named_with_what_makes_it_readable(
    tmp_path, name, content, kind, way
):
    path = tmp_path / name
    path.write_bytes(content)
    message = refusal(path)
    assert message.startswith(kind)
    assert way in message
    with pytest.raises(InputError, match="which cnncalc does not read: "):
        read_keras(path)


def test_a_saved_model_is_a_folder(tmp_path):
    folder = tmp_path / "saved"
    folder.mkdir()
    refuse_other_model(folder)
    (folder / "saved_model.pb").write_bytes(b"\x08")
    assert refusal(folder).startswith("a SavedModel of TensorFlow, which cnncalc does not read: ")
    assert "tf_keras.models.load_model('saved').save(" in refusal(folder)


def test_weights_of_keras_3_may_be_named_for_their_weights(tmp_path):
    path = tmp_path / "x.weights.h5"
    path.write_bytes(WEIGHTS)
    refuse_other_model(path, weights=True)
    path.write_bytes(hdf5(model_config="{}"))
    assert refusal(path, weights=True).startswith("a whole model in the HDF5 format")
    path.write_bytes(hdf5(layer_names=[b"a"]))
    assert "model.load_weights('x.weights.h5')" in refusal(path, weights=True)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("x.keras", saved(KerasModel(varied(SMALL, (5, 5, 1))))),
        ("x.txt", b"Flatten(); Dense(2)"),
        ("x.py", b'model = {"a": 1}'),
        ("x.txt", b""),
        ("x.txt", b"PK\x03\x04 no zip"),
    ],
)
def test_what_may_be_a_model_of_ours_is_left_to_its_reader(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content)
    refuse_other_model(path)
    assert is_archive(path) == content.startswith(b"PK")


def test_what_is_no_file_is_left_to_its_reader(tmp_path):
    for path in (tmp_path / "none.h5", tmp_path, tmp_path / "nul\0.h5"):
        refuse_other_model(path)
        assert not is_archive(path)


def test_numbers_are_no_part_of_a_text(tmp_path):
    path = tmp_path / "net.txt"
    path.write_bytes(np.arange(9).tobytes())
    refuse_other_model(path)
