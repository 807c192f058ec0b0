"""The model.weights.h5 of a `.keras` file, and Keras's `.weights.h5` files, which are the same.

Each layer's weights lie in `layers/<type>/vars/<number>`, in Keras's order; the optimizer's in
`optimizer/vars/<number>`.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import h5py
import numpy as np

from cnncalc.errors import CnncalcError, InputError
from cnncalc.files.keras_config_writing import SavedLayer, keras_layers
from cnncalc.files.zip_members import ReadableFile
from cnncalc.layers import Layer, Shape
from cnncalc.layers.names import automatic_names
from cnncalc.network import Array, Network, walk

__all__ = ["Place", "Variables", "claims_too_much", "places_of", "read_h5", "write_h5"]

LARGE = 1 << 26
MOST_EXPANSION = 100

# The names of Keras 3, and of Keras 2.13.
_LAYER_GROUPS = ("layers", "_layer_checkpoint_dependencies")


@dataclass(frozen=True, eq=False)
class Variables:
    """Numbers that a part of the model besides its layers keeps, such as its optimizer.

    `name` is that part's name in Keras ("adam"), `arrays` are its variables in Keras's order.
    """

    name: str
    arrays: tuple[Array, ...]


@dataclass(frozen=True)
class Place:
    """Where a file has a layer's weights: its group, and that of each model around it.

    Several layers may share a group, as the two of a SeparableConv2D; the layer's weights begin
    with number `first`.
    """

    groups: tuple[str, ...]
    first: int = 0


def places_of(network: Network) -> tuple[Place, ...]:
    """Return where Keras has each layer's weights when the network is a model of its own.

    >>> from cnncalc.layers import Flatten
    >>> from cnncalc.network import assemble
    >>> places_of(assemble([Flatten(name="flat")], (2, 2, 1), [{}]))
    (Place(groups=('flatten',), first=0),)
    """
    layers = [saved.layer for saved in keras_layers(network)]
    groups = dict(zip((layer.name for layer in layers), automatic_names(layers), strict=True))
    return tuple(Place((groups[layer.name],)) for layer in network.layers)


def claims_too_much(claimed: int, stored: int) -> bool:
    """Say whether numbers claim so many more bytes than are stored that they would fill the memory.

    >>> claims_too_much(10**9, stored=100), claims_too_much(1000, stored=0)
    (True, False)
    """
    return claimed > max(LARGE, MOST_EXPANSION * stored)


def read_h5(
    source: ReadableFile, layers: Sequence[Layer], places: Sequence[Place], input_shape: Shape
) -> tuple[list[dict[str, Array]], dict[str, Variables]]:
    """Read the weights of each layer, and what else the file holds by its name ("optimizer").

    Arguments: the `source`, a file; the `layers`, and the `places` of their weights; one sample's
    `input_shape`.
    Raises InputError that names the layer where file and layers don't fit each other, ShapeError
    where the layers don't fit each other.
    """
    walked = tuple(walk(layers, input_shape))
    expected: dict[tuple[str, ...], list[str]] = {}
    for (layer, shape), place in zip(walked, places, strict=True):
        expected.setdefault(place.groups, []).extend(layer.weight_shapes(shape))
    with _damage(), h5py.File(source, "r") as file:
        weights = [
            _read_layer(file, layer, shape, place, expected[place.groups])
            for (layer, shape), place in zip(walked, places, strict=True)
        ]
        optimizer = _group(file, "optimizer/vars")
        if optimizer is None or not len(optimizer):
            return weights, {}
        return weights, {"optimizer": _variables(optimizer)}


@contextmanager
def _damage() -> Iterator[None]:
    """Turn what h5py raises for a broken file, or for none of its own, into InputError."""
    try:
        yield
    except CnncalcError:
        raise
    except Exception as error:  # of whatever kind: what h5py raises depends on the byte
        message = "the weights are no HDF5 file of Keras, or it is damaged"
        raise InputError(message) from error


def _read_layer(
    file: h5py.File, layer: Layer, shape: Shape, place: Place, expected: Sequence[str]
) -> dict[str, Array]:
    """Read one layer's weights from its group, which must have those of the expected names."""
    paths = ("/".join(f"{prefix}/{name}" for name in place.groups) for prefix in _LAYER_GROUPS)
    groups = (_group(file, f"{path}/vars") for path in paths)
    group: Any = next((found for found in groups if found is not None), {})
    if any(getattr(array, "dtype", np.dtype(float)).kind in "iu" for array in group.values()):
        message = (
            f"layer {layer.name} is quantized: its weights are rounded to whole numbers, and "
            "cnncalc calculates with floating-point numbers; save the model as it was before "
            "model.quantize(…)"
        )
        raise InputError(message)
    if len(group) != len(expected):
        message = (
            f"layer {layer.name} must have {len(expected)} weights in the file"
            f"{' (' + ', '.join(expected) + ')' if expected else ''}. Received: {len(group)}"
        )
        raise InputError(message)
    return {
        weight: _read_weight(group, str(index), size, f"layer {layer.name}: the weight {weight!r}")
        for index, (weight, size) in enumerate(layer.weight_shapes(shape).items(), place.first)
    }


def _read_weight(group: h5py.Group, key: str, shape: Shape, what: str) -> Array:
    dataset = _dataset(group, key, what)
    if dataset.shape != shape:
        message = f"{what} must have the shape {shape}. Received: {dataset.shape}"
        raise InputError(message)
    if dataset.dtype.kind != "f":
        message = f"{what} must be floating point. Received: {dataset.dtype}"
        raise InputError(message)
    kind = np.float64 if dataset.dtype.itemsize >= 8 else np.float32
    array = np.asarray(dataset[()], dtype=kind)
    # Nobody else has it: the network needn't copy it.
    array.flags.writeable = False
    return array


def _variables(group: h5py.Group) -> Variables:
    arrays = [
        np.asarray(_dataset(group, str(index), f"the optimizer's variable {index}")[()])
        for index in range(len(group))
    ]
    return Variables(str(group.attrs.get("name", "")), tuple(arrays))


def _group(file: h5py.File, path: str) -> h5py.Group | None:
    """Return a group, None where there is none; links to other places are not followed."""
    current = file
    for part in path.split("/"):
        if part not in current:
            return None
        _require_own(current, part)
        current = current[part]
        if not isinstance(current, h5py.Group):
            message = f"{part} in {path} must be a group. Received: {type(current).__name__}"
            raise InputError(message)
    return current


def _dataset(group: h5py.Group, key: str, what: str) -> h5py.Dataset:
    """Return a dataset whose numbers are in this very file."""
    if key not in group:
        message = f"{what} is missing"
        raise InputError(message)
    _require_own(group, key)
    dataset = group[key]
    if not isinstance(dataset, h5py.Dataset) or dataset.external or dataset.is_virtual:
        message = f"{what} must be numbers in the file itself"
        raise InputError(message)
    if claims_too_much(dataset.nbytes, dataset.id.get_storage_size()):
        message = f"{what} claims {dataset.nbytes:,} bytes, hardly any of which are in the file"
        raise InputError(message)
    return dataset


def _require_own(group: h5py.Group, key: str) -> None:
    if not isinstance(group.get(key, getlink=True), h5py.HardLink):
        message = f"{key} is a link to another place, which is not followed"
        raise InputError(message)


def write_h5(
    saved: Sequence[SavedLayer], name: str, dtype: str, extra: Mapping[str, Variables]
) -> bytes:
    """Return the content of a model.weights.h5.

    Arguments: the layers as they are `saved`; the model's `name`; the weights' `dtype`; `extra`
    variables by the place where they belong ("optimizer"). The same numbers give the same bytes.
    """
    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        file.create_group("vars").attrs["name"] = name
        places = automatic_names([part.layer for part in saved])
        for place, part in zip(places, saved, strict=True):
            arrays = tuple(weight.astype(dtype) for weight in part.weights.values())
            _write(file, f"layers/{place}", Variables(part.layer.name, arrays))
        for place, variables in extra.items():
            _write(file, place, variables)
    return buffer.getvalue()


def _write(file: h5py.File, place: str, variables: Variables) -> None:
    group = file.create_group(f"{place}/vars")
    group.attrs["name"] = variables.name
    for index, array in enumerate(variables.arrays):
        # The time of writing would make two equal models two different files.
        group.create_dataset(str(index), data=array, track_times=False)
