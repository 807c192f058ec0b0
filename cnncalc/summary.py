"""What a network is, layer by layer, in numbers: shapes, parameters, arithmetic, memory.

Nothing is computed with weights: a network that no memory would hold has a summary too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import prod

from cnncalc.errors import OptionError
from cnncalc.geometry import Geometry
from cnncalc.layers import Dense, Flatten, KernelLayer, Layer, Shape, WindowLayer
from cnncalc.layers.graph import IMAGE, IMAGE_PLACE, sources
from cnncalc.network import walk
from cnncalc.receptive_field import receptive_fields
from cnncalc.shapes import Size

__all__ = ["LayerSummary", "Summary", "affordable_units", "fully_connected", "summarize"]

BYTES = 4  # of a float32, in which Keras computes


@dataclass(frozen=True)
class LayerSummary:
    """One layer: its shapes for one sample and what it costs.

    `window` is how its window slides, if it has one; `receptive_field` the (height, width) in
    pixels that one of its numbers sees, None where the input is no image; `formula` its parameter
    count written out; `multiply_adds` are those of one sample; `connected_to` names what it takes,
    the image as "input".
    """

    layer: Layer
    input_shape: Shape
    output_shape: Shape
    window: Geometry | None
    receptive_field: Size | None
    parameters: int
    trainable: int
    formula: str
    multiply_adds: int
    connected_to: tuple[str, ...]

    @property
    def output_bytes(self) -> int:
        """The memory of one sample's output in float32."""
        return BYTES * prod(self.output_shape)

    @property
    def weight_bytes(self) -> int:
        """The memory of the weights in float32."""
        return BYTES * self.parameters


@dataclass(frozen=True)
class Summary:
    """All layers in order, for samples of one shape; `notes` tell what may surprise."""

    input_shape: Shape
    layers: tuple[LayerSummary, ...]
    notes: tuple[str, ...]

    @property
    def branches(self) -> bool:
        """Whether a layer takes anything else than the result of the one before it."""
        return any(row.layer.inputs for row in self.layers)

    @property
    def parameters(self) -> int:
        """The parameters of all layers."""
        return sum(row.parameters for row in self.layers)

    @property
    def trainable(self) -> int:
        """Those that training changes by their gradient."""
        return sum(row.trainable for row in self.layers)

    @property
    def multiply_adds(self) -> int:
        """The products that one sample's forward pass adds up."""
        return sum(row.multiply_adds for row in self.layers)

    @property
    def output_bytes(self) -> int:
        """The memory of all layers' outputs for one sample in float32."""
        return sum(row.output_bytes for row in self.layers)

    @property
    def weight_bytes(self) -> int:
        """The memory of all weights in float32."""
        return BYTES * self.parameters


def summarize(layers: Sequence[Layer], input_shape: Shape) -> Summary:
    """Summarize layers for samples of one shape.

    Arguments: the `layers` in order; one sample's `input_shape`, (height, width, channels) in cells
    or (units,).
    Returns a row for each layer: shapes without the batch, parameters, costs; and the notes.
    Raises ShapeError that names the first layer that does not fit.

    >>> from cnncalc.layers import Conv2D
    >>> summarize([Conv2D(10, 5)], (300, 300, 3)).layers[0].formula
    '(5×5×3 + 1) × 10 = 760'
    """
    walked = tuple(walk(layers, input_shape))
    fields: list[Size | None] = [None] * len(walked)
    if len(input_shape) == 3:
        fields = [field.size for field in receptive_fields(layers, input_shape)]
    ordered = [layer for layer, _ in walked]
    connected = [tuple(map(_named(ordered), taken)) for taken in sources(ordered)]
    parts = zip(walked, fields, connected, strict=True)
    rows = tuple(_row(layer, shape, field, names) for (layer, shape), field, names in parts)
    noted = ((layer.name, layer.note(shape)) for layer, shape in walked)
    notes = tuple(f"layer {name}: {note}" for name, note in noted if note)
    return Summary(tuple(input_shape), rows, notes)


def _named(layers: Sequence[Layer]) -> Callable[[int], str]:
    """Return what a place among layers is called."""
    return lambda place: IMAGE if place == IMAGE_PLACE else layers[place].name


def _row(
    layer: Layer, shape: Shape, field: Size | None, connected_to: tuple[str, ...]
) -> LayerSummary:
    return LayerSummary(
        layer,
        shape,
        layer.output_shape(shape),
        layer.geometry(shape) if isinstance(layer, WindowLayer) else None,
        field,
        layer.parameter_count(shape),
        layer.trainable_count(shape),
        layer.parameter_formula(shape),
        layer.multiply_adds(shape),
        connected_to,
    )


def fully_connected(summary: Summary) -> Summary:
    """Summarize the fully connected network that could do what a convolutional one does.

    Each convolution becomes a Dense layer of the same name, with a unit for each number of its
    activation maps; Dense layers stay. All other layers are left out: they have no place where
    no number has one. Raises OptionError for a network that branches: what its branches' numbers
    would be joined to depends on their places.
    """
    if summary.branches:
        message = "a fully connected network of the same layers needs a network without branches. "
        raise OptionError(message + f"Received: {_first_branch(summary)}")
    layers: list[Layer] = [Flatten(name="flattened input")]
    for row in summary.layers:
        if not isinstance(row.layer, KernelLayer):
            continue
        if row.layer.has_filters:
            units, use_bias = prod(row.output_shape), row.layer.use_bias
            layers.append(Dense(units, use_bias=use_bias, name=row.layer.name))
        else:
            layers.append(row.layer)
    return summarize(layers, summary.input_shape)


def _first_branch(summary: Summary) -> str:
    row = next(row for row in summary.layers if row.layer.inputs)
    return f"{row.layer.name}, which takes {' and '.join(row.connected_to)}"


def affordable_units(summary: Summary) -> int:
    """Return how large the one hidden layer of a fully connected network may be.

    It is to take the same input, give as many outputs, and have no more parameters.

    >>> from cnncalc.layers import MaxPooling2D
    >>> layers = [MaxPooling2D(2), Flatten(), Dense(3)]
    >>> affordable_units(summarize(layers, (4, 4, 1)))  # (16 + 1) × 0 + (0 + 1) × 3 is less than 15
    0
    """
    inputs, outputs = prod(summary.input_shape), prod(summary.layers[-1].output_shape)
    return max(0, (summary.parameters - outputs) // (inputs + 1 + outputs))
