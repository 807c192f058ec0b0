"""What each sheet of a network shows: the input, each layer in order, and the prediction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from cnncalc.errors import OptionError, ShapeError
from cnncalc.layers import Layer, Shape
from cnncalc.layers.base import size_text
from cnncalc.notation import write_layer
from cnncalc.views.workbook.plan import Quantity, Specification
from cnncalc.views.workbook.stages.inputs import image_volume
from cnncalc.views.workbook.stages.network import image_source, layer_volumes
from cnncalc.views.workbook.stages.prediction import prediction_volumes
from cnncalc.views.workbook.stages.volumes import Source, Volume

__all__ = ["INPUT", "PREDICTION", "Page", "network_pages"]

INPUT, PREDICTION = "Input", "Prediction"


@dataclass(frozen=True)
class Page:
    """What one sheet of a network shows.

    `name` is the sheet's; `title` heads it; `size` tells how the shapes and the parameters come
    about; `summary` says in a few sentences what is calculated; `output` is what the next layer
    reads, None for the prediction.
    """

    name: str
    title: str
    size: str
    summary: str
    volumes: tuple[Volume, ...]
    output: Quantity | None


def network_pages(specification: Specification) -> Iterator[Page]:
    """Yield the pages of a network in order.

    Raises ShapeError and OptionError for what a workbook can't show, naming the layer.

    >>> from cnncalc.layers import Flatten
    >>> network = Specification("", (Flatten(name="flatten"),), (2, 2, 3), "network")
    >>> [page.name for page in network_pages(network)]
    ['Input', 'flatten', 'Prediction']
    """
    shape = specification.input_shape
    source = replace(image_source(shape), is_drawn=True)
    volume = image_volume(source)
    every: list[Volume] = []
    size = f"The image, {size_text(shape)}." if len(shape) == 3 else f"{shape[0]:,} numbers."
    yield Page(INPUT, INPUT, size, volume.notes[0], (volume,), source.quantity)
    for layer in specification.layers:
        volumes, after = _drawn(layer, source)
        title = f"{layer.name} · {write_layer(replace(layer, name=''))}"
        size = _size(layer, source.shape, after.shape)
        yield Page(layer.name, title, size, _summary(volumes), tuple(volumes), after.quantity)
        source = after
        every += volumes
    last = prediction_volumes(specification, source, every)
    if last:
        says = "A number for each class, and the class of the largest."
        yield Page(PREDICTION, PREDICTION, says, says, tuple(last), None)


def _drawn(layer: Layer, source: Source) -> tuple[list[Volume], Source]:
    """Return what a layer draws; an error names the layer."""
    try:
        return layer_volumes(layer, source)
    except (ShapeError, OptionError) as error:
        message = f"layer {layer.name}: {error}"
        raise type(error)(message) from error


def _size(layer: Layer, before: Shape, after: Shape) -> str:
    parameters = layer.parameter_formula(before)
    counted = f"; parameters: {parameters}" if parameters else ""
    return f"{size_text(before)} → {size_text(after)}{counted}"


def _summary(volumes: Sequence[Volume]) -> str:
    """Return what is said first of each of a layer's stages."""
    notes = [
        volume.notes[0]
        for volume in volumes
        if volume.quantity.kind == "stage" and volume.quantity.name != "padded input"
    ]
    return " ".join(notes)
