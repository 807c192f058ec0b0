"""Keras 3 on one of its backends, and the devices that can share a batch by it.

Keras and its backend are imported when they are asked for: cnncalc needs neither.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from cnncalc.errors import OptionError
from cnncalc.files.silence import silenced_standard_error

__all__ = ["BACKENDS", "available_devices", "data_parallel", "import_keras", "most_devices"]

BACKENDS = ("jax", "torch", "tensorflow")
"""The backends that train; the first one that is installed is taken where none is chosen."""

INSTALL = "pip install 'cnncalc[keras]'"


def import_keras() -> Any:
    """Import Keras, on the backend that it is set to or else on one that is installed.

    KERAS_BACKEND names the backend, or Keras's own keras.json.
    Raises OptionError, with what to install, where Keras 3 or its backend is missing.
    """
    if "keras" not in sys.modules:
        if find_spec("keras") is None:
            message = f"engine keras needs Keras 3, which is not installed: {INSTALL}"
            raise OptionError(message)
        os.environ["KERAS_BACKEND"] = _backend()
        # TensorFlow's own words on processors and graphics cards: errors alone from now on.
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    # It says some while it is imported, before it has heard of that.
    with silenced_standard_error():
        keras = import_module("keras")
    if int(keras.__version__.partition(".")[0]) < 3:
        message = f"engine keras needs Keras 3: {INSTALL}. Received: Keras {keras.__version__}"
        raise OptionError(message)
    return keras


def _backend() -> str:
    """Return the chosen backend, or one that is installed."""
    chosen = os.environ.get("KERAS_BACKEND")
    if chosen and (chosen not in BACKENDS or find_spec(chosen) is None):
        what = "which is not installed" if chosen in BACKENDS else "which can't train"
        message = (
            "KERAS_BACKEND must name an installed backend, jax, torch or tensorflow. "
            f"Received: KERAS_BACKEND={chosen}, {what}"
        )
        raise OptionError(message)
    if chosen:
        return chosen
    installed = [name for name in BACKENDS if find_spec(name) is not None]
    if not installed:
        message = f"engine keras needs jax, torch or tensorflow, none is installed: {INSTALL}"
        raise OptionError(message)
    configured = _configured_backend()
    # Keras writes "tensorflow" into its file by itself, whether that is there or not.
    return configured if configured in installed else installed[0]


def _configured_backend() -> str | None:
    folder = Path(os.environ.get("KERAS_HOME", "~/.keras")).expanduser()
    try:
        return str(json.loads((folder / "keras.json").read_text())["backend"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def available_devices() -> list[str]:
    """Return the devices that Keras can share a batch among: on JAX all of the best kind."""
    keras = import_keras()
    if keras.backend.backend() != "jax":
        return ["one"]  # the other backends have no keras.distribution
    devices: list[str] = keras.distribution.list_devices()
    return devices


def most_devices(available: int, batch_size: int) -> int:
    """Return how many devices can share a batch evenly.

    >>> most_devices(4, 128), most_devices(6, 128), most_devices(2, 25)
    (4, 4, 1)
    """
    return max(count for count in range(1, available + 1) if batch_size % count == 0)


@contextmanager
def data_parallel(devices: Sequence[str]) -> Iterator[Any]:
    """Share what is done within among devices: each has all weights, and its part of a batch.

    Yields the `keras.distribution.DataParallel` that is in force, None for a single device.
    """
    if len(devices) == 1:
        yield None
        return
    distribution = _make_distribution(devices)
    with distribution.scope():
        yield distribution


def _make_distribution(devices: Sequence[str]) -> Any:
    keras = import_keras()

    class DataParallel(keras.distribution.DataParallel):  # type: ignore[misc, name-defined] # no types
        """Keras's, but for batches that can't be shared evenly, such as an epoch's last.

        Each device works on all of such a batch: no sample is left out, none is made up.
        """

        def get_data_layout(self, data_shape: Sequence[int]) -> Any:
            if data_shape[0] % len(devices) == 0:
                return super().get_data_layout(data_shape)
            return keras.distribution.TensorLayout([None] * len(data_shape), self.device_mesh)

    return DataParallel(devices=list(devices), auto_shard_dataset=False)
