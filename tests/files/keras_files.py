"""`.keras` files, made for a test: a small model's, after a change to what is in it."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import h5py
import numpy as np
import pytest

from cnncalc.errors import InputError
from cnncalc.files.keras_archive import KerasModel, read_keras, write_keras
from cnncalc.layers import Conv2D, Dense, Flatten
from cnncalc.network import assemble, initialize

SMALL = (Conv2D(2, 3, activation="relu"), Flatten(), Dense(2, activation="softmax"))


def varied(layers, shape, seed=0, dtype=np.float32):
    """A network none of whose weights is a neutral 0 or 1."""
    network = initialize(layers, shape, seed, dtype)
    generator = np.random.default_rng(seed)
    weights = [
        {
            name: generator.uniform(0.1, 1, value.shape).astype(dtype)
            for name, value in weights.items()
        }
        for weights in network.weights
    ]
    return assemble(network.layers, shape, weights)


def saved(model: KerasModel) -> bytes:
    """Return a model's file."""
    buffer = io.BytesIO()
    write_keras(buffer, model)
    return buffer.getvalue()


def save(folder: Path, content: KerasModel | bytes) -> Path:
    """Save a model, or bytes, as model.keras."""
    path = folder / "model.keras"
    path.write_bytes(saved(content) if isinstance(content, KerasModel) else content)
    return path


def parts_of(content):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(parts, method=zipfile.ZIP_STORED):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def small_with(change_config=None, change_weights=None, layers=SMALL):
    """A small model's archive after a change to its configuration or its weights."""
    parts = parts_of(saved(KerasModel(initialize(layers, (5, 5, 1)))))
    if change_config:
        config = json.loads(parts["config.json"])
        config = change_config(config) or config
        parts["config.json"] = json.dumps(config).encode()
    if change_weights:
        buffer = io.BytesIO(parts["model.weights.h5"])
        with h5py.File(buffer, "r+") as file:
            change_weights(file)
        parts["model.weights.h5"] = buffer.getvalue()
    return zipped(parts)


def layer_config(config, index):
    return config["config"]["layers"][index]


def error_of(path):
    with pytest.raises(InputError) as caught:
        read_keras(path)
    message = str(caught.value)
    assert "\n" not in message
    name, _, rest = message.partition(": ")
    assert name == f"'{path}'"
    return rest


def change(index, **values):
    """A change to one layer's arguments."""

    def apply(config):
        layer_config(config, index)["config"].update(values)

    return apply


def entry(index, **values):
    """A change to what is said about a layer."""

    def apply(config):
        layer_config(config, index).update(values)

    return apply
