"""`.keras` files as Keras 2.13 to 2.15, and tf_keras, write them, made without either."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from tests.files.keras_files import zipped

INPUT = {"batch_input_shape": [None, 6, 6, 2], "dtype": "float32", "sparse": False}


def keras_2_layer(kind: str, shape: Sequence[int], **config: Any) -> dict[str, Any]:
    """One layer's entry; every layer of the file gives its input's shape."""
    return {
        "module": "keras.layers",
        "class_name": kind,
        "config": {"name": kind.lower(), "trainable": True, "dtype": "float32", **config},
        "registered_name": None,
        "build_config": {"input_shape": [None, *shape]},
    }


def save_keras_2(
    path: Path,
    layers: Sequence[dict[str, Any]],
    weights: dict[str, Sequence[np.ndarray]],
    compile_config: dict[str, Any] | None = None,
    optimizer: Sequence[np.ndarray] = (),
) -> None:
    """Save a Sequential model: its weights by their places' names, its optimizer's variables."""
    entry = {"module": "keras.layers", "class_name": "InputLayer", "config": INPUT}
    config = {
        "module": "keras.src.engine.sequential",
        "class_name": "Sequential",
        "config": {"name": "sequential", "layers": [entry, *layers]},
        "registered_name": "Sequential",
        "build_config": {"input_shape": INPUT["batch_input_shape"]},
        "compile_config": compile_config,
    }
    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        for place, arrays in {
            **{f"layers/{name}": own for name, own in weights.items()},
            "optimizer": optimizer,
        }.items():
            group = file.create_group(f"{place}/vars")
            for index, array in enumerate(arrays):
                group.create_dataset(str(index), data=array)
    parts = {
        "metadata.json": b'{"keras_version": "2.15.0"}',
        "config.json": json.dumps(config).encode(),
        "model.weights.h5": buffer.getvalue(),
    }
    path.write_bytes(zipped(parts))
