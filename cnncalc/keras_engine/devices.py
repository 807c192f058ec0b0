"""Sharing each batch among several devices, by `keras.distribution`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from cnncalc.keras_engine.backend import import_keras

__all__ = ["available_devices", "data_parallel", "most_devices"]


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
