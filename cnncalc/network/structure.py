"""What a network is: layers in order with their weights, every shape checked beforehand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from cnncalc.errors import OptionError, ShapeError, received, unknown_kind
from cnncalc.layers import (
    LINEAR,
    ActivationLayer,
    BatchNormalization,
    Dense,
    Dropout,
    Flatten,
    InputLayer,
    Layer,
    MergeLayer,
    PassingLayer,
    Rescaling,
    Shape,
)
from cnncalc.layers.graph import IMAGE_PLACE, in_keras_order, input_shape_of, sources
from cnncalc.layers.names import named
from cnncalc.ops.arrays import Array
from cnncalc.ops.numbers import real_numbers
from cnncalc.ops.read_only import ReadOnlyMapping, held_apart
from cnncalc.shapes import whole_numbers

__all__ = [
    "Array",
    "LayerGradients",
    "Network",
    "Saved",
    "Weights",
    "assemble",
    "image_shape",
    "layers_on_images",
    "on_images",
    "walk",
    "without_last_activation",
]


Weights = Mapping[str, Array]


@dataclass(frozen=True, eq=False)
class Saved:
    """What one layer's forward pass leaves for its backward pass.

    `input` and `output` are the layer's batches; `extra` is what they don't tell (which numbers
    dropout kept; the batch's mean and variance), empty where the layer worked as in prediction;
    `updates` are new values of the weights that training keeps up to date without a gradient (the
    moving mean and variance); `taken` the shape of each result that stands in the input, of one
    sample (a merge joins several).
    """

    input: Array
    output: Array
    extra: tuple[Array, ...] = ()
    updates: Weights = field(default_factory=lambda: ReadOnlyMapping({}))
    taken: tuple[Shape, ...] = ()


class LayerGradients(NamedTuple):
    """A loss's gradients by one layer's input, None where not wanted, and by its weights."""

    input: Array | None
    weights: dict[str, Array]


@dataclass(frozen=True, eq=False)
class Network:
    """Layers in order, each with a name of its own, and the weights of each.

    `input_shape` is one sample's; `weights` holds one read-only mapping a layer, by Keras's weight
    names.
    `assemble` makes a network whose shapes have been checked.

    >>> from cnncalc.layers import Flatten
    >>> Network((2, 2, 1), (Flatten(name="flatten"),), ({},)).shapes
    ((2, 2, 1), (4,))
    """

    input_shape: Shape
    layers: tuple[Layer, ...]
    weights: tuple[Weights, ...]

    def __post_init__(self) -> None:
        # A frozen dataclass normalises its own arguments once, at construction.
        object.__setattr__(self, "weights", tuple(map(ReadOnlyMapping, self.weights)))

    @property
    def shapes(self) -> tuple[Shape, ...]:
        """The input's shape, then each layer's output shape."""
        return (self.input_shape, *(layer.output_shape(shape) for layer, shape in self._walked))

    @property
    def input_shapes(self) -> tuple[Shape, ...]:
        """The shape of what each layer is given."""
        return tuple(shape for _, shape in self._walked)

    @property
    def _walked(self) -> Iterator[tuple[Layer, Shape]]:
        return walk(self.layers, self.input_shape)

    @property
    def notes(self) -> tuple[str, ...]:
        """What may surprise a reader, a sentence each, such as a Dense on an input not flat."""
        noted = ((layer.name, layer.note(shape)) for layer, shape in self._walked)
        return tuple(f"layer {name}: {note}" for name, note in noted if note)


def assemble(
    layers: Sequence[Layer], input_shape: Sequence[int], weights: Sequence[Mapping[str, Any]]
) -> Network:
    """Put layers and weights together, name the unnamed layers, and check that all shapes fit.

    Layers that branch are brought into Keras's order, and their weights with them.
    Arguments: the layers in order; one sample's `input_shape`; for each layer its weights by
    name, each of the shape that `Layer.weight_shapes` gives.
    Raises ShapeError that names the layer where something does not fit, OptionError for weights
    that are no numbers, an input shape or a layer's name that can't be used.

    >>> from cnncalc.layers import MaxPooling2D
    >>> assemble([MaxPooling2D(2)], (4, 4, 1), [{}]).shapes
    ((4, 4, 1), (2, 2, 1))
    """
    _require_layers(layers)
    if not isinstance(weights, Sequence) or len(weights) != len(layers):
        size = len(weights) if isinstance(weights, Sequence) else received(weights)
        message = f"weights must be one mapping a layer ({len(layers)}). Received: {size}"
        raise ShapeError(message)
    arrays = []
    for (layer, shape), given in zip(walk(layers, input_shape), weights, strict=True):
        try:
            arrays.append(_checked(layer.weight_shapes(shape), given))
        except (OptionError, ShapeError) as error:
            raise type(error)(f"layer {layer.name}: {error}") from error  # noqa: EM102 (adds where)
    weights_of = dict(zip((layer.name for layer in named(layers)), arrays, strict=True))
    ordered = in_keras_order(named(layers))
    by_layer = tuple(weights_of[layer.name] for layer in ordered)
    return Network(_sizes(input_shape), ordered, by_layer)


def _require_layers(layers: object) -> None:
    parts = layers if isinstance(layers, Sequence) else [layers]
    strange = [part for part in parts if not isinstance(part, Layer)]
    if strange:
        message = "layers must be layers in order, such as [Flatten(), Dense(10)]. "
        raise OptionError(message + f"Received: {received(strange[0])}")


def _sizes(input_shape: object) -> Shape:
    sizes = whole_numbers(input_shape)
    if not sizes or min(sizes) < 1:
        message = "an input shape must be whole numbers, at least 1 each. "
        raise OptionError(message + f"Received: {received(input_shape)}")
    return sizes


def walk(layers: Sequence[Layer], input_shape: Sequence[int]) -> Iterator[tuple[Layer, Shape]]:
    """Yield each layer, named, with its input shape, after it was found to accept it.

    A merge's input is all that it joins, side by side.
    Raises ShapeError that names the first layer that does not, OptionError as `assemble` does.

    >>> from cnncalc.layers import Dense, Flatten
    >>> [shape for layer, shape in walk([Flatten(), Dense(2)], (4, 4, 1))]
    [(4, 4, 1), (16,)]
    """
    ordered = named(layers)
    shapes = {IMAGE_PLACE: _sizes(input_shape)}
    for place, (layer, taken) in enumerate(zip(ordered, sources(ordered), strict=True)):
        try:
            shape = input_shape_of(layer, [shapes[source] for source in taken])
            shapes[place] = layer.output_shape(shape)
            layer.weight_shapes(shape)
        except ShapeError as error:
            raise ShapeError(f"layer {layer.name}: {error}") from error  # noqa: EM102 (adds where)
        yield layer, shape


def _checked(expected: Mapping[str, Shape], given: object) -> dict[str, Array]:
    """Return the weights in memory that none may write, after they were found to fit."""
    if not isinstance(given, Mapping) or not expected.keys() >= given.keys():
        names = ", ".join(map(repr, expected)) or "none"
        given_names = received(list(given) if isinstance(given, Mapping) else given)
        message = f"weights must be a mapping by name ({names}). Received: {given_names}"
        raise ShapeError(message)
    return {name: _held(name, shape, given) for name, shape in expected.items()}


def _held(name: str, shape: Shape, given: Mapping[str, Any]) -> Array:
    array = held_apart(real_numbers(given[name], name)) if name in given else None
    if array is None or array.shape != shape:
        size = "none" if array is None else str(array.shape)
        message = f"the weight {name!r} must have the shape {shape}. Received: {size}"
        raise ShapeError(message)
    array.flags.writeable = False
    return array


def without_last_activation(network: Network) -> tuple[Network, str]:
    """Peel the last activation off, so that the network's output is its logits.

    A loss is computed together with the softmax or sigmoid before it, as Keras's TensorFlow
    backend does: no probability is rounded to 0 or 1 before its logarithm is taken.
    Returns the network, of the same length and weights, and the activation's name, "linear" where
    there was none.

    >>> import numpy as np
    >>> from cnncalc.layers import Dense
    >>> layer = Dense(2, activation="softmax", use_bias=False)
    >>> network = assemble([layer], (3,), [{"kernel": np.ones((3, 2))}])
    >>> bare, activation = without_last_activation(network)
    >>> bare.layers[-1].activation, activation
    ('linear', 'softmax')
    """
    *before, last = network.layers
    if last.activation_name == LINEAR:
        return network, LINEAR
    bare = (*before, last.without_activation())
    return replace(network, layers=bare), last.activation_name


def image_shape(input_shape: Shape) -> Shape:
    """Return the shape of the images that an input takes: of grey ones for (height, width).

    >>> image_shape((28, 28)), image_shape((28, 28, 3)), image_shape((784,))
    ((28, 28, 1), (28, 28, 3), (784,))
    """
    return (*input_shape, 1) if len(input_shape) == 2 else input_shape


def on_images(network: Network) -> Network:
    """Return a network that does the same to (height, width, 1) as this one to (height, width).

    Any other network is returned as it is. Raises ShapeError as `layers_on_images` does.

    >>> from cnncalc.network import assemble
    >>> on_images(assemble([Flatten()], (2, 3), [{}])).shapes
    ((2, 3, 1), (6,))
    """
    layers = layers_on_images(network.layers, network.input_shape)
    return replace(network, layers=layers, input_shape=image_shape(network.input_shape))


def layers_on_images(layers: Sequence[Layer], input_shape: Shape) -> tuple[Layer, ...]:
    """Return layers that do the same to an `image_shape` as these do to an input shape.

    Raises ShapeError that names the first layer that does something else to (height, width) than
    to (height, width, 1), or doesn't take it.

    >>> layers_on_images([InputLayer((28, 28)), Flatten()], (28, 28))[0].shape
    (28, 28, 1)
    """
    if len(input_shape) != 2:
        return tuple(layers)
    for layer, shape in walk(layers, input_shape):
        if len(shape) == 2 and not _takes_each_alone(layer):
            message = (
                f"layer {layer.name}: what is shown of an input {input_shape} must take each "
                f"number alone, or flatten them. Received: {type(layer).__name__}, which works "
                f"along its rows; Input({image_shape(input_shape)}) is a grey image"
            )
            raise ShapeError(message)
    return tuple(map(_with_channel, layers))


def _takes_each_alone(layer: Layer) -> bool:
    match layer:
        case InputLayer() | Dropout() | PassingLayer() | Flatten():
            return True
        case Rescaling():
            return not isinstance(layer.scale, tuple) and not isinstance(layer.offset, tuple)
        case ActivationLayer():
            return not layer.has_softmax
        case Dense() | BatchNormalization() | MergeLayer():
            return False
    raise TypeError(
        unknown_kind(
            "whether a layer takes each number alone must be told in network/structure.py", layer
        )
    )


def _with_channel(layer: Layer) -> Layer:
    if isinstance(layer, InputLayer):
        return replace(layer, shape=image_shape(tuple(layer.shape)))
    return layer
