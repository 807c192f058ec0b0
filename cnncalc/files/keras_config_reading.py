"""Reading the config.json of a `.keras` file: the layers that it describes.

The format is Keras 3's: https://keras.io/guides/serialization_and_saving/. Whatever could be
code (a Lambda layer, a class or function of the user's own) is refused, never loaded.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from cnncalc.errors import InputError
from cnncalc.files.keras_graph_reading import MODELS, layers_of
from cnncalc.files.keras_objects import Json, inner, is_of_keras, mapping, shown
from cnncalc.files.keras_weights import Place
from cnncalc.layers import Layer
from cnncalc.training.uncalculated import Uncalculated

__all__ = ["ModelConfig", "read_config"]


@dataclass(frozen=True)
class ModelConfig:
    """What config.json says: the layers without the input, its shape as far as known, notes.

    The layers are in the file's order; `places` tells where it has the weights of each.
    `input_shape` may hold None for a size that the model leaves open; `uncalculated` has the
    layers' options that training would heed and cnncalc doesn't calculate; `compile_config` is
    Keras's, as it stands.
    """

    name: str
    layers: tuple[Layer, ...]
    places: tuple[Place, ...]
    input_shape: tuple[int | None, ...] | None
    notes: tuple[str, ...]
    uncalculated: tuple[Uncalculated, ...]
    compile_config: Json | None


def read_config(config: object) -> ModelConfig:
    """Read the model that a config.json describes.

    Arguments: its content, as JSON decodes it.
    Raises InputError for a layer that cnncalc lacks, and for layers that are wired as it can't
    (shared ones, several inputs or outputs), naming the layer, and for content that is no model.
    """
    model = mapping(config, "config.json")
    _require_own_class(model)
    read = layers_of(model)
    compiled = model.get("compile_config")
    return ModelConfig(
        str(mapping(model.get("config"), "the model's config").get("name", "")),
        tuple(read.layers),
        tuple(read.places),
        _input_shape(model),
        tuple(read.notes),
        tuple(read.uncalculated),
        compiled if isinstance(compiled, Mapping) and compiled else None,
    )


def _require_own_class(model: Json) -> None:
    """Raise InputError for a model whose layers are made by code of its author's."""
    if not is_of_keras(model):
        message = (
            f"the model is of a class of its author's own, {shown(model.get('registered_name'))}, "
            "whose code is not in the file: in Python, build the same layers as keras.Sequential, "
            "give it the weights by set_weights(model.get_weights()), and save that"
        )
        raise InputError(message)


def _input_shape(model: Json) -> tuple[int | None, ...] | None:
    """Return one sample's shape from wherever this version of Keras has put it."""
    found = next((place for place in _shapes(model) if isinstance(place, list)), None)
    if found is None:
        return None
    sizes = tuple(found[1:])
    if any(size is not None and (type(size) is not int or size < 1) for size in sizes):
        message = f"the input's shape must be whole numbers. Received: {shown(found)}"
        raise InputError(message)
    return sizes


def _shapes(model: Json) -> Iterator[object]:
    """Yield the shapes, of a batch, that a model says its input has, the surest first."""
    body = mapping(model.get("config"), "the model's config")
    entries = body.get("layers")
    first = entries[0] if isinstance(entries, list) and entries else None
    config = first.get("config") if isinstance(first, Mapping) else None
    if isinstance(config, Mapping):
        yield config.get("batch_shape")
        yield config.get("batch_input_shape")
    yield body.get("build_input_shape")
    yield inner({"config": model.get("build_config")}, "input_shape")
    if isinstance(first, Mapping) and first.get("class_name") in MODELS:
        yield from _shapes(first)
