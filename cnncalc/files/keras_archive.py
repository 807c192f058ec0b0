"""Reading and writing `.keras` files without Keras: a zip of config.json and model.weights.h5.

Keras 3 loads what is written here and gives the same predictions; what Keras 3 writes is read,
where its layers are such as cnncalc has, in a chain, with branches, or as models within models.
"""

from __future__ import annotations

import json
import lzma
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from cnncalc.errors import InputError, OptionError, ShapeError
from cnncalc.files.keras_config_reading import ModelConfig, read_config
from cnncalc.files.keras_config_writing import keras_layers, unknown_to_keras, write_config
from cnncalc.files.keras_weights import Variables, claims_too_much, places_of, read_h5, write_h5
from cnncalc.files.other_models import refuse_other_model
from cnncalc.files.paths import check_readable, printable, quoted, reason
from cnncalc.files.zip_members import ReadableFile, open_member
from cnncalc.layers import Shape
from cnncalc.layers.names import named
from cnncalc.network import Network, assemble
from cnncalc.training.uncalculated import Uncalculated

__all__ = [
    "KerasModel",
    "Variables",
    "read_keras",
    "read_weights",
    "unknown_to_keras",
    "write_keras",
]

CONFIG, METADATA, WEIGHTS = "config.json", "metadata.json", "model.weights.h5"

KERAS_VERSION = "3.15.1"
"""The version of Keras whose form the files have."""

# A zip's first day: the time of writing would make two equal models two different files.
FIRST_DAY = (1980, 1, 1, 0, 0, 0)

LARGEST_JSON = 1 << 24


@dataclass(frozen=True)
class KerasModel:
    """What a `.keras` file holds.

    `network` with its weights; the model's `name`, empty for that of its class; Keras's
    `compile_config` (optimizer, loss, metrics), if it was compiled; `extra` variables by place,
    such as those of the "optimizer";
    `metadata` of cnncalc's own, JSON values that Keras passes over; `notes`, a sentence each, on
    what was left out in reading; the layers' options that training would heed and that are
    `uncalculated` here; the layers' names in the file's order, where it is one that was read.
    """

    network: Network
    name: str = ""
    compile_config: Mapping[str, Any] | None = None
    extra: Mapping[str, Variables] = field(default_factory=dict)
    metadata: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    uncalculated: tuple[Uncalculated, ...] = ()
    file_order: tuple[str, ...] = ()

    @property
    def layer_names(self) -> tuple[str, ...]:
        """The layers in the order in which the file has what belongs to their weights."""
        return self.file_order or tuple(layer.name for layer in self.network.layers)


def read_keras(path: Path, input_shape: Shape | None = None) -> KerasModel:
    """Read a `.keras` file; no code in it is executed.

    Arguments: its `path`; one sample's `input_shape`, for a model that leaves it open.
    Raises InputError, one line that names file and layer, for a file that is no zip, truncated or
    damaged, lies about shapes or sizes, or holds a layer that cnncalc lacks, a Lambda among them;
    for a model of another program it says what it is.
    """
    refuse_other_model(path)
    size = check_readable(path)
    with _located(path), path.open("rb") as file:
        contents, numbers = _contents(file, size)
        config = read_config(_decoded(contents, CONFIG))
        shape = _complete_shape(config, input_shape)
        weights, extra = read_h5(numbers, config.layers, config.places, shape)
        network = assemble(config.layers, shape, weights)
        file_order = tuple(layer.name for layer in named(config.layers))
        metadata = _decoded(contents, METADATA) if METADATA in contents else {}
    of_cnncalc = metadata.get("cnncalc") if isinstance(metadata, Mapping) else None
    return KerasModel(
        network=network,
        name=config.name,
        compile_config=config.compile_config,
        extra=extra,
        metadata=of_cnncalc if isinstance(of_cnncalc, Mapping) else {},
        notes=config.notes,
        uncalculated=config.uncalculated,
        file_order=file_order,
    )


def read_weights(path: Path, network: Network) -> Network:
    """Read a `.weights.h5` file of Keras 3, such as `save_weights` writes, for a network.

    Returns the network with the file's weights.
    Raises InputError that names the layer where file and network don't fit each other.
    """
    refuse_other_model(path, weights=True)
    check_readable(path)
    with _located(path), path.open("rb") as file:
        places = places_of(network)
        weights, _ = read_h5(file, network.layers, places, network.input_shape)
        return assemble(network.layers, network.input_shape, weights)


@contextmanager
def _located(path: Path) -> Iterator[None]:
    """Name the file in every error, whichever room found it."""
    try:
        yield
    except (InputError, ShapeError, OptionError) as error:
        message = f"{quoted(path)}: {printable(str(error))}"
        raise InputError(message) from error
    except RecursionError as error:
        message = f"{quoted(path)}: {CONFIG} is nested too deeply"
        raise InputError(message) from error


def _contents(file: BinaryIO, size: int) -> tuple[dict[str, bytes], ReadableFile]:
    """Return the archive's parts that are read whole, and the file of its weights.

    Arguments: the archive's `file`, and its `size` in bytes.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            names = archive.namelist()
            for needed in (CONFIG, WEIGHTS):
                if needed not in names:
                    message = (
                        f"expected a .keras file, with {needed} in it. Received: a zip without"
                    )
                    raise InputError(message)
            wanted = [name for name in (CONFIG, METADATA) if name in names]
            for name in (*wanted, WEIGHTS):
                _check_claim(archive.getinfo(name), size)
            contents = {name: archive.read(name) for name in wanted}
            return contents, open_member(file, archive, WEIGHTS)
    except (zipfile.BadZipFile, EOFError, OSError, zlib.error, lzma.LZMAError) as error:
        message = "expected a .keras file, a zip. Received: no zip, or one truncated or damaged"
        raise InputError(message) from error
    except (RuntimeError, NotImplementedError) as error:
        message = f"the zip can't be read: {reason(error)}"
        raise InputError(message) from error


def _check_claim(info: zipfile.ZipInfo, archive_size: int) -> None:
    """Refuse a member that claims a size that its zip can't honestly hold."""
    stored = min(info.compress_size, archive_size)
    if claims_too_much(info.file_size, stored):
        message = (
            f"{info.filename} claims {info.file_size:,} bytes, of which {stored:,} are in the file"
        )
        raise InputError(message)


def _decoded(contents: Mapping[str, bytes], name: str) -> Any:  # noqa: ANN401 (JSON)
    content = contents[name]
    if len(content) > LARGEST_JSON:
        message = f"{name} must have at most {LARGEST_JSON:,} bytes. Received: {len(content):,}"
        raise InputError(message)
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        message = f"{name} is not JSON"
        raise InputError(message) from error


def _complete_shape(config: ModelConfig, input_shape: Shape | None) -> Shape:
    """Return one sample's shape, from the file or, where that leaves it open, as given."""
    found = config.input_shape
    if found is not None and None not in found:
        return tuple(size for size in found if size is not None)
    if input_shape is None:
        message = f"the model leaves its input's shape open, {found}: name it by --input-shape"
        raise InputError(message)
    return input_shape


def write_keras(file: BinaryIO, model: KerasModel) -> None:
    """Write a `.keras` file; the same model gives the same bytes.

    Arguments: the binary `file`; the `model`, its weights written in float64 if all of them are,
    else in float32. Layers that Keras has nothing like are saved under cnncalc's own name
    (`unknown_to_keras` tells which).
    """
    network = model.network
    dtypes = {array.dtype for weights in network.weights for array in weights.values()}
    dtype = "float64" if dtypes == {np.dtype(np.float64)} else "float32"
    config = write_config(network, model.name, dtype, model.compile_config)
    metadata = {"keras_version": KERAS_VERSION, "date_saved": "1980-01-01@00:00:00"}
    contents = {
        METADATA: _encoded(metadata | {"cnncalc": dict(model.metadata)}),
        CONFIG: _encoded(config),
        WEIGHTS: write_h5(keras_layers(network), config["config"]["name"], dtype, model.extra),
    }
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in contents.items():
            archive.writestr(zipfile.ZipInfo(name, FIRST_DAY), content)


def _encoded(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value).encode()
