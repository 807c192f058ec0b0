"""Models of other programs and of older formats: what they are, and what makes them readable."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path

from cnncalc.errors import InputError
from cnncalc.files.paths import quoted

__all__ = ["is_archive", "refuse_other_model"]

Kind = tuple[str, str]  # what it is, and what makes it readable

HEAD = 16
LONGEST_HEADER = 1 << 30  # of safetensors, whose length comes first

_REBUILD = (
    "in Python, build the same layers with Keras, give them its weights (a kernel of PyTorch is "
    "(out, in, height, width), one of Keras (height, width, in, out)), and save it by "
    "model.save('model.keras')"
)
_SAVE_ORIGINAL = "save the Keras model that it was made from by model.save('model.keras')"
_SAVED_MODEL = (
    "in Python, tf_keras.models.load_model('FOLDER').save('model.keras') makes one that Keras has "
    "saved readable"
)

# What a file is by the end of its name, where its first bytes don't tell.
_BY_ENDING: Mapping[str, Kind] = {
    ".pt": ("a PyTorch model", _REBUILD),
    ".pth": ("a PyTorch model", _REBUILD),
    ".ckpt": ("a checkpoint, weights without layers", _REBUILD),
    ".index": ("a checkpoint of TensorFlow, weights without layers", _SAVE_ORIGINAL),
    ".onnx": ("an ONNX model", _REBUILD),
    ".pb": ("a graph of TensorFlow, such as a SavedModel has", _SAVED_MODEL),
    ".pkl": ("a Python pickle, which may hold code", _REBUILD),
    ".safetensors": ("a safetensors file, weights without layers", _REBUILD),
    ".tflite": ("a TensorFlow Lite model", _SAVE_ORIGINAL),
}


def is_archive(path: Path) -> bool:
    """Tell whether a file is a zip, as a `.keras` file is whatever its name."""
    return _head(path).startswith(b"PK\x03\x04")


def refuse_other_model(path: Path, *, weights: bool = False) -> None:
    """Raise InputError for a model of another kind: what it is, and what makes it readable.

    Arguments: the `path` that was given; whether it was given for its `weights`, which Keras 3 puts
    into an HDF5 file.
    """
    kind = _kind(path, weights=weights)
    if kind is not None:
        name, way = kind
        message = f"{quoted(path)} is {name}, which cnncalc does not read: {way}"
        raise InputError(message)


def _kind(path: Path, *, weights: bool) -> Kind | None:
    """Return what a model of another kind is, and what makes it readable."""
    if path.is_dir():
        if not (path / "saved_model.pb").exists():
            return None
        return "a SavedModel of TensorFlow", _SAVED_MODEL.replace("FOLDER", path.name)
    head = _head(path)
    if head.startswith(b"\x89HDF"):
        return _hdf5_kind(path, weights=weights)
    if is_archive(path):
        return _BY_ENDING[".pt"] if _is_pytorch(path) else None
    return _BY_ENDING.get(_ending(head, path)) if head else None


def _ending(head: bytes, path: Path) -> str:
    """Return the ending that files which begin so have, else that of the file's name."""
    named = path.suffix.lower()
    if head[4:8] == b"TFL3":
        return ".tflite"
    if head[8:10] == b'{"' and int.from_bytes(head[:8], "little") < LONGEST_HEADER:
        return ".safetensors"
    if head[:1] == b"\x80" and head[1:2] in (b"\x02", b"\x03", b"\x04", b"\x05"):
        return named if named in (".pt", ".pth", ".ckpt") else ".pkl"
    return named


def _head(path: Path) -> bytes:
    """Return a file's first bytes; none where it can't be read, which others say better."""
    try:
        if not path.is_file():
            return b""
        with path.open("rb") as file:
            return file.read(HEAD)
    except (OSError, ValueError):
        return b""


def _is_pytorch(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return any(name.endswith("/data.pkl") for name in archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, RuntimeError, NotImplementedError):
        return False


def _hdf5_kind(path: Path, *, weights: bool) -> Kind | None:
    """Tell Keras's HDF5 files apart: whole models, weights of Keras 2, weights of Keras 3."""
    load = (
        f"in Python, keras.models.load_model({path.name!r}).save('model.keras') makes it readable"
    )
    import h5py  # noqa: PLC0415 (a listing of layers needs none)

    try:
        with h5py.File(path, "r") as file:
            is_model, is_old = "model_config" in file.attrs, "layer_names" in file.attrs
            is_new = "layers" in file or "_layer_checkpoint_dependencies" in file
    except Exception:  # of whatever kind: what h5py raises depends on the byte
        return None if weights else ("a damaged HDF5 file", "it must be saved anew")
    if is_model:
        return "a whole model in the HDF5 format of older Keras", load
    if is_old:
        return (
            "weights without layers in the HDF5 format of Keras 2",
            f"in Python, build the model, model.load_weights({path.name!r}), and save it by "
            "model.save('model.keras')",
        )
    if weights:
        return None
    if is_new:
        return (
            "weights of Keras 3 without layers",
            "write the layers as NETWORK, and name this file by --weights",
        )
    return "an HDF5 file, but no model of Keras", "save a model by model.save('model.keras')"
