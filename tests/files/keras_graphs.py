"""Functional `.keras` files, made without Keras in the forms of Keras 3 and Keras 2."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from tests.files.keras_files import zipped

Entry = dict[str, Any]


def tensor(name: str, shape: Sequence[int] = (6, 6, 2)) -> Entry:
    """A layer's result, as Keras 3 writes it where it is taken."""
    config = {"shape": [None, *shape], "dtype": "float32", "keras_history": [name, 0, 0]}
    return {"class_name": "__keras_tensor__", "config": config}


def layer(kind: str, name: str, *taken: str, **config: Any) -> Entry:
    """A layer's entry, called on what has these names; several are one list."""
    tensors = [tensor(before) for before in taken]
    return {
        "module": "keras.layers",
        "class_name": kind,
        "config": {"name": name, "trainable": True, "dtype": "float32", **config},
        "registered_name": None,
        "name": name,
        "inbound_nodes": [{"args": [tensors] if len(taken) > 1 else tensors, "kwargs": {}}],
    }


def conv(name: str, taken: str, filters: int = 2, size: int = 3) -> Entry:
    """A convolution that keeps rows and columns."""
    options = {"filters": filters, "kernel_size": [size, size], "padding": "same"}
    return layer("Conv2D", name, taken, **options)


def operation(kind: str, name: str, *arguments: object) -> Entry:
    """An operation that is no layer, such as x * 2.0."""
    entry = layer(kind, name)
    given = [tensor(part) if isinstance(part, str) else part for part in arguments]
    nodes = [{"args": given, "kwargs": {}}]
    place = {"module": "keras.src.ops.numpy", "registered_name": kind, "config": {"name": name}}
    return entry | place | {"inbound_nodes": nodes}


def functional(
    entries: Sequence[Entry],
    name: str = "functional",
    result: object = None,
    shape: Sequence[int] = (6, 6, 2),
) -> Entry:
    """A functional model of these layers on "image", whose result is the last one's."""
    image = layer("InputLayer", "image", batch_shape=[None, *shape]) | {"inbound_nodes": []}
    config = {
        "name": name,
        "trainable": True,
        "layers": [image, *entries],
        "input_layers": ["image", 0, 0],
        "output_layers": result or [entries[-1]["name"], 0, 0],
    }
    return {
        "module": "keras.src.models.functional",
        "class_name": "Functional",
        "config": config,
        "registered_name": "Functional",
    }


def sequential(entries: Sequence[Entry], name: str) -> Entry:
    """A Sequential within another model."""
    config = {"name": name, "layers": list(entries)}
    place = {"module": "keras", "class_name": "Sequential", "registered_name": None}
    return place | {"config": config}


def called(model: Entry, taken: str, **options: object) -> Entry:
    """A model within another one, called on what has this name."""
    node = {"args": [tensor(taken)], "kwargs": options}
    return model | {"name": model["config"]["name"], "inbound_nodes": [node]}


def as_keras_2(model: Entry) -> Entry:
    """The same model, its calls in Keras 2's form."""
    changed = json.loads(json.dumps(model))
    for entry in changed["config"]["layers"]:
        entry["inbound_nodes"] = [list(_older(node)) for node in entry["inbound_nodes"]]
    return changed


def _older(node: Entry) -> list[list[object]]:
    taken = node["args"][0] if isinstance(node["args"][0], list) else node["args"]
    return [[*part["config"]["keras_history"], {}] for part in taken]


def save_graph(
    path: Path, model: Entry, weights: Mapping[str, Sequence[np.ndarray]], **more: Any
) -> Path:
    """Save a model and the weights of each group; `optimizer` may have variables, too."""
    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        places = {f"layers/{group}/vars": arrays for group, arrays in weights.items()}
        places |= {"optimizer/vars": more.pop("optimizer", ())}
        for place, arrays in places.items():
            for number, array in enumerate(arrays):
                file[f"{place}/{number}"] = array
    parts = {
        "metadata.json": b"{}",
        "config.json": json.dumps(model | more).encode(),
        "model.weights.h5": buffer.getvalue(),
    }
    path.write_bytes(zipped(parts))
    return path


def kernels(value: float, *sizes: int) -> list[np.ndarray]:
    """A kernel of a single value and its bias."""
    return [np.full(sizes, value, np.float32), np.full(sizes[-1:], value, np.float32)]
